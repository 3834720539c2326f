#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "core/functions/binary_kernel.h"
#include "core/functions/function_entry.h"
#include "core/functions/temporal_units.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

/// Rounds the shortest decimal form of a double half up (or cuts it) behind `digits` fraction digits.
double RoundDouble(double value, int64_t digits, bool cut) {
  if (!std::isfinite(value) || value == 0) return value;
  char buffer[48];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), std::fabs(value), std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t e = text.find('e');
  std::string number(1, text[0]);
  if (e > 2) number += text.substr(2, e - 2);
  const int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  const int64_t keep = exponent + 1 + digits;
  if (keep >= static_cast<int64_t>(number.size())) return value;
  if (keep < 0) return 0.0;
  const bool up = !cut && number[static_cast<size_t>(keep)] >= '5';
  // A leading 0 takes the carry.
  number = "0" + number.substr(0, static_cast<size_t>(keep));
  if (up) {
    size_t at = number.size();
    while (number[--at] == '9') number[at] = '0';
    ++number[at];
  }
  const std::string result =
      number.substr(0, 1) + "." + number.substr(1) + "0e" + std::to_string(exponent + 1);
  const double rounded = std::strtod(result.c_str(), nullptr);
  return value < 0 && rounded != 0 ? -rounded : rounded;
}

/// The number with its last `drop` digits made 0.
Int128 RoundDigits(Int128 value, int64_t drop, bool cut) {
  if (drop <= 0) return value;
  if (drop > 38) return 0;
  const Int128 unit = PowerOfTen(static_cast<int>(drop));
  return (cut ? value / unit : DivideHalfUp(value, unit)) * unit;
}

DataType RoundedDecimal(const DataType& type, int64_t digits) {
  const int whole = type.precision() - type.scale();
  if (digits >= type.scale()) return type;
  if (digits < 0) return DataType::Decimal(std::min(DataType::kMaxDecimalPrecision, 1 + whole), 0);
  return DataType::Decimal(1 + whole + static_cast<int>(digits), static_cast<int>(digits));
}

Result<ResolvedCall> ResolveRound(const char* name, std::span<const ArgumentInfo> arguments) {
  if (arguments.empty() || arguments.size() > 2) return WrongArgumentCount(name, arguments.size(), "1 to 2");
  DataType type = arguments[0].type;
  if (type.kind() == TypeKind::kNull) type = DataType::Integer();
  if (!type.IsNumeric()) return WrongArgumentType(name, 0, type, "a number");
  ResolvedCall call{{type}, type};
  if (arguments.size() > 1) {
    const DataType& digits = arguments[1].type;
    if (!digits.IsInteger() && digits.kind() != TypeKind::kNull) {
      return WrongArgumentType(name, 1, digits, "an integer");
    }
    call.argument_types.push_back(DataType::Bigint().WithNullable(digits.nullable()));
  }
  const std::optional<int64_t> digits = arguments.size() > 1 ? LiteralInteger(arguments[1]) : 0;
  if (type.kind() == TypeKind::kDecimal && digits) call.result_type = RoundedDecimal(type, *digits);
  call.result_type = call.result_type.WithNullable(AnyNullable(arguments));
  return call;
}

int64_t DigitsOf(const Row& row) {
  return row.num_arguments() > 1 ? std::clamp<int64_t>(row.Long(1), -400, 400) : 0;
}

template <class T>
Kernel RoundInteger(bool cut) {
  return RowKernel(
      [cut](Row& row) { row.Return<T>(static_cast<T>(RoundDigits(row.Get<T>(0), -DigitsOf(row), cut))); });
}

Kernel RoundDecimal(const DataType& from, const DataType& to, bool cut) {
  const bool wide_from = from.physical() == PhysicalType::kInt128;
  const bool wide_to = to.physical() == PhysicalType::kInt128;
  return RowKernel([=, from_scale = from.scale(), scale = to.scale(), precision = to.precision()](Row& row) {
    const Int128 value = wide_from ? row.Get<Int128>(0) : row.Long(0);
    const Int128 rounded = RoundDigits(value, from_scale - DigitsOf(row), cut);
    const std::optional<Int128> result = Rescale(rounded, from_scale, scale, precision);
    if (!result) return row.ReturnNull();
    if (wide_to) {
      row.Return<Int128>(*result);
    } else {
      row.ReturnLong(static_cast<int64_t>(*result));
    }
  });
}

Result<Kernel> PrepareRound(const ResolvedCall& call, bool cut) {
  const DataType& type = call.argument_types[0];
  if (type.kind() == TypeKind::kDecimal) return RoundDecimal(type, call.result_type, cut);
  switch (type.physical()) {
    case PhysicalType::kInt8:
      return RoundInteger<int8_t>(cut);
    case PhysicalType::kInt16:
      return RoundInteger<int16_t>(cut);
    case PhysicalType::kInt32:
      return RoundInteger<int32_t>(cut);
    case PhysicalType::kInt64:
      return RoundInteger<int64_t>(cut);
    case PhysicalType::kFloat:
      return RowKernel([cut](Row& row) {
        const double shortest = RoundDouble(row.Get<float>(0), DigitsOf(row), cut);
        row.Return<float>(static_cast<float>(shortest));
      });
    default:
      return RowKernel([cut](Row& row) { row.ReturnDouble(RoundDouble(row.Double(0), DigitsOf(row), cut)); });
  }
}

void AddRound(FunctionFamily* family, const char* name, const char* signature, const char* description,
              bool cut) {
  family->AddResolved(
      signature, description,
      [name](std::span<const ArgumentInfo> arguments) { return ResolveRound(name, arguments); },
      [cut](const ResolvedCall& call, std::span<const ArgumentInfo>, const SessionSettings&) {
        return PrepareRound(call, cut);
      });
}

Kernel DecimalToWhole(const DataType& from, const DataType& to, bool up) {
  const bool wide_from = from.physical() == PhysicalType::kInt128;
  const bool wide_to = to.physical() == PhysicalType::kInt128;
  return RowKernel([=, unit = PowerOfTen(from.scale())](Row& row) {
    const Int128 value = wide_from ? row.Get<Int128>(0) : row.Long(0);
    Int128 whole = value / unit;
    if (up && value % unit > 0) ++whole;
    if (!up && value % unit < 0) --whole;
    if (wide_to) {
      row.Return<Int128>(whole);
    } else {
      row.ReturnLong(static_cast<int64_t>(whole));
    }
  });
}

/// FLOOR, CEIL: of a number, or of a datetime TO a unit.
Result<ResolvedCall> ResolveWhole(const char* name, std::span<const ArgumentInfo> arguments) {
  if (arguments.size() == 2) return ResolveFloorToUnit(name, arguments);
  if (arguments.size() != 1)
    return WrongArgumentCount(name, arguments.size(), "1 number, or a datetime and a unit");
  DataType type = arguments[0].type;
  if (type.kind() == TypeKind::kNull) type = DataType::Integer();
  if (!type.IsNumeric()) return WrongArgumentType(name, 0, type, "a number");
  const DataType result = type.kind() == TypeKind::kDecimal
                              ? DataType::Decimal(type.precision(), 0).WithNullable(type.nullable())
                              : type;
  return ResolvedCall{{type}, result};
}

Result<Kernel> PrepareWhole(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                            const SessionSettings& session, bool up) {
  if (call.argument_types.size() == 2) return FloorToUnitKernel(call, arguments, session, up);
  const DataType& type = call.argument_types[0];
  if (type.kind() == TypeKind::kDecimal) return DecimalToWhole(type, call.result_type, up);
  if (type.kind() == TypeKind::kDouble) {
    if (up) return UnaryKernel<double, double>([](double x) { return std::ceil(x); });
    return UnaryKernel<double, double>([](double x) { return std::floor(x); });
  }
  if (type.kind() == TypeKind::kFloat) {
    if (up) return UnaryKernel<float, float>([](float x) { return std::ceil(x); });
    return UnaryKernel<float, float>([](float x) { return std::floor(x); });
  }
  return Kernel([](const KernelCall& kernel_call) {
    return kernel_call.arguments[0]->WithType(kernel_call.result_type);
  });
}

void AddWhole(FunctionFamily* family, const char* name, const char* signature, const char* description,
              bool up) {
  family->AddResolved(
      signature, description,
      [name](std::span<const ArgumentInfo> arguments) { return ResolveWhole(name, arguments); },
      [up](const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
           const SessionSettings& session) { return PrepareWhole(call, arguments, session, up); });
}

}  // namespace

void AddRoundingFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "arithmetic");
  AddRound(&family, "ROUND", "ROUND(number [, digits])", "Rounds half up to a number of fraction digits",
           false);
  AddRound(&family, "TRUNCATE", "TRUNCATE(number [, digits])", "Cuts to a number of fraction digits", true);
  AddWhole(&family, "FLOOR", "FLOOR(number or datetime [, unit])",
           "The greatest whole number not above, or the beginning of a unit of time", false);
  AddWhole(&family, "CEIL", "CEIL(number or datetime [, unit])",
           "The smallest whole number not below, or the beginning of the next unit of time", true);
  family.AddAlias("CEILING", "CEIL");
}

}  // namespace millrace
