#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/status.h"
#include "sql/rules/plan_rewriter.h"

namespace millrace::proto {
class JobGraph;
}  // namespace millrace::proto

namespace millrace::sql {

/// What lowering takes from the session.
struct JobSettings {
  std::string name;
  uint32_t parallelism = 1;
  uint32_t max_parallelism = 0;  // 0 = the engine's default
  int64_t state_ttl_ms = 0;
  std::map<std::string, std::string> options;
};

/// Turns optimised plans into one job graph; shared nodes become one operator. Uids come from fingerprints,
/// so that an unrelated change of the script keeps them.
Result<std::shared_ptr<const proto::JobGraph>> LowerJob(const PlanRoots& roots, const JobSettings& settings);

}  // namespace millrace::sql
