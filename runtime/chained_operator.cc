#include "runtime/chained_operator.h"

#include <fmt/format.h>

#include "core/env/env.h"
#include "core/types/proto_conversion.h"
#include "runtime/error_codes.h"
#include "state/object_store.h"

namespace millrace {
namespace {

/// The name of the oneof case, which is the operator kind the registry knows.
std::string KindOf(const proto::Operator& config) {
  const auto* oneof = proto::Operator::descriptor()->FindOneofByName("config");
  const auto* field = proto::Operator::GetReflection()->GetOneofFieldDescriptor(config, oneof);
  return field == nullptr ? "" : field->name();
}

Result<SchemaPtr> SchemaOf(const proto::Schema& schema) {
  ASSIGN_OR_RETURN(Schema converted, FromProto(schema));
  return std::make_shared<const Schema>(std::move(converted));
}

/// A uid is any text; a path component is not.
std::string PathName(const std::string& uid) {
  std::string name;
  for (char c : uid) name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ? c : '_';
  return name;
}

}  // namespace

ChainedOperator::ChainedOperator(const JobServices& services, TaskMailbox& task,
                                 const proto::TaskDescriptor& descriptor, size_t index)
    : services_(services),
      task_(task),
      descriptor_(descriptor),
      config_(descriptor.operators(static_cast<int>(index))),
      index_(index) {
  for (const auto& restore : descriptor.restores()) {
    if (restore.uid() == config_.uid()) restore_ = &restore;
  }
}

ChainedOperator::~ChainedOperator() {
  operator_.reset();
}

Status ChainedOperator::Prepare() {
  const std::string kind = KindOf(config_);
  const OperatorFactory* factory = services_.registry->FindOperator(kind);
  if (factory == nullptr) {
    return Status(
        kUnknownOperatorKind,
        fmt::format("Operator kind is not known to this worker: '{}' (uid {})", kind, config_.uid()));
  }
  RETURN_IF_ERROR(PrepareSchemas());
  if (factory->keyed) RETURN_IF_ERROR(OpenKeyedState());
  ASSIGN_OR_RETURN(operator_, factory->create(config_));
  source_ = dynamic_cast<SourceOperator*>(operator_.get());
  return Status::Ok();
}

Status ChainedOperator::PrepareSchemas() {
  ASSIGN_OR_RETURN(output_schema_, SchemaOf(config_.output()));
  if (index_ > 0) {
    ASSIGN_OR_RETURN(SchemaPtr input, SchemaOf(descriptor_.operators(static_cast<int>(index_) - 1).output()));
    input_schemas_ = {std::move(input)};
    return Status::Ok();
  }
  for (const auto& input : descriptor_.inputs()) {
    if (input.input() >= input_schemas_.size()) input_schemas_.resize(input.input() + 1);
    ASSIGN_OR_RETURN(input_schemas_[input.input()], SchemaOf(input.schema()));
  }
  return Status::Ok();
}

Status ChainedOperator::OpenKeyedState() {
  const std::string name = PathName(config_.uid());
  KeyedStateOptions options{
      .operator_uid = config_.uid(),
      .subtask = subtask(),
      .max_parallelism = max_parallelism(),
      .key_groups = KeyGroupRangeOf(max_parallelism(), parallelism(), subtask()),
      .local_directory = fmt::format("{}/{}-{}", services_.local_directory, name, subtask()),
      .store_prefix = "shared/" + name,
      .unique_suffix = fmt::format("g{}a{}s{}", services_.generation.value, services_.attempt, subtask()),
  };
  std::vector<const proto::SubtaskSnapshot*> snapshots;
  if (restore_ != nullptr) {
    for (const auto& snapshot : restore_->subtasks()) snapshots.push_back(&snapshot);
  }
  ASSIGN_OR_RETURN(keyed_state_, KeyedState::Open(std::move(options), snapshots, services_.store,
                                                  *services_.memory, *services_.env));
  return Status::Ok();
}

Status ChainedOperator::ProcessRows(uint32_t input, const Batch& batch) {
  probe_->records_in.Add(batch.NumSelected());
  RETURN_IF_ERROR(operator_->Process(input, batch, *next_));
  if (keyed_state_) RETURN_IF_ERROR(keyed_state_->Relieve());
  return Status::Ok();
}

Status ChainedOperator::ProcessWatermark(Watermark watermark) {
  if (watermark <= last_watermark_) return Status::Ok();
  last_watermark_ = watermark;
  probe_->watermark_micros.Set(watermark.micros);
  return operator_->OnWatermark(watermark, *next_);
}

Status ChainedOperator::Emit(Batch batch) {
  if (batch.NumSelected() == 0) return Status::Ok();
  upstream_probe_->records_out.Add(batch.NumSelected());
  return ProcessRows(0, batch);
}

Status ChainedOperator::EmitWatermark(Watermark watermark) {
  return ProcessWatermark(watermark);
}

Status ChainedOperator::EmitIdle(Idle idle) {
  return operator_->OnIdle(idle, *next_);
}

std::string ChainedOperator::JobOption(const std::string& name) const {
  auto found = services_.options.find(name);
  return found == services_.options.end() ? std::string() : found->second;
}

const SchemaPtr& ChainedOperator::input_schema(uint32_t input) const {
  CHECK(input < input_schemas_.size());
  return input_schemas_[input];
}

KeyedState& ChainedOperator::keyed_state() {
  CHECK(keyed_state_ != nullptr);
  return *keyed_state_;
}

void ChainedOperator::RunBlocking(std::function<Status()> work, std::function<Status(Status)> done) {
  task_.RunBlocking([this, work = std::move(work), done = std::move(done)] {
    Status result = work();
    task_.Post([done, result] { return done(result); });
  });
}

std::function<void()> ChainedOperator::Wakeup() {
  return [this] { task_.Wakeup(); };
}

std::string ChainedOperator::staging_prefix() const {
  return fmt::format("staged/{}-{}/g{}a{}", PathName(config_.uid()), subtask(), services_.generation.value,
                     services_.attempt);
}

}  // namespace millrace
