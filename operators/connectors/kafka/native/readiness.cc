#include "operators/connectors/kafka/native/readiness.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "operators/api/error_codes.h"

namespace millrace {
namespace {

constexpr uint64_t kStopId = 0;

Status NoResources() {
  return Status(kOutsideUnreachable, std::string("sockets cannot be waited for, ") + std::strerror(errno));
}

}  // namespace

SocketReadiness::~SocketReadiness() {
  if (epoll_ < 0) return;
  const uint64_t one = 1;
  static_cast<void>(!::write(stop_event_, &one, sizeof(one)));
  thread_.join();
  ::close(stop_event_);
  ::close(epoll_);
}

Status SocketReadiness::Start() {
  if (epoll_ >= 0) return Status::Ok();
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return NoResources();
  stop_event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u64 = kStopId;
  if (stop_event_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, stop_event_, &wanted) != 0) {
    const Status status = NoResources();
    if (stop_event_ >= 0) ::close(stop_event_);
    ::close(epoll_);
    epoll_ = -1;
    return status;
  }
  thread_ = std::thread([this] { Run(); });
  return Status::Ok();
}

Result<std::unique_ptr<SocketReadiness::Watch>> SocketReadiness::Add(int fd, std::function<void()> on_ready) {
  std::unique_ptr<Watch> watch(new Watch());
  std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Start());
  watch->id_ = ++last_id_;
  watch->state_ = std::make_shared<Watch::State>();
  watch->state_->on_ready = std::move(on_ready);
  epoll_event wanted{};
  wanted.events = EPOLLONESHOT;  // nothing but failures
  wanted.data.u64 = watch->id_;
  watch->state_->is_armed = false;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted) != 0) return NoResources();
  watches_[watch->id_] = watch->state_;
  watch->fd_ = fd;
  watch->readiness_ = this;
  return watch;
}

SocketReadiness::Watch::~Watch() {
  if (readiness_ == nullptr) return;
  std::lock_guard lock(readiness_->mutex_);
  ::epoll_ctl(readiness_->epoll_, EPOLL_CTL_DEL, fd_, nullptr);
  readiness_->watches_.erase(id_);
}

void SocketReadiness::Watch::Arm(bool to_write) {
  if (state_->is_armed.exchange(true) && !to_write) return;
  epoll_event wanted{};
  wanted.events = EPOLLONESHOT | EPOLLIN | EPOLLRDHUP | (to_write ? EPOLLOUT : 0u);
  wanted.data.u64 = id_;
  ::epoll_ctl(readiness_->epoll_, EPOLL_CTL_MOD, fd_, &wanted);
}

void SocketReadiness::Run() {
  std::array<epoll_event, 64> events;
  while (true) {
    const int num_events = ::epoll_wait(epoll_, events.data(), events.size(), -1);
    for (int i = 0; i < num_events; ++i) {
      if (events[static_cast<size_t>(i)].data.u64 == kStopId) return;
      std::shared_ptr<Watch::State> state;
      {
        std::lock_guard lock(mutex_);
        const auto found = watches_.find(events[static_cast<size_t>(i)].data.u64);
        if (found != watches_.end()) state = found->second;
      }
      if (state == nullptr) continue;
      state->is_armed = false;
      state->on_ready();
    }
  }
}

}  // namespace millrace
