#include <cmath>

#include "core/expr/row_kernel.h"
#include "core/functions/arithmetic_kernels.h"
#include "core/functions/binary_kernel.h"
#include "core/temporal/civil.h"

namespace millrace {
namespace {

bool IsDatetime(const DataType& type) {
  return type.kind() >= TypeKind::kDate && type.kind() <= TypeKind::kTimestampLtz;
}

int64_t AddMonthsToMicros(int64_t micros, int64_t months) {
  const int64_t days = FloorDiv(micros, kMicrosPerDay);
  return AddMonths(static_cast<int32_t>(days), months) * kMicrosPerDay + FloorMod(micros, kMicrosPerDay);
}

WideTimestamp AddMonthsToWide(WideTimestamp time, int64_t months) {
  const int64_t days = FloorDiv(time.millis, kMillisPerDay);
  time.millis =
      AddMonths(static_cast<int32_t>(days), months) * kMillisPerDay + FloorMod(time.millis, kMillisPerDay);
  return time;
}

/// datetime + sign * interval; the interval is the second argument.
Kernel ShiftKernel(const DataType& datetime, const DataType& interval, int sign) {
  const bool months = interval.kind() == TypeKind::kIntervalYearMonth;
  switch (datetime.kind()) {
    case TypeKind::kDate:
      if (months) {
        return BinaryKernel<int32_t, int32_t, int32_t>(
            [sign](int32_t date, int32_t count) { return AddMonths(date, int64_t{sign} * count); });
      }
      return BinaryKernel<int32_t, int64_t, int32_t>([sign](int32_t date, int64_t millis) {
        return static_cast<int32_t>(FloorDiv(date * kMillisPerDay + sign * millis, kMillisPerDay));
      });
    case TypeKind::kTime:
      if (months) return BinaryKernel<int32_t, int32_t, int32_t>([](int32_t time, int32_t) { return time; });
      return BinaryKernel<int32_t, int64_t, int32_t>([sign](int32_t time, int64_t millis) {
        return static_cast<int32_t>(FloorMod(time + sign * (millis % kMillisPerDay), kMillisPerDay));
      });
    default:
      break;
  }
  if (datetime.physical() == PhysicalType::kTimestamp) {
    if (months) {
      return BinaryKernel<WideTimestamp, int32_t, WideTimestamp>(
          [sign](WideTimestamp time, int32_t count) { return AddMonthsToWide(time, int64_t{sign} * count); });
    }
    return BinaryKernel<WideTimestamp, int64_t, WideTimestamp>([sign](WideTimestamp time, int64_t millis) {
      time.millis += sign * millis;
      return time;
    });
  }
  if (months) {
    return BinaryKernel<int64_t, int32_t, int64_t>(
        [sign](int64_t micros, int32_t count) { return AddMonthsToMicros(micros, int64_t{sign} * count); });
  }
  return BinaryKernel<int64_t, int64_t, int64_t>(
      [factor = sign * kMicrosPerMilli](int64_t micros, int64_t millis) { return micros + millis * factor; });
}

Kernel WithSwappedArguments(Kernel kernel) {
  return [kernel = std::move(kernel)](const KernelCall& call) {
    const ColumnPtr swapped[] = {call.arguments[1], call.arguments[0]};
    return kernel({swapped, call.result_type, call.context});
  };
}

int64_t MillisOf(const Row& row, size_t argument, const DataType& type) {
  switch (type.physical()) {
    case PhysicalType::kInt32:
      return type.kind() == TypeKind::kDate ? row.Int(argument) * kMillisPerDay : row.Int(argument);
    case PhysicalType::kTimestamp:
      return row.Get<WideTimestamp>(argument).millis;
    default:
      return FloorDiv(row.Long(argument), kMicrosPerMilli);
  }
}

/// datetime - datetime in milliseconds.
Kernel DifferenceKernel(const DataType& a, const DataType& b) {
  return RowKernel([a, b](Row& row) { row.ReturnLong(MillisOf(row, 0, a) - MillisOf(row, 1, b)); });
}

/// interval * or / number; the number is a BIGINT or a DOUBLE and the second argument.
Kernel ScaleKernel(const DataType& interval, const DataType& number, bool divide) {
  const bool is_long = interval.physical() == PhysicalType::kInt64;
  const bool exact = number.kind() == TypeKind::kBigint;
  return RowKernel([=](Row& row) {
    const int64_t length = is_long ? row.Long(0) : row.Int(0);
    int64_t result = 0;
    if (exact) {
      const int64_t factor = row.Long(1);
      if (divide && factor == 0) return row.Fail(kDivisionByZero, "Division by zero");
      result = divide ? (factor == -1 ? -length : length / factor) : length * factor;
    } else {
      const double factor = row.Double(1);
      if (divide && factor == 0) return row.Fail(kDivisionByZero, "Division by zero");
      const double scaled = static_cast<double>(length) * (divide ? 1 / factor : factor);
      if (!(std::fabs(scaled) < 9.2e18)) return row.Fail(kNumericOverflow, "Interval out of range");
      result = static_cast<int64_t>(scaled);
    }
    if (is_long) {
      row.ReturnLong(result);
    } else {
      row.ReturnInt(static_cast<int32_t>(result));
    }
  });
}

DataType NumberForScaling(const DataType& number) {
  return (number.IsInteger() ? DataType::Bigint() : DataType::Double()).WithNullable(number.nullable());
}

}  // namespace

std::optional<ResolvedCall> ResolveTemporalArithmetic(ArithmeticOp op, const DataType& a, const DataType& b) {
  const bool nullable = a.nullable() || b.nullable();
  const bool is_sum = op == ArithmeticOp::kAdd || op == ArithmeticOp::kSubtract;
  if (is_sum && IsDatetime(a) && b.IsInterval()) return ResolvedCall{{a, b}, a.WithNullable(nullable)};
  if (op == ArithmeticOp::kAdd && a.IsInterval() && IsDatetime(b)) {
    return ResolvedCall{{a, b}, b.WithNullable(nullable)};
  }
  if (is_sum && a.IsInterval() && b.kind() == a.kind()) return ResolvedCall{{a, b}, a.WithNullable(nullable)};
  if (op == ArithmeticOp::kSubtract && IsDatetime(a) && IsDatetime(b) && (a.kind() == b.kind())) {
    return ResolvedCall{{a, b}, DataType::IntervalDayTime().WithNullable(nullable)};
  }
  if ((op == ArithmeticOp::kMultiply || op == ArithmeticOp::kDivide) && a.IsInterval() && b.IsNumeric()) {
    return ResolvedCall{{a, NumberForScaling(b)}, a.WithNullable(nullable)};
  }
  if (op == ArithmeticOp::kMultiply && a.IsNumeric() && b.IsInterval()) {
    return ResolvedCall{{NumberForScaling(a), b}, b.WithNullable(nullable)};
  }
  return std::nullopt;
}

Kernel TemporalArithmeticKernel(ArithmeticOp op, const ResolvedCall& call) {
  const DataType& a = call.argument_types[0];
  const DataType& b = call.argument_types[1];
  const int sign = op == ArithmeticOp::kSubtract ? -1 : 1;
  if (op == ArithmeticOp::kMultiply || op == ArithmeticOp::kDivide) {
    if (a.IsInterval()) return ScaleKernel(a, b, op == ArithmeticOp::kDivide);
    return WithSwappedArguments(ScaleKernel(b, a, false));
  }
  if (IsDatetime(a) && b.IsInterval()) return ShiftKernel(a, b, sign);
  if (a.IsInterval() && IsDatetime(b)) return WithSwappedArguments(ShiftKernel(b, a, 1));
  if (IsDatetime(a)) return DifferenceKernel(a, b);
  if (a.kind() == TypeKind::kIntervalYearMonth) {
    return BinaryKernel<int32_t, int32_t, int32_t>([sign](int32_t x, int32_t y) { return x + sign * y; });
  }
  return BinaryKernel<int64_t, int64_t, int64_t>([sign](int64_t x, int64_t y) { return x + sign * y; });
}

}  // namespace millrace
