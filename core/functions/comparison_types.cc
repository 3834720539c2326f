#include "core/functions/comparison_types.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error_codes.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

bool IsDatetime(const DataType& type) {
  return type.kind() >= TypeKind::kDate && type.kind() <= TypeKind::kTimestampLtz;
}

/// A string beside a datetime is read as one; a timestamp then keeps six digits at least.
DataType TargetOfText(const DataType& datetime) {
  const int precision = std::max(datetime.precision(), 6);
  if (datetime.kind() == TypeKind::kTimestamp) return DataType::Timestamp(precision);
  if (datetime.kind() == TypeKind::kTimestampLtz) return DataType::TimestampLtz(precision);
  return datetime;
}

bool DecimalsNeedMoreThan38Digits(const DataType& a, const DataType& b) {
  const DataType x = AsDecimal(a);
  const DataType y = AsDecimal(b);
  return std::max(x.precision() - x.scale(), y.precision() - y.scale()) + std::max(x.scale(), y.scale()) >
         DataType::kMaxDecimalPrecision;
}

/// The one type in which two values compare.
std::optional<DataType> ComparisonType(const DataType& a, const DataType& b) {
  if (a.kind() == TypeKind::kNull) return b;
  if (b.kind() == TypeKind::kNull) return a;
  if (IsDatetime(a) && b.IsCharacter()) return TargetOfText(a);
  if (a.IsCharacter() && IsDatetime(b)) return TargetOfText(b);
  if (a.kind() == TypeKind::kDate && b.IsTimestamp()) return b;
  if (a.IsTimestamp() && b.kind() == TypeKind::kDate) return a;
  const bool similar = (a.IsNumeric() && b.IsNumeric()) || (a.IsCharacter() && b.IsCharacter()) ||
                       (a.IsBinary() && b.IsBinary()) || (a.IsTimestamp() && b.IsTimestamp()) ||
                       a.kind() == b.kind();
  if (!similar) return std::nullopt;
  const DataType types[] = {a, b};
  return CommonType(types);
}

}  // namespace

std::optional<std::vector<DataType>> ComparisonTypes(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() == 2 && arguments[0].type.IsNumeric() && arguments[1].type.IsNumeric()) {
    const DataType& a = arguments[0].type;
    const DataType& b = arguments[1].type;
    const bool exact = a.kind() != TypeKind::kFloat && a.kind() != TypeKind::kDouble &&
                       b.kind() != TypeKind::kFloat && b.kind() != TypeKind::kDouble;
    const bool decimal = a.kind() == TypeKind::kDecimal || b.kind() == TypeKind::kDecimal;
    if (exact && decimal && DecimalsNeedMoreThan38Digits(a, b))
      return std::vector<DataType>{AsDecimal(a), AsDecimal(b)};
  }
  DataType common = DataType::Null();
  for (const ArgumentInfo& argument : arguments) {
    std::optional<DataType> next = ComparisonType(common, argument.type);
    if (!next) return std::nullopt;
    common = std::move(*next);
  }
  if (common.kind() == TypeKind::kNull) common = DataType::Boolean();
  std::vector<DataType> types;
  for (const ArgumentInfo& argument : arguments) {
    // Strings of any length lie alike; casting them would only cost time.
    const bool as_is = (argument.type.IsCharacter() && common.IsCharacter()) ||
                       (argument.type.IsBinary() && common.IsBinary());
    types.push_back(as_is ? argument.type : common.WithNullable(argument.type.nullable()));
  }
  return types;
}

Status CannotCompare(const DataType& a, const DataType& b) {
  return Status(kWrongArgumentType, fmt::format("Cannot compare {} with {}", a.ToStringWithoutNullability(),
                                                b.ToStringWithoutNullability()))
      .WithSuggestion("CAST one of them to the type of the other");
}

}  // namespace millrace
