#include "core/types/data_type.h"

#include <fmt/format.h>

#include "core/check.h"

namespace millrace {
namespace {

const std::vector<Field> kNoFields;

std::string QuoteName(const std::string& name) {
  std::string quoted = "`";
  for (char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

}  // namespace

DataType DataType::Row(std::vector<Field> fields) {
  DataType type(TypeKind::kRow);
  type.fields_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

DataType DataType::Array(DataType element) {
  DataType type(TypeKind::kArray);
  type.fields_ =
      std::make_shared<const std::vector<Field>>(std::vector<Field>{{"element", std::move(element)}});
  return type;
}

DataType DataType::Map(DataType key, DataType value) {
  DataType type(TypeKind::kMap);
  type.fields_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"key", std::move(key)}, {"value", std::move(value)}});
  return type;
}

DataType DataType::Multiset(DataType element) {
  DataType type(TypeKind::kMultiset);
  type.fields_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"element", std::move(element)}, {"count", Integer().NotNull()}});
  return type;
}

DataType DataType::WithNullable(bool nullable) const {
  DataType copy = *this;
  copy.nullable_ = nullable;
  return copy;
}

const std::vector<Field>& DataType::fields() const {
  return fields_ ? *fields_ : kNoFields;
}

const DataType& DataType::element() const {
  CHECK(fields_ != nullptr);
  return fields_->front().type;
}

const DataType& DataType::map_key() const {
  CHECK(fields_ != nullptr);
  return fields_->front().type;
}

const DataType& DataType::map_value() const {
  CHECK(fields_ != nullptr && fields_->size() == 2);
  return fields_->back().type;
}

PhysicalType DataType::physical() const {
  switch (kind_) {
    case TypeKind::kNull:
    case TypeKind::kBoolean:
      return PhysicalType::kBool;
    case TypeKind::kTinyint:
      return PhysicalType::kInt8;
    case TypeKind::kSmallint:
      return PhysicalType::kInt16;
    case TypeKind::kInteger:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return PhysicalType::kInt32;
    case TypeKind::kBigint:
    case TypeKind::kIntervalDayTime:
      return PhysicalType::kInt64;
    case TypeKind::kFloat:
      return PhysicalType::kFloat;
    case TypeKind::kDouble:
      return PhysicalType::kDouble;
    case TypeKind::kDecimal:
      return precision_ <= 18 ? PhysicalType::kInt64 : PhysicalType::kInt128;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return PhysicalType::kString;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return precision_ <= 6 ? PhysicalType::kInt64 : PhysicalType::kTimestamp;
    case TypeKind::kRow:
      return PhysicalType::kRow;
    case TypeKind::kArray:
      return PhysicalType::kArray;
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return PhysicalType::kMap;
  }
  return PhysicalType::kBool;
}

std::string DataType::ToString() const {
  std::string text = ToStringWithoutNullability();
  return nullable_ ? text : text + " NOT NULL";
}

std::string DataType::ToStringWithoutNullability() const {
  switch (kind_) {
    case TypeKind::kNull:
      return "NULL";
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kTinyint:
      return "TINYINT";
    case TypeKind::kSmallint:
      return "SMALLINT";
    case TypeKind::kInteger:
      return "INT";
    case TypeKind::kBigint:
      return "BIGINT";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDecimal:
      return fmt::format("DECIMAL({}, {})", precision_, scale_);
    case TypeKind::kChar:
      return fmt::format("CHAR({})", precision_);
    case TypeKind::kVarchar:
      return precision_ == kMaxLength ? "STRING" : fmt::format("VARCHAR({})", precision_);
    case TypeKind::kBinary:
      return fmt::format("BINARY({})", precision_);
    case TypeKind::kVarbinary:
      return precision_ == kMaxLength ? "BYTES" : fmt::format("VARBINARY({})", precision_);
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return fmt::format("TIME({})", precision_);
    case TypeKind::kTimestamp:
      return fmt::format("TIMESTAMP({})", precision_);
    case TypeKind::kTimestampLtz:
      return fmt::format("TIMESTAMP_LTZ({})", precision_);
    case TypeKind::kIntervalYearMonth:
      return "INTERVAL YEAR TO MONTH";
    case TypeKind::kIntervalDayTime:
      return "INTERVAL DAY TO SECOND(3)";
    case TypeKind::kRow: {
      std::string text = "ROW<";
      for (size_t i = 0; i < fields().size(); ++i) {
        if (i > 0) text += ", ";
        text += QuoteName(fields()[i].name) + " " + fields()[i].type.ToString();
      }
      return text + ">";
    }
    case TypeKind::kArray:
      return fmt::format("ARRAY<{}>", element().ToString());
    case TypeKind::kMap:
      return fmt::format("MAP<{}, {}>", map_key().ToString(), map_value().ToString());
    case TypeKind::kMultiset:
      return fmt::format("MULTISET<{}>", element().ToString());
  }
  return "?";
}

bool operator==(const DataType& a, const DataType& b) {
  return a.kind_ == b.kind_ && a.nullable_ == b.nullable_ && a.precision_ == b.precision_ &&
         a.scale_ == b.scale_ && a.fields() == b.fields();
}

bool DataType::EqualsIgnoringNullability(const DataType& other) const {
  if (kind_ != other.kind_ || precision_ != other.precision_ || scale_ != other.scale_ ||
      fields().size() != other.fields().size()) {
    return false;
  }
  for (size_t i = 0; i < fields().size(); ++i) {
    if (kind_ == TypeKind::kRow && fields()[i].name != other.fields()[i].name) return false;
    if (!fields()[i].type.EqualsIgnoringNullability(other.fields()[i].type)) return false;
  }
  return true;
}

}  // namespace millrace
