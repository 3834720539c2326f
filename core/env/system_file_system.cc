#include "core/env/system_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/error_codes.h"

namespace millrace {
namespace {

constexpr size_t kCopyBytes = 1 << 20;

ErrorCode CodeOfErrno(int error) {
  switch (error) {
    case ENOENT:
      return kFileNotFound;
    case EEXIST:
      return kFileExists;
    case ENOSPC:
    case EDQUOT:
      return kDiskFull;
    default:
      return kFileIo;
  }
}

const char* SuggestionOfErrno(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free space on that device or use a directory on another one";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check the owner and permissions of the file and its directory";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    default:
      return "";
  }
}

/// `what` is like "Cannot open file".
Status ErrnoStatus(std::string_view what, const std::string& path, int error) {
  Status status(CodeOfErrno(error),
                fmt::format("{}, {}: {}", what, std::generic_category().message(error), path));
  const char* suggestion = SuggestionOfErrno(error);
  return *suggestion == '\0' ? status : status.WithSuggestion(suggestion);
}

/// Repeats a system call that a signal interrupted.
template <class Call>
auto Retrying(Call&& call) {
  while (true) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }
  /// Linux releases the descriptor even when close fails.
  int Close() { return close(std::exchange(number_, -1)); }

 private:
  int number_;
};

Result<Descriptor> Open(std::string_view what, const std::string& path, int flags) {
  const int number = Retrying([&] { return open(path.c_str(), flags | O_CLOEXEC, 0644); });
  if (number < 0) return ErrnoStatus(what, path, errno);
  return Descriptor(number);
}

Status WriteAll(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = Retrying([&] { return write(descriptor, bytes.data(), bytes.size()); });
    if (written < 0) return ErrnoStatus("Cannot write file", path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return Status::Ok();
}

Status SyncDescriptor(int descriptor, const std::string& path) {
  if (Retrying([&] { return fsync(descriptor); }) != 0) return ErrnoStatus("Cannot sync file", path, errno);
  return Status::Ok();
}

/// Reads up to `length` bytes at `offset`.
Result<std::string> ReadDescriptor(int descriptor, uint64_t offset, uint64_t length,
                                   const std::string& path) {
  std::string bytes(length, '\0');
  size_t done = 0;
  while (done < length) {
    const ssize_t count = Retrying([&] {
      return pread(descriptor, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
    });
    if (count < 0) return ErrnoStatus("Cannot read file", path, errno);
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

Result<uint64_t> SizeOfDescriptor(int descriptor, const std::string& path) {
  struct stat info;
  if (fstat(descriptor, &info) != 0) return ErrnoStatus("Cannot read file", path, errno);
  return static_cast<uint64_t>(info.st_size);
}

std::string ParentOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

FileInfo InfoOf(std::string name, const struct stat& info) {
  return {std::move(name), S_ISDIR(info.st_mode), static_cast<uint64_t>(info.st_size),
          int64_t{info.st_mtim.tv_sec} * 1'000'000 + info.st_mtim.tv_nsec / 1000};
}

class SystemWritableFile : public WritableFile {
 public:
  SystemWritableFile(Descriptor descriptor, std::string path, bool is_scratch)
      : descriptor_(std::move(descriptor)), path_(std::move(path)), is_scratch_(is_scratch) {}

  Status Append(std::string_view bytes) override { return WriteAll(descriptor_.number(), bytes, path_); }
  Status Sync() override { return is_scratch_ ? Status::Ok() : SyncDescriptor(descriptor_.number(), path_); }
  Status Close() override {
    if (descriptor_.number() < 0) return Status::Ok();
    if (descriptor_.Close() != 0 && errno != EINTR) return ErrnoStatus("Cannot close file", path_, errno);
    return Status::Ok();
  }

 private:
  Descriptor descriptor_;
  const std::string path_;
  const bool is_scratch_;
};

class SystemFileSystem : public FileSystem {
 public:
  explicit SystemFileSystem(std::string scratch_directory)
      : scratch_directory_(std::move(scratch_directory)) {}

  Result<std::string> ReadFile(const std::string& path) override {
    ASSIGN_OR_RETURN(const Descriptor file, Open("Cannot open file", path, O_RDONLY));
    ASSIGN_OR_RETURN(const uint64_t size, SizeOfDescriptor(file.number(), path));
    // The size is a hint only: files of /proc say 0, others may grow.
    const uint64_t chunk_bytes = std::max<uint64_t>(size + 1, 4096);
    std::string bytes;
    while (true) {
      ASSIGN_OR_RETURN(std::string chunk, ReadDescriptor(file.number(), bytes.size(), chunk_bytes, path));
      const bool is_last = chunk.size() < chunk_bytes;
      if (bytes.empty()) {
        bytes = std::move(chunk);
      } else {
        bytes.append(chunk);
      }
      if (is_last) return bytes;
    }
  }

  Result<std::string> ReadAt(const std::string& path, uint64_t offset, uint64_t length) override {
    ASSIGN_OR_RETURN(const Descriptor file, Open("Cannot open file", path, O_RDONLY));
    ASSIGN_OR_RETURN(const uint64_t size, SizeOfDescriptor(file.number(), path));
    if (offset >= size) return std::string();
    return ReadDescriptor(file.number(), offset, std::min(length, size - offset), path);
  }

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    return OpenWritable(path, O_WRONLY | O_CREAT | O_TRUNC);
  }

  Result<std::unique_ptr<WritableFile>> OpenAppend(const std::string& path) override {
    return OpenWritable(path, O_WRONLY | O_CREAT | O_APPEND);
  }

  Status WriteFileAtomically(const std::string& path, std::string_view bytes) override {
    ASSIGN_OR_RETURN(const std::string temporary, WriteTemporary(path, bytes));
    if (rename(temporary.c_str(), path.c_str()) != 0) {
      const int error = errno;
      unlink(temporary.c_str());
      return ErrnoStatus("Cannot replace file", path, error);
    }
    return SyncDirectory(ParentOf(path));
  }

  // A hard link to a complete file either appears or fails, also for a reader in another process. File
  // systems without hard links get a rename that refuses to replace.
  Status CreateFileExclusively(const std::string& path, std::string_view bytes) override {
    if (Exists(path)) return ErrnoStatus("Cannot create file", path, EEXIST);
    ASSIGN_OR_RETURN(const std::string temporary, WriteTemporary(path, bytes));
    int error = link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
    if (error == EEXIST && NumLinks(temporary) == 2) error = 0;  // a network file system repeated the call
    if (error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EMLINK) {
      error =
          renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
    }
    unlink(temporary.c_str());
    if (error != 0) return ErrnoStatus("Cannot create file", path, error);
    return SyncDirectory(ParentOf(path));
  }

  Result<std::vector<FileInfo>> ListDirectory(const std::string& path) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
    if (!directory) return ErrnoStatus("Cannot list directory", path, errno);
    std::vector<FileInfo> files;
    while (true) {
      errno = 0;
      const dirent* entry = readdir(directory.get());
      if (entry == nullptr && errno != 0) return ErrnoStatus("Cannot list directory", path, errno);
      if (entry == nullptr) break;
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat info;
      if (fstatat(dirfd(directory.get()), name.c_str(), &info, 0) != 0) {
        if (errno == ENOENT) continue;  // removed meanwhile, or a link to nothing
        return ErrnoStatus("Cannot list directory", path + "/" + name, errno);
      }
      files.push_back(InfoOf(name, info));
    }
    std::sort(files.begin(), files.end(),
              [](const FileInfo& a, const FileInfo& b) { return a.name < b.name; });
    return files;
  }

  Result<FileInfo> Stat(const std::string& path) override {
    struct stat info;
    if (stat(path.c_str(), &info) != 0) return ErrnoStatus("Cannot look at file", path, errno);
    return InfoOf(std::filesystem::path(path).filename().string(), info);
  }

  bool Exists(const std::string& path) override {
    struct stat info;
    return stat(path.c_str(), &info) == 0;
  }

  Status CreateDirectories(const std::string& path) override {
    struct stat info;
    if (stat(path.c_str(), &info) == 0) {
      return S_ISDIR(info.st_mode) ? Status::Ok() : ErrnoStatus("Cannot create directory", path, EEXIST);
    }
    if (errno != ENOENT) return ErrnoStatus("Cannot create directory", path, errno);
    if (path.empty()) return ErrnoStatus("Cannot create directory", path, ENOENT);
    const size_t last = path.find_last_not_of('/');
    const std::string trimmed = path.substr(0, last + 1);
    const std::string parent = ParentOf(trimmed);
    if (parent != trimmed) RETURN_IF_ERROR(CreateDirectories(parent));
    if (mkdir(trimmed.c_str(), 0755) != 0 && errno != EEXIST) {
      return ErrnoStatus("Cannot create directory", path, errno);
    }
    return SyncDirectory(parent);
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) != 0)
      return ErrnoStatus("Cannot rename file", from + " to " + to, errno);
    return Status::Ok();
  }

  Status HardLinkOrCopy(const std::string& from, const std::string& to) override {
    if (link(from.c_str(), to.c_str()) == 0) return Status::Ok();
    const int error = errno;
    if (error == EXDEV || error == EPERM || error == EMLINK || error == EOPNOTSUPP || error == ENOSYS) {
      return CopyFile(from, to);
    }
    return ErrnoStatus("Cannot link file", from + " to " + to, error);
  }

  Status RemoveFile(const std::string& path) override {
    if (unlink(path.c_str()) != 0) return ErrnoStatus("Cannot remove file", path, errno);
    return Status::Ok();
  }

  Status RemoveRecursively(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error && error.value() != ENOENT) return ErrnoStatus("Cannot remove directory", path, error.value());
    return Status::Ok();
  }

  Status SyncDirectory(const std::string& path) override {
    if (IsScratch(path)) return Status::Ok();
    ASSIGN_OR_RETURN(const Descriptor directory, Open("Cannot open directory", path, O_RDONLY | O_DIRECTORY));
    // EINVAL: a file system that has no notion of syncing a directory.
    if (Retrying([&] { return fsync(directory.number()); }) != 0 && errno != EINVAL) {
      return ErrnoStatus("Cannot sync directory", path, errno);
    }
    return Status::Ok();
  }

 private:
  /// Whether it is the scratch directory or lies below it.
  bool IsScratch(const std::string& path) const {
    if (scratch_directory_.empty() || !path.starts_with(scratch_directory_)) return false;
    return path.size() == scratch_directory_.size() || path[scratch_directory_.size()] == '/';
  }

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path, int flags) {
    ASSIGN_OR_RETURN(Descriptor file, Open("Cannot open file for writing", path, flags));
    return std::unique_ptr<WritableFile>(
        std::make_unique<SystemWritableFile>(std::move(file), path, IsScratch(path)));
  }

  Status FillAndSync(Descriptor& file, std::string_view bytes, const std::string& path) const {
    RETURN_IF_ERROR(WriteAll(file.number(), bytes, path));
    if (!IsScratch(path)) RETURN_IF_ERROR(SyncDescriptor(file.number(), path));
    if (file.Close() != 0 && errno != EINTR) return ErrnoStatus("Cannot close file", path, errno);
    return Status::Ok();
  }

  /// The name of a new synced file beside `path` with the given content.
  Result<std::string> WriteTemporary(const std::string& path, std::string_view bytes) const {
    static std::atomic<uint64_t> next_number = 0;
    while (true) {
      std::string temporary = fmt::format("{}.tmp-{}-{}", path, getpid(), next_number.fetch_add(1));
      Result<Descriptor> file = Open("Cannot create file", temporary, O_WRONLY | O_CREAT | O_EXCL);
      // Left behind by an earlier process of the same id.
      if (!file.ok() && file.status().code() == kFileExists) continue;
      if (!file.ok()) return file.status();
      const Status status = FillAndSync(*file, bytes, temporary);
      if (status.ok()) return temporary;
      unlink(temporary.c_str());
      return status;
    }
  }

  static nlink_t NumLinks(const std::string& path) {
    struct stat info;
    return stat(path.c_str(), &info) == 0 ? info.st_nlink : 0;
  }

  Status CopyFile(const std::string& from, const std::string& to) const {
    ASSIGN_OR_RETURN(const Descriptor source, Open("Cannot open file", from, O_RDONLY));
    ASSIGN_OR_RETURN(Descriptor target, Open("Cannot create file", to, O_WRONLY | O_CREAT | O_EXCL));
    const auto copy = [&]() -> Status {
      for (uint64_t offset = 0;;) {
        ASSIGN_OR_RETURN(const std::string bytes, ReadDescriptor(source.number(), offset, kCopyBytes, from));
        if (bytes.empty()) return FillAndSync(target, {}, to);
        RETURN_IF_ERROR(WriteAll(target.number(), bytes, to));
        offset += bytes.size();
      }
    };
    const Status status = copy();
    if (!status.ok()) unlink(to.c_str());
    return status;
  }

  const std::string scratch_directory_;
};

}  // namespace

std::unique_ptr<FileSystem> CreateSystemFileSystem(std::string scratch_directory) {
  return std::make_unique<SystemFileSystem>(std::move(scratch_directory));
}

}  // namespace millrace
