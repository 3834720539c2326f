#include "core/functions/arithmetic_kernels.h"

#include "core/expr/cast.h"
#include "core/expr/row_kernel.h"
#include "core/functions/binary_kernel.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

template <class T>
T DivideWrapping(T a, T b) {
  return b == -1 ? static_cast<T>(0 - static_cast<uint64_t>(a)) : static_cast<T>(a / b);
}
template <class T>
T ModWrapping(T a, T b) {
  return b == -1 ? T{0} : static_cast<T>(a % b);
}

/// x * factor_a + y * factor_b: sums of decimals whose result type holds every sum.
template <class A, class B, class R>
Kernel ScaledSumKernel(int digits_a, int digits_b, bool subtract) {
  const R factor_a = static_cast<R>(PowerOfTen(digits_a));
  const R factor_b = static_cast<R>(subtract ? -PowerOfTen(digits_b) : PowerOfTen(digits_b));
  return BinaryKernel<A, B, R>([factor_a, factor_b](A a, B b) {
    using U =
        std::conditional_t<sizeof(R) == 8, uint64_t, unsigned __int128>;  // values of NULL rows may overflow
    return static_cast<R>(static_cast<U>(a) * static_cast<U>(factor_a) +
                          static_cast<U>(b) * static_cast<U>(factor_b));
  });
}

template <class A, class B, class R>
Kernel ExactProductKernel() {
  return BinaryKernel<A, B, R>([](A a, B b) {
    using U = std::conditional_t<sizeof(R) == 8, uint64_t, unsigned __int128>;
    return static_cast<R>(static_cast<U>(a) * static_cast<U>(b));
  });
}

template <class Make>
Kernel OfPhysical(const ResolvedCall& call, Make make) {
  const bool wide_a = call.argument_types[0].physical() == PhysicalType::kInt128;
  const bool wide_b = call.argument_types[1].physical() == PhysicalType::kInt128;
  if (call.result_type.physical() == PhysicalType::kInt64) return make(int64_t{}, int64_t{}, int64_t{});
  if (wide_a && wide_b) return make(Int128{}, Int128{}, Int128{});
  if (wide_a) return make(Int128{}, int64_t{}, Int128{});
  if (wide_b) return make(int64_t{}, Int128{}, Int128{});
  return make(int64_t{}, int64_t{}, Int128{});
}

struct DecimalOperands {
  bool wide_a, wide_b, wide_result;
  int scale_a, scale_b, scale, precision;
};

std::optional<Int128> Compute(ArithmeticOp op, Int128 a, Int128 b, const DecimalOperands& o) {
  switch (op) {
    case ArithmeticOp::kAdd:
      return AddDecimals(a, o.scale_a, b, o.scale_b, o.scale, o.precision);
    case ArithmeticOp::kSubtract:
      return AddDecimals(a, o.scale_a, -b, o.scale_b, o.scale, o.precision);
    case ArithmeticOp::kMultiply:
      return MultiplyDecimals(a, b, o.scale_a + o.scale_b, o.scale, o.precision);
    case ArithmeticOp::kDivide:
      return DivideDecimals(a, o.scale_a, b, o.scale_b, o.scale, o.precision);
    case ArithmeticOp::kMod:
      return ModDecimals(a, o.scale_a, b, o.scale_b, o.scale, o.precision);
  }
  return std::nullopt;
}

/// Any operation, row by row, with rounding and the test of the result's digits.
Kernel CheckedDecimalKernel(ArithmeticOp op, const DecimalOperands& operands) {
  return RowKernel([op, o = operands](Row& row) {
    const Int128 a = o.wide_a ? row.Get<Int128>(0) : row.Long(0);
    const Int128 b = o.wide_b ? row.Get<Int128>(1) : row.Long(1);
    if (b == 0 && (op == ArithmeticOp::kDivide || op == ArithmeticOp::kMod)) {
      return row.Fail(kDivisionByZero, "Division by zero");
    }
    const std::optional<Int128> result = Compute(op, a, b, o);
    if (!result) return row.ReturnNull();
    if (o.wide_result) {
      row.Return<Int128>(*result);
    } else {
      row.ReturnLong(static_cast<int64_t>(*result));
    }
  });
}

int DigitsOf(const DataType& type) {
  return type.kind() == TypeKind::kBigint ? 19 : type.precision();
}

}  // namespace

template <class T>
Kernel IntegerDivisionKernel(ArithmeticOp op) {
  return [divide = op == ArithmeticOp::kDivide](const KernelCall& call) {
    const ColumnReader a(*call.arguments[0]);
    const ColumnReader b(*call.arguments[1]);
    OutputColumn out(call.result_type, call.context.batch.num_rows);
    T* values = out.Values<T>();
    if (b.is_constant() && !b.IsNull(0) && b.Value<T>(0) != 0 && b.Value<T>(0) != -1) {
      if (divide) {
        BinaryLoop<T, T, T>(a, b, call.context, values, [](T x, T y) { return static_cast<T>(x / y); });
      } else {
        BinaryLoop<T, T, T>(a, b, call.context, values, [](T x, T y) { return static_cast<T>(x % y); });
      }
      PropagateNulls(a, call.context, &out);
      return out.Finish();
    }
    for (uint32_t row : call.context.rows) {
      if (a.IsNull(row) || b.IsNull(row)) {
        out.SetNull(row);
        continue;
      }
      const T divisor = b.Value<T>(row);
      if (divisor == 0) {
        call.context.errors.Add(row, Status(kDivisionByZero, "Division by zero"));
        out.SetNull(row);
        continue;
      }
      values[row] =
          divide ? DivideWrapping<T>(a.Value<T>(row), divisor) : ModWrapping<T>(a.Value<T>(row), divisor);
    }
    return out.Finish();
  };
}
template Kernel IntegerDivisionKernel<int8_t>(ArithmeticOp);
template Kernel IntegerDivisionKernel<int16_t>(ArithmeticOp);
template Kernel IntegerDivisionKernel<int32_t>(ArithmeticOp);
template Kernel IntegerDivisionKernel<int64_t>(ArithmeticOp);

Kernel NarrowingKernel(Kernel kernel, const DataType& wide, const DataType& narrow) {
  Result<Kernel> cast = PrepareCast(wide, narrow, false, SessionSettings{});
  CHECK(cast.ok());
  return [kernel = std::move(kernel), cast = std::move(*cast), wide](const KernelCall& call) {
    const ColumnPtr column = kernel({call.arguments, wide, call.context});
    return cast({{&column, 1}, call.result_type, call.context});
  };
}

Kernel DecimalArithmeticKernel(ArithmeticOp op, const ResolvedCall& call) {
  const DataType& a = call.argument_types[0];
  const DataType& b = call.argument_types[1];
  const DataType& result = call.result_type;
  const int digits_a = result.scale() - a.scale();
  const int digits_b = result.scale() - b.scale();
  const int whole_digits = std::max(DigitsOf(a) - a.scale(), DigitsOf(b) - b.scale());
  if ((op == ArithmeticOp::kAdd || op == ArithmeticOp::kSubtract) && digits_a >= 0 && digits_b >= 0 &&
      result.precision() == whole_digits + result.scale() + 1) {
    return OfPhysical(call, [&](auto x, auto y, auto z) {
      return ScaledSumKernel<decltype(x), decltype(y), decltype(z)>(digits_a, digits_b,
                                                                    op == ArithmeticOp::kSubtract);
    });
  }
  if (op == ArithmeticOp::kMultiply && result.precision() == DigitsOf(a) + DigitsOf(b) + 1) {
    return OfPhysical(call, [](auto x, auto y, auto z) {
      return ExactProductKernel<decltype(x), decltype(y), decltype(z)>();
    });
  }
  return CheckedDecimalKernel(
      op,
      {a.physical() == PhysicalType::kInt128, b.physical() == PhysicalType::kInt128,
       result.physical() == PhysicalType::kInt128, a.scale(), b.scale(), result.scale(), result.precision()});
}

}  // namespace millrace
