#include "operators/stateless/collect.h"

#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

class Collect final : public Operator {
 public:
  explicit Collect(uint32_t query) : query_(query) {}
  ~Collect() override {
    if (sink_ != nullptr) sink_->Forget(this);
  }

  Status Open(OperatorContext& context) override {
    sink_ = context.result_sink();
    wakeup_ = context.Wakeup();
    return Status::Ok();
  }

  Status Process(uint32_t, const Batch& batch, Output&) override {
    if (sink_ != nullptr && batch.NumSelected() > 0) sink_->OnRows(query_, batch);
    return Status::Ok();
  }

  bool HasRoom() const override { return sink_ == nullptr || sink_->HasRoom(query_, this, wakeup_); }

 private:
  const uint32_t query_;
  std::function<void()> wakeup_;
  ResultSink* sink_ = nullptr;  // null: nobody tails the job
};

}  // namespace

OperatorFactory CollectFactory() {
  return {.kind = "collect",
          .keyed = false,
          .create = [](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
            return std::unique_ptr<Operator>(std::make_unique<Collect>(config.collect().query()));
          }};
}

}  // namespace millrace
