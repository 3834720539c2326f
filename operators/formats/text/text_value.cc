#include "operators/formats/text/text_value.h"

#include <limits>

#include "core/descriptor/option_text.h"
#include "core/temporal/civil.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {
namespace {

template <class T>
bool AppendIntegerText(std::string_view text, ColumnBuilder* builder) {
  const auto value =
      ParseIntegerText(TrimControls(text), std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  if (value) builder->Append(static_cast<T>(*value));
  return value.has_value();
}

bool AppendTimestampText(const DataType& type, std::string_view text, ColumnBuilder* builder) {
  const auto time = ParseStrictTimestamp(text, ' ');
  if (!time || time->rest != (type.kind() == TypeKind::kTimestampLtz ? "Z" : "")) return false;
  AppendTimestampValue(type, *time, 0, builder);
  return true;
}

bool AppendDateOrTime(const DataType& type, std::string_view text, ColumnBuilder* builder) {
  if (type.kind() == TypeKind::kDate) {
    const auto days = ParseDate(text);
    if (days) builder->Append<int32_t>(*days);
    return days.has_value();
  }
  const auto nanos = ParseStrictTime(text, true);
  if (nanos) builder->Append<int32_t>(TimeMillis(type, *nanos));
  return nanos.has_value();
}

}  // namespace

bool AppendTextValue(const DataType& type, std::string_view text, ColumnBuilder* builder) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      builder->Append<uint8_t>(EqualsIgnoringCase(TrimControls(text), "true") ? 1 : 0);
      return true;
    case TypeKind::kTinyint:
      return AppendIntegerText<int8_t>(text, builder);
    case TypeKind::kSmallint:
      return AppendIntegerText<int16_t>(text, builder);
    case TypeKind::kInteger:
    case TypeKind::kIntervalYearMonth:
      return AppendIntegerText<int32_t>(text, builder);
    case TypeKind::kBigint:
    case TypeKind::kIntervalDayTime:
      return AppendIntegerText<int64_t>(text, builder);
    case TypeKind::kFloat: {
      const auto value = ParseFloatText(text);
      if (value) builder->Append(*value);
      return value.has_value();
    }
    case TypeKind::kDouble: {
      const auto value = ParseDoubleText(text);
      if (value) builder->Append(*value);
      return value.has_value();
    }
    case TypeKind::kDecimal:
      if (!IsDecimalText(text)) return false;
      AppendDecimalValue(type, text, builder);
      return true;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      builder->AppendString(text);
      return true;
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: {
      std::string bytes;
      if (!ParseBase64(text, &bytes)) return false;
      builder->AppendString(bytes);
      return true;
    }
    case TypeKind::kDate:
    case TypeKind::kTime:
      return AppendDateOrTime(type, text, builder);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return AppendTimestampText(type, text, builder);
    default:
      return false;
  }
}

}  // namespace millrace
