#include "operators/connectors/filesystem/part_name.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "core/row/key_hash.h"

namespace millrace {
namespace {

constexpr std::string_view kInProgressSuffix = ".inprogress";
constexpr std::string_view kStagedSuffix = ".staged";
constexpr size_t kTagLength = 8;

std::string Tag(std::string_view text) {
  return fmt::format("{:08x}", static_cast<uint32_t>(HashBytes(text)));
}

bool RemoveSuffix(std::string_view suffix, std::string_view* name) {
  if (name->size() < suffix.size() || name->substr(name->size() - suffix.size()) != suffix) return false;
  name->remove_suffix(suffix.size());
  return true;
}

std::vector<std::string_view> SplitAtDashes(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t dash = text.find('-');
    parts.push_back(text.substr(0, dash));
    if (dash == std::string_view::npos) return parts;
    text.remove_prefix(dash + 1);
  }
}

template <class T>
bool ParseNumber(std::string_view text, T* number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && stop == end;
}

}  // namespace

PartOwner PartOwnerOf(const JobId& job_id, const std::string& operator_uid) {
  return {Tag(job_id.value), Tag(operator_uid)};
}

std::string PartName::ToString() const {
  const std::string name =
      fmt::format("part-{}{}-{}-{}-{}-{}", owner.job, owner.op, attempt, subtask, epoch, number);
  switch (stage) {
    case PartStage::kInProgress:
      return "." + name + std::string(kInProgressSuffix);
    case PartStage::kStaged:
      return "." + name + std::string(kStagedSuffix);
    case PartStage::kVisible:
      break;
  }
  return name;
}

std::optional<PartName> PartName::Parse(std::string_view name) {
  PartName part;
  part.stage = PartStage::kVisible;
  if (!name.empty() && name[0] == '.') {
    name.remove_prefix(1);
    if (RemoveSuffix(kInProgressSuffix, &name)) {
      part.stage = PartStage::kInProgress;
    } else if (RemoveSuffix(kStagedSuffix, &name)) {
      part.stage = PartStage::kStaged;
    } else {
      return std::nullopt;
    }
  }
  const std::vector<std::string_view> parts = SplitAtDashes(name);
  if (parts.size() != 6 || parts[0] != "part" || parts[1].size() != 2 * kTagLength) return std::nullopt;
  part.owner = {std::string(parts[1].substr(0, kTagLength)), std::string(parts[1].substr(kTagLength))};
  part.attempt = parts[2];
  const bool is_numbered = ParseNumber(parts[3], &part.subtask) && ParseNumber(parts[4], &part.epoch) &&
                           ParseNumber(parts[5], &part.number);
  return is_numbered ? std::optional(part) : std::nullopt;
}

}  // namespace millrace
