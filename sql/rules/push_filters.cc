#include "sql/rules/rules.h"

namespace millrace::sql {
namespace {

/// Predicates by where they can be evaluated.
struct Split {
  std::vector<BoundExprPtr> left;
  std::vector<BoundExprPtr> right;  // column numbers of the right input
  std::vector<BoundExprPtr> both;
};

Split SplitBySide(const std::vector<BoundExprPtr>& conjuncts, uint32_t left_width) {
  Split split;
  for (const BoundExprPtr& conjunct : conjuncts) {
    const bool uses_left = AnyColumn(*conjunct, [&](uint32_t column) { return column < left_width; });
    const bool uses_right = AnyColumn(*conjunct, [&](uint32_t column) { return column >= left_width; });
    const bool movable = IsDeterministic(*conjunct) && uses_left != uses_right;
    if (!movable) {
      split.both.push_back(conjunct);
    } else if (uses_left) {
      split.left.push_back(conjunct);
    } else {
      split.right.push_back(ShiftColumns(conjunct, -static_cast<int64_t>(left_width)));
    }
  }
  return split;
}

PlanPtr PushInto(const PlanPtr& input, std::vector<BoundExprPtr> conjuncts);

PlanPtr Filtered(const PlanPtr& input, std::vector<BoundExprPtr> conjuncts) {
  return conjuncts.empty() ? input : PushInto(input, std::move(conjuncts));
}

/// Predicates above a join: inner joins take all of them; an outer join those over the side that it keeps.
PlanPtr PushIntoJoin(const JoinNode& join, const std::vector<BoundExprPtr>& conjuncts) {
  const bool inner = join.type == PlanJoinType::kInner;
  Split split = SplitBySide(conjuncts, join.left_width());
  std::vector<BoundExprPtr> above;
  const auto keep_above = [&](std::vector<BoundExprPtr>* part, int64_t shift) {
    for (const BoundExprPtr& conjunct : *part) above.push_back(ShiftColumns(conjunct, shift));
    part->clear();
  };
  if (!inner && join.type != PlanJoinType::kLeft) keep_above(&split.left, 0);
  if (!inner && join.type != PlanJoinType::kRight) keep_above(&split.right, join.left_width());
  std::vector<BoundExprPtr> condition = Conjuncts(join.condition);
  if (inner) {
    for (const BoundExprPtr& conjunct : split.both) {
      (IsDeterministic(*conjunct) ? condition : above).push_back(conjunct);
    }
  } else {
    keep_above(&split.both, 0);
  }
  PlanPtr joined = std::make_shared<JoinNode>(
      Filtered(join.inputs()[0], split.left), Filtered(join.inputs()[1], split.right), join.type,
      join.left_keys, join.right_keys, Conjunction(std::move(condition)));
  return above.empty() ? joined : CalcNode::Filter(joined, Conjunction(std::move(above)));
}

/// A filter over `input`, as far down as it goes.
PlanPtr PushInto(const PlanPtr& input, std::vector<BoundExprPtr> conjuncts) {
  if (const auto* join = input->As<JoinNode>()) return PushIntoJoin(*join, conjuncts);
  if (input->kind() == PlanKind::kUnion) {
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& part : input->inputs()) inputs.push_back(PushInto(part, conjuncts));
    return input->WithInputs(std::move(inputs));
  }
  if (const auto* assign = input->As<WindowAssignNode>()) {
    const auto width = static_cast<uint32_t>(assign->input()->columns().size());
    std::vector<BoundExprPtr> below;
    std::vector<BoundExprPtr> above;
    for (const BoundExprPtr& conjunct : conjuncts) {
      const bool of_window = AnyColumn(*conjunct, [&](uint32_t column) { return column >= width; });
      (of_window || !IsDeterministic(*conjunct) ? above : below).push_back(conjunct);
    }
    PlanPtr assigned = input->WithInputs({Filtered(assign->input(), std::move(below))});
    return above.empty() ? assigned : CalcNode::Filter(std::move(assigned), Conjunction(std::move(above)));
  }
  const auto* calc = input->As<CalcNode>();
  if (calc == nullptr) return CalcNode::Filter(input, Conjunction(std::move(conjuncts)));
  std::vector<BoundExprPtr> below = Conjuncts(calc->filter);
  std::vector<BoundExprPtr> above;
  for (const BoundExprPtr& conjunct : conjuncts) {
    BoundExprPtr substituted = Substitute(conjunct, calc->projections);
    // Computing a projection once for the filter and once for the result is worth it only when it is small.
    const bool cheap = IsDeterministic(*substituted) && SizeOf(*substituted) <= SizeOf(*conjunct) + 2;
    (cheap ? below : above).push_back(cheap ? substituted : conjunct);
  }
  PlanPtr filtered = std::make_shared<CalcNode>(Filtered(calc->input(), std::move(below)), nullptr,
                                                calc->projections, NamesOf(*calc));
  return above.empty() ? filtered : CalcNode::Filter(std::move(filtered), Conjunction(std::move(above)));
}

/// Predicates of a join's own condition that concern one side only: into that side, unless the join keeps its
/// rows.
PlanPtr PushJoinCondition(const JoinNode& join) {
  Split split = SplitBySide(Conjuncts(join.condition), join.left_width());
  const bool left_moves = join.type == PlanJoinType::kInner || join.type == PlanJoinType::kRight;
  const bool right_moves = join.type == PlanJoinType::kInner || join.type == PlanJoinType::kLeft;
  if (!left_moves) {
    split.both.insert(split.both.end(), split.left.begin(), split.left.end());
    split.left.clear();
  }
  if (!right_moves) {
    for (const BoundExprPtr& conjunct : split.right)
      split.both.push_back(ShiftColumns(conjunct, join.left_width()));
    split.right.clear();
  }
  if (split.left.empty() && split.right.empty()) return nullptr;
  return std::make_shared<JoinNode>(Filtered(join.inputs()[0], split.left),
                                    Filtered(join.inputs()[1], split.right), join.type, join.left_keys,
                                    join.right_keys, Conjunction(std::move(split.both)));
}

PlanPtr PushCalcFilter(const CalcNode& calc) {
  PlanPtr input = PushInto(calc.input(), Conjuncts(calc.filter));
  return std::make_shared<CalcNode>(std::move(input), nullptr, calc.projections, NamesOf(calc));
}

}  // namespace

PlanRoots PushFilters(const PlanRoots& roots) {
  const PlanRoots pushed = RewritePlans(roots, [](const PlanPtr& node) {
    if (const auto* join = node->As<JoinNode>()) {
      PlanPtr moved = PushJoinCondition(*join);
      return moved == nullptr ? node : moved;
    }
    const auto* calc = node->As<CalcNode>();
    if (calc == nullptr || calc->filter == nullptr) return node;
    const PlanKind below = calc->input()->kind();
    const bool passes =
        below == PlanKind::kJoin || below == PlanKind::kUnion || below == PlanKind::kWindowAssign;
    return passes ? PushCalcFilter(*calc) : node;
  });
  return pushed;
}

}  // namespace millrace::sql
