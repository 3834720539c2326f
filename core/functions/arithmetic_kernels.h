#pragma once

#include <optional>

#include "core/expr/function_registry.h"

namespace millrace {

enum class ArithmeticOp : uint8_t { kAdd, kSubtract, kMultiply, kDivide, kMod };

/// Division (or rest) of integers; a divisor of 0 is a row error.
template <class T>
Kernel IntegerDivisionKernel(ArithmeticOp op);

/// Casts the result of `kernel`, an integer of type `wide`, to the shorter integer type `narrow`.
Kernel NarrowingKernel(Kernel kernel, const DataType& wide, const DataType& narrow);

/// Operands are DECIMAL or BIGINT; a result of too many digits is NULL, division by 0 a row error.
Kernel DecimalArithmeticKernel(ArithmeticOp op, const ResolvedCall& call);

/// Datetimes with intervals, intervals with intervals or numbers; nullopt when none of the operands is one of
/// these.
std::optional<ResolvedCall> ResolveTemporalArithmetic(ArithmeticOp op, const DataType& a, const DataType& b);
Kernel TemporalArithmeticKernel(ArithmeticOp op, const ResolvedCall& call);

}  // namespace millrace
