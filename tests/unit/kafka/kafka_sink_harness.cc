#include "tests/unit/kafka/kafka_sink_harness.h"

#include <cstdlib>
#include <utility>

#include "core/check.h"
#include "core/types/proto_conversion.h"
#include "operators/registry/built_in.h"
#include "tests/unit/kafka/kafka_broker.h"

namespace millrace {

KafkaSinkHarness::KafkaSinkHarness(const std::string& topic, const Options& changes, bool upsert)
    : registry_(CreateBuiltInRegistry()),
      env_(CreateSystemEnv(2)),
      factory_(registry_->FindConnector(upsert ? "upsert-kafka" : "kafka")),
      options_{{"topic", topic}, {"properties.bootstrap.servers", KafkaBroker::bootstrap()}} {
  options_["value.format"] = "json";
  options_["key.format"] = "raw";
  if (!upsert) options_["key.fields"] = "v";
  for (const auto& [key, value] : changes) {
    if (value.empty()) {
      options_.erase(key);
    } else {
      options_[key] = value;
    }
  }
  for (const auto& [key, value] : options_) (*config_.mutable_options())[key] = value;
  Schema schema;
  schema.fields = {{"k", DataType::Integer()}, {"v", DataType::String()}};
  ToProto(schema, config_.mutable_schema());
  if (upsert) config_.add_primary_key(1);
  schema_ = std::make_shared<const Schema>(std::move(schema));
  std::string name = (std::filesystem::temp_directory_path() / "millrace-staging-XXXXXX").string();
  CHECK(mkdtemp(name.data()) != nullptr);
  directory_ = name;
  auto store = OpenObjectStore(directory_, *env_);
  CHECK(store.ok());
  store_ = std::move(*store);
}

KafkaSinkHarness::~KafkaSinkHarness() {
  std::filesystem::remove_all(directory_);
}

ConnectorContext KafkaSinkHarness::Context(const std::string& job_id, uint32_t subtask,
                                           uint32_t parallelism) {
  ConnectorContext context;
  context.job_id = {job_id};
  context.operator_uid = "sink";
  context.subtask = subtask;
  context.parallelism = parallelism;
  context.formats = &registry_->formats;
  context.env = env_.get();
  context.staging_store = store_;
  context.staging_prefix = "staged/" + std::to_string(++num_writers_);
  return context;
}

std::unique_ptr<SinkWriter> KafkaSinkHarness::NewWriter(const std::string& job_id, uint32_t subtask) {
  auto writer = factory_->create_writer(config_, Context(job_id, subtask, subtask + 1), schema_);
  CHECK(writer.ok());
  return std::move(*writer);
}

Result<std::unique_ptr<Committer>> KafkaSinkHarness::NewCommitter(const std::string& job_id, uint32_t subtask,
                                                                  uint32_t parallelism) {
  return factory_->create_committer(config_, Context(job_id, subtask, parallelism));
}

Batch KafkaSinkHarness::BatchOf(const std::vector<Row>& rows) const {
  BatchBuilder builder(schema_);
  for (const Row& row : rows) {
    builder.column(0).Append(row.k);
    builder.column(1).AppendString(row.v);
    builder.FinishRow(row.weight);
  }
  return builder.Finish();
}

std::vector<proto::Committable> KafkaSinkHarness::Stage(SinkWriter& writer, Epoch epoch,
                                                        const std::vector<Row>& rows, uint32_t lane) {
  CHECK(writer.Write(BatchOf(rows)).ok());
  auto work = writer.Prepare(epoch);
  CHECK(work.ok());
  const auto staged = (*work)();
  CHECK(staged.ok());
  std::vector<proto::Committable> committables;
  for (const std::string& content : staged->committables) {
    committables.emplace_back();
    committables.back().set_sink_uid("sink");
    committables.back().set_lane(lane);
    committables.back().set_epoch(epoch.value);
    committables.back().set_content(content);
  }
  return committables;
}

Status KafkaSinkHarness::Preflight() {
  return factory_->preflight_sink(config_, Context("", 0, 1));
}

}  // namespace millrace
