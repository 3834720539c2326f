#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "server/engine.h"
#include "sql/session/session.h"

namespace millrace {

/// The SQL sessions of a server's clients by id. Thread-safe; a session runs one script at a time.
class SqlSessions {
 public:
  SqlSessions(Engine& engine, uint32_t default_parallelism, int64_t idle_timeout_ms);

  struct Entry {
    explicit Entry(sql::SessionOptions options) : session(std::move(options)) {}
    std::unique_ptr<sql::Catalog> scratch;  // of a transient session
    std::mutex running;                     // held while a script runs
    sql::Session session;
    std::string id;
    int64_t last_used_ms = 0;
  };
  /// The session of that id, made when "" or unknown (an id is then chosen for ""). Forgets idle ones.
  std::shared_ptr<Entry> Get(const std::string& id);
  /// A session that nobody else sees, over a scratch copy of the catalog: for EXPLAIN, validation, and
  /// scripts that are submitted as jobs, whose definitions are theirs alone.
  std::shared_ptr<Entry> MakeTransient();

 private:
  std::shared_ptr<Entry> Make(const std::string& id, std::unique_ptr<sql::Catalog> scratch);

  Engine& engine_;
  const uint32_t default_parallelism_;
  const int64_t idle_timeout_ms_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> sessions_;  // guarded by mutex_
};

}  // namespace millrace
