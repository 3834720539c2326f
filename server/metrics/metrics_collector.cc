#include "server/metrics/metrics_collector.h"

#include <dirent.h>
#include <prometheus/metric_family.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

#include "server/version.h"

namespace millrace {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr std::array<double, 10> kDurationBounds = {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300};
constexpr std::array<const char*, 10> kStates = {"INITIALIZING", "CREATED", "RUNNING",    "RESTARTING",
                                                 "FAILING",      "FAILED",  "CANCELLING", "CANCELED",
                                                 "SUSPENDED",    "FINISHED"};
constexpr int64_t kEndedJobMicros = int64_t{24} * 3600 * 1'000'000;
constexpr size_t kEndedJobsMax = 100;

/// Families in the order in which they were first used.
class Families {
 public:
  void Gauge(const char* name, const char* help, Labels labels, double value) {
    Add(name, help, MetricType::Gauge, std::move(labels)).gauge.value = value;
  }
  void Counter(const char* name, const char* help, Labels labels, double value) {
    Add(name, help, MetricType::Counter, std::move(labels)).counter.value = value;
  }
  ClientMetric& Add(const char* name, const char* help, MetricType type, Labels labels) {
    auto found = std::find_if(families_.begin(), families_.end(),
                              [&](const MetricFamily& f) { return f.name == name; });
    if (found == families_.end()) {
      families_.push_back({name, help, type, {}});
      found = families_.end() - 1;
    }
    ClientMetric metric;
    for (auto& [label, value] : labels) metric.label.push_back({label, value});
    found->metric.push_back(std::move(metric));
    return found->metric.back();
  }
  std::vector<MetricFamily> Take() { return std::move(families_); }

 private:
  std::vector<MetricFamily> families_;
};

double Seconds(int64_t nanos) {
  return static_cast<double>(nanos) / 1e9;
}

void AddProcess(Families& out) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  out.Counter("process_cpu_seconds_total", "User and system time of the process", {},
              seconds(usage.ru_utime) + seconds(usage.ru_stime));
  std::ifstream statm("/proc/self/statm");
  uint64_t total_pages = 0;
  uint64_t resident_pages = 0;
  statm >> total_pages >> resident_pages;
  out.Gauge("process_resident_memory_bytes", "Resident memory", {},
            static_cast<double>(resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  int descriptors = 0;
  if (DIR* directory = opendir("/proc/self/fd")) {
    while (readdir(directory) != nullptr) ++descriptors;
    closedir(directory);
  }
  out.Gauge("process_open_fds", "Open file descriptors", {}, std::max(0, descriptors - 3));
}

double ProcessStartSeconds() {
  std::ifstream stat("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  const size_t behind_name = text.rfind(')');
  uint64_t ticks = 0;
  if (behind_name != std::string::npos) {
    const char* at = text.c_str() + behind_name + 1;
    for (int field = 3; field < 22 && *at != 0; ++field)
      at = std::find(at + 1, text.c_str() + text.size(), ' ');
    ticks = std::strtoull(at, nullptr, 10);
  }
  std::ifstream system("/proc/stat");
  std::string word;
  uint64_t boot_seconds = 0;
  while (system >> word) {
    if (word == "btime") {
      system >> boot_seconds;
      break;
    }
  }
  return static_cast<double>(boot_seconds) +
         static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

MetricsCollector::MetricsCollector(Engine& engine) : engine_(engine) {
  subscription_ =
      engine.jobs().Subscribe([this](const JobNotice& notice, const JobView& job) { OnNotice(notice, job); });
}

MetricsCollector::~MetricsCollector() = default;

void MetricsCollector::OnNotice(const JobNotice& notice, const JobView& job) {
  if (notice.kind != JobNotice::Kind::kCheckpoint || job.checkpoints.empty()) return;
  const CheckpointView& checkpoint = job.checkpoints.back();
  std::lock_guard lock(mutex_);
  CheckpointCounts& counts = checkpoints_[job.name];
  counts.duration_buckets.resize(kDurationBounds.size() + 1);
  if (checkpoint.status == CheckpointView::Status::kFailed) ++counts.failed;
  if (checkpoint.status != CheckpointView::Status::kCompleted) return;
  ++counts.completed;
  const double seconds = static_cast<double>(checkpoint.duration_micros) / 1e6;
  counts.duration_seconds_sum += seconds;
  const auto bucket =
      std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), seconds) - kDurationBounds.begin();
  ++counts.duration_buckets[static_cast<size_t>(bucket)];
}

std::vector<MetricFamily> MetricsCollector::Collect() const {
  Families out;
  out.Gauge("millrace_build_info", "Always 1", {{"version", std::string(kVersion)}}, 1);
  std::vector<JobView> jobs = engine_.jobs().List();
  std::map<std::string, int> by_state;
  for (const char* state : kStates) by_state[state] = 0;
  for (const JobView& job : jobs) ++by_state[std::string(JobStateName(job.state))];
  for (const auto& [state, count] : by_state)
    out.Gauge("millrace_jobs", "Jobs in each state", {{"state", state}}, count);

  // The series of an ended job stay for a day, and while fewer than a hundred have ended behind it.
  const int64_t now = engine_.env().clock().WallMicros();
  size_t ended = 0;
  std::set<std::string> names;
  std::erase_if(jobs, [&](const JobView& job) {
    const bool gone =
        IsTerminal(job.state) && (++ended > kEndedJobsMax || now - job.ended_micros > kEndedJobMicros);
    return gone || !names.insert(job.name).second;  // of one name the newest
  });
  std::lock_guard lock(mutex_);
  for (const JobView& job : jobs) {
    for (const char* state : kStates) {
      out.Gauge("millrace_job_state", "1 for the state the job is in", {{"job", job.name}, {"state", state}},
                JobStateName(job.state) == state ? 1 : 0);
    }
    out.Counter("millrace_job_restarts_total", "Restarts after an error", {{"job", job.name}}, job.restarts);
    const auto counts = checkpoints_.find(job.name);
    const CheckpointCounts none{.duration_buckets = std::vector<uint64_t>(kDurationBounds.size() + 1)};
    const CheckpointCounts& count = counts == checkpoints_.end() ? none : counts->second;
    out.Counter("millrace_checkpoints_total", "Checkpoints and savepoints",
                {{"job", job.name}, {"result", "completed"}}, static_cast<double>(count.completed));
    out.Counter("millrace_checkpoints_total", "Checkpoints and savepoints",
                {{"job", job.name}, {"result", "failed"}}, static_cast<double>(count.failed));
    ClientMetric& histogram =
        out.Add("millrace_checkpoint_duration_seconds", "Trigger to commit point of completed checkpoints",
                MetricType::Histogram, {{"job", job.name}});
    uint64_t cumulative = 0;
    for (size_t i = 0; i < count.duration_buckets.size(); ++i) {
      cumulative += count.duration_buckets[i];
      const double bound =
          i < kDurationBounds.size() ? kDurationBounds[i] : std::numeric_limits<double>::infinity();
      histogram.histogram.bucket.push_back({cumulative, bound});
    }
    histogram.histogram.sample_count = cumulative;
    histogram.histogram.sample_sum = count.duration_seconds_sum;
    for (auto checkpoint = job.checkpoints.rbegin(); checkpoint != job.checkpoints.rend(); ++checkpoint) {
      if (checkpoint->status != CheckpointView::Status::kCompleted) continue;
      const auto phase = [&](const char* name, int64_t micros) {
        out.Gauge("millrace_checkpoint_phase_seconds", "Longest subtask of the last completed checkpoint",
                  {{"job", job.name}, {"phase", name}}, static_cast<double>(micros) / 1e6);
      };
      phase("alignment", checkpoint->alignment_micros_max);
      phase("sync", checkpoint->sync_micros_max);
      phase("async", checkpoint->async_micros_max);
      out.Gauge("millrace_checkpoint_last_epoch", "Epoch of the last completed checkpoint",
                {{"job", job.name}}, static_cast<double>(checkpoint->epoch.value));
      out.Gauge("millrace_checkpoint_last_completed_timestamp_seconds", "When it completed",
                {{"job", job.name}},
                static_cast<double>(checkpoint->triggered_micros + checkpoint->duration_micros) / 1e6);
      out.Gauge("millrace_checkpoint_last_size_bytes", "All files that it refers to", {{"job", job.name}},
                static_cast<double>(checkpoint->full_bytes));
      out.Gauge("millrace_checkpoint_last_uploaded_bytes", "Files that were new in it", {{"job", job.name}},
                static_cast<double>(checkpoint->uploaded_bytes));
      break;
    }
  }
  // A new attempt counts from 0 again: what the former ones had counted is the base.
  const auto counter = [&](const char* name, const char* help, const Labels& labels, double value) {
    std::string series = name;
    for (const auto& [label, text] : labels) series += '\n' + text;
    auto& [base, last] = counters_[series];
    if (value < last) base += last;
    last = value;
    out.Counter(name, help, labels, base + value);
  };
  engine_.worker().ForEachExecution([&](const JobExecution& execution) {
    const std::string& job = execution.services().job_name;
    for (const auto& task : execution.tasks()) {
      const std::string subtask = std::to_string(task->descriptor().subtask());
      const Labels task_labels = {
          {"job", job}, {"task", task->operators().front()->operator_uid()}, {"subtask", subtask}};
      counter("millrace_task_busy_seconds_total", "Time spent working", task_labels,
              Seconds(task->probe().busy_nanos.Get()));
      counter("millrace_task_idle_seconds_total", "Time without input", task_labels,
              Seconds(task->probe().idle_nanos.Get()));
      counter("millrace_task_backpressured_seconds_total", "Time waiting for room in an output", task_labels,
              Seconds(task->probe().backpressured_nanos.Get()));
      for (const auto& chained : task->operators()) {
        const OperatorProbe& probe = *chained->shared_probe();
        const Labels labels = {{"job", job}, {"operator", chained->operator_uid()}, {"subtask", subtask}};
        const auto count = [&](const char* name, const char* help, const Gauge& gauge) {
          counter(name, help, labels, static_cast<double>(gauge.Get()));
        };
        count("millrace_operator_records_in_total", "Rows read", probe.records_in);
        count("millrace_operator_records_out_total", "Rows passed on or written", probe.records_out);
        count("millrace_operator_bytes_in_total", "Bytes read", probe.bytes_in);
        count("millrace_operator_bytes_out_total", "Bytes written", probe.bytes_out);
        count("millrace_operator_late_records_total", "Rows dropped behind the watermark",
              probe.late_records);
        count("millrace_operator_bad_records_total", "Records that were skipped", probe.bad_records);
        const int64_t watermark = probe.watermark_micros.Get();
        if (watermark != Watermark::kMin && watermark != Watermark::kMax) {
          out.Gauge("millrace_operator_watermark_timestamp_seconds",
                    "Event time up to which the operator is complete", labels,
                    static_cast<double>(watermark) / 1e6);
        }
        if (chained->keyed_state_or_null() != nullptr) {
          out.Gauge("millrace_operator_state_rows", "Rows of keyed state", labels,
                    static_cast<double>(probe.state_rows.Get()));
          out.Gauge("millrace_operator_state_bytes", "Bytes of keyed state in memory", labels,
                    static_cast<double>(probe.state_bytes.Get()));
        }
        if (probe.source_lag_records.Get() >= 0) {
          out.Gauge("millrace_source_lag_records", "Records that are there and not read yet", labels,
                    static_cast<double>(probe.source_lag_records.Get()));
        }
        if (probe.source_lag_millis.Get() >= 0) {
          out.Gauge("millrace_source_lag_seconds", "Age of the record read last", labels,
                    static_cast<double>(probe.source_lag_millis.Get()) / 1e3);
        }
      }
    }
  });
  out.Gauge("millrace_memory_budget_bytes", "The limit for keyed state in memory", {},
            static_cast<double>(engine_.worker().memory().limit_bytes()));
  out.Gauge("millrace_memory_used_bytes", "In use of it", {},
            static_cast<double>(engine_.worker().memory().used_bytes()));
  AddProcess(out);
  static const double kStart = ProcessStartSeconds();
  out.Gauge("process_start_time_seconds", "Start of the process in seconds since 1970", {}, kStart);
  return out.Take();
}

}  // namespace millrace
