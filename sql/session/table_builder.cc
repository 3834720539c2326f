#include "sql/session/table_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/types/type_rules.h"
#include "sql/ast/unparse.h"
#include "sql/error_codes.h"
#include "sql/parser/parser.h"

namespace millrace::sql {
namespace {

Status Invalid(const SourcePlace& place, std::string message) {
  return Status(kInvalidTableDefinition, std::move(message)).WithPlace(place);
}

bool Includes(const LikeClause& like, LikeFeature feature, MergingStrategy* strategy) {
  // Flink's defaults: INCLUDING ALL OVERWRITING OPTIONS.
  *strategy = feature == LikeFeature::kOptions ? MergingStrategy::kOverwriting : MergingStrategy::kIncluding;
  bool found = false;
  for (const LikeOption& option : like.options) {
    if (option.feature == feature) {
      *strategy = option.strategy;
      found = true;
    } else if (option.feature == LikeFeature::kAll && !found) {
      *strategy = option.strategy;
    }
  }
  return *strategy != MergingStrategy::kExcluding;
}

}  // namespace

TableBuilder::TableBuilder(ObjectPath path, const BindEnvironment& environment)
    : table_(std::make_shared<TableDefinition>()), environment_(environment) {
  table_->path = std::move(path);
}

TableBuilder::TableBuilder(const TableDefinition& table, const BindEnvironment& environment)
    : table_(std::make_shared<TableDefinition>(table)), environment_(environment) {
}

Status TableBuilder::AddLike(const TableDefinition& source, const LikeClause& like) {
  MergingStrategy strategy;
  const bool generated = Includes(like, LikeFeature::kGenerated, &strategy);
  const bool metadata = Includes(like, LikeFeature::kMetadata, &strategy);
  for (const TableColumn& column : source.columns) {
    if (column.kind == TableColumn::Kind::kComputed && !generated) continue;
    if (column.kind == TableColumn::Kind::kMetadata && !metadata) continue;
    table_->columns.push_back(column);
  }
  if (Includes(like, LikeFeature::kWatermarks, &strategy)) table_->watermark = source.watermark;
  if (Includes(like, LikeFeature::kConstraints, &strategy)) {
    table_->primary_key = source.primary_key;
    table_->primary_key_name = source.primary_key_name;
  }
  if (Includes(like, LikeFeature::kPartitions, &strategy)) table_->partition_keys = source.partition_keys;
  if (Includes(like, LikeFeature::kOptions, &strategy)) table_->options = source.options;
  return Status::Ok();
}

Result<TableColumn> TableBuilder::MakeColumn(const ColumnDefinition& definition) const {
  if (!definition.name.is_simple()) {
    return Status(kNotSupportedYet, "Changing a nested field is not supported yet")
        .WithPlace(definition.place);
  }
  TableColumn column;
  column.name = definition.name.last();
  if (definition.comment) column.comment = definition.comment->text;
  switch (definition.kind) {
    case ColumnKind::kNameOnly:
      return Invalid(definition.place, fmt::format("Column has no type: '{}'", column.name));
    case ColumnKind::kPhysical: {
      ASSIGN_OR_RETURN(column.type, ResolveType(*definition.type));
      break;
    }
    case ColumnKind::kMetadata: {
      column.kind = TableColumn::Kind::kMetadata;
      ASSIGN_OR_RETURN(column.type, ResolveType(*definition.type));
      column.metadata_key = definition.metadata_key ? definition.metadata_key->text : column.name;
      column.is_virtual = definition.is_virtual;
      break;
    }
    case ColumnKind::kComputed: {
      column.kind = TableColumn::Kind::kComputed;
      column.expression = Unparse(*definition.expression);
      // Resolved here as well as in Finish: here the error has the user's place.
      ASSIGN_OR_RETURN(column.type,
                       BindComputedColumn(*definition.expression, table_->columns, environment_));
      break;
    }
  }
  return column;
}

Status TableBuilder::InsertColumn(TableColumn column, const ColumnDefinition& definition) {
  size_t at = table_->columns.size();
  if (definition.position) {
    at = 0;
    if (!definition.position->first) {
      ASSIGN_OR_RETURN(at, FindColumn(definition.position->after->last(), definition.position->after->place));
      ++at;
    }
  }
  table_->columns.insert(table_->columns.begin() + static_cast<std::ptrdiff_t>(at), std::move(column));
  return Status::Ok();
}

Status TableBuilder::AddSchema(const TableSchema& schema) {
  // Computed columns last: they may name columns that stand behind them.
  const size_t first_new = table_->columns.size();
  std::vector<std::string> order;
  for (const bool computed : {false, true}) {
    for (const ColumnDefinition& definition : schema.columns) {
      if ((definition.kind == ColumnKind::kComputed) != computed) continue;
      for (const TableColumn& column : table_->columns) {
        if (column.name == definition.name.last()) {
          return Invalid(definition.place, fmt::format("Column is defined twice: '{}'", column.name));
        }
      }
      ASSIGN_OR_RETURN(TableColumn column, MakeColumn(definition));
      RETURN_IF_ERROR(InsertColumn(std::move(column), definition));
    }
  }
  for (const ColumnDefinition& definition : schema.columns) {
    if (!definition.position) order.push_back(definition.name.last());
  }
  const auto rank = [&order](const TableColumn& column) {
    return std::find(order.begin(), order.end(), column.name) - order.begin();
  };
  if (order.size() == schema.columns.size()) {
    std::stable_sort(table_->columns.begin() + static_cast<std::ptrdiff_t>(first_new), table_->columns.end(),
                     [&](const TableColumn& a, const TableColumn& b) { return rank(a) < rank(b); });
  }
  for (const TableConstraint& constraint : schema.constraints) {
    if (!table_->primary_key.empty()) {
      return Invalid(constraint.place, "Table has a primary key already")
          .WithSuggestion("a table has at most one");
    }
    RETURN_IF_ERROR(SetPrimaryKey(constraint));
  }
  if (schema.watermark) {
    if (table_->watermark) {
      return Invalid(schema.watermark->place,
                     fmt::format("Table has a watermark already, for '{}'", table_->watermark->column));
    }
    RETURN_IF_ERROR(SetWatermark(*schema.watermark));
  }
  return Status::Ok();
}

Status TableBuilder::ModifySchema(const TableSchema& schema) {
  for (const ColumnDefinition& definition : schema.columns) {
    ASSIGN_OR_RETURN(const size_t at, FindColumn(definition.name.last(), definition.name.place));
    const TableColumn old = table_->columns[at];
    table_->columns.erase(table_->columns.begin() + static_cast<std::ptrdiff_t>(at));
    ASSIGN_OR_RETURN(TableColumn column, MakeColumn(definition));
    if (!definition.comment) column.comment = old.comment;
    if (definition.position) {
      RETURN_IF_ERROR(InsertColumn(std::move(column), definition));
    } else {
      table_->columns.insert(table_->columns.begin() + static_cast<std::ptrdiff_t>(at), std::move(column));
    }
  }
  for (const TableConstraint& constraint : schema.constraints) {
    if (table_->primary_key.empty()) {
      return Invalid(constraint.place, "Table has no primary key to modify")
          .WithSuggestion("write ALTER TABLE ... ADD");
    }
    RETURN_IF_ERROR(SetPrimaryKey(constraint));
  }
  if (schema.watermark) {
    if (!table_->watermark) {
      return Invalid(schema.watermark->place, "Table has no watermark to modify")
          .WithSuggestion("write ALTER TABLE ... ADD");
    }
    RETURN_IF_ERROR(SetWatermark(*schema.watermark));
  }
  return Status::Ok();
}

Status TableBuilder::SetPrimaryKey(const TableConstraint& constraint) {
  if (constraint.kind == ConstraintKind::kUnique) {
    return Status(kNotSupportedYet, "UNIQUE constraints are not supported yet").WithPlace(constraint.place);
  }
  if (!constraint.enforced || *constraint.enforced) {
    return Invalid(constraint.place, "PRIMARY KEY must be NOT ENFORCED: the engine does not own the data")
        .WithSuggestion("write PRIMARY KEY (...) NOT ENFORCED");
  }
  table_->primary_key.clear();
  for (const Identifier& name : constraint.columns) {
    ASSIGN_OR_RETURN(const size_t at, FindColumn(name.text, name.place));
    TableColumn& column = table_->columns[at];
    if (column.kind != TableColumn::Kind::kPhysical) {
      return Invalid(name.place,
                     fmt::format("Column of a primary key must be a physical column: '{}'", name.text));
    }
    if (std::find(table_->primary_key.begin(), table_->primary_key.end(), name.text) !=
        table_->primary_key.end()) {
      return Invalid(name.place, fmt::format("Column stands twice in the primary key: '{}'", name.text));
    }
    column.type = column.type.NotNull();
    table_->primary_key.push_back(name.text);
  }
  table_->primary_key_name =
      constraint.name ? constraint.name->text : fmt::format("PK_{}", fmt::join(table_->primary_key, "_"));
  key_place_ = constraint.place;
  return Status::Ok();
}

Status TableBuilder::SetWatermark(const WatermarkDefinition& watermark) {
  RETURN_IF_ERROR(CheckWatermark(watermark, table_->columns, environment_));
  std::string column;
  for (const Identifier& part : watermark.column.parts) column += (column.empty() ? "" : ".") + part.text;
  table_->watermark = TableWatermark{std::move(column), Unparse(*watermark.expression)};
  return Status::Ok();
}

Status TableBuilder::AddOptions(const std::vector<Property>& options) {
  for (const Property& option : options) table_->options[option.key.text] = option.value.text;
  return Status::Ok();
}

Status TableBuilder::SetPartitionKeys(const std::vector<Identifier>& keys) {
  if (keys.empty()) return Status::Ok();
  table_->partition_keys.clear();
  for (const Identifier& key : keys) {
    RETURN_IF_ERROR(FindColumn(key.text, key.place).status());
    table_->partition_keys.push_back(key.text);
  }
  return Status::Ok();
}

Status TableBuilder::AddQueryColumns(const std::vector<DescribedColumn>& columns, const SourcePlace& place) {
  for (const DescribedColumn& column : columns) {
    for (const TableColumn& existing : table_->columns) {
      if (existing.name == column.name)
        return Invalid(place, fmt::format("Query has two columns of one name: '{}'", column.name));
    }
    table_->columns.push_back({.name = column.name, .type = column.type});
  }
  return Status::Ok();
}

Result<size_t> TableBuilder::FindColumn(const std::string& name, const SourcePlace& place) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < table_->columns.size(); ++i) {
    if (table_->columns[i].name == name) return i;
    names.push_back(table_->columns[i].name);
  }
  const std::string close = ClosestName(name, names);
  return Status(kUnknownColumn, fmt::format("Table has no column '{}'", name))
      .WithPlace(place)
      .WithSuggestion(close.empty() ? fmt::format("its columns: {}", fmt::join(names, ", "))
                                    : fmt::format("did you mean '{}'?", close));
}

Status TableBuilder::CheckUnused(const std::string& column, const SourcePlace& place,
                                 const char* what) const {
  const auto& key = table_->primary_key;
  if (std::find(key.begin(), key.end(), column) != key.end()) {
    return Invalid(place, fmt::format("Column '{}' is in the primary key and cannot be {}", column, what))
        .WithSuggestion("drop the primary key first");
  }
  if (table_->watermark && table_->watermark->column == column) {
    return Invalid(place, fmt::format("Column '{}' has a watermark and cannot be {}", column, what))
        .WithSuggestion("drop the watermark first");
  }
  const std::string quoted = fmt::format("`{}`", column);
  for (const TableColumn& other : table_->columns) {
    if (other.kind == TableColumn::Kind::kComputed && other.expression.find(quoted) != std::string::npos) {
      return Invalid(place, fmt::format("Column '{}' is used by computed column '{}' and cannot be {}",
                                        column, other.name, what));
    }
  }
  return Status::Ok();
}

Status TableBuilder::DropColumn(const QualifiedName& name) {
  ASSIGN_OR_RETURN(const size_t at, FindColumn(name.last(), name.place));
  RETURN_IF_ERROR(CheckUnused(name.last(), name.place, "dropped"));
  table_->columns.erase(table_->columns.begin() + static_cast<std::ptrdiff_t>(at));
  return Status::Ok();
}

Status TableBuilder::RenameColumn(const QualifiedName& from, const QualifiedName& to) {
  ASSIGN_OR_RETURN(const size_t at, FindColumn(from.last(), from.place));
  if (FindColumn(to.last(), to.place).ok()) {
    return Invalid(to.place, fmt::format("Table has a column of that name already: '{}'", to.last()));
  }
  RETURN_IF_ERROR(CheckUnused(from.last(), from.place, "renamed"));
  table_->columns[at].name = to.last();
  return Status::Ok();
}

Status TableBuilder::DropPrimaryKey(const SourcePlace& place) {
  if (table_->primary_key.empty()) return Invalid(place, "Table has no primary key");
  table_->primary_key.clear();
  table_->primary_key_name.clear();
  return Status::Ok();
}

Status TableBuilder::DropWatermark(const SourcePlace& place) {
  if (!table_->watermark) return Invalid(place, "Table has no watermark");
  table_->watermark.reset();
  return Status::Ok();
}

Status TableBuilder::ResolveComputedColumns() {
  for (TableColumn& column : table_->columns) {
    if (column.kind != TableColumn::Kind::kComputed) continue;
    ASSIGN_OR_RETURN(const ExpressionPtr expression, ParseExpressionText(column.expression));
    auto type = BindComputedColumn(*expression, table_->columns, environment_);
    if (!type.ok()) return type.status().WithContext(fmt::format("computed column '{}'", column.name));
    column.type = *type;
  }
  return Status::Ok();
}

Result<TablePtr> TableBuilder::Finish() {
  RETURN_IF_ERROR(ResolveComputedColumns());
  for (const std::string& key : table_->primary_key) RETURN_IF_ERROR(FindColumn(key, key_place_).status());
  return TablePtr(std::move(table_));
}

}  // namespace millrace::sql
