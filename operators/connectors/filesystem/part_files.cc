#include "operators/connectors/filesystem/part_files.h"

#include "core/error_codes.h"

namespace millrace {
namespace {

constexpr int kDirectoryDepthMax = 64;

Status AddPartFiles(FileSystem& files, const std::string& directory, int depth,
                    const std::function<bool(const PartName&)>& is_wanted, std::vector<PartFile>* found) {
  if (depth > kDirectoryDepthMax) return Status::Ok();
  ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, files.ListDirectory(directory));
  for (const FileInfo& entry : entries) {
    if (entry.is_directory) {
      RETURN_IF_ERROR(AddPartFiles(files, directory + "/" + entry.name, depth + 1, is_wanted, found));
    } else if (const auto name = PartName::Parse(entry.name); name && is_wanted(*name)) {
      found->push_back({directory, *name});
    }
  }
  return Status::Ok();
}

}  // namespace

Result<std::vector<PartFile>> FindPartFiles(FileSystem& files, const std::string& root,
                                            const PartOwner& owner, uint32_t subtask, uint32_t parallelism) {
  std::vector<PartFile> found;
  if (!files.Exists(root)) return found;
  const auto is_wanted = [&](const PartName& name) {
    return name.owner == owner && (name.subtask == subtask || (subtask == 0 && name.subtask >= parallelism));
  };
  RETURN_IF_ERROR(AddPartFiles(files, root, 0, is_wanted, &found));
  return found;
}

Status RemovePartFiles(FileSystem& files, const std::vector<PartFile>& parts,
                       const std::function<bool(const PartName&)>& is_leftover) {
  for (const PartFile& part : parts) {
    if (!is_leftover(part.name)) continue;
    const Status status = files.RemoveFile(part.Path());
    if (!status.ok() && !(status.code() == kFileNotFound)) return status;
  }
  return Status::Ok();
}

Status SyncDirectories(FileSystem& files, const std::string& root, std::string directory) {
  while (directory.size() >= root.size()) {
    RETURN_IF_ERROR(files.SyncDirectory(directory));
    directory.resize(directory.rfind('/'));
  }
  return directory.empty() ? Status::Ok() : files.SyncDirectory(directory);
}

}  // namespace millrace
