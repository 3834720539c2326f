#include "operators/connectors/kafka/native/broker_stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/env/env.h"
#include "operators/api/error_codes.h"

namespace millrace {
namespace {

Status Lost(const std::string& reason) {
  return Status(kOutsideUnreachable, "connection to the broker is lost, " + reason);
}

class SocketStream : public BrokerStream {
 public:
  explicit SocketStream(int fd) : fd_(fd) {}
  ~SocketStream() override { ::close(fd_); }
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  Result<size_t> Read(std::span<char> room) override {
    const ssize_t size = ::recv(fd_, room.data(), room.size(), 0);
    if (size > 0) return static_cast<size_t>(size);
    if (size == 0) return Lost("the broker closed it");
    if (errno == EAGAIN || errno == EINTR) return size_t{0};
    return Lost(std::strerror(errno));
  }

  Result<size_t> Write(std::string_view bytes) override {
    const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0) return static_cast<size_t>(size);
    if (errno == EAGAIN || errno == EINTR) return size_t{0};
    return Lost(std::strerror(errno));
  }

  int fd() const override { return fd_; }

  void ExpectBytes(size_t size) override {
    const int wanted = static_cast<int>(std::clamp<size_t>(size, 1, kExpectedBytesMax));
    if (wanted == expected_) return;
    expected_ = wanted;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVLOWAT, &wanted, sizeof(wanted));
  }

 private:
  // Well below what the kernel buffers, so that the broker goes on sending meanwhile.
  static constexpr size_t kExpectedBytesMax = 512 << 10;

  const int fd_;
  int expected_ = 1;
};

void SetOption(int fd, int level, int option, int value) {
  // Without it the connection works as well, only slower.
  static_cast<void>(::setsockopt(fd, level, option, &value, sizeof(value)));
}

/// A connected socket; -1 with the reason in `*why`.
int ConnectOne(const addrinfo& target, const KafkaClientSettings& settings, int64_t deadline_nanos, Env* env,
               std::string* why) {
  const int fd = ::socket(target.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, target.ai_protocol);
  if (fd < 0) {
    *why = std::strerror(errno);
    return -1;
  }
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, settings.nagle ? 0 : 1);
  if (settings.keepalive) SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (settings.receive_buffer_bytes > 0) SetOption(fd, SOL_SOCKET, SO_RCVBUF, settings.receive_buffer_bytes);
  if (settings.send_buffer_bytes > 0) SetOption(fd, SOL_SOCKET, SO_SNDBUF, settings.send_buffer_bytes);
  int error = ::connect(fd, target.ai_addr, target.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    const Result<bool> ready = WaitForSocket(fd, true, deadline_nanos, env);
    socklen_t size = sizeof(error);
    if (!ready.ok() || !*ready) {
      error = ETIMEDOUT;
    } else if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
      error = errno;
    }
  }
  if (error == 0) return fd;
  *why = std::strerror(error);
  ::close(fd);
  return -1;
}

}  // namespace

Result<bool> WaitForSocket(int fd, bool to_write, int64_t deadline_nanos, Env* env) {
  pollfd wanted{fd, static_cast<short>(to_write ? POLLOUT : POLLIN), 0};
  while (true) {
    const int64_t left_nanos = deadline_nanos - env->clock().MonotonicNanos();
    if (left_nanos <= 0) return false;
    const int result =
        ::poll(&wanted, 1, static_cast<int>(std::min<int64_t>(left_nanos / 1'000'000 + 1, 60'000)));
    if (result > 0) return true;
    if (result < 0 && errno != EINTR) return Lost(std::strerror(errno));
  }
}

Result<std::unique_ptr<BrokerStream>> ConnectTcp(const BrokerAddress& address,
                                                 const KafkaClientSettings& settings, Env* env) {
  const int64_t deadline_nanos = env->clock().MonotonicNanos() + settings.connect_timeout_ms * 1'000'000;
  addrinfo hints{};
  hints.ai_family = settings.address_family;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error != 0) {
    return Status(kOutsideUnreachable, "name of a broker cannot be resolved, " +
                                           std::string(::gai_strerror(error)) + ": '" + address.host + "'");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> targets(found, &::freeaddrinfo);
  std::string why = "it has no address";
  for (const addrinfo* target = targets.get(); target != nullptr; target = target->ai_next) {
    const int fd = ConnectOne(*target, settings, deadline_nanos, env, &why);
    if (fd >= 0) return std::unique_ptr<BrokerStream>(std::make_unique<SocketStream>(fd));
  }
  return Status(kOutsideUnreachable, "broker cannot be reached, " + why + ": '" + address.ToString() + "'");
}

}  // namespace millrace
