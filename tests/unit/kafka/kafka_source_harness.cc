#include "tests/unit/kafka/kafka_source_harness.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/check.h"
#include "core/types/proto_conversion.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/print/row_text.h"
#include "operators/registry/built_in.h"
#include "tests/unit/kafka/kafka_broker.h"

namespace millrace {
namespace {

constexpr auto kWaitMax = std::chrono::seconds(60);

}  // namespace

KafkaSourceHarness::KafkaSourceHarness(Table table)
    : registry_(CreateBuiltInRegistry()),
      env_(CreateSystemEnv(2)),
      factory_(registry_->FindConnector(table.upsert ? "upsert-kafka" : "kafka")) {
  CHECK(factory_ != nullptr);
  Schema physical;
  physical.fields = table.columns;
  ToProto(physical, config_.mutable_physical());
  for (const auto& [key, field] : table.metadata) {
    proto::MetadataColumn* metadata = config_.add_metadata();
    metadata->set_key(key);
    metadata->mutable_field()->set_name(field.name);
    ToProto(field.type, metadata->mutable_field()->mutable_type());
    physical.fields.push_back(field);
  }
  for (const auto& [key, value] : table.options) (*config_.mutable_options())[key] = value;
  for (uint32_t key : table.primary_key) config_.add_primary_key(key);
  schema_ = std::make_shared<const Schema>(std::move(physical));
  context_.formats = &registry_->formats;
  context_.env = env_.get();
  context_.operator_uid = "source";
  RestoreEnumerator({}, "");
}

void KafkaSourceHarness::RestoreEnumerator(const std::vector<std::string>& known, const std::string& state) {
  auto made = factory_->create_enumerator(config_, context_, known, state);
  CHECK(made.ok());
  enumerator_ = std::move(*made);
}

Result<std::vector<Split>> KafkaSourceHarness::Discover() {
  return enumerator_->Discover();
}

Status KafkaSourceHarness::Preflight() {
  return factory_->preflight_source(config_, context_);
}

Status KafkaSourceHarness::Open(const std::vector<Split>& splits) {
  reader_.reset();
  ASSIGN_OR_RETURN(reader_, factory_->create_reader(config_, context_, schema_));
  reader_->SetWakeup([bell = bell_] {
    std::lock_guard lock(bell->mutex);
    bell->rung = true;
    bell->rung_changed.notify_all();
  });
  builder_.emplace(schema_);
  num_ended_ = 0;
  return reader_->AddSplits(splits);
}

Result<std::vector<std::string>> KafkaSourceHarness::Read(size_t num_rows, uint32_t rows_a_poll) {
  std::vector<std::string> rows;
  std::vector<SplitRows> runs;
  std::vector<uint32_t> ended;
  while (rows.size() < num_rows) {
    runs.clear();
    ended.clear();
    ASSIGN_OR_RETURN(const ReadState state, reader_->PollNext(rows_a_poll, *builder_, &runs, &ended));
    num_ended_ += static_cast<uint32_t>(ended.size());
    const Batch batch = builder_->Finish();
    for (uint32_t row = 0; row < batch.num_rows; ++row) {
      rows.emplace_back();
      AppendRowText(batch, row, batch.Weight(row) > 0 ? "+I" : "-D", &rows.back());
    }
    if (state == ReadState::kEnd) break;
    if (state == ReadState::kReady) continue;
    std::unique_lock lock(bell_->mutex);
    if (!bell_->rung_changed.wait_for(lock, kWaitMax, [this] { return bell_->rung; })) {
      return Status(kOutsideUnreachable, "no wake-up came");
    }
    bell_->rung = false;
  }
  return rows;
}

Result<std::vector<std::string>> KafkaSourceHarness::ReadTable(size_t num_rows) {
  ASSIGN_OR_RETURN(const std::vector<Split> splits, Discover());
  RETURN_IF_ERROR(Open(splits));
  ASSIGN_OR_RETURN(std::vector<std::string> rows, Read(num_rows));
  std::sort(rows.begin(), rows.end());
  return rows;
}

Options BoundedJsonOptions(const std::string& topic) {
  return {{"topic", topic},
          {"properties.bootstrap.servers", KafkaBroker::bootstrap()},
          {"format", "json"},
          {"scan.startup.mode", "earliest-offset"},
          {"scan.bounded.mode", "latest-offset"}};
}

}  // namespace millrace
