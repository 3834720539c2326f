#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/ast/identifier.h"

namespace millrace::sql {

/// Units of intervals, EXTRACT, FLOOR ... TO and TIMESTAMPADD. SQL_TSI_DAY and the like map to the plain
/// unit.
enum class TimeUnit : uint8_t {
  kNanosecond,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  kEpoch,
  kDayOfWeek,
  kDayOfYear,
  kIsoDayOfWeek,
  kIsoYear,
};

/// "DAY", "DOW", "ISODOW", ... as SQL spells it.
const char* TimeUnitName(TimeUnit unit);

/// The `DAY(3) TO SECOND(6)` of an interval literal or type. `to` is absent for a single unit.
struct IntervalQualifier {
  TimeUnit from = TimeUnit::kSecond;
  std::optional<TimeUnit> to;
  std::optional<int> leading_precision;
  std::optional<int> fraction_precision;
  SourcePlace place;
};

/// What a type name means after synonyms are folded (INTEGER is kInt, DEC and NUMERIC are kDecimal, ...).
enum class TypeKind : uint8_t {
  kBoolean,
  kTinyInt,
  kSmallInt,
  kInt,
  kBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kChar,
  kVarChar,
  kString,
  kBinary,
  kVarBinary,
  kBytes,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kTimestampLtz,
  kInterval,
  kArray,
  kMap,
  kMultiset,
  kRow,
  kStructured,
  kRaw,
  kVariant,
  kNull,
  kNamed,  // a user-defined type: see TypeNode::name
};

struct TypeNode;
using TypePtr = std::unique_ptr<TypeNode>;

/// One field of ROW<...> or STRUCTURED<...>.
struct TypeField {
  Identifier name;
  TypePtr type;
  std::optional<std::string> comment;
};

/// A data type as written. Precision and nullability are absent when the text leaves them out; the binder
/// puts Flink's defaults in. Only the members that `kind` speaks of are set.
struct TypeNode {
  TypeKind kind = TypeKind::kNull;
  std::optional<int> precision;               // or the length of CHAR, VARCHAR, BINARY, VARBINARY
  std::optional<int> scale;                   // kDecimal
  std::optional<IntervalQualifier> interval;  // kInterval
  TypePtr key;                                // kMap
  TypePtr element;                            // kArray, kMultiset; the value type of kMap
  std::vector<TypeField> fields;              // kRow, kStructured
  std::string class_name;                     // kRaw, kStructured
  std::string serializer;                     // kRaw
  QualifiedName name;                         // kNamed
  std::optional<bool> nullable;               // NULL / NOT NULL when written
  SourcePlace place;
};

}  // namespace millrace::sql
