#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace millrace {

/// Says on stderr what is being waited for, and for how many seconds, while it exists: only on a terminal and
/// only once it takes longer than a second. Its line is gone afterwards.
class WaitIndicator {
 public:
  explicit WaitIndicator(std::string what) : WaitIndicator([what] { return what; }) {}
  /// `what` is called each time the line is drawn, from another thread.
  explicit WaitIndicator(std::function<std::string()> what);
  ~WaitIndicator();
  WaitIndicator(const WaitIndicator&) = delete;
  WaitIndicator& operator=(const WaitIndicator&) = delete;

 private:
  void Draw();

  const std::function<std::string()> what_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_ = false;  // guarded by mutex_
  std::thread thread_;    // not running when stderr is no terminal
};

}  // namespace millrace
