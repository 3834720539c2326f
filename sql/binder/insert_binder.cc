#include <algorithm>

#include "core/descriptor/error_codes.h"
#include "core/types/type_rules.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/table_options.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

std::string GuaranteeText(const ConnectorDescriptor& connector, const Options& options) {
  if (!connector.guarantee) return "no guarantee";
  const auto [guarantee, reason] = connector.guarantee(options);
  const char* name = guarantee == Guarantee::kExactlyOnce   ? "exactly once"
                     : guarantee == Guarantee::kAtLeastOnce ? "at least once"
                                                            : "no guarantee";
  return reason.empty() ? name : std::string(name) + ": " + reason;
}

class InsertBinder {
 public:
  InsertBinder(QueryBinder& binder, const Insert& insert) : binder_(binder), insert_(insert) {}

  Result<PlanPtr> Bind() {
    if (insert_.upsert) return NotSupported("UPSERT INTO", insert_.target.place);
    if (insert_.overwrite) return NotSupported("INSERT OVERWRITE", insert_.target.place);
    const BindEnvironment& environment = binder_.environment();
    ASSIGN_OR_RETURN(target_, environment.tables->Resolve(insert_.target));
    if (target_->view_query) {
      return ErrorAt(kInvalidStatement, "A view cannot be written: " + target_->path.name,
                     insert_.target.place);
    }
    ASSIGN_OR_RETURN(connector_, ResolveConnector(*target_, insert_.hints, false, *environment.descriptors,
                                                  insert_.target.place));
    CollectPersisted();
    ASSIGN_OR_RETURN(PlanPtr query, binder_.BindQuery(*insert_.query));
    RETURN_IF_ERROR(MapColumns(*query));
    ASSIGN_OR_RETURN(PlanPtr rows, ProjectRows(std::move(query)));
    RETURN_IF_ERROR(CheckUpdates(rows));
    ASSIGN_OR_RETURN(std::shared_ptr<const SinkTable> table, MakeTable());
    return PlanPtr(std::make_shared<SinkNode>(std::move(rows), std::move(table)));
  }

 private:
  struct Persisted {
    const TableColumn* column = nullptr;
    BoundExprPtr value;  // over the query; null until given
  };

  void CollectPersisted() {
    for (const TableColumn& column : target_->columns) {
      const bool persisted = column.kind == TableColumn::Kind::kPhysical ||
                             (column.kind == TableColumn::Kind::kMetadata && !column.is_virtual);
      if (persisted) persisted_.push_back({.column = &column});
    }
  }

  Result<Persisted*> FindPersisted(const Identifier& name) {
    std::vector<std::string> names;
    for (Persisted& persisted : persisted_) {
      names.push_back(persisted.column->name);
      if (persisted.column->name == name.text) return &persisted;
    }
    return ErrorAt(kUnknownColumn, "Unknown column of " + target_->path.name + ": " + name.text, name.place)
        .WithSuggestion(DidYouMean(ClosestName(name.text, names)));
  }

  /// PARTITION (k = 'v') gives a column the same value in all rows.
  Status SetPartitionValues() {
    const Scope nothing;
    for (const PartitionValue& partition : insert_.partition) {
      ASSIGN_OR_RETURN(Persisted * persisted, FindPersisted(partition.key));
      const auto& keys = target_->partition_keys;
      if (std::find(keys.begin(), keys.end(), partition.key.text) == keys.end()) {
        return ErrorAt(kInvalidStatement,
                       "PARTITION names a column that is no partition key: " + partition.key.text,
                       partition.key.place);
      }
      if (partition.value == nullptr) continue;
      ASSIGN_OR_RETURN(persisted->value, ExpressionBinder(nothing, "PARTITION").Bind(*partition.value));
    }
    return Status::Ok();
  }

  Status MapColumns(const PlanNode& query) {
    RETURN_IF_ERROR(SetPartitionValues());
    std::vector<Persisted*> targets;
    if (insert_.columns.empty()) {
      for (Persisted& persisted : persisted_) {
        if (persisted.value == nullptr) targets.push_back(&persisted);
      }
    }
    for (const QualifiedName& name : insert_.columns) {
      if (!name.is_simple()) return NotSupported("INSERT into a field of a column", name.place);
      ASSIGN_OR_RETURN(Persisted * persisted, FindPersisted(name.parts.front()));
      if (persisted->value != nullptr ||
          std::find(targets.begin(), targets.end(), persisted) != targets.end()) {
        return ErrorAt(kInvalidStatement, "Column is given twice: " + name.last(), name.place);
      }
      targets.push_back(persisted);
    }
    if (targets.size() != query.columns().size()) {
      return ErrorAt(kColumnCountMismatch,
                     "Query has another number of columns than the table takes: " +
                         std::to_string(query.columns().size()) + " for " + std::to_string(targets.size()),
                     insert_.query->place)
          .WithSuggestion("name the columns: INSERT INTO " + target_->path.name + " (a, b) ...");
    }
    for (uint32_t i = 0; i < targets.size(); ++i) targets[i]->value = ColumnExpr(i, query.columns()[i].type);
    return Status::Ok();
  }

  Result<BoundExprPtr> ValueOf(const Persisted& persisted) const {
    const TableColumn& column = *persisted.column;
    if (persisted.value == nullptr) {
      if (column.type.nullable()) return NullExpr(column.type);
      return ErrorAt(kInvalidStatement, "Column is NOT NULL but INSERT gives it no value: " + column.name,
                     insert_.target.place);
    }
    if (!CanCastImplicitly(persisted.value->type, column.type)) {
      return ErrorAt(kTypeMismatch,
                     "Query's column has a type that does not fit the table's: " + column.name + " is " +
                         column.type.ToStringWithoutNullability() + ", the query gives " +
                         persisted.value->type.ToStringWithoutNullability(),
                     insert_.query->place)
          .WithSuggestion("use CAST");
    }
    return CastExpr(persisted.value, column.type);
  }

  Result<PlanPtr> ProjectRows(PlanPtr query) {
    std::vector<BoundExprPtr> projections;
    std::vector<std::string> names;
    for (auto kind : {TableColumn::Kind::kPhysical, TableColumn::Kind::kMetadata}) {
      for (const Persisted& persisted : persisted_) {
        if (persisted.column->kind != kind) continue;
        ASSIGN_OR_RETURN(BoundExprPtr value, ValueOf(persisted));
        projections.push_back(std::move(value));
        names.push_back(persisted.column->name);
      }
    }
    return PlanPtr(
        std::make_shared<CalcNode>(std::move(query), nullptr, std::move(projections), std::move(names)));
  }

  Status CheckUpdates(const PlanPtr& rows) {
    if (!binder_.IsUpdating(rows)) return Status::Ok();
    const bool format_carries = connector_.value_format != nullptr && connector_.value_format->changelog;
    if (connector_.connector->accepts_updates || format_carries) return Status::Ok();
    return ErrorAt(kSinkRefusesUpdates,
                   "Query's rows change, but the table takes new rows only: " + target_->path.name +
                       " (connector " + connector_.connector->name + ")",
                   insert_.target.place)
        .WithSuggestion(
            "aggregate in windows, or write to a table that takes updates (upsert-kafka with a primary key)");
  }

  Result<std::shared_ptr<const SinkTable>> MakeTable() {
    auto table = std::make_shared<SinkTable>();
    table->path = target_->path;
    table->connector = connector_.connector->name;
    table->options = connector_.options;
    table->partition_keys = target_->partition_keys;
    table->upsert = connector_.connector->upsert_sink && !target_->primary_key.empty();
    table->guarantee = GuaranteeText(*connector_.connector, connector_.options);
    for (const Persisted& persisted : persisted_) {
      const TableColumn& column = *persisted.column;
      if (column.kind == TableColumn::Kind::kPhysical) table->physical.push_back({column.name, column.type});
    }
    for (const Persisted& persisted : persisted_) {
      const TableColumn& column = *persisted.column;
      if (column.kind != TableColumn::Kind::kMetadata) continue;
      const std::string key = column.metadata_key.empty() ? column.name : column.metadata_key;
      const MetadataDescriptor* metadata = FindMetadata(connector_, key);
      if (metadata == nullptr || !metadata->writable) {
        return ErrorAt(kUnsupportedByConnector,
                       "Metadata cannot be written to connector " + connector_.connector->name + ": " + key,
                       insert_.target.place)
            .WithSuggestion("declare the column VIRTUAL");
      }
      table->metadata.push_back({key, {column.name, column.type}});
    }
    for (const std::string& name : target_->primary_key) {
      for (uint32_t i = 0; i < table->physical.size(); ++i) {
        if (table->physical[i].name == name) table->primary_key.push_back(i);
      }
    }
    ASSIGN_OR_RETURN(table->parallelism,
                     ParallelismOption(connector_.job_options, "sink.parallelism", insert_.target.place));
    return std::shared_ptr<const SinkTable>(std::move(table));
  }

  QueryBinder& binder_;
  const Insert& insert_;
  TablePtr target_;
  TableConnector connector_;
  std::vector<Persisted> persisted_;
};

}  // namespace

Result<PlanPtr> BindInsert(QueryBinder& binder, const Insert& insert) {
  return InsertBinder(binder, insert).Bind();
}

}  // namespace millrace::sql
