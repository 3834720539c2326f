#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/expr/value_compare.h"
#include "core/functions/comparison_types.h"
#include "core/functions/function_entry.h"

namespace millrace {
namespace {

/// A list of constants to search: its distinct values and whether it holds a NULL.
template <class T>
struct ConstantSet {
  absl::flat_hash_set<T> values;
  bool has_null = false;
};

/// Wraps a test of non-NULL values into SQL's three-valued IN.
template <class Contains>
Kernel SetKernel(bool has_null, Contains contains) {
  return [has_null, contains = std::move(contains)](const KernelCall& call) {
    const ColumnReader reader(*call.arguments[0]);
    OutputColumn out(call.result_type, call.context.batch.num_rows);
    uint8_t* values = out.Values<uint8_t>();
    for (uint32_t row : call.context.rows) {
      if (reader.IsNull(row)) {
        out.SetNull(row);
      } else if (contains(reader, row)) {
        values[row] = 1;
      } else if (has_null) {
        out.SetNull(row);
      }
    }
    return out.Finish();
  };
}

template <class T>
Kernel FixedSetKernel(std::span<const ArgumentInfo> list) {
  auto set = std::make_shared<ConstantSet<T>>();
  for (const ArgumentInfo& item : list) {
    const ColumnReader reader(*item.literal);
    if (reader.IsNull(0)) {
      set->has_null = true;
    } else {
      set->values.insert(reader.Value<T>(0));
    }
  }
  return SetKernel(set->has_null, [set](const ColumnReader& reader, uint32_t row) {
    return set->values.contains(reader.Value<T>(row));
  });
}

Kernel TextSetKernel(std::span<const ArgumentInfo> list) {
  struct Texts {
    std::vector<ColumnPtr> alive;
    ConstantSet<std::string_view> set;
  };
  auto texts = std::make_shared<Texts>();
  for (const ArgumentInfo& item : list) {
    texts->alive.push_back(item.literal);
    const ColumnReader reader(*item.literal);
    if (reader.IsNull(0)) {
      texts->set.has_null = true;
    } else {
      texts->set.values.insert(reader.String(0));
    }
  }
  // Sizes and first characters tell texts apart sooner than a hash of them is made.
  constexpr size_t kFewTexts = 8;
  if (texts->set.values.size() <= kFewTexts) {
    const std::vector<StringRef> few(texts->set.values.begin(), texts->set.values.end());
    return SetKernel(texts->set.has_null, [texts, few](const ColumnReader& reader, uint32_t row) {
      const StringRef& text = reader.Value<StringRef>(row);
      return std::any_of(few.begin(), few.end(), [&text](const StringRef& one) { return one == text; });
    });
  }
  return SetKernel(texts->set.has_null, [texts](const ColumnReader& reader, uint32_t row) {
    return texts->set.values.contains(reader.String(row));
  });
}

/// Compares with one item after the other.
Kernel ListKernel() {
  return RowKernel(
      [](Row& row) {
        if (row.IsNull(0)) return row.ReturnNull();
        const ColumnReader value(row.Argument(0));
        bool has_null = false;
        for (size_t i = 1; i < row.num_arguments(); ++i) {
          if (row.IsNull(i)) {
            has_null = true;
          } else if (CompareValues(value, row.index(), ColumnReader(row.Argument(i)), row.index()) == 0) {
            return row.ReturnBool(true);
          }
        }
        if (has_null) return row.ReturnNull();
        row.ReturnBool(false);
      },
      OnNull::kCall);
}

Result<ResolvedCall> ResolveIn(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() < 2)
    return WrongArgumentCount("IN", arguments.size(), "a value and a list of one or more");
  auto types = ComparisonTypes(arguments);
  if (types && types->size() == 2 && (*types)[0].scale() != (*types)[1].scale()) types.reset();
  if (!types) {
    for (const ArgumentInfo& item : arguments.subspan(1)) {
      const ArgumentInfo pair[] = {arguments[0], item};
      if (!ComparisonTypes(pair)) return CannotCompare(arguments[0].type, item.type);
    }
    return CannotCompare(arguments[0].type, arguments[1].type);
  }
  return ResolvedCall{std::move(*types), DataType::Boolean().WithNullable(AnyNullable(arguments))};
}

Result<Kernel> PrepareIn(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                         const SessionSettings&) {
  const std::span<const ArgumentInfo> list = arguments.subspan(1);
  for (const ArgumentInfo& item : list) {
    if (item.literal == nullptr) return ListKernel();
  }
  switch (call.argument_types[0].physical()) {
    case PhysicalType::kInt8:
      return FixedSetKernel<int8_t>(list);
    case PhysicalType::kInt16:
      return FixedSetKernel<int16_t>(list);
    case PhysicalType::kInt32:
      return FixedSetKernel<int32_t>(list);
    case PhysicalType::kInt64:
      return FixedSetKernel<int64_t>(list);
    case PhysicalType::kString:
      return TextSetKernel(list);
    default:
      return ListKernel();
  }
}

}  // namespace

void AddInOperator(FunctionRegistry* registry) {
  FunctionFamily family(registry, "comparison");
  family.AddResolved("IN", "Whether the first value is one of the others", ResolveIn, PrepareIn);
}

}  // namespace millrace
