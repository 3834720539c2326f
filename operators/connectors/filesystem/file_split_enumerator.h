#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/env/env.h"
#include "operators/api/connector.h"
#include "operators/connectors/filesystem/filesystem_options.h"

namespace millrace {

/// Lists files: one split a file, in the order of their paths. Sub-directories are entered; names that begin
/// with '.' or
/// '_' are not looked at. A file is taken once, as long as it was when it was first seen: writers of a
/// watched directory rename complete files into it. On the I/O pool, blocks.
class FileSplitEnumerator : public SplitEnumerator {
 public:
  /// `known`: ids (paths) of splits that exist already.
  FileSplitEnumerator(FilesystemOptions options, FileSystem* files, const std::vector<std::string>& known);

  /// kOutsideMissing when the path does not exist.
  Result<std::vector<Split>> Discover() override;
  std::optional<int64_t> next_discovery_ms() const override { return options_.monitor_interval_ms; }

 private:
  const FilesystemOptions options_;
  FileSystem* files_;
  std::set<std::string> known_;
};

struct ListedFile {
  std::string path;
  FileInfo info;
};

/// The files below (or at) the path that a source of these options reads, sorted. Errors: kOutsideMissing,
/// kUnsupportedByConnector for compressed files, and those of the file system.
Result<std::vector<ListedFile>> ListInputFiles(const FilesystemOptions& options, FileSystem& files);

}  // namespace millrace
