#include "server/api/sql_sessions.h"

#include <fmt/format.h>

#include "server/jobmanager/job_options.h"

namespace millrace {

SqlSessions::SqlSessions(Engine& engine, uint32_t default_parallelism, int64_t idle_timeout_ms)
    : engine_(engine), default_parallelism_(default_parallelism), idle_timeout_ms_(idle_timeout_ms) {
}

std::shared_ptr<SqlSessions::Entry> SqlSessions::Make(const std::string& id,
                                                      std::unique_ptr<sql::Catalog> scratch) {
  sql::SessionOptions options{.descriptors = &engine_.descriptors(),
                              .catalog = scratch ? scratch.get() : &engine_.catalog(),
                              .known_options = &JobOptionDescriptors(),
                              .now_micros = engine_.env().clock().WallMicros(),
                              .default_parallelism = default_parallelism_};
  auto entry = std::make_shared<Entry>(std::move(options));
  entry->scratch = std::move(scratch);
  entry->id = id.empty() ? fmt::format("{:016x}", engine_.env().random().Next64()) : id;
  return entry;
}

std::shared_ptr<SqlSessions::Entry> SqlSessions::MakeTransient() {
  return Make("", engine_.catalog().MakeScratch());
}

std::shared_ptr<SqlSessions::Entry> SqlSessions::Get(const std::string& id) {
  const int64_t now_ms = engine_.env().clock().MonotonicNanos() / 1'000'000;
  std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& session) {
    return session.second.use_count() == 1 && now_ms - session.second->last_used_ms > idle_timeout_ms_;
  });
  auto found = sessions_.find(id);
  if (id.empty() || found == sessions_.end()) {
    auto entry = Make(id, nullptr);
    found = sessions_.emplace(entry->id, std::move(entry)).first;
  }
  found->second->last_used_ms = now_ms;
  return found->second;
}

}  // namespace millrace
