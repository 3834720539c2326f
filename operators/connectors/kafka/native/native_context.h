#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "core/env/env.h"
#include "operators/connectors/kafka/native/client_settings.h"
#include "operators/connectors/kafka/native/readiness.h"
#include "operators/connectors/kafka/native/task_mailbox.h"

namespace millrace {

/// What the parts of a native fetcher share.
struct NativeContext {
  Env* env;
  KafkaClientSettings settings;
  std::shared_ptr<SocketReadiness> readiness;
  std::shared_ptr<TaskMailbox> mailbox;

  int64_t NowNanos() const { return env->clock().MonotonicNanos(); }
  void WakeAfter(int64_t delay_ms) const {
    static_cast<void>(
        env->io().SubmitAfter(std::chrono::milliseconds(delay_ms), [mailbox = mailbox] { mailbox->Wake(); }));
  }
  /// Runs `work` on the I/O pool and then `take` with its result on the task's thread, unless the fetcher has
  /// gone by then.
  template <class Work, class Take>
  void RunOutside(Work work, Take take) const {
    env->io().Submit([mailbox = mailbox, work = std::move(work), take = std::move(take)] {
      auto result = std::make_shared<decltype(work())>(work());
      mailbox->Post([take, result] { take(std::move(*result)); });
    });
  }
};

/// Delays between attempts, from the shortest to the longest, each twice the last.
class BackOff {
 public:
  BackOff(int64_t shortest_ms, int64_t longest_ms) : shortest_ms_(shortest_ms), longest_ms_(longest_ms) {}
  int64_t NextMs() {
    last_ms_ = last_ms_ == 0 ? shortest_ms_ : std::min(2 * last_ms_, longest_ms_);
    return last_ms_;
  }
  void Reset() { last_ms_ = 0; }

 private:
  const int64_t shortest_ms_;
  const int64_t longest_ms_;
  int64_t last_ms_ = 0;
};

}  // namespace millrace
