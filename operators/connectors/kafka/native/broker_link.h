#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/status.h"
#include "operators/connectors/kafka/native/broker_connection.h"
#include "operators/connectors/kafka/native/native_context.h"

namespace millrace {

/// A task's connection to one broker over its failures: opened on the I/O pool, opened again after a
/// back-off. On the task's thread; outlived by the mailbox only.
class BrokerLink {
 public:
  BrokerLink(BrokerAddress address, const NativeContext& context, std::function<void()> on_failure);

  /// Another address: a connection to the old one is given up.
  void MoveTo(const BrokerAddress& address);
  /// Starts to open the connection when there is none and the back-off is over.
  void KeepOpen(int64_t now_nanos);
  /// The connection broke.
  void Drop();
  /// Wakes the task when there is something to receive, or to send on.
  void ArmWakeup();

  BrokerConnection* connection() { return connection_.get(); }  // null: not open
  const BrokerAddress& address() const { return address_; }
  /// The broker has given records: it works.
  void Confirm() { back_off_.Reset(); }
  /// kOutsideRefused: opening it again will not help.
  const Status& verdict() const { return verdict_; }

  /// What the outstanding Fetch asked for, in its order.
  struct Asked {
    uint32_t number;
    int64_t offset;
  };
  std::vector<Asked> asked;
  int64_t asked_nanos = 0;
  size_t rotation = 0;  // which partition is asked for first

 private:
  void TakeOpened(uint64_t attempt, Result<std::unique_ptr<BrokerConnection>> opened);
  void WaitBeforeOpening();

  BrokerAddress address_;
  const NativeContext& context_;
  const std::function<void()> on_failure_;
  std::unique_ptr<BrokerConnection> connection_;
  std::unique_ptr<SocketReadiness::Watch> watch_;  // gone before the connection
  BackOff back_off_;
  bool is_opening_ = false;
  uint64_t attempt_ = 0;
  int64_t open_nanos_ = 0;  // not before
  Status verdict_;
};

}  // namespace millrace
