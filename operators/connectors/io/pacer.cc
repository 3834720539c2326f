#include "operators/connectors/io/pacer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>

namespace millrace {
namespace {

constexpr double kNanosPerSecond = 1e9;

}  // namespace

/// Outlives the pacer while the timer's callback runs.
struct Pacer::Alarm {
  std::mutex mutex;
  std::function<void()> wakeup;  // null when it has rung or the pacer is gone

  void Ring() {
    std::lock_guard lock(mutex);
    if (const std::function<void()> call = std::move(wakeup)) {
      wakeup = nullptr;
      call();
    }
  }
};

Pacer::Pacer(Env* env, double rows_per_second)
    : env_(env),
      rows_per_second_(rows_per_second),
      start_nanos_(env->clock().MonotonicNanos()),
      alarm_(std::make_shared<Alarm>()) {
}

Pacer::~Pacer() {
  if (timer_ != nullptr) timer_->Cancel();
  std::lock_guard lock(alarm_->mutex);
  alarm_->wakeup = nullptr;
}

double Pacer::Due() const {
  return static_cast<double>(env_->clock().MonotonicNanos() - start_nanos_) / kNanosPerSecond *
         rows_per_second_;
}

uint64_t Pacer::Allowed(uint64_t num_wanted) {
  if (rows_per_second_ <= 0) return num_wanted;
  double open = Due() - static_cast<double>(num_taken_);
  const double burst_max = std::max(1.0, rows_per_second_);
  if (open > burst_max) {
    // What was missed while nobody asked is not made up for.
    start_nanos_ += static_cast<int64_t>((open - burst_max) / rows_per_second_ * kNanosPerSecond);
    open = burst_max;
  }
  return open < 1 ? 0 : std::min(num_wanted, static_cast<uint64_t>(open));
}

void Pacer::WakeWhenAllowed(const std::function<void()>& wakeup) {
  {
    std::lock_guard lock(alarm_->mutex);
    const bool is_set = alarm_->wakeup != nullptr;
    alarm_->wakeup = wakeup ? wakeup : [] {};
    if (is_set) return;
  }
  const double missing = static_cast<double>(num_taken_) + 1 - Due();
  const auto delay =
      static_cast<int64_t>(std::ceil(std::max(missing, 0.0) / rows_per_second_ * kNanosPerSecond));
  // Rows come in handfuls, not one by one: waking costs more than a row.
  constexpr int64_t kDelayNanosMin = 1'000'000;
  timer_ = env_->io().SubmitAfter(std::chrono::nanoseconds(std::max(delay, kDelayNanosMin)),
                                  [alarm = alarm_] { alarm->Ring(); });
}

}  // namespace millrace
