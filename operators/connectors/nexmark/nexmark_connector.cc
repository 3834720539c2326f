#include "operators/connectors/nexmark/nexmark_connector.h"

#include <algorithm>

#include "core/descriptor/error_codes.h"
#include "core/types/proto_conversion.h"
#include "operators/connectors/nexmark/nexmark_options.h"
#include "operators/connectors/nexmark/nexmark_source.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

Result<NexmarkOptions> OptionsOf(const proto::SourceConfig& config) {
  return NexmarkOptions::From({config.options().begin(), config.options().end()});
}

/// Equality but for nullability and the length of texts: Flink's scripts write VARCHAR, which is VARCHAR(1).
bool IsReadAs(const DataType& known, const DataType& declared) {
  if (known.IsCharacter()) return declared.kind() == TypeKind::kVarchar;
  if (known.kind() != TypeKind::kRow) return known.EqualsIgnoringNullability(declared);
  const std::vector<Field>& fields = declared.fields();
  return declared.kind() == TypeKind::kRow &&
         std::equal(
             known.fields().begin(), known.fields().end(), fields.begin(), fields.end(),
             [](const Field& a, const Field& b) { return a.name == b.name && IsReadAs(a.type, b.type); });
}

/// Only the four columns of the benchmark, of its types.
Status CheckColumns(const std::vector<Field>& columns) {
  for (const Field& column : columns) {
    const auto& known = NexmarkColumns();
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&column](const Field& field) { return field.name == column.name; });
    if (found == known.end()) {
      return Status(kUnsupportedByConnector, "connector 'nexmark' has no column '" + column.name + "'")
          .WithSuggestion("declare event_type, person, auction and bid; others may be computed");
    }
    if (!IsReadAs(found->type, column.type)) {
      return Status(kUnsupportedByConnector, "connector 'nexmark' has column '" + column.name +
                                                 "' of another type than " +
                                                 column.type.ToStringWithoutNullability())
          .WithSuggestion("declare it as " + found->type.ToStringWithoutNullability());
    }
  }
  return Status::Ok();
}

Status Preflight(const proto::SourceConfig& config, const ConnectorContext&) {
  ASSIGN_OR_RETURN(const Schema physical, FromProto(config.physical()));
  ASSIGN_OR_RETURN(const Schema declared, FromProto(config.declared()));
  RETURN_IF_ERROR(CheckColumns(physical.fields));
  return CheckColumns(declared.fields);
}

NexmarkGenerator::Columns ColumnsOf(const Schema& schema) {
  const auto position = [&schema](const char* name) {
    const auto index = schema.IndexOf(name);
    return index ? static_cast<int>(*index) : -1;
  };
  return {position("event_type"), position("person"), position("auction"), position("bid")};
}

}  // namespace

ConnectorFactory MakeNexmarkConnector() {
  ConnectorFactory factory;
  ConnectorDescriptor& descriptor = factory.descriptor;
  descriptor.name = "nexmark";
  descriptor.description = "The events of the Nexmark benchmark, made up from their numbers.";
  descriptor.source = true;
  descriptor.projection_push_down = true;
  descriptor.options = NexmarkOptionDescriptors();
  descriptor.bounded = [](const Options& options) { return OptionOr(options, "events.num", "0") != "0"; };
  descriptor.validate = [](const Options& options, bool) { return NexmarkOptions::From(options).status(); };
  factory.preflight_source = Preflight;
  factory.create_enumerator = [](const proto::SourceConfig& config, const ConnectorContext& context,
                                 const std::vector<std::string>& restored_splits,
                                 const std::string&) -> Result<std::unique_ptr<SplitEnumerator>> {
    ASSIGN_OR_RETURN(const NexmarkOptions options, OptionsOf(config));
    return std::unique_ptr<SplitEnumerator>(std::make_unique<NexmarkEnumerator>(
        options, context.parallelism, &context.env->clock(), !restored_splits.empty()));
  };
  factory.create_reader = [](const proto::SourceConfig& config, const ConnectorContext& context,
                             SchemaPtr schema) -> Result<std::unique_ptr<SplitReader>> {
    ASSIGN_OR_RETURN(const NexmarkOptions options, OptionsOf(config));
    RETURN_IF_ERROR(CheckColumns(schema->fields));
    return std::unique_ptr<SplitReader>(
        std::make_unique<NexmarkReader>(options, ColumnsOf(*schema), context.env));
  };
  return factory;
}

}  // namespace millrace
