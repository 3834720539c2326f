#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "core/types/data_type.h"

namespace millrace {

/// Flink's type rules (org.apache.flink.table.types.logical.utils.LogicalTypeMerging and LogicalTypeCasts),
/// shared by the SQL binder and type inference of functions.

/// The type that all given types widen to without loss (CASE branches, UNION columns, comparison operands,
/// VALUES); nullable when one is. nullopt when there is none.
std::optional<DataType> CommonType(std::span<const DataType> types);

/// Whether a value of `from` may be cast implicitly to `to` (function arguments, INSERT columns).
bool CanCastImplicitly(const DataType& from, const DataType& to);
/// Whether CAST(from AS to) exists.
bool CanCastExplicitly(const DataType& from, const DataType& to);

/// DECIMAL result types; inputs are DECIMALs (integers as DECIMAL(3|5|10|19, 0)).
DataType DecimalAddType(const DataType& a, const DataType& b);
DataType DecimalMultiplyType(const DataType& a, const DataType& b);
DataType DecimalDivideType(const DataType& a, const DataType& b);
DataType DecimalModType(const DataType& a, const DataType& b);
/// DECIMAL(3|5|10|19, 0) for the integer types, the type itself for DECIMAL.
DataType AsDecimal(const DataType& numeric);

/// Up to one close name for "did you mean" (edit distance at most 2 or a third of the length), else "".
std::string ClosestName(std::string_view wanted, std::span<const std::string> names);

}  // namespace millrace
