#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "core/env/env.h"
#include "core/error_codes.h"
#include "state/error_codes.h"
#include "state/object_store.h"

namespace millrace {
namespace {

/// In the names of files that are being written: never objects.
constexpr std::string_view kTemporary = ".tmp-";

/// Objects as files below a directory.
class DirectoryObjectStore final : public ObjectStore {
 public:
  DirectoryObjectStore(std::string root, Env& env) : root_(std::move(root)), env_(env) {}

  Status Put(const std::string& path, std::string_view bytes) override {
    RETURN_IF_ERROR(PrepareFor(path));
    return files().WriteFileAtomically(FileOf(path), bytes);
  }

  Status PutFile(const std::string& path, const std::string& local_file) override {
    RETURN_IF_ERROR(PrepareFor(path));
    const std::string temporary =
        fmt::format("{}{}{:016x}", FileOf(path), kTemporary, env_.random().Next64());
    Status status = files().HardLinkOrCopy(local_file, temporary);
    if (status.ok()) status = SyncFile(temporary);
    if (status.ok()) status = files().Rename(temporary, FileOf(path));
    if (!status.ok()) {
      static_cast<void>(files().RemoveFile(temporary));
      return status;
    }
    return files().SyncDirectory(ParentOf(FileOf(path)));
  }

  Result<std::string> Get(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    return files().ReadFile(FileOf(path));
  }

  Status GetToFile(const std::string& path, const std::string& local_file) override {
    RETURN_IF_ERROR(CheckPath(path));
    return files().HardLinkOrCopy(FileOf(path), local_file);
  }

  Status CreateIfAbsent(const std::string& path, std::string_view bytes) override {
    RETURN_IF_ERROR(PrepareFor(path));
    return files().CreateFileExclusively(FileOf(path), bytes);
  }

  Result<std::vector<ObjectInfo>> List(const std::string& prefix) override {
    const size_t slash = prefix.rfind('/');
    const std::string directory = slash == std::string::npos ? "" : prefix.substr(0, slash);
    if (!directory.empty()) RETURN_IF_ERROR(CheckPath(directory));
    std::vector<ObjectInfo> objects;
    RETURN_IF_ERROR(Walk(directory, prefix, 0, &objects));
    std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return objects;
  }

  Status Delete(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    const Status status = files().RemoveFile(FileOf(path));
    return status.code() == kFileNotFound ? Status::Ok() : status;
  }

  std::string Uri(const std::string& path) const override { return "file://" + FileOf(path); }

 private:
  static constexpr int kDepthMax = 32;

  FileSystem& files() const { return env_.files(); }
  std::string FileOf(const std::string& path) const { return path.empty() ? root_ : root_ + "/" + path; }
  static std::string ParentOf(const std::string& file) { return file.substr(0, file.rfind('/')); }

  /// Paths come out of manifests too, which a user may hand in: none may lead out of the root.
  static Status CheckPath(const std::string& path) {
    const std::string whole = "/" + path + "/";
    if (whole.find("//") == std::string::npos && whole.find("/../") == std::string::npos &&
        whole.find("/./") == std::string::npos && path.find('\0') == std::string::npos) {
      return Status::Ok();
    }
    return Status(kStateStore, "path of a stored object is not allowed: " + path);
  }

  Status PrepareFor(const std::string& path) {
    RETURN_IF_ERROR(CheckPath(path));
    return files().CreateDirectories(ParentOf(FileOf(path)));
  }

  Status SyncFile(const std::string& file) {
    ASSIGN_OR_RETURN(const std::unique_ptr<WritableFile> opened, files().OpenAppend(file));
    RETURN_IF_ERROR(opened->Sync());
    return opened->Close();
  }

  Status Walk(const std::string& directory, const std::string& prefix, int depth,
              std::vector<ObjectInfo>* objects) {
    if (depth > kDepthMax) return Status(kStateStore, "directories are nested too deeply: " + Uri(directory));
    const Result<std::vector<FileInfo>> listed = files().ListDirectory(FileOf(directory));
    if (!listed.ok()) {
      return listed.status().code() == kFileNotFound ? Status::Ok() : listed.status();
    }
    for (const FileInfo& file : *listed) {
      const std::string path = directory.empty() ? file.name : directory + "/" + file.name;
      if (file.is_directory) {
        // Only where the directory and the prefix agree as far as both go.
        const std::string inside = path + "/";
        if (inside.starts_with(prefix) || prefix.starts_with(inside))
          RETURN_IF_ERROR(Walk(path, prefix, depth + 1, objects));
      } else if (path.starts_with(prefix) && file.name.find(kTemporary) == std::string::npos) {
        objects->push_back({path, file.size_bytes});
      }
    }
    return Status::Ok();
  }

  const std::string root_;
  Env& env_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenObjectStore(const std::string& uri, Env& env) {
  constexpr std::string_view kFileScheme = "file://";
  std::string directory = uri;
  if (uri.starts_with(kFileScheme)) {
    directory = uri.substr(kFileScheme.size());
    if (!directory.starts_with('/')) {
      return Status(kUnsupportedStore, "file URI needs an absolute path: " + uri)
          .WithSuggestion("write file:///directory");
    }
  } else if (uri.find("://") != std::string::npos) {
    return Status(kUnsupportedStore, "store of this kind is not supported: " + uri)
        .WithSuggestion("use a directory that every worker sees: file:///directory");
  }
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  if (directory.empty())
    return Status(kUnsupportedStore, "store has no path").WithSuggestion("write file:///directory");
  RETURN_IF_ERROR(env.files().CreateDirectories(directory));
  return std::unique_ptr<ObjectStore>(std::make_unique<DirectoryObjectStore>(std::move(directory), env));
}

}  // namespace millrace
