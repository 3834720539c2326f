#pragma once

#include <map>
#include <mutex>
#include <string>

#include "state/object_store.h"

namespace millrace {

class Env;

/// An object store in memory; files are read and written through the environment.
class MemoryStore final : public ObjectStore {
 public:
  explicit MemoryStore(Env& env) : env_(env) {}
  Status Put(const std::string& path, std::string_view bytes) override;
  Status PutFile(const std::string& path, const std::string& local_file) override;
  Result<std::string> Get(const std::string& path) override;
  Status GetToFile(const std::string& path, const std::string& local_file) override;
  Status CreateIfAbsent(const std::string& path, std::string_view bytes) override;
  Result<std::vector<ObjectInfo>> List(const std::string& prefix) override;
  Status Delete(const std::string& path) override;
  std::string Uri(const std::string& path) const override { return "memory://" + path; }

 private:
  Env& env_;
  std::mutex mutex_;
  std::map<std::string, std::string> objects_;  // guarded by mutex_
};

}  // namespace millrace
