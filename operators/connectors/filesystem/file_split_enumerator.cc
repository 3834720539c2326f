#include "operators/connectors/filesystem/file_split_enumerator.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/filesystem/file_position.h"

namespace millrace {
namespace {

constexpr int kDirectoryDepthMax = 64;

bool IsHidden(const std::string& name) {
  return name.empty() || name[0] == '.' || name[0] == '_';
}

Status CheckNotCompressed(const std::string& path) {
  for (const char* suffix : {".gz", ".gzip", ".bz2", ".xz", ".deflate", ".zst", ".zip"}) {
    const std::string_view end(suffix);
    if (path.size() > end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0) {
      return Status(kUnsupportedByConnector, "compressed files cannot be read: '" + path + "'")
          .WithSuggestion("uncompress the file, or leave it out with 'source.path.regex-pattern'");
    }
  }
  return Status::Ok();
}

class Lister {
 public:
  Lister(FileSystem* files, const std::string& pattern)
      : files_(files), pattern_(pattern.empty() ? nullptr : std::make_unique<RE2>(pattern, RE2::Quiet)) {}

  Status AddDirectory(const std::string& path, int depth) {
    if (depth > kDirectoryDepthMax) {
      return Status(kOutsideRefused, "directories are nested too deeply: '" + path + "'")
          .WithSuggestion("look for a symbolic link that leads back up");
    }
    ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, files_->ListDirectory(path));
    for (const FileInfo& entry : entries) {
      if (IsHidden(entry.name)) continue;
      const std::string child = (path == "/" ? "" : path) + "/" + entry.name;
      RETURN_IF_ERROR(entry.is_directory ? AddDirectory(child, depth + 1) : AddFile(child, entry));
    }
    return Status::Ok();
  }

  Status AddFile(const std::string& path, const FileInfo& info) {
    if (pattern_ != nullptr && !RE2::FullMatch(path, *pattern_)) return Status::Ok();
    RETURN_IF_ERROR(CheckNotCompressed(path));
    found_.push_back({path, info});
    return Status::Ok();
  }

  std::vector<ListedFile> TakeFound() {
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return std::move(found_);
  }

 private:
  FileSystem* files_;
  std::unique_ptr<RE2> pattern_;
  std::vector<ListedFile> found_;
};

}  // namespace

Result<std::vector<ListedFile>> ListInputFiles(const FilesystemOptions& options, FileSystem& files) {
  const Result<FileInfo> root = files.Stat(options.path);
  if (!root.ok()) {
    if (!(root.status().code() == kFileNotFound)) return root.status();
    return Status(kOutsideMissing, "path does not exist: '" + options.path + "'")
        .WithSuggestion("create the file or directory, or correct option 'path'");
  }
  Lister lister(&files, options.path_pattern);
  RETURN_IF_ERROR(root.value().is_directory ? lister.AddDirectory(options.path, 0)
                                            : lister.AddFile(options.path, root.value()));
  return lister.TakeFound();
}

FileSplitEnumerator::FileSplitEnumerator(FilesystemOptions options, FileSystem* files,
                                         const std::vector<std::string>& known)
    : options_(std::move(options)), files_(files), known_(known.begin(), known.end()) {
}

Result<std::vector<Split>> FileSplitEnumerator::Discover() {
  ASSIGN_OR_RETURN(const std::vector<ListedFile> listed, ListInputFiles(options_, *files_));
  std::vector<Split> splits;
  for (const ListedFile& file : listed) {
    if (!known_.insert(file.path).second) continue;
    FilePosition position;
    position.path = file.path;
    position.size_bytes = file.info.size_bytes;
    position.modified_micros = file.info.modified_micros;
    Split split;
    split.id = file.path;
    split.position = EncodeFilePosition(position);
    splits.push_back(std::move(split));
  }
  return splits;
}

}  // namespace millrace
