#pragma once

#include <absl/container/btree_map.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/status.h"
#include "state/table/row_store.h"

namespace millrace::state {

/// Time in microseconds, then key bytes: the order in which timers are handed out, and of their database
/// keys.
using TimerKey = std::pair<int64_t, std::string>;

enum class TimerChange : uint8_t {
  kAddedNew,  // the database has never had it
  kAdded,
  kDeleted,
};
struct ChangedTimer {
  TimerChange change = TimerChange::kAddedNew;
  uint16_t group = 0;
};

/// What a freeze took from a timer table. Immutable.
class FrozenTimers {
 public:
  FrozenTimers(std::string prefix, absl::btree_map<TimerKey, ChangedTimer> changes)
      : prefix_(std::move(prefix)), changes_(std::move(changes)) {}
  const std::string& prefix() const { return prefix_; }
  Status Write(ChangeSink& sink) const;

 private:
  const std::string prefix_;
  const absl::btree_map<TimerKey, ChangedTimer> changes_;
};

}  // namespace millrace::state
