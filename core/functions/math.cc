#include <cmath>
#include <numbers>

#include "core/functions/binary_kernel.h"
#include "core/functions/function_entry.h"

namespace millrace {
namespace {

/// One double in, one out.
template <class Fn>
void AddDouble(FunctionFamily* family, const char* signature, const char* description, Fn fn) {
  family->Add(signature, description, {Takes::kDouble}, Gives(DataType::Double()),
              [fn](Row& row) { row.ReturnDouble(fn(row.Double(0))); });
}

double LogarithmToBase(double base, double value) {
  if (base == 10) return std::log10(value);
  if (base == 2) return std::log2(value);
  return std::log(value) / std::log(base);
}

template <class T>
T Absolute(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fabs(value);
  } else {
    // The smallest integer is its own absolute value, as in Java.
    return value < 0 ? static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(value)) : value;
  }
}

template <class T>
T Sign(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return value;
  }
  return static_cast<T>((value > 0) - (value < 0));
}

Kernel AbsoluteKernel(PhysicalType physical) {
  switch (physical) {
    case PhysicalType::kInt8:
      return UnaryKernel<int8_t, int8_t>(Absolute<int8_t>);
    case PhysicalType::kInt16:
      return UnaryKernel<int16_t, int16_t>(Absolute<int16_t>);
    case PhysicalType::kInt32:
      return UnaryKernel<int32_t, int32_t>(Absolute<int32_t>);
    case PhysicalType::kInt64:
      return UnaryKernel<int64_t, int64_t>(Absolute<int64_t>);
    case PhysicalType::kFloat:
      return UnaryKernel<float, float>(Absolute<float>);
    case PhysicalType::kDouble:
      return UnaryKernel<double, double>(Absolute<double>);
    default:
      return UnaryKernel<Int128, Int128>([](Int128 v) { return v < 0 ? -v : v; });
  }
}

/// `one` is the number 1 of the type: 10^scale for decimals.
Kernel SignKernel(PhysicalType physical, Int128 one) {
  switch (physical) {
    case PhysicalType::kInt8:
      return UnaryKernel<int8_t, int8_t>(Sign<int8_t>);
    case PhysicalType::kInt16:
      return UnaryKernel<int16_t, int16_t>(Sign<int16_t>);
    case PhysicalType::kInt32:
      return UnaryKernel<int32_t, int32_t>(Sign<int32_t>);
    case PhysicalType::kInt64:
      return UnaryKernel<int64_t, int64_t>(
          [one = static_cast<int64_t>(one)](int64_t v) { return Sign(v) * one; });
    case PhysicalType::kFloat:
      return UnaryKernel<float, float>(Sign<float>);
    case PhysicalType::kDouble:
      return UnaryKernel<double, double>(Sign<double>);
    default:
      return UnaryKernel<Int128, Int128>([one](Int128 v) { return ((v > 0) - (v < 0)) * one; });
  }
}

Int128 OneOf(const DataType& type) {
  Int128 one = 1;
  for (int i = 0; i < type.scale(); ++i) one *= 10;
  return one;
}

void AddConstant(FunctionFamily* family, const char* signature, const char* description, double value) {
  family->Add(signature, description, ArgumentRule{}, GivesNotNull(DataType::Double()),
              [value](Row& row) { row.ReturnDouble(value); });
}

}  // namespace

void AddMathFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "arithmetic");
  AddDouble(&family, "SQRT(number)", "The square root", [](double x) { return std::sqrt(x); });
  AddDouble(&family, "LN(number)", "The natural logarithm", [](double x) { return std::log(x); });
  AddDouble(&family, "LOG10(number)", "The logarithm to base 10", [](double x) { return std::log10(x); });
  AddDouble(&family, "LOG2(number)", "The logarithm to base 2", [](double x) { return std::log2(x); });
  AddDouble(&family, "EXP(number)", "e to the power of a number", [](double x) { return std::exp(x); });
  AddDouble(&family, "SIN(number)", "The sine", [](double x) { return std::sin(x); });
  AddDouble(&family, "COS(number)", "The cosine", [](double x) { return std::cos(x); });
  AddDouble(&family, "TAN(number)", "The tangent", [](double x) { return std::tan(x); });
  AddDouble(&family, "COT(number)", "The cotangent", [](double x) { return 1 / std::tan(x); });
  AddDouble(&family, "ASIN(number)", "The arc sine", [](double x) { return std::asin(x); });
  AddDouble(&family, "ACOS(number)", "The arc cosine", [](double x) { return std::acos(x); });
  AddDouble(&family, "ATAN(number)", "The arc tangent", [](double x) { return std::atan(x); });
  AddDouble(&family, "SINH(number)", "The hyperbolic sine", [](double x) { return std::sinh(x); });
  AddDouble(&family, "COSH(number)", "The hyperbolic cosine", [](double x) { return std::cosh(x); });
  AddDouble(&family, "TANH(number)", "The hyperbolic tangent", [](double x) { return std::tanh(x); });
  AddDouble(&family, "DEGREES(number)", "Radians in degrees",
            [](double x) { return x * 180.0 / std::numbers::pi; });
  AddDouble(&family, "RADIANS(number)", "Degrees in radians",
            [](double x) { return x / 180.0 * std::numbers::pi; });
  family.Add("ATAN2(y, x)", "The angle of a point", {Takes::kDouble, Takes::kDouble},
             Gives(DataType::Double()),
             [](Row& row) { row.ReturnDouble(std::atan2(row.Double(0), row.Double(1))); });
  family.Add("POWER(base, exponent)", "A number to the power of another", {Takes::kDouble, Takes::kDouble},
             Gives(DataType::Double()),
             [](Row& row) { row.ReturnDouble(std::pow(row.Double(0), row.Double(1))); });
  family.Add("LOG(number) or LOG(base, number)", "The natural logarithm, or that to a base",
             ArgumentRule{Takes::kDouble}.Optional({Takes::kDouble}), Gives(DataType::Double()),
             [](Row& row) {
               row.ReturnDouble(row.num_arguments() == 1 ? std::log(row.Double(0))
                                                         : LogarithmToBase(row.Double(0), row.Double(1)));
             });
  AddConstant(&family, "PI()", "The number pi", std::numbers::pi);
  AddConstant(&family, "E()", "The number e", std::numbers::e);
  family.AddPrepared(
      "ABS(number)", "The absolute value", {Takes::kNumber}, GivesArgument(0),
      [](const ResolvedCall& call, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return AbsoluteKernel(call.result_type.physical());
      });
  family.AddPrepared(
      "SIGN(number)", "-1, 0 or 1", {Takes::kNumber}, GivesArgument(0),
      [](const ResolvedCall& call, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return SignKernel(call.result_type.physical(), OneOf(call.result_type));
      });
}

}  // namespace millrace
