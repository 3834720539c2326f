#include "tests/unit/connectors/fake_env.h"

#include <algorithm>

#include "core/check.h"
#include "core/error_codes.h"

namespace millrace {
namespace {

Status NotFound(const std::string& path) {
  return Status(kFileNotFound, "no such file: " + path);
}

bool IsBelow(const std::string& path, const std::string& directory) {
  return path.size() > directory.size() && path.compare(0, directory.size(), directory) == 0 &&
         path[directory.size()] == '/';
}

}  // namespace

class FakeExecutor::FakeTimer : public Executor::Timer {
 public:
  explicit FakeTimer(std::shared_ptr<std::function<void()>> work) : work_(std::move(work)) {}
  void Cancel() override { *work_ = nullptr; }

 private:
  std::shared_ptr<std::function<void()>> work_;
};

std::unique_ptr<Executor::Timer> FakeExecutor::SubmitAfter(std::chrono::nanoseconds delay,
                                                           std::function<void()> work) {
  auto shared = std::make_shared<std::function<void()>>(std::move(work));
  timers_.emplace(clock_->micros + (delay.count() + 999) / 1000, shared);
  return std::make_unique<FakeTimer>(shared);
}

bool FakeExecutor::RunOne() {
  if (work_.empty()) return false;
  const std::function<void()> work = std::move(work_.front());
  work_.pop_front();
  work();
  return true;
}

void FakeExecutor::RunAll() {
  for (int i = 0; i < 100'000; ++i) {
    if (!RunOne()) return;
  }
  CHECK(false);
}

void FakeExecutor::Advance(int64_t micros) {
  clock_->micros += micros;
  while (!timers_.empty() && timers_.begin()->first <= clock_->micros) {
    const auto work = timers_.begin()->second;
    timers_.erase(timers_.begin());
    if (*work) (*work)();
  }
}

class FakeFileSystem::FakeFile : public WritableFile {
 public:
  FakeFile(FakeFileSystem* owner, std::string path) : owner_(owner), path_(std::move(path)) {}
  Status Append(std::string_view bytes) override {
    RETURN_IF_ERROR(owner_->CheckWrite(path_));
    Entry& entry = owner_->files_.at(path_);
    entry.bytes.append(bytes);
    entry.modified_micros = owner_->clock_->micros;
    return Status::Ok();
  }
  Status Sync() override {
    RETURN_IF_ERROR(owner_->CheckWrite(path_));
    owner_->files_.at(path_).num_synced = owner_->files_.at(path_).bytes.size();
    return Status::Ok();
  }
  Status Close() override { return Status::Ok(); }

 private:
  FakeFileSystem* owner_;
  std::string path_;
};

void FakeFileSystem::Put(const std::string& path, const std::string& bytes) {
  files_[path] = {bytes, bytes.size(), clock_->micros};
  CHECK(CreateDirectories(path.substr(0, path.rfind('/'))).ok());
}

std::vector<std::string> FakeFileSystem::Paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, entry] : files_) paths.push_back(path);
  return paths;
}

std::string FakeFileSystem::Content(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? "(missing)" : found->second.bytes;
}

void FakeFileSystem::Crash() {
  for (auto& [path, entry] : files_) entry.bytes.resize(entry.num_synced);
  failures_ = 0;
}

Status FakeFileSystem::CheckWrite(const std::string& path) {
  if (failures_ == 0) return Status::Ok();
  --failures_;
  return Status(kFileIo, "disk is gone: " + path);
}

bool FakeFileSystem::IsDirectory(const std::string& path) const {
  return directories_.count(path) > 0;
}

Result<std::string> FakeFileSystem::ReadFile(const std::string& path) {
  return ReadAt(path, 0, UINT64_MAX);
}

Result<std::string> FakeFileSystem::ReadAt(const std::string& path, uint64_t offset, uint64_t length) {
  const auto found = files_.find(path);
  if (found == files_.end()) return NotFound(path);
  const std::string& bytes = found->second.bytes;
  return offset >= bytes.size() ? std::string() : bytes.substr(offset, length);
}

Result<std::unique_ptr<WritableFile>> FakeFileSystem::Create(const std::string& path) {
  RETURN_IF_ERROR(CheckWrite(path));
  if (!IsDirectory(path.substr(0, path.rfind('/')))) return NotFound(path);
  files_[path] = {"", 0, clock_->micros};
  return std::unique_ptr<WritableFile>(std::make_unique<FakeFile>(this, path));
}

Result<std::unique_ptr<WritableFile>> FakeFileSystem::OpenAppend(const std::string& path) {
  if (files_.count(path) == 0) return Create(path);
  return std::unique_ptr<WritableFile>(std::make_unique<FakeFile>(this, path));
}

Status FakeFileSystem::WriteFileAtomically(const std::string& path, std::string_view bytes) {
  RETURN_IF_ERROR(CheckWrite(path));
  Put(path, std::string(bytes));
  return Status::Ok();
}

Status FakeFileSystem::CreateFileExclusively(const std::string& path, std::string_view bytes) {
  if (Exists(path)) return Status(kFileExists, "file exists: " + path);
  return WriteFileAtomically(path, bytes);
}

Result<std::vector<FileInfo>> FakeFileSystem::ListDirectory(const std::string& path) {
  if (!IsDirectory(path)) return NotFound(path);
  std::map<std::string, FileInfo> entries;
  for (const auto& [file, entry] : files_) {
    if (!IsBelow(file, path)) continue;
    const std::string name = file.substr(path.size() + 1);
    if (name.find('/') == std::string::npos)
      entries[name] = {name, false, entry.bytes.size(), entry.modified_micros};
  }
  for (const std::string& directory : directories_) {
    if (!IsBelow(directory, path)) continue;
    const std::string name = directory.substr(path.size() + 1);
    if (name.find('/') == std::string::npos) entries[name] = {name, true, 0, 0};
  }
  std::vector<FileInfo> list;
  for (const auto& [name, info] : entries) list.push_back(info);
  return list;
}

Result<FileInfo> FakeFileSystem::Stat(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  if (IsDirectory(path)) return FileInfo{name, true, 0, 0};
  const auto found = files_.find(path);
  if (found == files_.end()) return NotFound(path);
  return FileInfo{name, false, found->second.bytes.size(), found->second.modified_micros};
}

bool FakeFileSystem::Exists(const std::string& path) {
  return files_.count(path) > 0 || IsDirectory(path);
}

Status FakeFileSystem::CreateDirectories(const std::string& path) {
  RETURN_IF_ERROR(CheckWrite(path));
  for (size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    directories_.insert(path.substr(0, at));
    if (at == std::string::npos) return Status::Ok();
  }
}

Status FakeFileSystem::Rename(const std::string& from, const std::string& to) {
  RETURN_IF_ERROR(CheckWrite(from));
  const auto found = files_.find(from);
  if (found == files_.end()) return NotFound(from);
  Entry entry = std::move(found->second);
  files_.erase(found);
  files_[to] = std::move(entry);
  return Status::Ok();
}

Status FakeFileSystem::HardLinkOrCopy(const std::string& from, const std::string& to) {
  if (files_.count(from) == 0) return NotFound(from);
  files_[to] = files_[from];
  return Status::Ok();
}

Status FakeFileSystem::RemoveFile(const std::string& path) {
  RETURN_IF_ERROR(CheckWrite(path));
  return files_.erase(path) > 0 ? Status::Ok() : NotFound(path);
}

Status FakeFileSystem::RemoveRecursively(const std::string& path) {
  std::erase_if(files_,
                [&path](const auto& entry) { return entry.first == path || IsBelow(entry.first, path); });
  std::erase_if(directories_, [&path](const auto& name) { return name == path || IsBelow(name, path); });
  return Status::Ok();
}

}  // namespace millrace
