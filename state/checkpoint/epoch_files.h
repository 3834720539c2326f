#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/ids.h"
#include "core/status.h"

namespace millrace {
class ObjectStore;
}  // namespace millrace

namespace millrace::checkpoint {

/// Names of the files in `epochs/`. A manifest's name has its generation, so that a leader that lost the job
/// never writes over the manifest that a record of its successor refers to.
std::string RecordPath(Epoch epoch);
std::string ManifestPath(Epoch epoch, Generation generation);

/// What `epochs/` holds; files of other names are left alone.
struct EpochFiles {
  std::set<Epoch> records;
  std::map<std::pair<Epoch, Generation>, std::string> manifests;  // paths
};
Result<EpochFiles> ListEpochFiles(ObjectStore& store);

}  // namespace millrace::checkpoint
