#include "sql/binder/bind_error.h"
#include "sql/binder/binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

Status OutOfRange(const char* what, int value, int low, int high, const SourcePlace& place) {
  return ErrorAt(kTypeMismatch,
                 std::string(what) + " must be from " + std::to_string(low) + " to " + std::to_string(high) +
                     ": " + std::to_string(value),
                 place);
}

Result<int> InRange(const char* what, std::optional<int> value, int otherwise, int low, int high,
                    const SourcePlace& place) {
  const int chosen = value.value_or(otherwise);
  if (chosen < low || chosen > high) return OutOfRange(what, chosen, low, high, place);
  return chosen;
}

Result<DataType> ResolveDecimal(const TypeNode& type) {
  ASSIGN_OR_RETURN(const int precision, InRange("Precision of DECIMAL", type.precision, 10, 1,
                                                DataType::kMaxDecimalPrecision, type.place));
  ASSIGN_OR_RETURN(const int scale, InRange("Scale of DECIMAL", type.scale, 0, 0, precision, type.place));
  return DataType::Decimal(precision, scale);
}

Result<DataType> ResolveInterval(const TypeNode& type) {
  const TimeUnit unit = type.interval ? type.interval->from : TimeUnit::kSecond;
  const bool months = unit == TimeUnit::kYear || unit == TimeUnit::kMonth || unit == TimeUnit::kQuarter;
  return months ? DataType::IntervalYearMonth() : DataType::IntervalDayTime();
}

Result<DataType> ResolveRow(const TypeNode& type) {
  std::vector<Field> fields;
  for (const TypeField& field : type.fields) {
    ASSIGN_OR_RETURN(DataType field_type, ResolveType(*field.type));
    for (const Field& other : fields) {
      if (other.name == field.name.text) {
        return ErrorAt(kTypeMismatch, "Field of ROW is named twice: " + field.name.text, field.name.place);
      }
    }
    fields.push_back({field.name.text, std::move(field_type)});
  }
  return DataType::Row(std::move(fields));
}

Result<DataType> ResolveText(const TypeNode& type) {
  const bool fixed = type.kind == TypeKind::kChar || type.kind == TypeKind::kBinary;
  const bool whole = type.kind == TypeKind::kString || type.kind == TypeKind::kBytes;
  ASSIGN_OR_RETURN(const int length,
                   InRange("Length of a string type", whole ? std::nullopt : type.precision,
                           fixed ? 1 : DataType::kMaxLength, 1, DataType::kMaxLength, type.place));
  const bool text =
      type.kind == TypeKind::kChar || type.kind == TypeKind::kVarChar || type.kind == TypeKind::kString;
  if (text) return fixed ? DataType::Char(length) : DataType::Varchar(length);
  return fixed ? DataType::Binary(length) : DataType::Varbinary(length);
}

Result<DataType> ResolveTime(const TypeNode& type) {
  const bool time = type.kind == TypeKind::kTime;
  ASSIGN_OR_RETURN(const int precision,
                   InRange("Precision of a time type", type.precision, time ? 0 : 6, 0, 9, type.place));
  if (time) return DataType::Time(precision);
  return type.kind == TypeKind::kTimestamp ? DataType::Timestamp(precision)
                                           : DataType::TimestampLtz(precision);
}

Result<DataType> ResolveKind(const TypeNode& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return DataType::Boolean();
    case TypeKind::kTinyInt:
      return DataType::Tinyint();
    case TypeKind::kSmallInt:
      return DataType::Smallint();
    case TypeKind::kInt:
      return DataType::Integer();
    case TypeKind::kBigInt:
      return DataType::Bigint();
    case TypeKind::kFloat:
      return DataType::Float();
    case TypeKind::kDouble:
      return DataType::Double();
    case TypeKind::kDecimal:
      return ResolveDecimal(type);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kString:
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
    case TypeKind::kBytes:
      return ResolveText(type);
    case TypeKind::kDate:
      return DataType::Date();
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return ResolveTime(type);
    case TypeKind::kInterval:
      return ResolveInterval(type);
    case TypeKind::kArray: {
      ASSIGN_OR_RETURN(DataType element, ResolveType(*type.element));
      return DataType::Array(std::move(element));
    }
    case TypeKind::kMultiset: {
      ASSIGN_OR_RETURN(DataType element, ResolveType(*type.element));
      return DataType::Multiset(std::move(element));
    }
    case TypeKind::kMap: {
      ASSIGN_OR_RETURN(DataType key, ResolveType(*type.key));
      ASSIGN_OR_RETURN(DataType value, ResolveType(*type.element));
      return DataType::Map(std::move(key), std::move(value));
    }
    case TypeKind::kRow:
      return ResolveRow(type);
    case TypeKind::kNull:
      return DataType::Null();
    case TypeKind::kTimestampTz:
      return NotSupported("type TIMESTAMP WITH TIME ZONE", type.place);
    case TypeKind::kStructured:
      return NotSupported("STRUCTURED types", type.place);
    case TypeKind::kRaw:
      return NotSupported("RAW types", type.place);
    case TypeKind::kVariant:
      return NotSupported("type VARIANT", type.place);
    case TypeKind::kNamed:
      return NotSupported("user-defined type " + type.name.last(), type.place);
  }
  return NotSupported("this type", type.place);
}

}  // namespace

Result<DataType> ResolveType(const TypeNode& type) {
  ASSIGN_OR_RETURN(DataType resolved, ResolveKind(type));
  return resolved.WithNullable(type.nullable.value_or(true));
}

}  // namespace millrace::sql
