#include "sql/binder/binder.h"

#include <algorithm>

#include "core/temporal/civil.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/table_columns.h"
#include "sql/error_codes.h"
#include "sql/parser/parser.h"

namespace millrace::sql {
namespace {

std::vector<DescribedColumn> Described(const PlanColumns& columns) {
  std::vector<std::string> names;
  for (const PlanColumn& column : columns) names.push_back(column.name);
  names = UniqueNames(names);
  std::vector<DescribedColumn> described;
  for (size_t i = 0; i < columns.size(); ++i)
    described.push_back({names[i], columns[i].type, columns[i].time});
  return described;
}

std::string QuotedPath(const ObjectPath& path) {
  return path.ToString();
}

/// The text with every name in `uses` written in full. `offset` is where `text` begins in what the places
/// count from.
std::string ExpandNames(std::string_view text, size_t offset, std::vector<TableUse> uses) {
  std::sort(uses.begin(), uses.end(),
            [](const TableUse& a, const TableUse& b) { return a.place.offset < b.place.offset; });
  std::string expanded;
  size_t done = 0;
  for (const TableUse& use : uses) {
    const size_t begin = use.place.offset - offset;
    if (use.place.offset < offset || begin < done || begin + use.place.length > text.size()) continue;
    expanded += text.substr(done, begin - done);
    expanded += QuotedPath(use.path);
    done = begin + use.place.length;
  }
  expanded += text.substr(done);
  return expanded;
}

}  // namespace

std::string DescribedColumn::TypeText() const {
  std::string text = type.ToStringWithoutNullability();
  if (time_attribute == TimeAttribute::kRowtime) text += " *ROWTIME*";
  if (time_attribute == TimeAttribute::kProctime) text += " *PROCTIME*";
  return text;
}

Result<std::vector<DescribedColumn>> DescribeTable(const TableDefinition& table,
                                                   const BindEnvironment& environment) {
  if (table.view_query) {
    QueryBinder binder(environment);
    ASSIGN_OR_RETURN(const PlanPtr plan, binder.BindTable(std::make_shared<TableDefinition>(table), {}, {}));
    return Described(plan->columns());
  }
  ASSIGN_OR_RETURN(TableColumns columns, BindTableColumns(table.columns, environment));
  if (table.watermark) {
    ASSIGN_OR_RETURN(const ExpressionPtr expression, ParseExpressionText(table.watermark->expression));
    RETURN_IF_ERROR(BindWatermark(table.watermark->column, *expression, &columns).status());
  }
  return Described(columns.columns);
}

Result<std::vector<DescribedColumn>> DescribeQuery(const Query& query, const BindEnvironment& environment) {
  QueryBinder binder(environment);
  ASSIGN_OR_RETURN(const PlanPtr plan, binder.BindQuery(query));
  return Described(plan->columns());
}

Result<DescribedView> DescribeView(const Query& query, std::string_view text,
                                   std::span<const Identifier> names, const BindEnvironment& environment) {
  QueryBinder binder(environment);
  ASSIGN_OR_RETURN(PlanPtr plan, binder.BindQuery(query));
  if (!names.empty()) {
    ASSIGN_OR_RETURN(plan, RenameColumns(std::move(plan), {names.begin(), names.end()}, names.front().place));
  }
  DescribedView view;
  view.columns = Described(plan->columns());
  const std::string_view own = text.substr(std::min(query.place.offset, text.size()), query.place.length);
  view.expanded_query = ExpandNames(own, query.place.offset, binder.table_uses());
  return view;
}

Result<DataType> BindComputedColumn(const Expression& expression, std::span<const TableColumn> columns,
                                    const BindEnvironment& environment) {
  PlanColumns usable;
  for (const TableColumn& column : columns) {
    if (column.kind != TableColumn::Kind::kComputed)
      usable.push_back({.name = column.name, .type = column.type});
  }
  const Scope scope({""}, usable);
  ASSIGN_OR_RETURN(const BoundExprPtr value, ExpressionBinder(scope, "a computed column").Bind(expression));
  return value->type;
}

Status CheckWatermark(const WatermarkDefinition& watermark, std::span<const TableColumn> columns,
                      const BindEnvironment& environment) {
  TableColumns plain;
  for (const TableColumn& column : columns)
    plain.columns.push_back({.name = column.name, .type = column.type});
  std::string name;
  for (const Identifier& part : watermark.column.parts) name += (name.empty() ? "" : ".") + part.text;
  return PlacedAt(BindWatermark(name, *watermark.expression, &plain).status(), watermark.column.place);
}

}  // namespace millrace::sql
