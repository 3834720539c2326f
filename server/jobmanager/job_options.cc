#include "server/jobmanager/job_options.h"

#include <fmt/format.h>

#include <cstdlib>

#include "core/types/type_rules.h"
#include "server/error_codes.h"

namespace millrace {
namespace {

using enum OptionType;

// clang-format off
const std::vector<OptionDescriptor> kDescriptors = {
    {"pipeline.name", kString, "", false, "Name of the job", {}},
    {"parallelism.default", kInteger, "1", false, "Subtasks of every operator that does not say otherwise", {}},
    {"pipeline.max-parallelism", kInteger, "1024", false, "Number of key groups: the upper limit of the parallelism for the life of the job's state", {}},
    {"table.exec.resource.default-parallelism", kInteger, "-1", false, "Instead of parallelism.default for SQL; -1 = not", {}},
    {"pipeline.auto-watermark-interval", kDuration, "200 ms", false, "Accepted for compatibility: watermarks follow every row", {}},
    {"execution.runtime-mode", kEnum, "STREAMING", false, "Only STREAMING", {"STREAMING"}},
    {"execution.checkpointing.interval", kDuration, "0", false, "Time between the starts of two checkpoints; 0 = only on request and at the end", {}},
    {"execution.checkpointing.mode", kEnum, "EXACTLY_ONCE", false, "Only EXACTLY_ONCE", {"EXACTLY_ONCE"}},
    {"execution.checkpointing.timeout", kDuration, "10 min", false, "A checkpoint that takes longer is dropped", {}},
    {"execution.checkpointing.min-pause", kDuration, "0", false, "Least time between the end of a checkpoint and the start of the next", {}},
    {"execution.checkpointing.num-retained", kInteger, "1", false, "Completed checkpoints that are kept", {}},
    {"execution.checkpointing.max-concurrent-checkpoints", kEnum, "1", false, "Only 1", {"1"}},
    {"execution.checkpointing.incremental", kEnum, "true", false, "Checkpoints upload only new files; always true", {"true"}},
    {"execution.checkpointing.tolerable-failed-checkpoints", kInteger, "10", false, "Failed checkpoints in a row that a job survives", {}},
    {"execution.checkpointing.savepoint-dir", kString, "", false, "Directory below which savepoints go", {}},
    {"state.backend.type", kEnum, "rocksdb", false, "Only rocksdb: tables in memory, made durable through RocksDB", {"rocksdb"}},
    {"restart-strategy.type", kEnum, "exponential-delay", false, "What follows a failed attempt", {"none", "off", "disable", "fixed-delay", "exponential-delay"}},
    {"restart-strategy.fixed-delay.attempts", kInteger, "1", false, "Restarts before the job fails", {}},
    {"restart-strategy.fixed-delay.delay", kDuration, "1 s", false, "Time before each restart", {}},
    {"restart-strategy.exponential-delay.initial-backoff", kDuration, "1 s", false, "Time before the first restart", {}},
    {"restart-strategy.exponential-delay.max-backoff", kDuration, "1 min", false, "Longest time before a restart", {}},
    {"restart-strategy.exponential-delay.backoff-multiplier", kDouble, "1.5", false, "Growth of the time from restart to restart", {}},
    {"restart-strategy.exponential-delay.reset-backoff-threshold", kDuration, "1 h", false, "Time without a failure after which the back-off starts anew", {}},
    {"table.local-time-zone", kString, "UTC", false, "Session time zone", {}},
    {"table.exec.source.idle-timeout", kDuration, "0", false, "A split without rows for so long no longer holds back the watermark; 0 = never", {}},
    {"table.exec.state.ttl", kDuration, "0", false, "State of a key that nothing has changed for so long may be dropped; 0 = never", {}},
    {"table.exec.sink.not-null-enforcer", kEnum, "ERROR", false, "What happens to a NULL for a NOT NULL column of a sink", {"ERROR", "DROP"}},
    {"table.exec.sink.upsert-materialize", kEnum, "AUTO", false, "Rows that share a primary key of an upsert sink are kept, so that the one before can come back: where the query's key lets them (AUTO), before every such sink (FORCE), never (NONE)", {"NONE", "AUTO", "FORCE"}},
    {"table.exec.mini-batch.enabled", kBoolean, "false", false, "Accepted for compatibility: rows are always processed in batches", {}},
    {"table.exec.mini-batch.allow-latency", kDuration, "0", false, "Accepted for compatibility: batches never wait", {}},
    {"table.exec.mini-batch.size", kInteger, "-1", false, "Accepted for compatibility: batch sizes adapt", {}},
    {"table.optimizer.distinct-agg.split.enabled", kBoolean, "false", false, "Accepted for compatibility: has no effect on results", {}},
    {"table.dml-sync", kBoolean, "false", false, "INSERT waits for the end of its job", {}},
    {"sql-client.execution.result-mode", kEnum, "TABLE", false, "How a terminal shows rows that change: the table that they make up now (TABLE), or change by change (CHANGELOG, TABLEAU)", {"TABLE", "CHANGELOG", "TABLEAU"}},
    {"millrace.query-start-micros", kInteger, "0", false, "Set by the server: start of the query in microseconds, for CURRENT_TIMESTAMP of bounded queries", {}},
    {"millrace.restore.allow-output-rollback", kBoolean, "false", false, "Restore although sinks have published later epochs: their rows will appear again", {}},
};
// clang-format on

Status CheckOption(const std::string& key, const std::string& value) {
  for (const OptionDescriptor& descriptor : kDescriptors) {
    if (descriptor.key != key) continue;
    Status status = ValidateOptions("job", {descriptor}, {{key, value}});
    return status;
  }
  std::vector<std::string> names;
  for (const OptionDescriptor& descriptor : kDescriptors) names.push_back(descriptor.key);
  const std::string close = ClosestName(key, names);
  Status status(kBadJobOption, fmt::format("Unknown job option: '{}'", key));
  return status.WithSuggestion(close.empty() ? "docs/operations.md lists the options of a job"
                                             : fmt::format("did you mean '{}'?", close));
}

/// Reads typed values; the values have been validated.
class OptionReader {
 public:
  explicit OptionReader(const std::map<std::string, std::string>& options) : options_(options) {}
  std::string Text(const std::string& key) const {
    auto found = options_.find(key);
    if (found != options_.end()) return found->second;
    for (const OptionDescriptor& descriptor : kDescriptors) {
      if (descriptor.key == key) return descriptor.default_value;
    }
    return "";
  }
  int64_t Millis(const std::string& key) const {
    auto parsed = ParseDurationMillis(Text(key));
    return parsed.ok() ? *parsed : 0;
  }
  int64_t Integer(const std::string& key) const { return std::strtoll(Text(key).c_str(), nullptr, 10); }
  double Double(const std::string& key) const { return std::strtod(Text(key).c_str(), nullptr); }

 private:
  const std::map<std::string, std::string>& options_;
};

void ReadRestart(const OptionReader& read, JobSettings* settings) {
  const std::string type = read.Text("restart-strategy.type");
  if (type == "fixed-delay") {
    settings->restart = JobSettings::Restart::kFixedDelay;
    settings->max_attempts = read.Integer("restart-strategy.fixed-delay.attempts");
    settings->delay_ms = read.Millis("restart-strategy.fixed-delay.delay");
  } else if (type == "exponential-delay") {
    settings->restart = JobSettings::Restart::kExponentialDelay;
    settings->delay_ms = read.Millis("restart-strategy.exponential-delay.initial-backoff");
    settings->max_delay_ms = read.Millis("restart-strategy.exponential-delay.max-backoff");
    settings->backoff_multiplier = read.Double("restart-strategy.exponential-delay.backoff-multiplier");
    settings->reset_after_ms = read.Millis("restart-strategy.exponential-delay.reset-backoff-threshold");
  } else {
    settings->restart = JobSettings::Restart::kNone;
  }
}

}  // namespace

const std::vector<OptionDescriptor>& JobOptionDescriptors() {
  return kDescriptors;
}

Result<JobSettings> ParseJobSettings(const std::map<std::string, std::string>& options) {
  for (const auto& [key, value] : options) RETURN_IF_ERROR(CheckOption(key, value));
  const OptionReader read(options);
  JobSettings settings;
  settings.checkpoint.interval_ms = read.Millis("execution.checkpointing.interval");
  settings.checkpoint.timeout_ms = read.Millis("execution.checkpointing.timeout");
  settings.checkpoint.min_pause_ms = read.Millis("execution.checkpointing.min-pause");
  settings.checkpoint.num_retained =
      static_cast<int32_t>(read.Integer("execution.checkpointing.num-retained"));
  settings.checkpoint.tolerable_failed =
      static_cast<int32_t>(read.Integer("execution.checkpointing.tolerable-failed-checkpoints"));
  if (settings.checkpoint.num_retained < 1) {
    return Status(kBadJobOption, "execution.checkpointing.num-retained must be at least 1");
  }
  ReadRestart(read, &settings);
  settings.session.time_zone = read.Text("table.local-time-zone");
  settings.session.query_start_micros = read.Integer("millrace.query-start-micros");
  return settings;
}

}  // namespace millrace
