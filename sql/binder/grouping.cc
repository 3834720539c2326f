#include "sql/binder/grouping.h"

#include <algorithm>

#include "core/column/column_builder.h"
#include "sql/binder/bind_error.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

constexpr size_t kGroupingSetsMax = 64;
using Sets = std::vector<std::vector<uint32_t>>;

BoundExprPtr BigintExpr(int64_t value) {
  ColumnBuilder builder(DataType::Bigint().NotNull());
  builder.Append<int64_t>(value);
  return LiteralExpr(builder.Finish());
}

/// Binds the elements of one GROUP BY.
class GroupByBinder {
 public:
  GroupByBinder(QueryBinder& binder, FromItem* item) : binder_(binder), item_(item) {}

  Result<BoundGroupBy> Bind(const GroupBy& group_by) {
    if (group_by.quantifier == SetQuantifier::kDistinct)
      return NotSupported("GROUP BY DISTINCT", group_by.place);
    Sets sets = {{}};
    for (const GroupItem& element : group_by.items) {
      ASSIGN_OR_RETURN(const Sets more, BindItem(element));
      Sets product;
      for (const auto& set : sets) {
        for (const auto& other : more) {
          product.push_back(set);
          product.back().insert(product.back().end(), other.begin(), other.end());
        }
      }
      sets = std::move(product);
      if (sets.size() > kGroupingSetsMax) {
        return ErrorAt(kInvalidStatement, "GROUP BY has more than 64 grouping sets", group_by.place);
      }
    }
    result_.sets = std::move(sets);
    return std::move(result_);
  }

 private:
  Result<Sets> BindItem(const GroupItem& element) {
    switch (element.kind) {
      case GroupItemKind::kExpression:
      case GroupItemKind::kSet: {
        ASSIGN_OR_RETURN(std::vector<uint32_t> set, BindSet(element));
        return Sets{std::move(set)};
      }
      case GroupItemKind::kGroupingSets: {
        Sets sets;
        for (const GroupItem& item : element.items) {
          ASSIGN_OR_RETURN(const Sets more, BindItem(item));
          sets.insert(sets.end(), more.begin(), more.end());
        }
        return sets;
      }
      case GroupItemKind::kRollup:
      case GroupItemKind::kCube:
        return BindRollupOrCube(element);
    }
    return NotSupported("this element of GROUP BY", element.place);
  }

  Result<Sets> BindRollupOrCube(const GroupItem& element) {
    Sets parts;
    for (const GroupItem& item : element.items) {
      ASSIGN_OR_RETURN(std::vector<uint32_t> part, BindSet(item));
      parts.push_back(std::move(part));
    }
    if (parts.size() > 6 && element.kind == GroupItemKind::kCube) {
      return ErrorAt(kInvalidStatement, "CUBE has more than 6 elements", element.place);
    }
    Sets sets;
    if (element.kind == GroupItemKind::kRollup) {
      for (size_t count = parts.size() + 1; count-- > 0;) {
        sets.emplace_back();
        for (size_t i = 0; i < count; ++i)
          sets.back().insert(sets.back().end(), parts[i].begin(), parts[i].end());
      }
      return sets;
    }
    for (uint32_t mask = (1u << parts.size()); mask-- > 0;) {
      sets.emplace_back();
      for (size_t i = 0; i < parts.size(); ++i) {
        if ((mask >> (parts.size() - 1 - i)) & 1)
          sets.back().insert(sets.back().end(), parts[i].begin(), parts[i].end());
      }
    }
    return sets;
  }

  /// The keys of an expression, a parenthesised list, or ().
  Result<std::vector<uint32_t>> BindSet(const GroupItem& element) {
    std::vector<uint32_t> set;
    for (const ExpressionPtr& expression : element.expressions) {
      if (const auto* row = expression->As<RowConstructor>(); row != nullptr && !row->explicit_row) {
        for (const ExpressionPtr& item : row->items) {
          RETURN_IF_ERROR(BindKey(*item, &set));
        }
        continue;
      }
      RETURN_IF_ERROR(BindKey(*expression, &set));
    }
    return set;
  }

  Status BindKey(const Expression& expression, std::vector<uint32_t>* set) {
    if (const auto* call = expression.As<FunctionCall>(); call != nullptr && call->name.is_simple()) {
      const std::string name = UpperCaseName(call->name.last());
      if (IsGroupWindowName(name)) return BindWindow(name, *call, expression.place, set);
    }
    ASSIGN_OR_RETURN(BoundExprPtr key, ExpressionBinder(item_->scope, "GROUP BY").Bind(expression));
    AddKey(std::move(key), set);
    return Status::Ok();
  }

  void AddKey(BoundExprPtr key, std::vector<uint32_t>* set) {
    uint32_t index = 0;
    while (index < result_.keys.size() && !SameExpr(*result_.keys[index], *key)) ++index;
    if (index == result_.keys.size()) result_.keys.push_back(std::move(key));
    if (std::find(set->begin(), set->end(), index) == set->end()) set->push_back(index);
  }

  Status BindWindow(const std::string& function, const FunctionCall& call, const SourcePlace& place,
                    std::vector<uint32_t>* set) {
    if (function == "SESSION") return NotSupported("SESSION windows", place);
    if (result_.window) return ErrorAt(kInvalidWindow, "GROUP BY has more than one window", place);
    GroupWindow window{.function = function};
    ExpressionBinder expressions(item_->scope, "GROUP BY");
    for (const FunctionArgument& argument : call.arguments) {
      if (argument.name) return NotSupported("named arguments of group windows", place);
      ASSIGN_OR_RETURN(BoundExprPtr bound, expressions.Bind(*argument.value));
      window.arguments.push_back(std::move(bound));
    }
    ASSIGN_OR_RETURN(PlanWindow spec,
                     BindGroupWindow(binder_, function, window.arguments, *item_->plan, place));
    const auto width = static_cast<uint32_t>(item_->plan->columns().size());
    item_->plan = std::make_shared<WindowAssignNode>(item_->plan, std::move(spec));
    const PlanColumns& columns = item_->plan->columns();
    window.start = ColumnExpr(width, columns[width].type, place);
    window.end = ColumnExpr(width + 1, columns[width + 1].type, place);
    window.time = ColumnExpr(width + 2, columns[width + 2].type, place);
    for (const BoundExprPtr& column : {window.start, window.end, window.time}) AddKey(column, set);
    result_.window = std::move(window);
    return Status::Ok();
  }

  QueryBinder& binder_;
  FromItem* item_;
  BoundGroupBy result_;
};

}  // namespace

bool BoundGroupBy::HasEmptySet() const {
  return std::any_of(sets.begin(), sets.end(), [](const auto& set) { return set.empty(); });
}

Result<BoundGroupBy> BindGroupBy(QueryBinder& binder, const GroupBy& group_by, FromItem* item) {
  return GroupByBinder(binder, item).Bind(group_by);
}

PlanPtr ExpandGroupingSets(const PlanPtr& input, const BoundExprPtr& filter, const BoundGroupBy& group_by,
                           const std::vector<BoundExprPtr>& others, const std::vector<std::string>& names) {
  std::vector<PlanPtr> parts;
  for (size_t number = 0; number < group_by.sets.size(); ++number) {
    const std::vector<uint32_t>& set = group_by.sets[number];
    std::vector<BoundExprPtr> projections;
    for (uint32_t key = 0; key < group_by.keys.size(); ++key) {
      const bool present = std::find(set.begin(), set.end(), key) != set.end();
      projections.push_back(present ? group_by.keys[key] : NullExpr(group_by.keys[key]->type));
    }
    projections.insert(projections.end(), others.begin(), others.end());
    projections.push_back(IntegerExpr(static_cast<int32_t>(number)));
    parts.push_back(std::make_shared<CalcNode>(input, filter, std::move(projections), names));
  }
  return std::make_shared<UnionNode>(std::move(parts));
}

Result<BoundExprPtr> GroupingValue(const BoundGrouping& grouping, const BoundGroupBy& group_by,
                                   const BoundExprPtr& set_column) {
  std::vector<uint32_t> keys;
  for (const BoundExprPtr& argument : grouping.arguments) {
    uint32_t index = 0;
    while (index < group_by.keys.size() && !SameExpr(*group_by.keys[index], *argument)) ++index;
    if (index == group_by.keys.size()) {
      return ErrorAt(kInvalidAggregate, "Argument of GROUPING is no element of GROUP BY", grouping.place);
    }
    keys.push_back(index);
  }
  std::vector<BoundExprPtr> children;
  for (size_t number = 0; number < group_by.sets.size(); ++number) {
    const std::vector<uint32_t>& set = group_by.sets[number];
    int64_t bits = 0;
    for (uint32_t key : keys) bits = bits * 2 + (std::find(set.begin(), set.end(), key) == set.end() ? 1 : 0);
    if (number + 1 == group_by.sets.size()) {
      children.push_back(BigintExpr(bits));
    } else {
      ASSIGN_OR_RETURN(
          BoundExprPtr equal,
          BindFunction("=", {set_column, IntegerExpr(static_cast<int32_t>(number))}, grouping.place));
      children.push_back(std::move(equal));
      children.push_back(BigintExpr(bits));
    }
  }
  if (children.size() == 1) return children.front();
  return CaseExpr(std::move(children), DataType::Bigint().NotNull(), grouping.place);
}

}  // namespace millrace::sql
