#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "core/status.h"

namespace millrace {

/// Tells when sockets can be read or written: one thread for all connections of a process, which only waits
/// and calls; the bytes are read by the connection's owner. Plain epoll, for a watch reports once and then
/// nothing until it is armed again: while rows are decoded, arriving bytes wake nobody. Thread-safe.
class SocketReadiness {
 public:
  SocketReadiness() = default;
  ~SocketReadiness();
  SocketReadiness(const SocketReadiness&) = delete;
  SocketReadiness& operator=(const SocketReadiness&) = delete;

  /// One socket, watched until destruction, which has to come before the socket is closed. Single-owner.
  class Watch {
   public:
    ~Watch();
    /// Calls `on_ready` once as soon as the socket can be read (or written) or has failed; at once when it
    /// can already.
    void Arm(bool to_write);

   private:
    friend class SocketReadiness;
    struct State {
      std::function<void()> on_ready;
      std::atomic<bool> is_armed = false;
    };
    SocketReadiness* readiness_ = nullptr;
    uint64_t id_ = 0;
    int fd_ = -1;
    std::shared_ptr<State> state_;
  };

  /// `on_ready` is called on the thread of this class, and perhaps once more just after the watch's end.
  Result<std::unique_ptr<Watch>> Add(int fd, std::function<void()> on_ready);

 private:
  Status Start();  // with mutex_ held
  void Run();

  std::mutex mutex_;
  int epoll_ = -1;  // -1: not started; the rest is guarded by mutex_
  int stop_event_ = -1;
  uint64_t last_id_ = 0;
  std::unordered_map<uint64_t, std::shared_ptr<Watch::State>> watches_;
  std::thread thread_;
};

}  // namespace millrace
