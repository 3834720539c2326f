#include "tests/unit/connectors/fake_kafka_broker.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "core/check.h"

namespace millrace {
namespace {

bool ReadAll(int fd, char* room, size_t size) {
  for (size_t have = 0; have < size;) {
    const ssize_t got = ::recv(fd, room + have, size - have, 0);
    if (got <= 0) return false;
    have += static_cast<size_t>(got);
  }
  return true;
}

}  // namespace

FakeKafkaBroker::FakeKafkaBroker(OfferedVersions offered, Handler handler)
    : offered_(std::move(offered)), handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  socklen_t size = sizeof(address);
  CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  CHECK(::listen(listener_, 16) == 0);
  acceptor_ = std::thread([this] { Accept(); });
}

FakeKafkaBroker::~FakeKafkaBroker() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  std::vector<std::thread> servers;
  {
    std::lock_guard lock(mutex_);
    for (const int fd : connections_) ::shutdown(fd, SHUT_RDWR);
    servers.swap(servers_);
  }
  for (std::thread& server : servers) server.join();
  for (const int fd : connections_) ::close(fd);
}

void FakeKafkaBroker::Accept() {
  while (true) {
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    std::lock_guard lock(mutex_);
    connections_.push_back(fd);
    servers_.emplace_back([this, fd] { Serve(fd); });
  }
}

void FakeKafkaBroker::Serve(int fd) {
  while (ServeOne(fd)) {
  }
  ::shutdown(fd, SHUT_RDWR);
}

bool FakeKafkaBroker::ServeOne(int fd) {
  char length[4];
  if (!ReadAll(fd, length, sizeof(length))) return false;
  const auto size = static_cast<size_t>(WireReader({length, 4}, WireForm::kClassic).Int32());
  std::string message(size, '\0');
  if (!ReadAll(fd, message.data(), size)) return false;
  WireReader reader(message, WireForm::kClassic);
  Request request{};
  request.api = static_cast<KafkaApi>(reader.Int16());
  request.version = reader.Int16();
  const int32_t correlation_id = reader.Int32();
  reader.String();  // client
  request.body = reader.rest();
  const WireForm form = FormOf(request.api, request.version);
  if (form == WireForm::kFlexible) request.body.erase(0, 1);
  const Answer answer = AnswerOf(request);
  WireWriter head(form);
  head.Int32(static_cast<int32_t>(4 + (form == WireForm::kFlexible ? 1 : 0) + answer.body.size()));
  head.Int32(correlation_id);
  head.EndOfStructure();
  const std::string all = head.bytes() + answer.body;
  const size_t sent_max = std::min(all.size(), answer.bytes_max);
  for (size_t sent = 0; sent < sent_max;) {
    const size_t part = std::min(answer.bytes_a_write, sent_max - sent);
    if (::send(fd, all.data() + sent, part, MSG_NOSIGNAL) != static_cast<ssize_t>(part)) return false;
    sent += part;
  }
  return answer.bytes_max == SIZE_MAX;
}

FakeKafkaBroker::Answer FakeKafkaBroker::AnswerOf(const Request& request) {
  if (request.api == KafkaApi::kApiVersions) {
    WireWriter writer(WireForm::kClassic);
    writer.Int16(0);
    writer.ArrayLength(offered_.size());
    for (const auto& [api, versions] : offered_) {
      writer.Int16(api);
      writer.Int16(versions.lowest);
      writer.Int16(versions.highest);
    }
    return {writer.bytes()};
  }
  std::lock_guard lock(mutex_);
  Request numbered = request;
  numbered.number = counts_[request.api]++;
  return handler_(numbered);
}

}  // namespace millrace
