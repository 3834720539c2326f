#pragma once

#include <atomic>
#include <cstdint>

#include "operators/api/operator.h"

namespace millrace {

/// A number that one thread changes and any thread reads.
class Gauge {
 public:
  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(int64_t delta) {
    value_.store(value_.load(std::memory_order_relaxed) + delta, std::memory_order_relaxed);
  }
  int64_t Get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

/// What one operator subtask counts. Changed by the task's thread (connectors: by one thread each), read by
/// exporters.
class OperatorProbe final : public OperatorMetrics {
 public:
  Gauge records_in, records_out, bytes_in, bytes_out;
  Gauge late_records, bad_records;
  Gauge watermark_micros;
  Gauge source_lag_records, source_lag_millis;  // -1 = unknown
  Gauge state_rows, state_bytes;

  OperatorProbe() {
    watermark_micros.Set(Watermark::kMin);
    source_lag_records.Set(-1);
    source_lag_millis.Set(-1);
  }
  void AddLateRecords(uint64_t count) override { late_records.Add(static_cast<int64_t>(count)); }
  void AddBadRecords(uint64_t count) override { bad_records.Add(static_cast<int64_t>(count)); }
  void AddBytesIn(uint64_t bytes) override { bytes_in.Add(static_cast<int64_t>(bytes)); }
  void AddBytesOut(uint64_t bytes) override { bytes_out.Add(static_cast<int64_t>(bytes)); }
  void SetSourceLag(int64_t records, int64_t millis) override {
    source_lag_records.Set(records);
    source_lag_millis.Set(millis);
  }
};

/// How a task spends its time, in nanoseconds since its start, and its checkpoint phases.
struct TaskProbe {
  Gauge busy_nanos, idle_nanos, backpressured_nanos;
  Gauge last_alignment_micros, last_sync_micros, last_async_micros;
};

}  // namespace millrace
