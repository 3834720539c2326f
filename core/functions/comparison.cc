#include <fmt/format.h>

#include "core/expr/value_compare.h"
#include "core/functions/binary_kernel.h"
#include "core/functions/comparison_types.h"
#include "core/functions/function_entry.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

struct Equal {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return a == b;
  }
};
struct NotEqual {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return !(a == b);
  }
};
struct Less {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return a < b;
  }
};
struct LessOrEqual {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return a <= b;
  }
};

Kernel WithSwappedArguments(Kernel kernel) {
  return [kernel = std::move(kernel)](const KernelCall& call) {
    const ColumnPtr swapped[] = {call.arguments[1], call.arguments[0]};
    return kernel({swapped, call.result_type, call.context});
  };
}

template <class T>
Kernel FixedKernel(ComparisonOp op) {
  switch (op) {
    case ComparisonOp::kEqual:
      return BinaryKernel<T, T, uint8_t>(Equal());
    case ComparisonOp::kNotEqual:
      return BinaryKernel<T, T, uint8_t>(NotEqual());
    case ComparisonOp::kLess:
      return BinaryKernel<T, T, uint8_t>(Less());
    case ComparisonOp::kLessOrEqual:
      return BinaryKernel<T, T, uint8_t>(LessOrEqual());
    case ComparisonOp::kGreater:
      return WithSwappedArguments(BinaryKernel<T, T, uint8_t>(Less()));
    case ComparisonOp::kGreaterOrEqual:
      return WithSwappedArguments(BinaryKernel<T, T, uint8_t>(LessOrEqual()));
  }
  return nullptr;
}

bool OrderSatisfies(ComparisonOp op, int order) {
  switch (op) {
    case ComparisonOp::kEqual:
      return order == 0;
    case ComparisonOp::kNotEqual:
      return order != 0;
    case ComparisonOp::kLess:
      return order < 0;
    case ComparisonOp::kLessOrEqual:
      return order <= 0;
    case ComparisonOp::kGreater:
      return order > 0;
    case ComparisonOp::kGreaterOrEqual:
      return order >= 0;
  }
  return false;
}

/// A StringRef as two words: those of equal strings of at most 12 bytes are equal, and only they.
struct StringWords {
  uint64_t low, high;
};

/// Equality with a short constant looks at no byte outside the StringRefs.
ColumnPtr CompareWithShortText(const ColumnReader& texts, StringRef constant, bool equal,
                               const KernelCall& call) {
  OutputColumn out(call.result_type, call.context.batch.num_rows);
  uint8_t* values = out.Values<uint8_t>();
  StringWords wanted;
  std::memcpy(&wanted, &constant, sizeof(wanted));
  const auto compare = [wanted, equal](const StringWords& words) {
    return static_cast<uint8_t>(((words.low == wanted.low) & (words.high == wanted.high)) == equal);
  };
  if (IsAllRows(call.context) && texts.is_flat()) {
    const StringWords* words = texts.Values<StringWords>();
    const uint32_t num_rows = call.context.batch.num_rows;
    for (uint32_t row = 0; row < num_rows; ++row) values[row] = compare(words[row]);
  } else {
    for (uint32_t row : call.context.rows) values[row] = compare(texts.Value<StringWords>(row));
  }
  PropagateNulls(texts, call.context, &out);
  return out.Finish();
}

Kernel TextEqualityKernel(bool equal) {
  return [equal](const KernelCall& call) {
    const ColumnReader a(*call.arguments[0]);
    const ColumnReader b(*call.arguments[1]);
    for (const auto& [texts, constant] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      if (!constant->is_constant() || constant->IsNull(0)) continue;
      const StringRef text = constant->Value<StringRef>(0);
      if (text.IsInline()) return CompareWithShortText(*texts, text, equal, call);
    }
    OutputColumn out(call.result_type, call.context.batch.num_rows);
    uint8_t* values = out.Values<uint8_t>();
    for (uint32_t row : call.context.rows) {
      if (a.IsNull(row) || b.IsNull(row)) {
        out.SetNull(row);
      } else {
        values[row] = (a.Value<StringRef>(row) == b.Value<StringRef>(row)) == equal;
      }
    }
    return out.Finish();
  };
}

Kernel TextKernel(ComparisonOp op) {
  if (op == ComparisonOp::kEqual || op == ComparisonOp::kNotEqual)
    return TextEqualityKernel(op == ComparisonOp::kEqual);
  return RowKernel(
      [op](Row& row) { row.ReturnBool(OrderSatisfies(op, CompareText(row.Text(0), row.Text(1)))); });
}

Int128 DecimalAt(const Row& row, size_t argument, bool wide) {
  return wide ? row.Get<Int128>(argument) : row.Long(argument);
}

/// Decimals of different scales.
Kernel UnequalDecimalKernel(ComparisonOp op, const DataType& a, const DataType& b) {
  const bool wide_a = a.physical() == PhysicalType::kInt128;
  const bool wide_b = b.physical() == PhysicalType::kInt128;
  return RowKernel([op, wide_a, wide_b, scale_a = a.scale(), scale_b = b.scale()](Row& row) {
    row.ReturnBool(OrderSatisfies(
        op, CompareDecimals(DecimalAt(row, 0, wide_a), scale_a, DecimalAt(row, 1, wide_b), scale_b)));
  });
}

Kernel NestedKernel(ComparisonOp op) {
  return RowKernel([op](Row& row) {
    const ColumnReader a(row.Argument(0));
    const ColumnReader b(row.Argument(1));
    row.ReturnBool(OrderSatisfies(op, CompareValues(a, row.index(), b, row.index())));
  });
}

Result<ResolvedCall> ResolveComparison(const char* name, ComparisonOp op,
                                       std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2) return WrongArgumentCount(name, arguments.size(), "2");
  auto types = ComparisonTypes(arguments);
  if (!types) return CannotCompare(arguments[0].type, arguments[1].type);
  const bool ordering = op != ComparisonOp::kEqual && op != ComparisonOp::kNotEqual;
  if (ordering && types->front().IsNested()) {
    return Status(kWrongArgumentType, fmt::format("Operator {} does not order values of type {}", name,
                                                  types->front().ToStringWithoutNullability()));
  }
  return ResolvedCall{std::move(*types), DataType::Boolean().WithNullable(AnyNullable(arguments))};
}

void AddComparison(FunctionFamily* family, const char* name, const char* description, ComparisonOp op) {
  family->AddResolved(
      name, description,
      [name, op](std::span<const ArgumentInfo> arguments) { return ResolveComparison(name, op, arguments); },
      [op](const ResolvedCall& call, std::span<const ArgumentInfo>, const SessionSettings&)
          -> Result<Kernel> { return ComparisonKernel(op, call.argument_types[0], call.argument_types[1]); });
}

void AddDistinct(FunctionFamily* family, const char* name, const char* description, bool distinct) {
  family->AddResolved(
      name, description,
      [name](std::span<const ArgumentInfo> arguments) -> Result<ResolvedCall> {
        ASSIGN_OR_RETURN(ResolvedCall call, ResolveComparison(name, ComparisonOp::kEqual, arguments));
        call.result_type = call.result_type.NotNull();
        return call;
      },
      [distinct](const ResolvedCall& call, std::span<const ArgumentInfo>,
                 const SessionSettings&) -> Result<Kernel> {
        Kernel equal = ComparisonKernel(ComparisonOp::kEqual, call.argument_types[0], call.argument_types[1]);
        return Kernel([equal = std::move(equal), distinct](const KernelCall& kernel_call) {
          const ColumnPtr equality = equal({kernel_call.arguments, DataType::Boolean(), kernel_call.context});
          const ColumnReader same(*equality);
          const ColumnReader a(*kernel_call.arguments[0]);
          const ColumnReader b(*kernel_call.arguments[1]);
          OutputColumn out(kernel_call.result_type, kernel_call.context.batch.num_rows);
          for (uint32_t row : kernel_call.context.rows) {
            const bool is_same =
                same.IsNull(row) ? a.IsNull(row) && b.IsNull(row) : same.Value<uint8_t>(row) != 0;
            out.Set<uint8_t>(row, is_same != distinct);
          }
          return out.Finish();
        });
      });
}

}  // namespace

Kernel ComparisonKernel(ComparisonOp op, const DataType& a, const DataType& b) {
  if (a.kind() == TypeKind::kDecimal && a.scale() != b.scale()) return UnequalDecimalKernel(op, a, b);
  switch (a.physical()) {
    case PhysicalType::kBool:
      return FixedKernel<uint8_t>(op);
    case PhysicalType::kInt8:
      return FixedKernel<int8_t>(op);
    case PhysicalType::kInt16:
      return FixedKernel<int16_t>(op);
    case PhysicalType::kInt32:
      return FixedKernel<int32_t>(op);
    case PhysicalType::kInt64:
      return FixedKernel<int64_t>(op);
    case PhysicalType::kInt128:
      return FixedKernel<Int128>(op);
    case PhysicalType::kFloat:
      return FixedKernel<float>(op);
    case PhysicalType::kDouble:
      return FixedKernel<double>(op);
    case PhysicalType::kTimestamp:
      return FixedKernel<WideTimestamp>(op);
    case PhysicalType::kString:
      return TextKernel(op);
    default:
      return NestedKernel(op);
  }
}

void AddComparisonOperators(FunctionRegistry* registry) {
  FunctionFamily family(registry, "comparison");
  AddComparison(&family, "=", "Whether two values are equal", ComparisonOp::kEqual);
  AddComparison(&family, "<>", "Whether two values differ", ComparisonOp::kNotEqual);
  AddComparison(&family, "<", "Whether the first value is smaller", ComparisonOp::kLess);
  AddComparison(&family, "<=", "Whether the first value is smaller or equal", ComparisonOp::kLessOrEqual);
  AddComparison(&family, ">", "Whether the first value is greater", ComparisonOp::kGreater);
  AddComparison(&family, ">=", "Whether the first value is greater or equal", ComparisonOp::kGreaterOrEqual);
  AddDistinct(&family, "IS DISTINCT FROM", "Whether two values differ; NULLs are equal", true);
  AddDistinct(&family, "IS NOT DISTINCT FROM", "Whether two values are equal; NULLs are equal", false);
}

}  // namespace millrace
