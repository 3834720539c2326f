#include <cmath>
#include <limits>
#include <type_traits>

#include "core/expr/cast_rules.h"
#include "core/functions/binary_kernel.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

/// Java's narrowing: integers wrap, floating point saturates to int or long first, NaN is 0.
template <class To, class From>
To ConvertNumber(From value) {
  if constexpr (std::is_floating_point_v<To> || std::is_integral_v<From>) {
    return static_cast<To>(value);
  } else {
    using Whole = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
    if (std::isnan(value)) return 0;
    if (value <= static_cast<From>(std::numeric_limits<Whole>::min())) {
      return static_cast<To>(std::numeric_limits<Whole>::min());
    }
    if (value >= static_cast<From>(std::numeric_limits<Whole>::max())) {
      return static_cast<To>(std::numeric_limits<Whole>::max());
    }
    return static_cast<To>(static_cast<Whole>(value));
  }
}

template <class From>
Kernel FromNumber(PhysicalType to) {
  switch (to) {
    case PhysicalType::kInt8:
      return UnaryKernel<From, int8_t>([](From v) { return ConvertNumber<int8_t>(v); });
    case PhysicalType::kInt16:
      return UnaryKernel<From, int16_t>([](From v) { return ConvertNumber<int16_t>(v); });
    case PhysicalType::kInt32:
      return UnaryKernel<From, int32_t>([](From v) { return ConvertNumber<int32_t>(v); });
    case PhysicalType::kInt64:
      return UnaryKernel<From, int64_t>([](From v) { return ConvertNumber<int64_t>(v); });
    case PhysicalType::kFloat:
      return UnaryKernel<From, float>([](From v) { return ConvertNumber<float>(v); });
    case PhysicalType::kDouble:
      return UnaryKernel<From, double>([](From v) { return ConvertNumber<double>(v); });
    case PhysicalType::kBool:
      return UnaryKernel<From, uint8_t>([](From v) { return static_cast<uint8_t>(v != 0); });
    default:
      return nullptr;
  }
}

Kernel BetweenNumbers(PhysicalType from, PhysicalType to) {
  switch (from) {
    case PhysicalType::kBool:
      return FromNumber<uint8_t>(to);
    case PhysicalType::kInt8:
      return FromNumber<int8_t>(to);
    case PhysicalType::kInt16:
      return FromNumber<int16_t>(to);
    case PhysicalType::kInt32:
      return FromNumber<int32_t>(to);
    case PhysicalType::kInt64:
      return FromNumber<int64_t>(to);
    case PhysicalType::kFloat:
      return FromNumber<float>(to);
    case PhysicalType::kDouble:
      return FromNumber<double>(to);
    default:
      return nullptr;
  }
}

int64_t IntegerAt(const Row& row, PhysicalType physical) {
  switch (physical) {
    case PhysicalType::kBool:
      return row.Get<uint8_t>(0);
    case PhysicalType::kInt8:
      return row.Get<int8_t>(0);
    case PhysicalType::kInt16:
      return row.Get<int16_t>(0);
    case PhysicalType::kInt32:
      return row.Int(0);
    default:
      return row.Long(0);
  }
}

/// Between DECIMALs of the same scale: only the number of digits is to be checked.
template <class From, class To>
Kernel FewerDigits(int precision) {
  return [bound = PowerOfTen(precision)](const KernelCall& call) {
    const ColumnReader numbers(*call.arguments[0]);
    OutputColumn out(call.result_type, call.context.batch.num_rows);
    To* values = out.Values<To>();
    ForEachRow(call.context, [&](uint32_t row) {
      const Int128 value = numbers.Value<From>(row);
      values[row] = static_cast<To>(value);
      if (value >= bound || value <= -bound) out.SetNull(row);
    });
    PropagateNulls(numbers, call.context, &out);
    return out.Finish();
  };
}

/// To DECIMAL; numbers of too many digits are NULL.
Kernel ToDecimal(const DataType& from, const DataType& to) {
  const bool wide_result = to.physical() == PhysicalType::kInt128;
  const PhysicalType physical = from.physical();
  const bool wide_bigint = wide_result && to.scale() == 0 && to.precision() >= 19;
  if (wide_bigint && from.kind() == TypeKind::kBigint) {
    return UnaryKernel<int64_t, Int128>([](int64_t v) { return static_cast<Int128>(v); });
  }
  if (from.kind() == TypeKind::kDecimal && from.scale() == to.scale()) {
    const bool wide = physical == PhysicalType::kInt128;
    if (wide && wide_result) return FewerDigits<Int128, Int128>(to.precision());
    if (wide) return FewerDigits<Int128, int64_t>(to.precision());
    return wide_result ? FewerDigits<int64_t, Int128>(to.precision())
                       : FewerDigits<int64_t, int64_t>(to.precision());
  }
  const int from_scale = from.kind() == TypeKind::kDecimal ? from.scale() : 0;
  return RowKernel([=, scale = to.scale(), precision = to.precision()](Row& row) {
    std::optional<Int128> value;
    if (physical == PhysicalType::kDouble) {
      value = DecimalFromDouble(row.Double(0), precision, scale);
    } else if (physical == PhysicalType::kFloat) {
      value = DecimalFromDouble(row.Get<float>(0), precision, scale);
    } else {
      const Int128 given = physical == PhysicalType::kInt128 ? row.Get<Int128>(0) : IntegerAt(row, physical);
      value = Rescale(given, from_scale, scale, precision);
    }
    if (!value) return row.ReturnNull();
    if (wide_result) {
      row.Return<Int128>(*value);
    } else {
      row.ReturnLong(static_cast<int64_t>(*value));
    }
  });
}

/// From DECIMAL to other numbers, of which integers drop the fraction and wrap, and to BOOLEAN.
Kernel FromDecimal(const DataType& from, const DataType& to) {
  const bool wide = from.physical() == PhysicalType::kInt128;
  const int scale = from.scale();
  const auto value_at = [wide](const Row& row) { return wide ? row.Get<Int128>(0) : Int128{row.Long(0)}; };
  if (to.kind() == TypeKind::kDouble) {
    return RowKernel([=](Row& row) { row.ReturnDouble(DecimalToDouble(value_at(row), scale)); });
  }
  if (to.kind() == TypeKind::kFloat) {
    return RowKernel(
        [=](Row& row) { row.Return<float>(static_cast<float>(DecimalToDouble(value_at(row), scale))); });
  }
  return RowKernel([=, physical = to.physical(), divisor = PowerOfTen(scale)](Row& row) {
    const auto whole = static_cast<int64_t>(value_at(row) / divisor);
    switch (physical) {
      case PhysicalType::kInt8:
        return row.Return<int8_t>(static_cast<int8_t>(whole));
      case PhysicalType::kInt16:
        return row.Return<int16_t>(static_cast<int16_t>(whole));
      case PhysicalType::kInt32:
        return row.ReturnInt(static_cast<int32_t>(whole));
      case PhysicalType::kBool:
        return row.ReturnBool(value_at(row) != 0);
      default:
        return row.ReturnLong(whole);
    }
  });
}

}  // namespace

Kernel PrepareNumericCast(const CastRequest& request) {
  const DataType& from = request.from;
  const DataType& to = request.to;
  if (from.IsInterval() || to.IsInterval()) return nullptr;
  if (to.kind() == TypeKind::kDecimal) return ToDecimal(from, to);
  if (from.kind() == TypeKind::kDecimal) return FromDecimal(from, to);
  return BetweenNumbers(from.physical(), to.physical());
}

}  // namespace millrace
