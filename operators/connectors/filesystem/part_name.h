#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"

namespace millrace {

/// Who writes a file, as its name tells: 8 hexadecimal digits each.
struct PartOwner {
  std::string job;
  std::string op;
  friend bool operator==(const PartOwner&, const PartOwner&) = default;
};
PartOwner PartOwnerOf(const JobId& job_id, const std::string& operator_uid);

/// The stages of a file's life. The first two are hidden (their names begin with '.').
enum class PartStage : uint8_t { kInProgress, kStaged, kVisible };

/// The name of a file that the filesystem sink writes. The attempt tag is new for every writer, so that no
/// two files ever have the same name.
struct PartName {
  PartStage stage = PartStage::kInProgress;
  PartOwner owner;
  std::string attempt;
  uint32_t subtask = 0;
  uint64_t epoch = 0;  // 0 while in progress
  uint64_t number = 0;

  /// "part-<job><operator>-<attempt>-<subtask>-<epoch>-<number>"; hidden ones ".part-....inprogress" and
  /// ".staged".
  std::string ToString() const;
  /// nullopt for names of other files.
  static std::optional<PartName> Parse(std::string_view name);
};

}  // namespace millrace
