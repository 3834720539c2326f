#pragma once

#include <cstdint>

#include "core/column/column.h"
#include "core/expr/function_registry.h"
#include "core/expr/output_column.h"

namespace millrace {

/// Dense loops over two fixed-width arguments: what arithmetic and comparison spend their time in. The usual
/// shapes (flat and flat, flat and constant) have loops that the compiler vectorises, others go through the
/// readers.

/// Loops over all rows write every value.
inline OutputColumn::Start StartFor(const EvalContext& context) {
  return IsAllRows(context) ? OutputColumn::Start::kUnset : OutputColumn::Start::kZeros;
}

/// Makes the rows NULL in `out` that are NULL in `a` or `b`.
void PropagateNulls(const ColumnReader& a, const ColumnReader& b, const EvalContext& context,
                    OutputColumn* out);
void PropagateNulls(const ColumnReader& a, const EvalContext& context, OutputColumn* out);

/// Writes op(a, b) of every row of the context. `op` is also called for values of NULL rows, so it must not
/// fail.
template <class A, class B, class R, class Op>
void BinaryLoop(const ColumnReader& a, const ColumnReader& b, const EvalContext& context, R* out, Op op) {
  if (IsAllRows(context) && (a.is_flat() || a.is_constant()) && (b.is_flat() || b.is_constant())) {
    const uint32_t num_rows = context.batch.num_rows;
    const A* x = a.Values<A>();
    const B* y = b.Values<B>();
    if (b.is_constant()) {
      const B constant = *y;
      for (uint32_t row = 0; row < num_rows; ++row) out[row] = op(x[row], constant);
    } else if (a.is_constant()) {
      const A constant = *x;
      for (uint32_t row = 0; row < num_rows; ++row) out[row] = op(constant, y[row]);
    } else {
      for (uint32_t row = 0; row < num_rows; ++row) out[row] = op(x[row], y[row]);
    }
    return;
  }
  for (uint32_t row : context.rows) out[row] = op(a.Value<A>(row), b.Value<B>(row));
}

/// A kernel of an operation that cannot fail; NULL where an argument is.
template <class A, class B, class R, class Op>
Kernel BinaryKernel(Op op) {
  return [op](const KernelCall& call) {
    const ColumnReader a(*call.arguments[0]);
    const ColumnReader b(*call.arguments[1]);
    OutputColumn out(call.result_type, call.context.batch.num_rows, StartFor(call.context));
    if (a.is_constant() && b.is_constant()) {
      for (uint32_t row : call.context.rows) out.Set<R>(row, op(a.Value<A>(row), b.Value<B>(row)));
    } else {
      BinaryLoop<A, B, R>(a, b, call.context, out.Values<R>(), op);
    }
    PropagateNulls(a, b, call.context, &out);
    return out.Finish();
  };
}

/// The same with one argument.
template <class A, class R, class Op>
Kernel UnaryKernel(Op op) {
  return [op](const KernelCall& call) {
    const ColumnReader a(*call.arguments[0]);
    OutputColumn out(call.result_type, call.context.batch.num_rows, StartFor(call.context));
    R* values = out.Values<R>();
    if (IsAllRows(call.context) && a.is_flat()) {
      const A* x = a.Values<A>();
      const uint32_t num_rows = call.context.batch.num_rows;
      for (uint32_t row = 0; row < num_rows; ++row) values[row] = op(x[row]);
    } else {
      for (uint32_t row : call.context.rows) values[row] = op(a.Value<A>(row));
    }
    PropagateNulls(a, call.context, &out);
    return out.Finish();
  };
}

}  // namespace millrace
