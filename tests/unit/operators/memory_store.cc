#include "tests/unit/operators/memory_store.h"

#include "core/env/env.h"
#include "core/error_codes.h"

namespace millrace {

Status MemoryStore::Put(const std::string& path, std::string_view bytes) {
  std::lock_guard lock(mutex_);
  objects_[path] = std::string(bytes);
  return Status::Ok();
}

Status MemoryStore::PutFile(const std::string& path, const std::string& local_file) {
  ASSIGN_OR_RETURN(const std::string bytes, env_.files().ReadFile(local_file));
  return Put(path, bytes);
}

Result<std::string> MemoryStore::Get(const std::string& path) {
  std::lock_guard lock(mutex_);
  const auto found = objects_.find(path);
  if (found == objects_.end()) return Status(kFileNotFound, "no such object: " + path);
  return found->second;
}

Status MemoryStore::GetToFile(const std::string& path, const std::string& local_file) {
  ASSIGN_OR_RETURN(const std::string bytes, Get(path));
  return env_.files().WriteFileAtomically(local_file, bytes);
}

Status MemoryStore::CreateIfAbsent(const std::string& path, std::string_view bytes) {
  std::lock_guard lock(mutex_);
  if (!objects_.emplace(path, bytes).second) return Status(kFileExists, "object exists: " + path);
  return Status::Ok();
}

Result<std::vector<ObjectInfo>> MemoryStore::List(const std::string& prefix) {
  std::lock_guard lock(mutex_);
  std::vector<ObjectInfo> infos;
  for (auto it = objects_.lower_bound(prefix); it != objects_.end() && it->first.starts_with(prefix); ++it) {
    infos.push_back({it->first, it->second.size()});
  }
  return infos;
}

Status MemoryStore::Delete(const std::string& path) {
  std::lock_guard lock(mutex_);
  objects_.erase(path);
  return Status::Ok();
}

}  // namespace millrace
