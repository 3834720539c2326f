#include "sql/lowering/lower_aggregate.h"

#include "core/aggregate/aggregate_function.h"
#include "core/types/proto_conversion.h"
#include "sql/binder/bind_error.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

/// Both kinds of aggregate nodes alike.
struct Parts {
  const std::vector<uint32_t>& keys;
  const std::vector<PlanAggregate>& calls;
  const PlanWindow* window;  // null: groups without windows
};

Parts PartsOf(const PlanNode& node) {
  if (const auto* window = node.As<WindowAggregateNode>())
    return {window->keys, window->calls, &window->window};
  const auto* aggregate = node.As<AggregateNode>();
  return {aggregate->keys, aggregate->calls, nullptr};
}

std::vector<DataType> AccumulatorTypes(const PlanAggregate& call, const PlanColumns& input) {
  const AggregateFunction* function = AggregateRegistry::BuiltIn().Find(call.function);
  if (function == nullptr || call.distinct || !function->accumulator_types) return {};
  std::vector<DataType> arguments;
  for (uint32_t argument : call.arguments) arguments.push_back(input[argument].type);
  return function->accumulator_types(arguments);
}

bool CanSplit(const PlanNode& node, const Parts& parts, const Stream& input) {
  if (input.updating) return false;
  if (parts.window != nullptr &&
      (parts.window->kind == PlanWindow::Kind::kAttached || parts.window->processing_time)) {
    return false;
  }
  // DISTINCT alone: the exchange is all there is to do.
  if (parts.window == nullptr && parts.calls.empty()) return false;
  for (const PlanAggregate& call : parts.calls) {
    if (AccumulatorTypes(call, node.input()->columns()).empty()) return false;
  }
  return true;
}

void AddCalls(const std::vector<PlanAggregate>& calls,
              google::protobuf::RepeatedPtrField<proto::AggregateCall>* out) {
  for (const PlanAggregate& call : calls) {
    proto::AggregateCall* added = out->Add();
    added->set_function(call.function);
    for (uint32_t argument : call.arguments) added->add_arguments(argument);
    added->set_distinct(call.distinct);
    if (call.filter) added->set_filter(*call.filter);
    ToProto(call.type, added->mutable_type());
  }
}

void SetConfig(const Parts& parts, proto::AggregatePhase phase, const AggregateLowering& lowering,
               proto::Operator* added) {
  if (parts.window != nullptr) {
    proto::WindowAggregateConfig* config = added->mutable_window_aggregate();
    LowerWindow(*parts.window, config->mutable_window());
    for (uint32_t key : parts.keys) config->add_keys(key);
    AddCalls(parts.calls, config->mutable_aggregates());
    config->set_phase(phase);
    return;
  }
  proto::GroupAggregateConfig* config = added->mutable_group_aggregate();
  for (uint32_t key : parts.keys) config->add_keys(key);
  AddCalls(parts.calls, config->mutable_aggregates());
  config->set_phase(phase);
  config->set_input_updating(lowering.input.updating);
  config->set_state_ttl_ms(lowering.state_ttl_ms);
}

/// The keys, the slice's end, the accumulators, the number of rows.
SchemaPtr LocalSchema(const PlanNode& node, const Parts& parts) {
  const PlanColumns& input = node.input()->columns();
  PlanColumns columns;
  for (uint32_t key : parts.keys) columns.push_back({.name = input[key].name, .type = input[key].type});
  if (parts.window != nullptr)
    columns.push_back({.name = "$slice_end", .type = DataType::Bigint().NotNull()});
  for (const PlanAggregate& call : parts.calls) {
    for (const DataType& type : AccumulatorTypes(call, input))
      columns.push_back({.name = call.name, .type = type});
  }
  columns.push_back({.name = "$rows", .type = DataType::Bigint().NotNull()});
  return SchemaOf(columns);
}

}  // namespace

void LowerWindow(const PlanWindow& window, proto::WindowSpec* spec) {
  spec->set_kind(static_cast<proto::WindowSpec::Kind>(window.kind));
  spec->set_size_ms(window.size_ms);
  spec->set_slide_ms(window.slide_ms);
  spec->set_offset_ms(window.offset_ms);
  spec->set_time_column(window.time_column);
  spec->set_start_column(window.start_column);
  spec->set_end_column(window.end_column);
  spec->set_processing_time(window.processing_time);
  spec->set_time_zone(window.zone);
}

Result<Stream> LowerAggregate(const PlanNode& node, const AggregateLowering& lowering) {
  const Parts parts = PartsOf(node);
  const bool windowed = parts.window != nullptr;
  if (windowed && parts.window->kind == PlanWindow::Kind::kAttached && parts.window->processing_time) {
    return NotSupported("aggregation by processing-time windows that other expressions use", {});
  }
  const char* kind = windowed ? "window-aggregate" : "aggregate";
  const std::string name = windowed ? "WindowAggregate" : "GroupAggregate";
  const uint32_t parallelism = parts.keys.empty() ? 1 : 0;
  std::vector<uint32_t> output_keys;
  for (uint32_t i = 0; i < parts.keys.size(); ++i) output_keys.push_back(i);
  const SchemaPtr output = SchemaOf(node.columns());
  Stream input = lowering.input;
  std::vector<uint32_t> input_keys = parts.keys;
  proto::AggregatePhase phase = proto::SINGLE;
  if (CanSplit(node, parts, input)) {
    proto::Operator* local =
        lowering.builder.AddOperator(std::string("local-") + kind, lowering.fingerprint, "Local" + name,
                                     input.parallelism, LocalSchema(node, parts));
    SetConfig(parts, proto::LOCAL, lowering, local);
    lowering.builder.Connect(input, *local);
    input = Stream{.uid = local->uid(), .parallelism = input.parallelism};
    input_keys = output_keys;
    phase = proto::GLOBAL;
  }
  proto::Operator* added = lowering.builder.AddOperator(
      kind, lowering.fingerprint, (phase == proto::GLOBAL ? "Global" : "") + name, parallelism, output);
  SetConfig(parts, phase, lowering, added);
  lowering.builder.ConnectByHash(input, *added, input_keys);
  return Stream{.uid = added->uid(), .parallelism = parallelism, .hashed_by = output_keys};
}

}  // namespace millrace::sql
