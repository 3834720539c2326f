#pragma once

namespace millrace::sql {

/// How deeply expressions, queries, types and parentheses may nest. Bounds the stack of the parser.
inline constexpr int kNestingDepthMax = 250;

/// How high a syntax tree may grow, chains such as a + b + c + ... or UNION ALL included. Bounds the stack of
/// whoever walks the tree.
inline constexpr int kExpressionDepthMax = 1000;

}  // namespace millrace::sql
