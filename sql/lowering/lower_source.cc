#include "sql/lowering/lower_source.h"

#include "core/row/row_codec.h"
#include "core/types/proto_conversion.h"
#include "proto/job_graph.pb.h"
#include "sql/lowering/narrow_rows.h"

namespace millrace::sql {
namespace {

void AddField(const Field& field, proto::Schema* schema) {
  proto::Field* added = schema->add_fields();
  added->set_name(field.name);
  ToProto(field.type, added->mutable_type());
}

void AddMetadata(const ScanTable::Metadata& metadata, proto::MetadataColumn* out) {
  out->set_key(metadata.key);
  out->mutable_field()->set_name(metadata.field.name);
  ToProto(metadata.field.type, out->mutable_field()->mutable_type());
}

/// Which produced columns (physical, then metadata) are read, and where they are then.
struct Produced {
  std::vector<bool> used;
  std::vector<uint32_t> positions;
};

Produced UsedColumns(const ScanNode& scan) {
  const ScanTable& table = *scan.table;
  Produced produced;
  produced.used.assign(table.physical.size() + table.metadata.size(), false);
  for (uint32_t column : scan.output) MarkColumns(*table.expressions[column], &produced.used);
  bool any_physical = false;
  for (size_t i = 0; i < table.physical.size(); ++i) {
    if (!table.projects) produced.used[i] = true;
    any_physical = any_physical || produced.used[i];
  }
  // Formats read at least one column.
  if (!any_physical && !table.physical.empty()) produced.used[0] = true;
  uint32_t next = 0;
  for (bool used : produced.used) produced.positions.push_back(used ? next++ : 0);
  return produced;
}

/// Whether the output is just what is produced, in order.
bool AreProduced(const std::vector<BoundExprPtr>& expressions, size_t num_produced) {
  for (size_t i = 0; i < expressions.size(); ++i) {
    if (!expressions[i]->IsColumn() || expressions[i]->index != i) return false;
  }
  return expressions.size() == num_produced;
}

void LowerWatermark(const ScanNode& scan, proto::WatermarkSpec* spec) {
  const ScanTable& table = *scan.table;
  std::vector<uint32_t> positions(table.columns.size(), 0);
  for (uint32_t i = 0; i < scan.output.size(); ++i) positions[scan.output[i]] = i;
  spec->set_column(positions[*table.watermark_column]);
  ToProto(*RemapColumns(table.watermark, positions), spec->mutable_expression());
  spec->set_idle_timeout_ms(table.idle_timeout_ms);
}

}  // namespace

void LowerScan(const ScanNode& scan, proto::SourceConfig* config) {
  const ScanTable& table = *scan.table;
  config->set_connector(table.connector);
  config->mutable_options()->insert(table.options.begin(), table.options.end());
  config->set_table(table.path.ToString());
  for (const std::string& key : table.partition_keys) config->add_partition_keys(key);
  const Produced produced = UsedColumns(scan);
  std::vector<BoundExprPtr> expressions;
  for (uint32_t column : scan.output) {
    expressions.push_back(RemapColumns(table.expressions[column], produced.positions));
  }
  std::vector<Field> physical;
  for (size_t i = 0; i < table.physical.size(); ++i) {
    if (produced.used[i]) physical.push_back(table.physical[i]);
  }
  if (table.projects_fields) NarrowRows(&physical, &expressions);
  for (const Field& field : physical) AddField(field, config->mutable_physical());
  if (physical != table.physical) {
    for (const Field& field : table.physical) AddField(field, config->mutable_declared());
  }
  for (size_t i = 0; i < table.metadata.size(); ++i) {
    if (produced.used[table.physical.size() + i]) AddMetadata(table.metadata[i], config->add_metadata());
  }
  const size_t num_produced = physical.size() + static_cast<size_t>(config->metadata_size());
  if (!AreProduced(expressions, num_produced)) {
    for (const BoundExprPtr& expr : expressions) ToProto(*expr, config->add_columns());
  }
  if (table.watermark_column) LowerWatermark(scan, config->mutable_watermark());
  if (scan.filter != nullptr) ToProto(*scan.filter, config->mutable_filter());
  for (uint32_t key : table.primary_key) {
    for (uint32_t i = 0; i < scan.output.size(); ++i) {
      if (scan.output[i] == key && table.upsert) config->add_primary_key(i);
    }
  }
}

void LowerValues(const ValuesNode& values, proto::SourceConfig* config) {
  config->set_connector("values");
  std::vector<DataType> types;
  for (const PlanColumn& column : values.columns()) {
    types.push_back(column.type);
    AddField({column.name, column.type}, config->mutable_physical());
  }
  const RowCodec codec(types);
  for (const auto& row : values.rows) {
    std::vector<ColumnReader> readers;
    for (const BoundExprPtr& value : row) readers.emplace_back(*value->literal);
    codec.Encode(readers, 0, config->add_rows());
  }
}

void LowerSink(const SinkNode& sink, bool input_updating, proto::SinkConfig* config) {
  const SinkTable& table = *sink.table;
  config->set_connector(table.connector);
  config->mutable_options()->insert(table.options.begin(), table.options.end());
  for (const Field& field : table.physical) AddField(field, config->mutable_schema());
  for (const ScanTable::Metadata& metadata : table.metadata) {
    AddField(metadata.field, config->mutable_schema());
    AddMetadata(metadata, config->add_metadata());
  }
  for (uint32_t key : table.primary_key) config->add_primary_key(key);
  config->set_input_updating(input_updating);
  config->set_table(table.path.ToString());
  for (const std::string& key : table.partition_keys) config->add_partition_keys(key);
}

}  // namespace millrace::sql
