#include "state/checkpoint/epoch_files.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "state/object_store.h"

namespace millrace::checkpoint {
namespace {

constexpr std::string_view kFolder = "epochs/";
constexpr std::string_view kRecordEnd = ".record";
constexpr std::string_view kManifestEnd = ".manifest";

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string RecordPath(Epoch epoch) {
  return "epochs/" + std::to_string(epoch.value) + ".record";
}

std::string ManifestPath(Epoch epoch, Generation generation) {
  return "epochs/" + std::to_string(epoch.value) + "-" + std::to_string(generation.value) + ".manifest";
}

Result<EpochFiles> ListEpochFiles(ObjectStore& store) {
  ASSIGN_OR_RETURN(const auto objects, store.List(std::string(kFolder)));
  EpochFiles files;
  for (const ObjectInfo& object : objects) {
    std::string_view name = object.path;
    name.remove_prefix(kFolder.size());
    if (name.ends_with(kRecordEnd)) {
      name.remove_suffix(kRecordEnd.size());
      if (const auto epoch = ParseNumber(name)) files.records.insert(Epoch{*epoch});
    } else if (name.ends_with(kManifestEnd)) {
      name.remove_suffix(kManifestEnd.size());
      const size_t dash = name.find('-');
      if (dash == std::string_view::npos) continue;
      const auto epoch = ParseNumber(name.substr(0, dash));
      const auto generation = ParseNumber(name.substr(dash + 1));
      if (epoch && generation) files.manifests[{Epoch{*epoch}, Generation{*generation}}] = object.path;
    }
  }
  return files;
}

}  // namespace millrace::checkpoint
