#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "core/types/type_rules.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/table_columns.h"
#include "sql/binder/table_options.h"
#include "sql/error_codes.h"
#include "sql/parser/parser.h"

namespace millrace::sql {
namespace {

/// The type that the connector produces, cast to the declared one.
Status BindMetadata(const TableDefinition& definition, const TableConnector& connector,
                    const TableColumns& columns, const SourcePlace& place, ScanTable* table) {
  const auto num_physical = static_cast<uint32_t>(columns.physical.size());
  for (uint32_t index : columns.metadata) {
    const TableColumn& column = definition.columns[index];
    const std::string key = column.metadata_key.empty() ? column.name : column.metadata_key;
    const MetadataDescriptor* metadata = FindMetadata(connector, key);
    if (metadata == nullptr || !metadata->readable) {
      return ErrorAt(kUnsupportedByConnector,
                     "Unknown metadata of connector " + connector.connector->name + ": " + key, place)
          .WithSuggestion(DidYouMean(ClosestName(key, MetadataKeys(connector, false))));
    }
    if (!CanCastExplicitly(metadata->type, column.type)) {
      return ErrorAt(kUnsupportedCast,
                     "Metadata column has a type that it cannot be cast to: " + column.name + " " +
                         column.type.ToString() + " of " + metadata->type.ToString(),
                     place);
    }
    const auto produced = num_physical + static_cast<uint32_t>(table->metadata.size());
    table->metadata.push_back({key, {column.name, metadata->type}});
    // Other expressions refer to the produced column, too: every reference gets the cast.
    const BoundExprPtr value = CastExpr(ColumnExpr(produced, metadata->type), column.type);
    for (BoundExprPtr& expression : table->expressions) {
      expression = Rewrite(expression, [&](const BoundExprPtr& node) {
        return node->IsColumn() && node->index == produced ? value : nullptr;
      });
    }
  }
  return Status::Ok();
}

Status BindKeyAndWatermark(const TableDefinition& definition, TableColumns* columns, const SourcePlace& place,
                           ScanTable* table) {
  for (const std::string& name : definition.primary_key) {
    for (uint32_t i = 0; i < definition.columns.size(); ++i) {
      if (definition.columns[i].name == name) table->primary_key.push_back(i);
    }
  }
  if (!definition.watermark) return Status::Ok();
  const auto bind = [&]() -> Status {
    ASSIGN_OR_RETURN(const ExpressionPtr expression, ParseExpressionText(definition.watermark->expression));
    ASSIGN_OR_RETURN(BoundWatermark watermark,
                     BindWatermark(definition.watermark->column, *expression, columns));
    table->watermark_column = watermark.column;
    table->watermark = std::move(watermark.expression);
    return Status::Ok();
  };
  const Status status = bind();
  if (status.ok()) return status;
  return ErrorAt(status.code(), "Table " + definition.path.name + ": " + status.message(), place)
      .WithSuggestion(status.suggestion());
}

}  // namespace

Result<std::shared_ptr<const ScanTable>> BindScanTable(const TableDefinition& definition,
                                                       const std::vector<Hint>& hints,
                                                       const BindEnvironment& environment,
                                                       const SourcePlace& place) {
  ASSIGN_OR_RETURN(TableConnector connector,
                   ResolveConnector(definition, hints, true, *environment.descriptors, place));
  Result<TableColumns> bound_columns = BindTableColumns(definition.columns, environment);
  if (!bound_columns.ok()) {
    const Status status = bound_columns.status();
    return ErrorAt(status.code(), "Table " + definition.path.name + ": " + status.message(), place)
        .WithSuggestion(status.suggestion());
  }
  TableColumns columns = std::move(*bound_columns);
  auto table = std::make_shared<ScanTable>();
  table->path = definition.path;
  table->connector = connector.connector->name;
  table->options = connector.options;
  for (uint32_t index : columns.physical) {
    table->physical.push_back({definition.columns[index].name, definition.columns[index].type});
  }
  table->expressions = columns.expressions;
  RETURN_IF_ERROR(BindMetadata(definition, connector, columns, place, table.get()));
  RETURN_IF_ERROR(BindKeyAndWatermark(definition, &columns, place, table.get()));
  table->columns = columns.columns;
  table->upsert = connector.connector->upsert_source;
  table->changelog = connector.value_format != nullptr && connector.value_format->changelog;
  table->projects = connector.connector->projection_push_down;
  table->projects_fields = table->projects && connector.value_format != nullptr &&
                           connector.value_format->nested_projection && connector.key_format == nullptr;
  table->bounded = connector.connector->bounded && connector.connector->bounded(table->options);
  table->partition_keys = definition.partition_keys;
  ASSIGN_OR_RETURN(table->parallelism, ParallelismOption(connector.job_options, "scan.parallelism", place));
  ASSIGN_OR_RETURN(table->idle_timeout_ms, DurationOption(environment, "table.exec.source.idle-timeout", 0));
  if (const std::string own = OptionOr(connector.job_options, "scan.watermark.idle-timeout", "");
      !own.empty()) {
    ASSIGN_OR_RETURN(table->idle_timeout_ms, ParseDurationMillis(own));
  }
  return std::shared_ptr<const ScanTable>(std::move(table));
}

}  // namespace millrace::sql
