#include <optional>

#include "core/types/type_rules.h"
#include "sql/rules/rules.h"

namespace millrace::sql {
namespace {

/// Types whose values are equal exactly when their stored keys are.
bool CanBeKey(const DataType& type) {
  return !type.IsNested() && type.kind() != millrace::TypeKind::kNull;
}

struct Equality {
  BoundExprPtr left;
  BoundExprPtr right;  // column numbers of the right input
};

std::optional<Equality> AsEquality(const BoundExprPtr& conjunct, uint32_t left_width) {
  if (!conjunct->IsCall("=") || conjunct->children.size() != 2 || !IsDeterministic(*conjunct))
    return std::nullopt;
  BoundExprPtr left = conjunct->children[0];
  BoundExprPtr right = conjunct->children[1];
  const auto is_left = [&](uint32_t column) { return column < left_width; };
  const auto is_right = [&](uint32_t column) { return column >= left_width; };
  if (AnyColumn(*left, is_right)) std::swap(left, right);
  if (!AnyColumn(*left, is_left) || AnyColumn(*left, is_right)) return std::nullopt;
  if (!AnyColumn(*right, is_right) || AnyColumn(*right, is_left)) return std::nullopt;
  DataType type = left->type;
  if (!left->type.EqualsIgnoringNullability(right->type)) {
    const bool comparable = (left->type.IsNumeric() && right->type.IsNumeric()) ||
                            (left->type.IsCharacter() && right->type.IsCharacter()) ||
                            (left->type.IsTimestamp() && left->type.kind() == right->type.kind());
    const DataType pair[] = {left->type, right->type};
    const std::optional<DataType> common = comparable ? CommonType(pair) : std::nullopt;
    if (!common) return std::nullopt;
    type = *common;
  }
  if (!CanBeKey(type)) return std::nullopt;
  return Equality{CastExpr(left, type),
                  CastExpr(ShiftColumns(right, -static_cast<int64_t>(left_width)), type)};
}

/// The input with computed keys as further columns behind its own.
class KeyColumns {
 public:
  explicit KeyColumns(const PlanPtr& input) : input_(input) {}

  uint32_t Add(const BoundExprPtr& key) {
    if (key->IsColumn()) return key->index;
    computed_.push_back(key);
    return static_cast<uint32_t>(input_->columns().size() + computed_.size() - 1);
  }
  PlanPtr Plan() const {
    if (computed_.empty()) return input_;
    std::vector<BoundExprPtr> projections;
    std::vector<std::string> names = NamesOf(*input_);
    for (uint32_t i = 0; i < input_->columns().size(); ++i)
      projections.push_back(ColumnExpr(i, input_->columns()[i].type));
    for (const BoundExprPtr& key : computed_) {
      projections.push_back(key);
      names.push_back("$k" + std::to_string(names.size()));
    }
    return std::make_shared<CalcNode>(input_, nullptr, std::move(projections), std::move(names));
  }
  uint32_t num_computed() const { return static_cast<uint32_t>(computed_.size()); }

 private:
  PlanPtr input_;
  std::vector<BoundExprPtr> computed_;
};

PlanPtr Extract(const PlanPtr& node, const JoinNode& join) {
  const uint32_t left_width = join.left_width();
  KeyColumns left(join.inputs()[0]);
  KeyColumns right(join.inputs()[1]);
  std::vector<uint32_t> left_keys = join.left_keys;
  std::vector<uint32_t> right_keys = join.right_keys;
  std::vector<BoundExprPtr> rest;
  for (const BoundExprPtr& conjunct : Conjuncts(join.condition)) {
    if (const std::optional<Equality> equality = AsEquality(conjunct, left_width)) {
      left_keys.push_back(left.Add(equality->left));
      right_keys.push_back(right.Add(equality->right));
    } else {
      rest.push_back(conjunct);
    }
  }
  if (left_keys.size() == join.left_keys.size()) return node;
  const uint32_t shift = left.num_computed();
  for (BoundExprPtr& conjunct : rest) {
    conjunct = Rewrite(conjunct, [&](const BoundExprPtr& part) -> BoundExprPtr {
      if (!part->IsColumn() || part->index < left_width) return nullptr;
      return ColumnExpr(part->index + shift, part->type, part->place);
    });
  }
  PlanPtr joined = std::make_shared<JoinNode>(left.Plan(), right.Plan(), join.type, std::move(left_keys),
                                              std::move(right_keys), Conjunction(std::move(rest)));
  if (shift == 0 && right.num_computed() == 0) return joined;
  std::vector<BoundExprPtr> projections;
  for (uint32_t i = 0; i < node->columns().size(); ++i) {
    projections.push_back(ColumnExpr(i < left_width ? i : i + shift, node->columns()[i].type));
  }
  return std::make_shared<CalcNode>(std::move(joined), nullptr, std::move(projections), NamesOf(*node));
}

}  // namespace

PlanRoots ExtractJoinKeys(const PlanRoots& roots) {
  return RewritePlans(roots, [](const PlanPtr& node) {
    const auto* join = node->As<JoinNode>();
    return join == nullptr || join->condition == nullptr ? node : Extract(node, *join);
  });
}

}  // namespace millrace::sql
