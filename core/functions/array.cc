#include <fmt/format.h>

#include <algorithm>

#include "core/expr/cast.h"
#include "core/expr/value_compare.h"
#include "core/functions/collection_types.h"
#include "core/functions/function_entry.h"

namespace millrace {
namespace {

/// An array argument of a row: its elements and where they lie.
struct ArrayValue {
  ColumnReader elements;
  uint32_t begin;
  uint32_t end;

  ArrayValue(const Row& row, size_t argument) : elements(row.Child(argument, 0)) {
    std::tie(begin, end) = row.ChildRange(argument);
  }
  uint32_t size() const { return end - begin; }
};

void AppendElements(ColumnBuilder* out, const ArrayValue& array, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) out->AppendFrom(array.elements, array.begin + first + i);
}

/// The place of the element (from 1); 0 when it is not there. NULL finds NULL.
int32_t PositionOf(const Row& row, const ArrayValue& array, size_t argument) {
  const ColumnReader wanted(row.Argument(argument));
  for (uint32_t i = array.begin; i < array.end; ++i) {
    if (AreValuesEqual(array.elements, i, wanted, row.index()))
      return static_cast<int32_t>(i - array.begin) + 1;
  }
  return 0;
}

void Contains(Row& row) {
  if (row.IsNull(0)) return row.ReturnNull();
  row.ReturnBool(PositionOf(row, ArrayValue(row, 0), 1) > 0);
}

void Position(Row& row) {
  row.ReturnInt(PositionOf(row, ArrayValue(row, 0), 1));
}

void AppendOne(Row& row, bool in_front) {
  if (row.IsNull(0)) return row.ReturnNull();
  const ArrayValue array(row, 0);
  ColumnBuilder& out = row.builder().child(0);
  if (in_front) out.AppendFrom(row.Argument(1), row.index());
  AppendElements(&out, array, 0, array.size());
  if (!in_front) out.AppendFrom(row.Argument(1), row.index());
  row.builder().AppendNested();
}

void Remove(Row& row) {
  if (row.IsNull(0)) return row.ReturnNull();
  const ArrayValue array(row, 0);
  const ColumnReader unwanted(row.Argument(1));
  for (uint32_t i = array.begin; i < array.end; ++i) {
    if (!AreValuesEqual(array.elements, i, unwanted, row.index()))
      row.builder().child(0).AppendFrom(array.elements, i);
  }
  row.builder().AppendNested();
}

void Concat(Row& row) {
  for (size_t argument = 0; argument < row.num_arguments(); ++argument) {
    const ArrayValue array(row, argument);
    AppendElements(&row.builder().child(0), array, 0, array.size());
  }
  row.builder().AppendNested();
}

void Reverse(Row& row) {
  const ArrayValue array(row, 0);
  for (uint32_t i = array.end; i > array.begin; --i) row.builder().child(0).AppendFrom(array.elements, i - 1);
  row.builder().AppendNested();
}

/// Places count from 1, or from the end when negative; both ends belong to the slice.
void SliceElements(Row& row) {
  const ArrayValue array(row, 0);
  const auto size = static_cast<int64_t>(array.size());
  const auto place = [size](int64_t given) {
    return given < 0 ? size + given + 1 : std::max<int64_t>(given, 1);
  };
  const int64_t first = std::max<int64_t>(place(row.Long(1)), 1);
  const int64_t last = std::min(row.num_arguments() > 2 ? place(row.Long(2)) : size, size);
  if (first <= last) {
    AppendElements(&row.builder().child(0), array, static_cast<uint32_t>(first - 1),
                   static_cast<uint32_t>(last - first + 1));
  }
  row.builder().AppendNested();
}

void Sort(Row& row) {
  const ArrayValue array(row, 0);
  const bool ascending = row.num_arguments() < 2 || row.Bool(1);
  const bool nulls_first = row.num_arguments() < 3 ? ascending : row.Bool(2);
  std::vector<uint32_t> order;
  for (uint32_t i = array.begin; i < array.end; ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const bool null_a = array.elements.IsNull(a);
    const bool null_b = array.elements.IsNull(b);
    if (null_a || null_b) return null_a != null_b && null_a == nulls_first;
    const int comparison = CompareValues(array.elements, a, array.elements, b);
    return ascending ? comparison < 0 : comparison > 0;
  });
  for (uint32_t i : order) row.builder().child(0).AppendFrom(array.elements, i);
  row.builder().AppendNested();
}

void Join(Row& row) {
  if (row.IsNull(0) || row.IsNull(1) || (row.num_arguments() > 2 && row.IsNull(2))) return row.ReturnNull();
  const ArrayValue array(row, 0);
  std::string& out = row.Scratch();
  bool first = true;
  for (uint32_t i = array.begin; i < array.end; ++i) {
    if (array.elements.IsNull(i) && row.num_arguments() < 3) continue;
    if (!first) out += row.Text(1);
    out += array.elements.IsNull(i) ? row.Text(2) : array.elements.String(i);
    first = false;
  }
  row.ReturnText(out);
}

/// ARRAY_MAX, ARRAY_MIN: NULL elements do not count. Refers to the element, without a copy.
Kernel ExtremeKernel(int sign) {
  return [sign](const KernelCall& call) {
    const ColumnReader arrays(*call.arguments[0]);
    const ColumnPtr& child = arrays.payload().parts().children[0];
    const ColumnReader elements(*child);
    const uint32_t num_rows = call.context.batch.num_rows;
    auto indices = std::make_shared<std::vector<uint32_t>>(num_rows, 0);
    Selection found;
    for (uint32_t row : call.context.rows) {
      if (arrays.IsNull(row)) continue;
      const auto [begin, end] = arrays.ChildRange(row);
      std::optional<uint32_t> best;
      for (uint32_t i = begin; i < end; ++i) {
        if (elements.IsNull(i)) continue;
        if (!best || CompareValues(elements, i, elements, *best) * sign > 0) best = i;
      }
      if (!best) continue;
      (*indices)[row] = *best;
      found.push_back(row);
    }
    if (found.empty()) return Column::NullConstant(call.result_type, num_rows);
    ColumnPtr items = Column::Dictionary(child->WithType(call.result_type), std::move(indices));
    return MergeBranches(call.result_type, num_rows, num_rows, {{std::move(items), std::move(found)}});
  };
}

/// ELEMENT: the only element; more than one is an error.
void Element(Row& row) {
  const ArrayValue array(row, 0);
  if (array.size() > 1) {
    return row.Fail(kInvalidArgument, fmt::format("ELEMENT of an array of {} elements", array.size()));
  }
  row.ReturnBool(true);
}

Result<DataType> ElementType(std::span<const DataType> types) {
  return types[0].element().WithNullable(true);
}

void AddExtreme(FunctionFamily* family, const char* signature, const char* description, int sign) {
  family->AddPrepared(signature, description, {Takes::kArray}, ElementType,
                      [sign](const ResolvedCall&, std::span<const ArgumentInfo>,
                             const SessionSettings&) -> Result<Kernel> { return ExtremeKernel(sign); });
}

/// The check of ELEMENT's size, then the first element.
Kernel ElementKernel() {
  return [check = RowKernel(Element), first = ExtremeKernel(1)](const KernelCall& call) {
    const DataType boolean = DataType::Boolean();
    check({call.arguments, boolean, call.context});
    return first(call);
  };
}

}  // namespace

void AddArrayFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "collection");
  family.AddPrepared(
      "CARDINALITY(array or map)", "The number of elements", {Takes::kAny},
      [](std::span<const DataType> types) -> Result<DataType> {
        const TypeKind kind = types[0].kind();
        if (kind != TypeKind::kArray && kind != TypeKind::kMap && kind != TypeKind::kMultiset) {
          return WrongArgumentType("CARDINALITY", 0, types[0], "an ARRAY, MAP or MULTISET");
        }
        return DataType::Integer().WithNullable(types[0].nullable());
      },
      [](const ResolvedCall&, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return RowKernel([](Row& row) {
          const auto [begin, end] = row.ChildRange(0);
          row.ReturnInt(static_cast<int32_t>(end - begin));
        });
      });
  family.AddPrepared("ELEMENT(array)", "The only element of an array; NULL when it is empty", {Takes::kArray},
                     ElementType,
                     [](const ResolvedCall&, std::span<const ArgumentInfo>,
                        const SessionSettings&) -> Result<Kernel> { return ElementKernel(); });
  AddArrayFunction(&family, "ARRAY_CONTAINS(array, element)", "Whether an element is in the array",
                   ArrayShape::kElement, GivesBoolean, Contains, OnNull::kCall);
  AddArrayFunction(&family, "ARRAY_POSITION(array, element)",
                   "The place (from 1) of an element, 0 when it is not there", ArrayShape::kElement,
                   GivesInteger, Position);
  AddArrayFunction(
      &family, "ARRAY_APPEND(array, element)", "The array with an element at its end", ArrayShape::kElement,
      GivesWidenedArray, [](Row& row) { AppendOne(row, false); }, OnNull::kCall);
  AddArrayFunction(
      &family, "ARRAY_PREPEND(array, element)", "The array with an element in front", ArrayShape::kElement,
      GivesWidenedArray, [](Row& row) { AppendOne(row, true); }, OnNull::kCall);
  AddArrayFunction(&family, "ARRAY_REMOVE(array, element)", "The array without an element",
                   ArrayShape::kElement, GivesFirstArray, Remove, OnNull::kCall);
  AddArrayFunction(&family, "ARRAY_CONCAT(array, ...)", "The elements of the arrays, one behind the other",
                   ArrayShape::kArrays, GivesFirstArray, Concat);
  family.Add("ARRAY_REVERSE(array)", "The elements in reverse order", {Takes::kArray}, GivesArgument(0),
             Reverse);
  family.Add("ARRAY_SLICE(array, first [, last])",
             "The elements from one place (from 1, negative from the end) to another",
             ArgumentRule{Takes::kArray, Takes::kInteger}.Optional({Takes::kInteger}), GivesArgument(0),
             SliceElements);
  family.Add("ARRAY_SORT(array [, ascending [, nulls_first]])", "The elements in order",
             ArgumentRule{Takes::kArray}.Optional({Takes::kBoolean, Takes::kBoolean}), GivesArgument(0),
             Sort);
  family.AddPrepared(
      "ARRAY_JOIN(array, separator [, null_replacement])", "The texts of an array in one",
      ArgumentRule{Takes::kArray, Takes::kString}.Optional({Takes::kString}),
      [](std::span<const DataType> types) -> Result<DataType> {
        if (!types[0].element().IsCharacter()) {
          return WrongArgumentType("ARRAY_JOIN", 0, types[0], "an ARRAY of STRING");
        }
        bool nullable = false;
        for (const DataType& type : types) nullable = nullable || type.nullable();
        return DataType::String().WithNullable(nullable);
      },
      [](const ResolvedCall&, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return RowKernel(Join, OnNull::kCall);
      });
  AddExtreme(&family, "ARRAY_MAX(array)", "The greatest element", 1);
  AddExtreme(&family, "ARRAY_MIN(array)", "The smallest element", -1);
}

}  // namespace millrace
