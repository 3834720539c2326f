#include "operators/connectors/kafka/native/broker_link.h"

#include <utility>

#include "operators/api/error_codes.h"

namespace millrace {

BrokerLink::BrokerLink(BrokerAddress address, const NativeContext& context, std::function<void()> on_failure)
    : address_(std::move(address)),
      context_(context),
      on_failure_(std::move(on_failure)),
      back_off_(context.settings.reconnect_backoff_ms, context.settings.reconnect_backoff_ms_max) {
}

void BrokerLink::MoveTo(const BrokerAddress& address) {
  if (address == address_) return;
  address_ = address;
  ++attempt_;
  is_opening_ = false;
  watch_.reset();
  connection_.reset();
  asked.clear();
}

void BrokerLink::KeepOpen(int64_t now_nanos) {
  if (connection_ != nullptr || is_opening_ || now_nanos < open_nanos_) return;
  is_opening_ = true;
  context_.RunOutside([address = address_, settings = context_.settings,
                       env = context_.env] { return BrokerConnection::Open(address, settings, env); },
                      [this, attempt = ++attempt_](Result<std::unique_ptr<BrokerConnection>> opened) {
                        TakeOpened(attempt, std::move(opened));
                      });
}

void BrokerLink::TakeOpened(uint64_t attempt, Result<std::unique_ptr<BrokerConnection>> opened) {
  if (attempt != attempt_) return;
  is_opening_ = false;
  if (opened.ok()) {
    auto watch = context_.readiness->Add((*opened)->fd(), [mailbox = context_.mailbox] { mailbox->Wake(); });
    if (watch.ok()) {
      connection_ = std::move(*opened);
      watch_ = std::move(*watch);
      return;
    }
    opened = watch.status();
  }
  if (opened.status().code() == kOutsideRefused) verdict_ = opened.status();
  WaitBeforeOpening();
}

void BrokerLink::Drop() {
  watch_.reset();
  connection_.reset();
  asked.clear();
  WaitBeforeOpening();
}

void BrokerLink::WaitBeforeOpening() {
  const int64_t delay_ms = back_off_.NextMs();
  open_nanos_ = context_.NowNanos() + delay_ms * 1'000'000;
  context_.WakeAfter(delay_ms + 1);
  on_failure_();
}

void BrokerLink::ArmWakeup() {
  if (connection_ == nullptr) return;
  if (connection_->num_outstanding() > 0) watch_->Arm(connection_->is_sending());
}

}  // namespace millrace
