#include "sql/binder/literal_binder.h"

#include <charconv>
#include <cstdlib>

#include "core/column/column_builder.h"
#include "core/temporal/civil.h"
#include "core/types/decimal.h"
#include "sql/binder/bind_error.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

Status Invalid(const std::string& what, const std::string& text, const SourcePlace& place) {
  return ErrorAt(kInvalidLiteral, "Literal is not a valid " + what + ": '" + text + "'", place);
}

template <class T>
BoundExprPtr Fixed(DataType type, T value, const SourcePlace& place) {
  ColumnBuilder builder(type.NotNull());
  builder.Append<T>(value);
  return LiteralExpr(builder.Finish(), place);
}

BoundExprPtr Bytes(DataType type, std::string_view bytes, const SourcePlace& place) {
  ColumnBuilder builder(type.NotNull());
  builder.AppendString(bytes);
  return LiteralExpr(builder.Finish(), place);
}

BoundExprPtr DecimalLiteral(Int128 unscaled, int precision, int scale, const SourcePlace& place) {
  const DataType type = DataType::Decimal(precision, scale);
  if (type.physical() == PhysicalType::kInt64) return Fixed(type, static_cast<int64_t>(unscaled), place);
  return Fixed(type, unscaled, place);
}

Result<BoundExprPtr> BindInteger(const std::string& text, bool negative, const SourcePlace& place) {
  const size_t first = std::min(text.find_first_not_of('0'), text.size() - 1);
  const std::string digits = text.substr(first);
  if (digits.size() > DataType::kMaxDecimalPrecision) {
    return ErrorAt(kInvalidLiteral, "Number has more than 38 digits: " + text, place);
  }
  Int128 value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  if (negative) value = -value;
  if (value >= INT32_MIN && value <= INT32_MAX)
    return Fixed(DataType::Integer(), static_cast<int32_t>(value), place);
  if (value >= INT64_MIN && value <= INT64_MAX)
    return Fixed(DataType::Bigint(), static_cast<int64_t>(value), place);
  return DecimalLiteral(value, static_cast<int>(digits.size()), 0, place);
}

Result<BoundExprPtr> BindDecimal(const std::string& text, bool negative, const SourcePlace& place) {
  const size_t point = text.find('.');
  if (point == std::string::npos) return BindInteger(text, negative, place);
  if (point + 1 == text.size()) return BindInteger(text.substr(0, point), negative, place);
  const int scale = static_cast<int>(text.size() - point - 1);
  std::string digits = text.substr(0, point) + text.substr(point + 1);
  int precision = static_cast<int>(digits.size());
  if (precision > DataType::kMaxDecimalPrecision) {
    return ErrorAt(kInvalidLiteral, "Number has more than 38 digits: " + text, place);
  }
  Int128 value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  return DecimalLiteral(negative ? -value : value, precision, scale, place);
}

Result<BoundExprPtr> BindDouble(const std::string& text, bool negative, const SourcePlace& place) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size()) return Invalid("number", text, place);
  return Fixed(DataType::Double(), negative ? -value : value, place);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<BoundExprPtr> BindBinary(const std::string& text, const SourcePlace& place) {
  if (text.size() % 2 != 0) return Invalid("binary string (an even number of hex digits)", text, place);
  std::string bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return Invalid("binary string", text, place);
    bytes += static_cast<char>(high * 16 + low);
  }
  return Bytes(DataType::Binary(static_cast<int>(bytes.size())), bytes, place);
}

int FractionDigits(const std::string& text) {
  const size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

Result<BoundExprPtr> BindDate(const std::string& text, const SourcePlace& place) {
  const std::optional<int32_t> days = ParseDate(text);
  if (!days) return Invalid("date (yyyy-MM-dd)", text, place);
  return Fixed(DataType::Date(), *days, place);
}

Result<BoundExprPtr> BindTime(const std::string& text, const SourcePlace& place) {
  const std::optional<int64_t> nanos = ParseTimeOfDay(text);
  if (!nanos || FractionDigits(text) > 9) return Invalid("time (HH:mm:ss[.fraction])", text, place);
  return Fixed(DataType::Time(FractionDigits(text)), static_cast<int32_t>(*nanos / 1'000'000), place);
}

Result<BoundExprPtr> BindTimestamp(const std::string& text, const SourcePlace& place) {
  const std::optional<ParsedTimestamp> parsed = ParseTimestamp(text);
  const int precision = FractionDigits(text);
  if (!parsed || precision > 9 || text.find(':') == std::string::npos) {
    return Invalid("timestamp (yyyy-MM-dd HH:mm:ss[.fraction])", text, place);
  }
  const DataType type = DataType::Timestamp(precision);
  if (type.physical() == PhysicalType::kInt64) return Fixed(type, parsed->Micros(), place);
  return Fixed(type, parsed->Wide(), place);
}

}  // namespace

Result<BoundExprPtr> BindLiteral(const Literal& literal, bool negative, const SourcePlace& place) {
  switch (literal.kind) {
    case LiteralKind::kNull:
      return NullExpr(DataType::Null(), place);
    case LiteralKind::kUnknown:
      return NullExpr(DataType::Boolean(), place);
    case LiteralKind::kBoolean:
      return Fixed<uint8_t>(DataType::Boolean(), literal.text == "true" ? 1 : 0, place);
    case LiteralKind::kInteger:
      return BindInteger(literal.text, negative, place);
    case LiteralKind::kDecimal:
      return BindDecimal(literal.text, negative, place);
    case LiteralKind::kDouble:
      return BindDouble(literal.text, negative, place);
    case LiteralKind::kString:
      return TextExpr(literal.text, place);
    case LiteralKind::kBinary:
      return BindBinary(literal.text, place);
    case LiteralKind::kDate:
      return BindDate(literal.text, place);
    case LiteralKind::kTime:
      return BindTime(literal.text, place);
    case LiteralKind::kTimestamp:
      return BindTimestamp(literal.text, place);
    case LiteralKind::kTimestampLtz:
      return NotSupported("literals of TIMESTAMP WITH LOCAL TIME ZONE", place);
  }
  return ErrorAt(kInvalidLiteral, "Unknown literal: " + literal.text, place);
}

}  // namespace millrace::sql
