#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"

namespace millrace {

class Env;

struct ObjectInfo {
  std::string path;
  uint64_t size_bytes = 0;
};

/// Whole objects by path ("a/b/c"), as in a bucket; a directory implements it today. Thread-safe; every call
/// may block. What Put returned ok() for survives a crash. Errors name the path.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  virtual Status Put(const std::string& path, std::string_view bytes) = 0;
  /// Replaces an object of that path, as Put does. The file's bytes must never change afterwards: it may
  /// become a link.
  virtual Status PutFile(const std::string& path, const std::string& local_file) = 0;
  virtual Result<std::string> Get(const std::string& path) = 0;  // kFileNotFound when missing
  /// `local_file` must be absent; its bytes must not be changed in place (it may be a link).
  virtual Status GetToFile(const std::string& path, const std::string& local_file) = 0;
  /// kFileExists when there is an object of that path already; atomic against other writers.
  virtual Status CreateIfAbsent(const std::string& path, std::string_view bytes) = 0;
  virtual Result<std::vector<ObjectInfo>> List(const std::string& prefix) = 0;  // sorted by path
  virtual Status Delete(const std::string& path) = 0;                           // ok when missing
  /// For messages: "file:///var/lib/...".
  virtual std::string Uri(const std::string& path) const = 0;
};

/// The store behind "file:///dir" or a plain path; other schemes are kUnsupportedStore.
Result<std::unique_ptr<ObjectStore>> OpenObjectStore(const std::string& uri, Env& env);

}  // namespace millrace
