#include "core/expr/value_compare.h"
#include "core/functions/collection_types.h"

namespace millrace {
namespace {

/// Which elements of two arrays a set function keeps; each once, in the order of the first array.
struct SetRule {
  bool keep_first;       // elements of the first array
  bool keep_second;      // then those of the second
  bool must_be_second;   // of the first only those that are in the second (true) ...
  bool must_not_second;  // ... or not
};

bool IsIn(const ColumnReader& elements, uint32_t begin, uint32_t end, const ColumnReader& other,
          uint32_t at) {
  for (uint32_t i = begin; i < end; ++i) {
    if (AreValuesEqual(elements, i, other, at)) return true;
  }
  return false;
}

void Combine(Row& row, const SetRule& rule) {
  const ColumnReader first(row.Child(0, 0));
  const auto [first_begin, first_end] = row.ChildRange(0);
  const bool has_second = row.num_arguments() > 1;
  const ColumnReader second(row.Child(has_second ? 1 : 0, 0));
  const auto [second_begin, second_end] = has_second ? row.ChildRange(1) : std::pair(0u, 0u);
  ColumnBuilder& out = row.builder().child(0);
  for (uint32_t i = first_begin; i < first_end; ++i) {
    if (IsIn(first, first_begin, i, first, i)) continue;
    if (rule.must_be_second || rule.must_not_second) {
      if (IsIn(second, second_begin, second_end, first, i) != rule.must_be_second) continue;
    }
    out.AppendFrom(first, i);
  }
  for (uint32_t i = second_begin; i < second_end && rule.keep_second; ++i) {
    if (IsIn(first, first_begin, first_end, second, i) || IsIn(second, second_begin, i, second, i)) continue;
    out.AppendFrom(second, i);
  }
  row.builder().AppendNested();
}

void AddSet(FunctionFamily* family, const char* signature, const char* description, ArrayShape shape,
            SetRule rule) {
  AddArrayFunction(family, signature, description, shape, GivesFirstArray,
                   [rule](Row& row) { Combine(row, rule); });
}

}  // namespace

void AddArraySetFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "collection");
  family.Add("ARRAY_DISTINCT(array)", "Each element once", {Takes::kArray}, GivesArgument(0), [](Row& row) {
    Combine(row, {true, false, false, false});
  });
  AddSet(&family, "ARRAY_UNION(array, array)", "The elements of both arrays, each once", ArrayShape::kPair,
         {true, true, false, false});
  AddSet(&family, "ARRAY_EXCEPT(array, array)", "The elements of the first array that are not in the second",
         ArrayShape::kPair, {true, false, false, true});
  AddSet(&family, "ARRAY_INTERSECT(array, array)", "The elements that are in both arrays", ArrayShape::kPair,
         {true, false, true, false});
}

}  // namespace millrace
