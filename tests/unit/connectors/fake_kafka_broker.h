#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "operators/connectors/kafka/native/messages.h"

namespace millrace {

/// A broker made of answers that a test gives, for faults that no real one makes: on 127.0.0.1, a port of its
/// own, a thread a connection.
class FakeKafkaBroker {
 public:
  struct Request {
    KafkaApi api;
    int16_t version;
    std::string body;
    int number;  // of this kind so far, from 0
  };
  struct Answer {
    std::string body;
    size_t bytes_max = SIZE_MAX;      // sent before the connection is cut
    size_t bytes_a_write = SIZE_MAX;  // slow bytes
  };
  /// On the connections' threads, one call at a time. ApiVersions is answered from `offered`.
  using Handler = std::function<Answer(const Request&)>;

  FakeKafkaBroker(OfferedVersions offered, Handler handler);
  ~FakeKafkaBroker();

  uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void Accept();
  void Serve(int fd);
  bool ServeOne(int fd);
  Answer AnswerOf(const Request& request);

  const OfferedVersions offered_;
  const Handler handler_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::map<KafkaApi, int> counts_;    // guarded by mutex_
  std::vector<int> connections_;      // guarded by mutex_
  std::vector<std::thread> servers_;  // guarded by mutex_
  std::thread acceptor_;
};

}  // namespace millrace
