#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sql/ast/identifier.h"

namespace millrace::sql {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

enum class NullOrder : uint8_t { kUnspecified, kFirst, kLast };

/// One item of an ORDER BY.
struct OrderItem {
  ExpressionPtr expression;
  bool descending = false;
  NullOrder nulls = NullOrder::kUnspecified;
};

enum class FrameBoundKind : uint8_t {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing
};

struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::kCurrentRow;
  ExpressionPtr offset;  // of kPreceding and kFollowing only
};

enum class FrameUnit : uint8_t { kRows, kRange };

/// ROWS | RANGE [BETWEEN] start [AND end].
struct WindowFrame {
  FrameUnit unit = FrameUnit::kRange;
  FrameBound start;
  std::optional<FrameBound> end;
};

/// What OVER and WINDOW w AS (...) hold. `OVER w` sets `base` alone and `name_only`.
struct WindowSpecification {
  std::optional<Identifier> base;
  bool name_only = false;
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::optional<WindowFrame> frame;
  std::optional<bool> allow_partial;  // [DIS]ALLOW PARTIAL
  SourcePlace place;
};

}  // namespace millrace::sql
