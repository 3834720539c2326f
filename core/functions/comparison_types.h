#pragma once

#include <optional>
#include <span>

#include "core/expr/function_registry.h"

namespace millrace {

/// The types that values are compared in (=, <, IN, NULLIF, GREATEST): argument types after the implicit
/// casts, parallel to the given ones; nullopt when they do not compare. Two DECIMALs that no DECIMAL holds
/// both are left as they are.
std::optional<std::vector<DataType>> ComparisonTypes(std::span<const ArgumentInfo> arguments);

/// "Cannot compare A with B".
Status CannotCompare(const DataType& a, const DataType& b);

enum class ComparisonOp : uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

/// A kernel for two arguments of types as ComparisonTypes gives them.
Kernel ComparisonKernel(ComparisonOp op, const DataType& a, const DataType& b);

}  // namespace millrace
