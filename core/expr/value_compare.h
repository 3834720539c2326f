#pragma once

#include <compare>
#include <cstdint>

#include "core/column/column.h"

namespace millrace {

/// Comparison of single values of any type, as GREATEST, ARRAY_SORT, IN and equality of nested values need
/// it. Both columns have the same physical type (of nested types too); pure and thread-safe.

/// SQL's IS NOT DISTINCT FROM: NULLs are equal. Maps are equal whatever the order of their entries.
bool AreValuesEqual(const ColumnReader& a, uint32_t row_a, const ColumnReader& b, uint32_t row_b);

/// Order of two values that are not NULL: numbers by size (NaN last), strings by bytes, FALSE before TRUE,
/// arrays and rows by their first difference. Maps only by their size.
int CompareValues(const ColumnReader& a, uint32_t row_a, const ColumnReader& b, uint32_t row_b);

/// Bytes in unsigned order, as Flink compares strings.
inline int CompareText(std::string_view a, std::string_view b) {
  return a.compare(b);
}

}  // namespace millrace
