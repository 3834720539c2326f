#include "sql/catalog/catalog_record.h"

#include "core/types/proto_conversion.h"
#include "proto/catalog.pb.h"
#include "sql/error_codes.h"

namespace millrace::sql {

void ToProto(const TableDefinition& table, proto::TableEntry* out) {
  out->set_name(table.path.name);
  for (const TableColumn& column : table.columns) {
    auto* entry = out->add_columns();
    entry->set_kind(static_cast<proto::ColumnEntry::Kind>(column.kind));
    entry->set_name(column.name);
    millrace::ToProto(column.type, entry->mutable_type());
    entry->set_expression(column.expression);
    entry->set_metadata_key(column.metadata_key);
    entry->set_is_virtual(column.is_virtual);
    entry->set_comment(column.comment);
  }
  if (table.watermark) {
    out->set_watermark_column(table.watermark->column);
    out->set_watermark_expression(table.watermark->expression);
  }
  for (const std::string& key : table.primary_key) out->add_primary_key(key);
  out->set_primary_key_name(table.primary_key_name);
  for (const std::string& key : table.partition_keys) out->add_partition_keys(key);
  out->mutable_options()->insert(table.options.begin(), table.options.end());
  out->set_comment(table.comment);
  if (table.view_query) out->set_view_query(*table.view_query);
  if (table.view_original_query) out->set_view_original_query(*table.view_original_query);
}

Result<TablePtr> FromProto(const ObjectPath& path, const proto::TableEntry& entry) {
  auto table = std::make_shared<TableDefinition>();
  table->path = path;
  for (const auto& column : entry.columns()) {
    auto type = millrace::FromProto(column.type());
    if (!type.ok()) return type.status().WithContext("catalog entry of " + path.ToString());
    table->columns.push_back({.kind = static_cast<TableColumn::Kind>(column.kind()),
                              .name = column.name(),
                              .type = *type,
                              .expression = column.expression(),
                              .metadata_key = column.metadata_key(),
                              .is_virtual = column.is_virtual(),
                              .comment = column.comment()});
  }
  if (!entry.watermark_column().empty()) {
    table->watermark = TableWatermark{entry.watermark_column(), entry.watermark_expression()};
  }
  table->primary_key = {entry.primary_key().begin(), entry.primary_key().end()};
  table->primary_key_name = entry.primary_key_name();
  table->partition_keys = {entry.partition_keys().begin(), entry.partition_keys().end()};
  table->options = {entry.options().begin(), entry.options().end()};
  table->comment = entry.comment();
  if (entry.has_view_query()) table->view_query = entry.view_query();
  if (entry.has_view_original_query()) table->view_original_query = entry.view_original_query();
  return TablePtr(std::move(table));
}

}  // namespace millrace::sql
