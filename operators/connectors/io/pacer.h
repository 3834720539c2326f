#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/env/env.h"

namespace millrace {

/// Spreads rows over time: `rows_per_second` on average, and never more than one second's worth at once.
/// Owned and called by one thread; wake-ups come from the executor's.
class Pacer {
 public:
  /// 0 = as fast as they are asked for.
  Pacer(Env* env, double rows_per_second);
  ~Pacer();

  /// How many of `num_wanted` rows may come now.
  uint64_t Allowed(uint64_t num_wanted);
  void Took(uint64_t num_rows) { num_taken_ += num_rows; }
  /// Calls `wakeup` once, when the next row may come.
  void WakeWhenAllowed(const std::function<void()>& wakeup);

 private:
  /// Rows due since the start.
  double Due() const;

  Env* env_;
  const double rows_per_second_;
  int64_t start_nanos_;
  uint64_t num_taken_ = 0;
  struct Alarm;
  std::shared_ptr<Alarm> alarm_;
  std::unique_ptr<Executor::Timer> timer_;
};

}  // namespace millrace
