#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sql/ast/expression.h"

namespace millrace::sql {

struct TableReference;
using TableReferencePtr = std::unique_ptr<TableReference>;

enum class PatternKind : uint8_t {
  kVariable,       // A
  kConcatenation,  // A B
  kAlternation,    // A | B
  kPermute,        // PERMUTE(A, B)
  kExclusion,      // {- A -}
  kQuantified,     // A+, A{1,3}?
  kEmpty,          // ()
};

/// A node of the row pattern. `minimum`, `maximum` (absent: unbounded) and `reluctant` belong to kQuantified.
struct PatternNode {
  PatternKind kind = PatternKind::kVariable;
  Identifier variable;
  std::vector<PatternNode> children;
  uint64_t minimum = 0;
  std::optional<uint64_t> maximum;
  bool reluctant = false;
  SourcePlace place;
};

/// `expression AS alias` of MEASURES, and `alias AS expression` of DEFINE.
struct NamedExpression {
  Identifier name;
  ExpressionPtr expression;
};

struct PatternSubset {
  Identifier name;
  std::vector<Identifier> variables;
};

enum class RowsPerMatch : uint8_t { kUnspecified, kOneRow, kAllRows };
enum class AfterMatchSkip : uint8_t { kUnspecified, kToNextRow, kPastLastRow, kToFirst, kToLast };

/// input MATCH_RECOGNIZE ( ... ).
struct MatchRecognize {
  TableReferencePtr input;
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::vector<NamedExpression> measures;
  RowsPerMatch rows_per_match = RowsPerMatch::kUnspecified;
  AfterMatchSkip after_match = AfterMatchSkip::kUnspecified;
  std::optional<Identifier> skip_variable;  // kToFirst, kToLast
  PatternNode pattern;
  bool anchored_at_start = false;  // ^
  bool anchored_at_end = false;    // $
  ExpressionPtr within;            // interval; may be null
  std::vector<PatternSubset> subsets;
  std::vector<NamedExpression> defines;
};

}  // namespace millrace::sql
