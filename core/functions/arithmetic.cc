#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "core/functions/arithmetic_kernels.h"
#include "core/functions/binary_kernel.h"
#include "core/functions/function_entry.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

/// Integers wrap around as Java's do.
template <class T, class Op>
T Wrapping(T a, T b, Op op) {
  using Unsigned = std::make_unsigned_t<T>;
  return static_cast<T>(op(static_cast<Unsigned>(a), static_cast<Unsigned>(b)));
}

template <class T>
Kernel NumericKernel(ArithmeticOp op) {
  if constexpr (std::is_integral_v<T>) {
    switch (op) {
      case ArithmeticOp::kAdd:
        return BinaryKernel<T, T, T>(
            [](T a, T b) { return Wrapping(a, b, [](auto x, auto y) { return x + y; }); });
      case ArithmeticOp::kSubtract:
        return BinaryKernel<T, T, T>(
            [](T a, T b) { return Wrapping(a, b, [](auto x, auto y) { return x - y; }); });
      case ArithmeticOp::kMultiply:
        // Through 64 bits: the product of promoted shorts would overflow a signed int.
        return BinaryKernel<T, T, T>([](T a, T b) {
          return static_cast<T>(static_cast<uint64_t>(static_cast<int64_t>(a)) *
                                static_cast<uint64_t>(static_cast<int64_t>(b)));
        });
      default:
        return IntegerDivisionKernel<T>(op);
    }
  } else {
    switch (op) {
      case ArithmeticOp::kAdd:
        return BinaryKernel<T, T, T>([](T a, T b) { return a + b; });
      case ArithmeticOp::kSubtract:
        return BinaryKernel<T, T, T>([](T a, T b) { return a - b; });
      case ArithmeticOp::kMultiply:
        return BinaryKernel<T, T, T>([](T a, T b) { return a * b; });
      case ArithmeticOp::kDivide:
        return BinaryKernel<T, T, T>([](T a, T b) { return a / b; });
      case ArithmeticOp::kMod:
        return BinaryKernel<T, T, T>([](T a, T b) { return std::fmod(a, b); });
    }
  }
  return nullptr;
}

Kernel KernelOfPhysical(PhysicalType physical, ArithmeticOp op) {
  switch (physical) {
    case PhysicalType::kInt8:
      return NumericKernel<int8_t>(op);
    case PhysicalType::kInt16:
      return NumericKernel<int16_t>(op);
    case PhysicalType::kInt32:
      return NumericKernel<int32_t>(op);
    case PhysicalType::kInt64:
      return NumericKernel<int64_t>(op);
    case PhysicalType::kFloat:
      return NumericKernel<float>(op);
    default:
      return NumericKernel<double>(op);
  }
}

const char* NameOf(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::kAdd:
      return "+";
    case ArithmeticOp::kSubtract:
      return "-";
    case ArithmeticOp::kMultiply:
      return "*";
    case ArithmeticOp::kDivide:
      return "/";
    case ArithmeticOp::kMod:
      return "%";
  }
  return "";
}

DataType DecimalResult(ArithmeticOp op, const DataType& a, const DataType& b) {
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract:
      return DecimalAddType(a, b);
    case ArithmeticOp::kMultiply:
      return DecimalMultiplyType(a, b);
    case ArithmeticOp::kDivide:
      return DecimalDivideType(a, b);
    case ArithmeticOp::kMod:
      return DecimalModType(a, b);
  }
  return a;
}

Status WrongOperands(ArithmeticOp op, const DataType& a, const DataType& b) {
  return Status(kWrongArgumentType,
                fmt::format("Operator {} does not take {} and {}", NameOf(op), a.ToStringWithoutNullability(),
                            b.ToStringWithoutNullability()))
      .WithSuggestion("CAST one of them");
}

Result<ResolvedCall> ResolveNumeric(ArithmeticOp op, DataType a, DataType b) {
  const bool nullable = a.nullable() || b.nullable();
  if (a.kind() == TypeKind::kNull) a = b;
  if (b.kind() == TypeKind::kNull) b = a;
  if (a.kind() == TypeKind::kNull) a = b = DataType::Integer();
  if (!a.IsNumeric() || !b.IsNumeric()) return WrongOperands(op, a, b);
  const DataType types[] = {a, b};
  const DataType common = *CommonType(types);
  if (common.kind() == TypeKind::kDecimal) {
    const DataType x = AsDecimal(a);
    const DataType y = AsDecimal(b);
    // BIGINT is read as it is, as a decimal of scale 0; shorter integers become decimals of 64 bits too.
    const auto argument = [](const DataType& given, const DataType& decimal) {
      return given.kind() == TypeKind::kBigint ? given : decimal;
    };
    return ResolvedCall{{argument(a, x), argument(b, y)}, DecimalResult(op, x, y).WithNullable(nullable)};
  }
  ResolvedCall call{{common.WithNullable(a.nullable()), common.WithNullable(b.nullable())}, common};
  // The rest is of the divisor's type, which holds it always.
  if (op == ArithmeticOp::kMod && b.IsInteger()) call.result_type = b;
  call.result_type = call.result_type.WithNullable(nullable);
  return call;
}

Result<ResolvedCall> ResolveBinary(ArithmeticOp op, std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2) return WrongArgumentCount(NameOf(op), arguments.size(), "2");
  const DataType& a = arguments[0].type;
  const DataType& b = arguments[1].type;
  if (const std::optional<ResolvedCall> temporal = ResolveTemporalArithmetic(op, a, b)) return *temporal;
  return ResolveNumeric(op, a, b);
}

Result<Kernel> PrepareBinary(ArithmeticOp op, const ResolvedCall& call) {
  const DataType& a = call.argument_types[0];
  const DataType& b = call.argument_types[1];
  if (!a.IsNumeric() || !b.IsNumeric()) return TemporalArithmeticKernel(op, call);
  if (call.result_type.kind() == TypeKind::kDecimal) return DecimalArithmeticKernel(op, call);
  Kernel kernel = KernelOfPhysical(a.physical(), op);
  if (call.result_type.physical() == a.physical()) return kernel;
  return NarrowingKernel(std::move(kernel), a, call.result_type);
}

Result<ResolvedCall> ResolveNegate(const DataType& type) {
  if (type.kind() == TypeKind::kNull) return ResolvedCall{{DataType::Integer()}, DataType::Integer()};
  if (!type.IsNumeric() && !type.IsInterval())
    return WrongArgumentType("-", 0, type, "a number or an interval");
  return ResolvedCall{{type}, type};
}

template <class T>
Kernel Negate() {
  return UnaryKernel<T, T>([](T a) {
    if constexpr (std::is_floating_point_v<T>) {
      return -a;
    } else {
      return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
    }
  });
}

Result<Kernel> PrepareNegate(const DataType& type) {
  switch (type.physical()) {
    case PhysicalType::kInt8:
      return Negate<int8_t>();
    case PhysicalType::kInt16:
      return Negate<int16_t>();
    case PhysicalType::kInt32:
      return Negate<int32_t>();
    case PhysicalType::kInt64:
      return Negate<int64_t>();
    case PhysicalType::kFloat:
      return Negate<float>();
    case PhysicalType::kDouble:
      return Negate<double>();
    default:
      return UnaryKernel<Int128, Int128>([](Int128 a) { return -a; });
  }
}

}  // namespace

void AddArithmeticOperators(FunctionRegistry* registry) {
  FunctionFamily family(registry, "arithmetic");
  const auto add = [&](const char* signature, const char* description, ArithmeticOp op) {
    family.AddResolved(
        signature, description,
        [op](std::span<const ArgumentInfo> arguments) -> Result<ResolvedCall> {
          if (op == ArithmeticOp::kSubtract && arguments.size() == 1) return ResolveNegate(arguments[0].type);
          return ResolveBinary(op, arguments);
        },
        [op](const ResolvedCall& call, std::span<const ArgumentInfo>,
             const SessionSettings&) -> Result<Kernel> {
          if (call.argument_types.size() == 1) return PrepareNegate(call.argument_types[0]);
          return PrepareBinary(op, call);
        });
  };
  add("+", "Adds two numbers, or a datetime and an interval", ArithmeticOp::kAdd);
  add("-", "Subtracts two numbers, or an interval from a datetime; negates one number",
      ArithmeticOp::kSubtract);
  add("*", "Multiplies two numbers, or an interval and a number", ArithmeticOp::kMultiply);
  add("/", "Divides; integers truncate toward zero", ArithmeticOp::kDivide);
  add("%", "The rest of a division, with the sign of the dividend", ArithmeticOp::kMod);
  add("MOD(dividend, divisor)", "The rest of a division, with the sign of the dividend", ArithmeticOp::kMod);
}

}  // namespace millrace
