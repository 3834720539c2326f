#include "operators/connectors/blackhole/blackhole_connector.h"

#include "proto/checkpoint.pb.h"

namespace millrace {
namespace {

class BlackholeWriter : public SinkWriter {
 public:
  Status Write(const Batch& batch) override { return Status::Ok(); }
  Result<std::function<Result<Staged>()>> Prepare(Epoch epoch) override {
    return std::function<Result<Staged>()>([]() -> Result<Staged> { return Staged{}; });
  }
};

}  // namespace

ConnectorFactory MakeBlackholeConnector() {
  ConnectorFactory factory;
  ConnectorDescriptor& descriptor = factory.descriptor;
  descriptor.name = "blackhole";
  descriptor.description = "Takes every row and keeps none: for measuring what comes before.";
  descriptor.sink = true;
  descriptor.accepts_updates = true;
  descriptor.bounded = [](const Options&) { return false; };
  descriptor.guarantee = [](const Options&) {
    return std::pair(Guarantee::kExactlyOnce,
                     std::string("nothing is written, so nothing can be lost or doubled"));
  };
  factory.create_writer = [](const proto::SinkConfig&, const ConnectorContext&,
                             SchemaPtr) -> Result<std::unique_ptr<SinkWriter>> {
    return std::unique_ptr<SinkWriter>(std::make_unique<BlackholeWriter>());
  };
  return factory;
}

}  // namespace millrace
