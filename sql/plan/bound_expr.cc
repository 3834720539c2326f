#include "sql/plan/bound_expr.h"

#include "core/column/column_builder.h"
#include "core/expr/function_registry.h"
#include "core/row/row_codec.h"
#include "core/types/proto_conversion.h"
#include "proto/expression.pb.h"

namespace millrace::sql {
namespace {

std::shared_ptr<BoundExpr> NewExpr(BoundExpr::Kind kind, DataType type, SourcePlace place) {
  auto expr = std::make_shared<BoundExpr>();
  expr->kind = kind;
  expr->type = std::move(type);
  expr->place = place;
  return expr;
}

int CountCharacters(std::string_view utf8) {
  int count = 0;
  for (char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::string LiteralBytes(const BoundExpr& literal) {
  std::string bytes;
  const ColumnReader reader(*literal.literal);
  RowCodec({literal.type}).Encode(std::span(&reader, 1), 0, &bytes);
  return bytes;
}

}  // namespace

BoundExprPtr ColumnExpr(uint32_t index, DataType type, SourcePlace place) {
  auto expr = NewExpr(BoundExpr::Kind::kColumn, std::move(type), place);
  expr->index = index;
  return expr;
}

BoundExprPtr LiteralExpr(ColumnPtr one_row, SourcePlace place) {
  auto expr = NewExpr(BoundExpr::Kind::kLiteral, one_row->type(), place);
  expr->literal = std::move(one_row);
  return expr;
}

BoundExprPtr NullExpr(DataType type, SourcePlace place) {
  return LiteralExpr(Column::NullConstant(type.WithNullable(true), 1), place);
}

BoundExprPtr TextExpr(std::string_view text, SourcePlace place) {
  ColumnBuilder builder(DataType::Char(CountCharacters(text)).NotNull());
  builder.AppendString(text);
  return LiteralExpr(builder.Finish(), place);
}

BoundExprPtr IntegerExpr(int32_t value) {
  ColumnBuilder builder(DataType::Integer().NotNull());
  builder.Append<int32_t>(value);
  return LiteralExpr(builder.Finish());
}

BoundExprPtr BooleanExpr(bool value) {
  ColumnBuilder builder(DataType::Boolean().NotNull());
  builder.Append<uint8_t>(value ? 1 : 0);
  return LiteralExpr(builder.Finish());
}

BoundExprPtr CallExpr(std::string function, std::vector<BoundExprPtr> arguments, DataType result,
                      SourcePlace place) {
  auto expr = NewExpr(BoundExpr::Kind::kCall, std::move(result), place);
  expr->function = std::move(function);
  expr->children = std::move(arguments);
  return expr;
}

BoundExprPtr CaseExpr(std::vector<BoundExprPtr> children, DataType type, SourcePlace place) {
  auto expr = NewExpr(BoundExpr::Kind::kCase, std::move(type), place);
  expr->children = std::move(children);
  return expr;
}

BoundExprPtr FieldExpr(BoundExprPtr input, uint32_t index, DataType type, SourcePlace place) {
  auto expr = NewExpr(BoundExpr::Kind::kField, std::move(type), place);
  expr->index = index;
  expr->children.push_back(std::move(input));
  return expr;
}

BoundExprPtr CastExpr(BoundExprPtr input, const DataType& type, bool try_cast, SourcePlace place) {
  if (input->type.EqualsIgnoringNullability(type)) return input;
  if (input->IsNullLiteral()) return NullExpr(type, input->place);
  auto expr = NewExpr(BoundExpr::Kind::kCast, type.WithNullable(input->type.nullable() || try_cast), place);
  expr->try_cast = try_cast;
  expr->children.push_back(std::move(input));
  return expr;
}

BoundExprPtr Rewrite(const BoundExprPtr& expr,
                     const std::function<BoundExprPtr(const BoundExprPtr&)>& replace) {
  if (BoundExprPtr replaced = replace(expr)) return replaced;
  std::vector<BoundExprPtr> children;
  bool changed = false;
  for (const BoundExprPtr& child : expr->children) {
    children.push_back(Rewrite(child, replace));
    changed = changed || children.back() != child;
  }
  if (!changed) return expr;
  auto copy = std::make_shared<BoundExpr>(*expr);
  copy->children = std::move(children);
  return copy;
}

BoundExprPtr Substitute(const BoundExprPtr& expr, const std::vector<BoundExprPtr>& columns) {
  return Rewrite(expr,
                 [&](const BoundExprPtr& node) { return node->IsColumn() ? columns[node->index] : nullptr; });
}

BoundExprPtr ShiftColumns(const BoundExprPtr& expr, int64_t by) {
  if (by == 0) return expr;
  return Rewrite(expr, [&](const BoundExprPtr& node) {
    return node->IsColumn() ? ColumnExpr(static_cast<uint32_t>(node->index + by), node->type, node->place)
                            : nullptr;
  });
}

BoundExprPtr RemapColumns(const BoundExprPtr& expr, const std::vector<uint32_t>& positions) {
  return Rewrite(expr, [&](const BoundExprPtr& node) {
    return node->IsColumn() ? ColumnExpr(positions[node->index], node->type, node->place) : nullptr;
  });
}

void VisitExpr(const BoundExpr& expr, const std::function<void(const BoundExpr&)>& visit) {
  visit(expr);
  for (const BoundExprPtr& child : expr.children) VisitExpr(*child, visit);
}

void MarkColumns(const BoundExpr& expr, std::vector<bool>* used) {
  VisitExpr(expr, [&](const BoundExpr& node) {
    if (node.IsColumn()) (*used)[node.index] = true;
  });
}

bool AnyColumn(const BoundExpr& expr, const std::function<bool(uint32_t)>& test) {
  bool found = false;
  VisitExpr(expr, [&](const BoundExpr& node) { found = found || (node.IsColumn() && test(node.index)); });
  return found;
}

bool HasAggregates(const BoundExpr& expr) {
  bool found = false;
  VisitExpr(expr, [&](const BoundExpr& node) {
    found = found || node.kind == BoundExpr::Kind::kAggregate || node.kind == BoundExpr::Kind::kGrouping;
  });
  return found;
}

bool MakesJson(const BoundExpr& expr) {
  return expr.IsCall("JSON_OBJECT") || expr.IsCall("JSON_ARRAY") || expr.IsCall("JSON_QUERY");
}

size_t SizeOf(const BoundExpr& expr) {
  size_t size = 0;
  VisitExpr(expr, [&](const BoundExpr&) { ++size; });
  return size;
}

bool IsDeterministic(const BoundExpr& expr) {
  bool deterministic = true;
  VisitExpr(expr, [&](const BoundExpr& node) {
    if (node.kind != BoundExpr::Kind::kCall) return;
    const ScalarFunction* function = FunctionRegistry::BuiltIn().Find(node.function);
    deterministic = deterministic && function != nullptr && function->deterministic;
  });
  return deterministic;
}

bool SameExpr(const BoundExpr& a, const BoundExpr& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.index != b.index || a.function != b.function || a.try_cast != b.try_cast ||
      a.children.size() != b.children.size() || a.type != b.type) {
    return false;
  }
  if (a.IsLiteral() && LiteralBytes(a) != LiteralBytes(b)) return false;
  for (size_t i = 0; i < a.children.size(); ++i) {
    if (!SameExpr(*a.children[i], *b.children[i])) return false;
  }
  return true;
}

std::vector<BoundExprPtr> Conjuncts(const BoundExprPtr& predicate) {
  if (predicate == nullptr) return {};
  if (!predicate->IsCall("AND")) return {predicate};
  std::vector<BoundExprPtr> all;
  for (const BoundExprPtr& child : predicate->children) {
    for (BoundExprPtr& conjunct : Conjuncts(child)) all.push_back(std::move(conjunct));
  }
  return all;
}

BoundExprPtr Conjunction(std::vector<BoundExprPtr> conjuncts) {
  if (conjuncts.empty()) return nullptr;
  if (conjuncts.size() == 1) return conjuncts.front();
  bool nullable = false;
  for (const BoundExprPtr& conjunct : conjuncts) nullable = nullable || conjunct->type.nullable();
  const SourcePlace place = conjuncts.front()->place;
  return CallExpr("AND", std::move(conjuncts), DataType::Boolean().WithNullable(nullable), place);
}

void ToProto(const BoundExpr& expr, proto::Expression* out) {
  ToProto(expr.type, out->mutable_type());
  switch (expr.kind) {
    case BoundExpr::Kind::kColumn:
      out->set_column(expr.index);
      break;
    case BoundExpr::Kind::kLiteral:
      out->mutable_literal()->set_row(LiteralBytes(expr));
      break;
    case BoundExpr::Kind::kCall:
      out->mutable_call()->set_function(expr.function);
      for (const BoundExprPtr& child : expr.children) ToProto(*child, out->mutable_call()->add_arguments());
      break;
    case BoundExpr::Kind::kCast:
      out->mutable_cast()->set_try_cast(expr.try_cast);
      ToProto(*expr.children[0], out->mutable_cast()->mutable_input());
      break;
    case BoundExpr::Kind::kCase: {
      proto::Case* when = out->mutable_case_when();
      for (size_t i = 0; i + 1 < expr.children.size(); i += 2) {
        ToProto(*expr.children[i], when->add_conditions());
        ToProto(*expr.children[i + 1], when->add_results());
      }
      ToProto(*expr.children.back(), when->mutable_otherwise());
      break;
    }
    case BoundExpr::Kind::kField:
      out->mutable_field()->set_index(expr.index);
      ToProto(*expr.children[0], out->mutable_field()->mutable_input());
      break;
    case BoundExpr::Kind::kAggregate:
    case BoundExpr::Kind::kGrouping:
      CHECK(false);
  }
}

}  // namespace millrace::sql
