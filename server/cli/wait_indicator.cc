#include "server/cli/wait_indicator.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace millrace {

WaitIndicator::WaitIndicator(std::function<std::string()> what) : what_(std::move(what)) {
  if (isatty(STDERR_FILENO) != 0) thread_ = std::thread([this] { Draw(); });
}

WaitIndicator::~WaitIndicator() {
  {
    std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WaitIndicator::Draw() {
  std::unique_lock lock(mutex_);
  int seconds = 1;
  for (; !changed_.wait_for(lock, std::chrono::seconds(1), [this] { return is_over_; }); ++seconds) {
    fmt::print(stderr, "\r\x1b[K{} ({} s)", what_(), seconds);
  }
  if (seconds > 1) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace millrace
