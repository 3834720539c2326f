#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/env/env.h"
#include "operators/connectors/filesystem/part_name.h"

namespace millrace {

struct PartFile {
  std::string directory;
  PartName name;
  std::string Path() const { return directory + "/" + name.ToString(); }
};

/// The files of one owner below a directory that are of one of these subtasks: `subtask`, and as long as that
/// is 0 those from `parallelism` on, which a wider run of the job has left. Blocks; a missing directory has
/// none.
Result<std::vector<PartFile>> FindPartFiles(FileSystem& files, const std::string& root,
                                            const PartOwner& owner, uint32_t subtask, uint32_t parallelism);

/// Removes those that `is_leftover` says.
Status RemovePartFiles(FileSystem& files, const std::vector<PartFile>& parts,
                       const std::function<bool(const PartName&)>& is_leftover);

/// Makes the entries of `directory` and of those above it, up to that of `root`, survive a crash.
Status SyncDirectories(FileSystem& files, const std::string& root, std::string directory);

}  // namespace millrace
