#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millrace {

/// Flink SQL's types. STRING is VARCHAR(kMaxLength), BYTES is VARBINARY(kMaxLength).
enum class TypeKind : uint8_t {
  kNull,  // the type of a bare NULL literal; no column of a table has it
  kBoolean,
  kTinyint,
  kSmallint,
  kInteger,
  kBigint,
  kFloat,
  kDouble,
  kDecimal,
  kChar,
  kVarchar,
  kBinary,
  kVarbinary,
  kDate,
  kTime,
  kTimestamp,
  kTimestampLtz,
  kIntervalYearMonth,
  kIntervalDayTime,
  kRow,
  kArray,
  kMap,
  kMultiset,
};

/// How values of a type lie in memory (see column.h).
enum class PhysicalType : uint8_t {
  kBool,    // uint8_t, 0 or 1: BOOLEAN
  kInt8,    // TINYINT
  kInt16,   // SMALLINT
  kInt32,   // INTEGER; DATE in days since 1970-01-01; TIME in milliseconds of the day; INTERVAL YEAR TO MONTH
            // in months
  kInt64,   // BIGINT; DECIMAL(p <= 18) unscaled; TIMESTAMP[_LTZ](p <= 6) in microseconds since the epoch;
            // INTERVAL DAY TO SECOND in milliseconds
  kInt128,  // DECIMAL(p > 18) unscaled
  kFloat,   // FLOAT
  kDouble,  // DOUBLE
  kString,  // StringRef: CHAR, VARCHAR (UTF-8), BINARY, VARBINARY
  kTimestamp,  // WideTimestamp: TIMESTAMP[_LTZ](p > 6)
  kRow,        // one child column a field
  kArray,      // offsets and one child column
  kMap,        // offsets, a key and a value child column: MAP, MULTISET (value INTEGER = count)
};

struct Field;

/// A SQL type with its parameters and nullability. An immutable value, cheap to copy.
class DataType {
 public:
  static constexpr int kMaxLength = 2147483647;
  static constexpr int kMaxDecimalPrecision = 38;

  DataType() = default;  // kNull

  static DataType Null() { return DataType(); }
  static DataType Boolean() { return DataType(TypeKind::kBoolean); }
  static DataType Tinyint() { return DataType(TypeKind::kTinyint); }
  static DataType Smallint() { return DataType(TypeKind::kSmallint); }
  static DataType Integer() { return DataType(TypeKind::kInteger); }
  static DataType Bigint() { return DataType(TypeKind::kBigint); }
  static DataType Float() { return DataType(TypeKind::kFloat); }
  static DataType Double() { return DataType(TypeKind::kDouble); }
  static DataType Decimal(int precision, int scale) { return DataType(TypeKind::kDecimal, precision, scale); }
  static DataType Char(int length) { return DataType(TypeKind::kChar, length); }
  static DataType Varchar(int length) { return DataType(TypeKind::kVarchar, length); }
  static DataType String() { return Varchar(kMaxLength); }
  static DataType Binary(int length) { return DataType(TypeKind::kBinary, length); }
  static DataType Varbinary(int length) { return DataType(TypeKind::kVarbinary, length); }
  static DataType Bytes() { return Varbinary(kMaxLength); }
  static DataType Date() { return DataType(TypeKind::kDate); }
  static DataType Time(int precision = 0) { return DataType(TypeKind::kTime, precision); }
  static DataType Timestamp(int precision = 6) { return DataType(TypeKind::kTimestamp, precision); }
  static DataType TimestampLtz(int precision = 6) { return DataType(TypeKind::kTimestampLtz, precision); }
  static DataType IntervalYearMonth() { return DataType(TypeKind::kIntervalYearMonth); }
  static DataType IntervalDayTime() { return DataType(TypeKind::kIntervalDayTime); }
  static DataType Row(std::vector<Field> fields);
  static DataType Array(DataType element);
  static DataType Map(DataType key, DataType value);
  static DataType Multiset(DataType element);

  TypeKind kind() const { return kind_; }
  bool nullable() const { return nullable_; }
  /// Same type with another nullability.
  DataType WithNullable(bool nullable) const;
  DataType NotNull() const { return WithNullable(false); }

  /// DECIMAL: total digits. TIME, TIMESTAMP: digits of the fraction. CHAR .. VARBINARY: the length.
  int precision() const { return precision_; }
  int length() const { return precision_; }
  int scale() const { return scale_; }
  /// ROW: its fields. ARRAY, MULTISET: one ("element"). MAP: "key", "value". Others: none.
  const std::vector<Field>& fields() const;
  const DataType& element() const;    // ARRAY, MULTISET
  const DataType& map_key() const;    // MAP; MULTISET: the element
  const DataType& map_value() const;  // MAP; MULTISET: INTEGER NOT NULL

  PhysicalType physical() const;

  bool IsNumeric() const { return kind_ >= TypeKind::kTinyint && kind_ <= TypeKind::kDecimal; }
  bool IsInteger() const { return kind_ >= TypeKind::kTinyint && kind_ <= TypeKind::kBigint; }
  bool IsCharacter() const { return kind_ == TypeKind::kChar || kind_ == TypeKind::kVarchar; }
  bool IsBinary() const { return kind_ == TypeKind::kBinary || kind_ == TypeKind::kVarbinary; }
  bool IsTimestamp() const { return kind_ == TypeKind::kTimestamp || kind_ == TypeKind::kTimestampLtz; }
  bool IsInterval() const {
    return kind_ == TypeKind::kIntervalYearMonth || kind_ == TypeKind::kIntervalDayTime;
  }
  bool IsNested() const { return kind_ >= TypeKind::kRow; }

  /// As Flink prints it: "DECIMAL(10, 2)", "STRING", "ROW<`temp` DOUBLE, `unit` STRING>"; " NOT NULL" is
  /// appended when not nullable.
  std::string ToString() const;
  /// The same without " NOT NULL" at the top level (nested ones are kept).
  std::string ToStringWithoutNullability() const;

  /// Equality of everything, nullability and field names included.
  friend bool operator==(const DataType& a, const DataType& b);
  /// Equality but for nullability, at every level.
  bool EqualsIgnoringNullability(const DataType& other) const;

 private:
  explicit DataType(TypeKind kind, int precision = 0, int scale = 0)
      : kind_(kind), precision_(precision), scale_(scale) {}

  TypeKind kind_ = TypeKind::kNull;
  bool nullable_ = true;
  int precision_ = 0;
  int scale_ = 0;
  std::shared_ptr<const std::vector<Field>> fields_;
};

/// A named column of a schema or field of a row.
struct Field {
  std::string name;
  DataType type;
  friend bool operator==(const Field&, const Field&) = default;
};

}  // namespace millrace
