#include <algorithm>

#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/grouping.h"
#include "sql/binder/query_binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

struct OutputItem {
  BoundExprPtr expr;
  std::string name;
};

bool AnyAggregate(const std::vector<OutputItem>& items) {
  return std::any_of(items.begin(), items.end(),
                     [](const OutputItem& item) { return HasAggregates(*item.expr); });
}

/// Collects distinct expressions.
class ExpressionList {
 public:
  uint32_t Add(const BoundExprPtr& expr) {
    for (uint32_t i = 0; i < exprs_.size(); ++i) {
      if (SameExpr(*exprs_[i], *expr)) return i;
    }
    exprs_.push_back(expr);
    return static_cast<uint32_t>(exprs_.size() - 1);
  }
  const std::vector<BoundExprPtr>& exprs() const { return exprs_; }

 private:
  std::vector<BoundExprPtr> exprs_;
};

class SelectBinder {
 public:
  SelectBinder(QueryBinder& binder, const Select& select) : binder_(binder), select_(select) {}

  Result<PlanPtr> Bind() {
    if (select_.qualify != nullptr) return NotSupported("QUALIFY", select_.qualify->place);
    RETURN_IF_ERROR(BindFrom());
    RETURN_IF_ERROR(BindWhere());
    RETURN_IF_ERROR(BindGroups());
    RETURN_IF_ERROR(BindItems());
    RETURN_IF_ERROR(BindHaving());
    const bool aggregates = select_.group_by.has_value() || having_ != nullptr || AnyAggregate(items_);
    PlanPtr plan;
    if (aggregates) {
      ASSIGN_OR_RETURN(plan, PlanAggregates());
    } else {
      plan = Project(item_.plan, where_, items_);
    }
    if (select_.quantifier == SetQuantifier::kDistinct)
      return MakeDistinct(binder_, std::move(plan), select_.place);
    return plan;
  }

 private:
  Status BindFrom() {
    if (select_.from == nullptr) {
      item_ = {OneRow(), Scope()};
      return Status::Ok();
    }
    ASSIGN_OR_RETURN(item_, binder_.BindTableReference(*select_.from));
    return Status::Ok();
  }

  Status BindWhere() {
    if (select_.where == nullptr) return Status::Ok();
    ASSIGN_OR_RETURN(where_, ExpressionBinder(item_.scope, "WHERE").BindPredicate(*select_.where));
    return Status::Ok();
  }

  Status BindGroups() {
    groups_.sets = {{}};
    if (!select_.group_by) return Status::Ok();
    // Windows come behind WHERE, so that they see the rows that are left.
    const PlanPtr before = item_.plan;
    ASSIGN_OR_RETURN(groups_, BindGroupBy(binder_, *select_.group_by, &item_));
    if (groups_.window && where_ != nullptr) {
      item_.plan = item_.plan->WithInputs({CalcNode::Filter(before, where_)});
      where_ = nullptr;
    }
    return Status::Ok();
  }

  ExpressionBinder MakeBinder(const std::string& clause) {
    sink_.grouped = !groups_.HasEmptySet();
    ExpressionBinder expressions(item_.scope, clause, &sink_);
    if (groups_.window) expressions.SetGroupWindow(&*groups_.window);
    return expressions;
  }

  Status BindItems() {
    ExpressionBinder expressions = MakeBinder("SELECT");
    for (const SelectItem& item : select_.items) {
      if (const auto* star = item.expression->As<Star>()) {
        RETURN_IF_ERROR(ExpandStar(*star, item.expression->place));
        continue;
      }
      ASSIGN_OR_RETURN(BoundExprPtr expr, expressions.Bind(*item.expression));
      items_.push_back({std::move(expr), NameOf(item)});
    }
    return Status::Ok();
  }

  std::string NameOf(const SelectItem& item) const {
    if (item.alias) return item.alias->text;
    if (const auto* column = item.expression->As<ColumnReference>()) return column->name.last();
    if (const auto* field = item.expression->As<FieldAccess>()) return field->field.text;
    return "EXPR$" + std::to_string(items_.size());
  }

  Status ExpandStar(const Star& star, const SourcePlace& place) {
    if (select_.from == nullptr) return ErrorAt(kInvalidStatement, "SELECT * needs a FROM clause", place);
    const std::vector<ScopeColumn>* columns = &item_.scope.star();
    if (!star.qualifier.empty()) {
      const ScopeRelation* relation = item_.scope.FindRelation(star.qualifier);
      if (relation == nullptr) {
        return ErrorAt(kUnknownTable, "Unknown table or alias: " + star.qualifier.back().text,
                       star.qualifier.back().place);
      }
      columns = &relation->columns;
    }
    for (const ScopeColumn& column : *columns) {
      auto placed = std::make_shared<BoundExpr>(*column.expr);
      placed->place = place;
      items_.push_back({std::move(placed), column.name});
    }
    return Status::Ok();
  }

  Status BindHaving() {
    if (select_.having == nullptr) return Status::Ok();
    ExpressionBinder expressions = MakeBinder("HAVING");
    ASSIGN_OR_RETURN(having_, expressions.BindPredicate(*select_.having));
    return Status::Ok();
  }

  static PlanPtr Project(const PlanPtr& input, const BoundExprPtr& filter,
                         const std::vector<OutputItem>& items) {
    std::vector<BoundExprPtr> projections;
    std::vector<std::string> names;
    for (const OutputItem& item : items) {
      projections.push_back(item.expr);
      names.push_back(item.name);
    }
    return std::make_shared<CalcNode>(input, filter, std::move(projections), std::move(names));
  }

  Result<PlanPtr> PlanAggregates() {
    const bool expands = groups_.sets.size() > 1;
    const auto num_keys = static_cast<uint32_t>(groups_.keys.size());
    ExpressionList arguments;
    std::vector<PlanAggregate> calls;
    for (const BoundAggregate& call : sink_.calls) AddCall(call, num_keys, &arguments, &calls);

    std::vector<std::string> names;
    for (uint32_t key = 0; key < num_keys; ++key) names.push_back(KeyName(key));
    for (size_t i = 0; i < arguments.exprs().size(); ++i) names.push_back("$a" + std::to_string(i));
    std::vector<uint32_t> key_columns;
    for (uint32_t key = 0; key < num_keys; ++key) key_columns.push_back(key);
    PlanPtr input;
    if (expands) {
      names.push_back("$set");
      key_columns.push_back(static_cast<uint32_t>(names.size() - 1));
      input = ExpandGroupingSets(item_.plan, where_, groups_, arguments.exprs(), names);
    } else {
      // A single set that leaves no key out, or GROUP BY ().
      std::vector<BoundExprPtr> projections = groups_.keys;
      projections.insert(projections.end(), arguments.exprs().begin(), arguments.exprs().end());
      if (projections.empty()) {
        // A row is at least one column wide, also for COUNT(*).
        projections.push_back(IntegerExpr(0));
        names.push_back("$zero");
      }
      input = std::make_shared<CalcNode>(item_.plan, where_, std::move(projections), names);
    }
    ASSIGN_OR_RETURN(PlanPtr aggregate,
                     MakeAggregate(binder_, std::move(input), key_columns, std::move(calls), select_.place));
    return ProjectResults(aggregate, expands, static_cast<uint32_t>(key_columns.size()));
  }

  std::string KeyName(uint32_t key) const {
    const BoundExpr& expr = *groups_.keys[key];
    return expr.IsColumn() ? item_.plan->columns()[expr.index].name : "$g" + std::to_string(key);
  }

  /// Notes in call_columns_ which result column the call has; equal calls share one.
  void AddCall(const BoundAggregate& call, uint32_t num_keys, ExpressionList* arguments,
               std::vector<PlanAggregate>* calls) {
    PlanAggregate planned{.function = call.function, .distinct = call.distinct, .type = call.type};
    for (const BoundExprPtr& argument : call.arguments)
      planned.arguments.push_back(num_keys + arguments->Add(argument));
    if (call.filter != nullptr) planned.filter = num_keys + arguments->Add(call.filter);
    for (uint32_t i = 0; i < calls->size(); ++i) {
      const PlanAggregate& other = (*calls)[i];
      if (other.function == planned.function && other.arguments == planned.arguments &&
          other.distinct == planned.distinct && other.filter == planned.filter) {
        call_columns_.push_back(i);
        return;
      }
    }
    planned.name = "$f" + std::to_string(calls->size());
    call_columns_.push_back(static_cast<uint32_t>(calls->size()));
    calls->push_back(std::move(planned));
  }

  Result<PlanPtr> ProjectResults(const PlanPtr& aggregate, bool expands, uint32_t num_keys) {
    const PlanColumns& columns = aggregate->columns();
    const BoundExprPtr set = expands ? ColumnExpr(num_keys - 1, columns[num_keys - 1].type) : nullptr;
    std::vector<BoundExprPtr> grouping_values;
    for (const BoundGrouping& grouping : sink_.groupings) {
      ASSIGN_OR_RETURN(BoundExprPtr value, GroupingValue(grouping, groups_, set));
      grouping_values.push_back(std::move(value));
    }
    Status error;
    const auto replace = [&](const BoundExprPtr& node) -> BoundExprPtr {
      if (node->kind == BoundExpr::Kind::kAggregate) {
        const uint32_t column = num_keys + call_columns_[node->index];
        return ColumnExpr(column, columns[column].type, node->place);
      }
      if (node->kind == BoundExpr::Kind::kGrouping) return grouping_values[node->index];
      for (uint32_t key = 0; key < groups_.keys.size(); ++key) {
        if (SameExpr(*groups_.keys[key], *node)) return ColumnExpr(key, columns[key].type, node->place);
      }
      if (node->IsColumn() && error.ok()) {
        error = ErrorAt(kNotGrouped,
                        "Column is neither in GROUP BY nor in an aggregate: " +
                            item_.plan->columns()[node->index].name,
                        node->place)
                    .WithSuggestion("add it to GROUP BY, or aggregate it");
      }
      return nullptr;
    };
    std::vector<OutputItem> outputs;
    for (const OutputItem& item : items_) outputs.push_back({Rewrite(item.expr, replace), item.name});
    const BoundExprPtr having = having_ == nullptr ? nullptr : Rewrite(having_, replace);
    RETURN_IF_ERROR(error);
    return Project(aggregate, having, outputs);
  }

  QueryBinder& binder_;
  const Select& select_;
  FromItem item_;
  BoundExprPtr where_;
  BoundGroupBy groups_;
  AggregateSink sink_;
  std::vector<OutputItem> items_;
  BoundExprPtr having_;
  std::vector<uint32_t> call_columns_;
};

}  // namespace

Result<PlanPtr> BindSelect(QueryBinder& binder, const Select& select) {
  return SelectBinder(binder, select).Bind();
}

}  // namespace millrace::sql
