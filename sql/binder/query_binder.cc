#include "sql/binder/query_binder.h"

#include "core/types/type_rules.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/error_codes.h"
#include "sql/parser/parser.h"
#include "sql/rules/fold_constants.h"

namespace millrace::sql {
namespace {

/// Views of views of views: what is deeper refers to itself.
constexpr int kViewDepthMax = 64;

Status CheckPlainQuery(const Query& query) {
  if (!query.order_by.empty()) return NotSupported("ORDER BY", query.order_by.front().expression->place);
  if (query.limit != nullptr) return NotSupported("LIMIT", query.limit->place);
  if (query.offset != nullptr) return NotSupported("OFFSET", query.offset->place);
  return Status::Ok();
}

std::string HintsText(const std::vector<Hint>& hints) {
  std::string text;
  for (const Hint& hint : hints) {
    text += '\x1f' + hint.name.text;
    for (const Property& property : hint.properties)
      text += '\x1e' + property.key.text + '\x1d' + property.value.text;
  }
  return text;
}

}  // namespace

Result<PlanPtr> RenameColumns(PlanPtr plan, const std::vector<Identifier>& names, const SourcePlace& place) {
  if (names.size() != plan->columns().size()) {
    return ErrorAt(kColumnCountMismatch,
                   "Number of column names differs from the number of columns: " +
                       std::to_string(names.size()) + " for " + std::to_string(plan->columns().size()),
                   place);
  }
  std::vector<BoundExprPtr> projections;
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < names.size(); ++i) {
    projections.push_back(ColumnExpr(i, plan->columns()[i].type));
    texts.push_back(names[i].text);
  }
  return PlanPtr(
      std::make_shared<CalcNode>(std::move(plan), nullptr, std::move(projections), std::move(texts)));
}

PlanPtr OneRow() {
  static const PlanPtr one_row =
      std::make_shared<ValuesNode>(PlanColumns{{.name = "ZERO", .type = DataType::Integer().NotNull()}},
                                   std::vector<std::vector<BoundExprPtr>>{{IntegerExpr(0)}});
  return one_row;
}

std::string TextOption(const BindEnvironment& environment, const std::string& key,
                       const std::string& otherwise) {
  if (environment.configuration == nullptr) return otherwise;
  const auto found = environment.configuration->find(key);
  return found == environment.configuration->end() ? otherwise : found->second;
}

Result<int64_t> DurationOption(const BindEnvironment& environment, const std::string& key,
                               int64_t otherwise_ms) {
  const std::string text = TextOption(environment, key, "");
  if (text.empty()) return otherwise_ms;
  Result<int64_t> millis = ParseDurationMillis(text);
  if (!millis.ok()) return millis.status().WithContext("Option " + key);
  return millis;
}

std::string QueryBinder::TimeZone() const {
  return TextOption(environment_, "table.local-time-zone", "UTC");
}

Result<PlanPtr> QueryBinder::BindQuery(const Query& query) {
  const size_t num_outer = common_tables_.size();
  if (query.with) {
    RETURN_IF_ERROR(BindCommonTables(*query.with));
  }
  Result<PlanPtr> plan = BindBody(query);
  common_tables_.resize(num_outer);
  if (!plan.ok()) return plan;
  RETURN_IF_ERROR(CheckPlainQuery(query));
  return plan;
}

Status QueryBinder::BindCommonTables(const WithClause& with) {
  if (with.recursive) return NotSupported("WITH RECURSIVE", with.place);
  for (const CommonTable& table : with.tables) {
    ASSIGN_OR_RETURN(PlanPtr plan, BindQuery(*table.query));
    if (!table.columns.empty()) {
      ASSIGN_OR_RETURN(plan, RenameColumns(std::move(plan), table.columns, table.name.place));
    }
    common_tables_.push_back({table.name.text, std::move(plan)});
  }
  return Status::Ok();
}

Result<PlanPtr> QueryBinder::BindBody(const Query& query) {
  if (const auto* select = query.As<Select>()) return BindSelect(*this, *select);
  if (const auto* values = query.As<Values>()) return BindValues(*values, query.place);
  if (const auto* table = query.As<ExplicitTable>())
    return BindNamedTable(table->name, {}, table->name.place);
  if (const auto* operation = query.As<SetOperation>()) return BindSetOperation(*operation);
  return BindQuery(**query.As<QueryPtr>());
}

Result<PlanPtr> QueryBinder::BindValues(const Values& values, const SourcePlace& place) {
  const Scope nothing;
  ExpressionBinder binder(nothing, "VALUES");
  std::vector<std::vector<BoundExprPtr>> rows;
  for (const std::vector<ExpressionPtr>& row : values.rows) {
    if (row.size() != values.rows.front().size()) {
      return ErrorAt(kColumnCountMismatch, "Rows of VALUES have different numbers of columns",
                     row.front()->place);
    }
    rows.emplace_back();
    for (const ExpressionPtr& value : row) {
      ASSIGN_OR_RETURN(BoundExprPtr bound, binder.Bind(*value));
      rows.back().push_back(std::move(bound));
    }
  }
  PlanColumns columns;
  for (size_t column = 0; column < rows.front().size(); ++column) {
    std::vector<DataType> types;
    for (const auto& row : rows) types.push_back(row[column]->type);
    const std::optional<DataType> common = CommonType(types);
    if (!common) {
      const bool untyped = types.front().kind() == millrace::TypeKind::kNull;
      return ErrorAt(kTypeMismatch,
                     untyped ? "NULL without a type in VALUES"
                             : "Values of a column of VALUES have no common type",
                     rows.front()[column]->place)
          .WithSuggestion("use CAST");
    }
    for (auto& row : rows) row[column] = FoldConstants(CastExpr(row[column], *common), TimeZone());
    columns.push_back({.name = "EXPR$" + std::to_string(column), .type = *common});
  }
  const auto is_constant = [](const std::vector<BoundExprPtr>& row) {
    return std::all_of(row.begin(), row.end(), [](const BoundExprPtr& value) { return value->IsLiteral(); });
  };
  if (std::all_of(rows.begin(), rows.end(), is_constant)) {
    return PlanPtr(std::make_shared<ValuesNode>(std::move(columns), std::move(rows)));
  }
  // Values that only the job can compute (and may fail to): one projection a row.
  std::vector<std::string> names;
  for (const PlanColumn& column : columns) names.push_back(column.name);
  std::vector<PlanPtr> inputs;
  for (auto& row : rows)
    inputs.push_back(std::make_shared<CalcNode>(OneRow(), nullptr, std::move(row), names));
  if (inputs.size() == 1) return inputs.front();
  return PlanPtr(std::make_shared<UnionNode>(std::move(inputs)));
}

Result<PlanPtr> QueryBinder::BindNamedTable(const QualifiedName& name, const std::vector<Hint>& hints,
                                            const SourcePlace& place) {
  if (name.is_simple()) {
    for (auto table = common_tables_.rbegin(); table != common_tables_.rend(); ++table) {
      if (table->name == name.last()) return table->plan;
    }
  }
  ASSIGN_OR_RETURN(const TablePtr table, environment_.tables->Resolve(name));
  if (view_depth_ == 0) table_uses_.push_back({name.place, table->path});
  return BindTable(table, hints, place);
}

Result<PlanPtr> QueryBinder::BindTable(const TablePtr& table, const std::vector<Hint>& hints,
                                       const SourcePlace& place) {
  const std::string key = table->path.ToString() + (table->temporary ? "t" : "p") + HintsText(hints);
  if (auto found = tables_.find(key); found != tables_.end()) return found->second;
  PlanPtr plan;
  if (table->view_query) {
    if (!hints.empty()) return NotSupported("hints on a view", hints.front().name.place);
    ASSIGN_OR_RETURN(plan, BindView(*table, place));
  } else {
    ASSIGN_OR_RETURN(std::shared_ptr<const ScanTable> scanned,
                     BindScanTable(*table, hints, environment_, place));
    std::vector<uint32_t> all;
    for (uint32_t i = 0; i < scanned->columns.size(); ++i) all.push_back(i);
    plan = std::make_shared<ScanNode>(scanned, std::move(all), nullptr);
    if (scanned->upsert) plan = std::make_shared<NormalizeNode>(std::move(plan), scanned->primary_key);
  }
  tables_[key] = plan;
  return plan;
}

Result<PlanPtr> QueryBinder::BindView(const TableDefinition& view, const SourcePlace& place) {
  if (view_depth_ >= kViewDepthMax) {
    return ErrorAt(kInvalidStatement, "View is nested too deep or refers to itself: " + view.path.ToString(),
                   place);
  }
  // Places within the view's own text would point into the wrong text.
  const auto in_view = [&](const Status& status) {
    return ErrorAt(status.code(), "In view " + view.path.name + ": " + status.message(), place)
        .WithSuggestion(status.suggestion());
  };
  Result<QueryPtr> query = ParseQueryText(*view.view_query);
  if (!query.ok()) return in_view(query.status());
  std::vector<BoundCommonTable> outer;
  std::swap(outer, common_tables_);
  ++view_depth_;
  Result<PlanPtr> plan = BindQuery(**query);
  --view_depth_;
  std::swap(outer, common_tables_);
  if (!plan.ok()) return in_view(plan.status());
  if (view.columns.empty()) return plan;
  std::vector<Identifier> names;
  for (const TableColumn& column : view.columns) names.push_back({.text = column.name});
  return RenameColumns(*plan, names, place);
}

Result<FromItem> QueryBinder::BindTableReference(const TableReference& reference) {
  if (reference.system_time != nullptr)
    return NotSupported("FOR SYSTEM_TIME AS OF", reference.system_time->place);
  if (reference.sample) return NotSupported("TABLESAMPLE", reference.place);
  if (reference.As<MatchRecognize>() != nullptr) return NotSupported("MATCH_RECOGNIZE", reference.place);
  if (reference.As<Unnest>() != nullptr) return NotSupported("UNNEST", reference.place);
  if (const auto* join = reference.As<Join>()) return BindJoin(*join, reference.place);
  PlanPtr plan;
  std::vector<std::string> path;
  if (const auto* table = reference.As<NamedTable>()) {
    ASSIGN_OR_RETURN(plan, BindNamedTable(table->name, table->hints, table->name.place));
    for (const Identifier& part : table->name.parts) path.push_back(part.text);
  } else if (const auto* derived = reference.As<DerivedTable>()) {
    if (derived->lateral) return NotSupported("LATERAL", reference.place);
    ASSIGN_OR_RETURN(plan, BindQuery(*derived->query));
  } else {
    const auto* function = reference.As<TableFunction>();
    if (function->lateral) return NotSupported("LATERAL TABLE", reference.place);
    const auto* call = function->call->As<FunctionCall>();
    if (call == nullptr) return ErrorAt(kInvalidExpression, "A table function is expected", reference.place);
    ASSIGN_OR_RETURN(plan, BindWindowTable(*this, *call, function->call->place));
  }
  if (reference.alias) {
    path = {reference.alias->name.text};
    if (!reference.alias->columns.empty()) {
      ASSIGN_OR_RETURN(plan,
                       RenameColumns(std::move(plan), reference.alias->columns, reference.alias->name.place));
    }
  }
  if (path.empty()) path = {""};
  Scope scope(std::move(path), plan->columns());
  return FromItem{std::move(plan), std::move(scope)};
}

}  // namespace millrace::sql
