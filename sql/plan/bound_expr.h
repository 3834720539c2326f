#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/column/column.h"
#include "core/status.h"

namespace millrace::proto {
class Expression;
}  // namespace millrace::proto

namespace millrace::sql {

struct BoundExpr;
using BoundExprPtr = std::shared_ptr<const BoundExpr>;

/// A typed scalar expression over the columns of one input row: what is left of SQL once names and types are
/// known. Immutable; shared between plans.
struct BoundExpr {
  enum class Kind : uint8_t {
    kColumn,
    kLiteral,
    kCall,  // a function or operator of the registry
    kCast,
    kCase,       // children: condition, result, condition, result, ..., otherwise
    kField,      // of a ROW
    kAggregate,  // an aggregate call, until the query binder has replaced it by a column
    kGrouping,   // GROUPING, GROUPING_ID: likewise
  };
  Kind kind = Kind::kLiteral;
  DataType type;
  uint32_t index =
      0;  // kColumn: of the input; kField: of the ROW; kAggregate, kGrouping: of the query's calls
  ColumnPtr literal;      // kLiteral: one row
  std::string function;   // kCall: upper-case name
  bool try_cast = false;  // kCast
  std::vector<BoundExprPtr> children;
  SourcePlace place;  // in the user's text; not part of what the expression means

  bool IsColumn() const { return kind == Kind::kColumn; }
  bool IsLiteral() const { return kind == Kind::kLiteral; }
  bool IsCall(std::string_view name) const { return kind == Kind::kCall && function == name; }
  bool IsNullLiteral() const { return IsLiteral() && literal->IsNull(0); }
};

BoundExprPtr ColumnExpr(uint32_t index, DataType type, SourcePlace place = {});
BoundExprPtr LiteralExpr(ColumnPtr one_row, SourcePlace place = {});
BoundExprPtr NullExpr(DataType type, SourcePlace place = {});
BoundExprPtr TextExpr(std::string_view text, SourcePlace place = {});  // CHAR(n) NOT NULL
BoundExprPtr IntegerExpr(int32_t value);                               // INT NOT NULL
BoundExprPtr BooleanExpr(bool value);                                  // BOOLEAN NOT NULL
BoundExprPtr CallExpr(std::string function, std::vector<BoundExprPtr> arguments, DataType result,
                      SourcePlace place = {});
BoundExprPtr CaseExpr(std::vector<BoundExprPtr> children, DataType type, SourcePlace place = {});
BoundExprPtr FieldExpr(BoundExprPtr input, uint32_t index, DataType type, SourcePlace place = {});
/// A cast to the kind of `type` (nullable when the input is); the input itself when it already has that type.
BoundExprPtr CastExpr(BoundExprPtr input, const DataType& type, bool try_cast = false,
                      SourcePlace place = {});

/// The same expression with every node replaced for which `replace` gives one (asked from the root down; what
/// it gives is not looked into).
BoundExprPtr Rewrite(const BoundExprPtr& expr,
                     const std::function<BoundExprPtr(const BoundExprPtr&)>& replace);
/// Columns replaced by the given expressions.
BoundExprPtr Substitute(const BoundExprPtr& expr, const std::vector<BoundExprPtr>& columns);
/// Column numbers shifted by `by`.
BoundExprPtr ShiftColumns(const BoundExprPtr& expr, int64_t by);
/// Column i becomes column (*positions)[i].
BoundExprPtr RemapColumns(const BoundExprPtr& expr, const std::vector<uint32_t>& positions);
/// Calls `visit` for every node, parents first.
void VisitExpr(const BoundExpr& expr, const std::function<void(const BoundExpr&)>& visit);
void MarkColumns(const BoundExpr& expr, std::vector<bool>* used);
bool AnyColumn(const BoundExpr& expr, const std::function<bool(uint32_t)>& test);
bool HasAggregates(const BoundExpr& expr);
/// Whether it is a call of JSON_OBJECT, JSON_ARRAY or JSON_QUERY: as a direct argument of the first two it is
/// embedded as JSON, while the same text from elsewhere is quoted.
bool MakesJson(const BoundExpr& expr);

/// The number of nodes.
size_t SizeOf(const BoundExpr& expr);
/// Whether equal inputs always give equal results.
bool IsDeterministic(const BoundExpr& expr);
/// Equal meaning: same structure, columns, literals and types.
bool SameExpr(const BoundExpr& a, const BoundExpr& b);

/// The operands of (nested) ANDs; empty for null.
std::vector<BoundExprPtr> Conjuncts(const BoundExprPtr& predicate);
/// Their conjunction; null for none.
BoundExprPtr Conjunction(std::vector<BoundExprPtr> conjuncts);

/// For graphs and evaluation. No aggregates must be left.
void ToProto(const BoundExpr& expr, proto::Expression* out);

/// As EXPLAIN prints it: "(price * 2)", "CAST(ts AS DATE)". `column_name` names the input's columns.
std::string PrintExpr(const BoundExpr& expr, const std::function<std::string(uint32_t)>& column_name);

}  // namespace millrace::sql
