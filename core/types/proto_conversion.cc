#include "core/types/proto_conversion.h"

#include <fmt/format.h>

#include "core/error_codes.h"
#include "proto/types.pb.h"

namespace millrace {
namespace {

constexpr int kNestingMax = 64;

// The numbers of both enums are the same, so that a cast converts them.
constexpr bool SameNumber(TypeKind kind, proto::DataType::Kind number) {
  return static_cast<int>(kind) == static_cast<int>(number);
}
static_assert(SameNumber(TypeKind::kNull, proto::DataType::NULL_TYPE));
static_assert(SameNumber(TypeKind::kBoolean, proto::DataType::BOOLEAN));
static_assert(SameNumber(TypeKind::kBigint, proto::DataType::BIGINT));
static_assert(SameNumber(TypeKind::kDouble, proto::DataType::DOUBLE));
static_assert(SameNumber(TypeKind::kDecimal, proto::DataType::DECIMAL));
static_assert(SameNumber(TypeKind::kVarbinary, proto::DataType::VARBINARY));
static_assert(SameNumber(TypeKind::kTimestampLtz, proto::DataType::TIMESTAMP_LTZ));
static_assert(SameNumber(TypeKind::kIntervalDayTime, proto::DataType::INTERVAL_DAY_TIME));
static_assert(SameNumber(TypeKind::kRow, proto::DataType::ROW));
static_assert(SameNumber(TypeKind::kMultiset, proto::DataType::MULTISET));

Status OutOfRange(std::string_view what, int value, int min, int max) {
  return Status(kInvalidArgument, fmt::format("{} is out of range {} to {}: {}", what, min, max, value));
}

Result<DataType> Convert(const proto::DataType& type, int depth);

Result<std::vector<Field>> ConvertFields(const proto::DataType& type, int depth) {
  std::vector<Field> fields;
  for (const proto::Field& field : type.fields()) {
    ASSIGN_OR_RETURN(DataType field_type, Convert(field.type(), depth + 1));
    fields.push_back({field.name(), std::move(field_type)});
  }
  return fields;
}

Result<DataType> ConvertNested(const proto::DataType& type, int depth) {
  if (depth >= kNestingMax) {
    return Status(kInvalidArgument, fmt::format("Type is nested deeper than {} levels", kNestingMax));
  }
  ASSIGN_OR_RETURN(std::vector<Field> fields, ConvertFields(type, depth));
  if (type.kind() == proto::DataType::ROW) return DataType::Row(std::move(fields));
  const size_t wanted = type.kind() == proto::DataType::MAP ? 2 : 1;
  if (fields.size() != wanted) {
    return Status(kInvalidArgument,
                  fmt::format("Number of inner types of {} is not {}: {}",
                              proto::DataType::Kind_Name(type.kind()), wanted, fields.size()));
  }
  if (type.kind() == proto::DataType::ARRAY) return DataType::Array(std::move(fields[0].type));
  if (type.kind() == proto::DataType::MULTISET) return DataType::Multiset(std::move(fields[0].type));
  return DataType::Map(std::move(fields[0].type), std::move(fields[1].type));
}

Result<DataType> ConvertDecimal(const proto::DataType& type) {
  if (type.precision() < 1 || type.precision() > DataType::kMaxDecimalPrecision) {
    return OutOfRange("Precision of DECIMAL", type.precision(), 1, DataType::kMaxDecimalPrecision);
  }
  if (type.scale() < 0 || type.scale() > type.precision()) {
    return OutOfRange("Scale of DECIMAL", type.scale(), 0, type.precision());
  }
  return DataType::Decimal(type.precision(), type.scale());
}

Result<DataType> ConvertWithLength(const proto::DataType& type) {
  // Length 0 is the type of an empty literal.
  if (type.precision() < 0)
    return OutOfRange("Length of a string type", type.precision(), 0, DataType::kMaxLength);
  switch (type.kind()) {
    case proto::DataType::CHAR:
      return DataType::Char(type.precision());
    case proto::DataType::VARCHAR:
      return DataType::Varchar(type.precision());
    case proto::DataType::BINARY:
      return DataType::Binary(type.precision());
    default:
      return DataType::Varbinary(type.precision());
  }
}

Result<DataType> ConvertTemporal(const proto::DataType& type) {
  if (type.precision() < 0 || type.precision() > 9) {
    return OutOfRange("Precision of TIME or TIMESTAMP", type.precision(), 0, 9);
  }
  switch (type.kind()) {
    case proto::DataType::TIME:
      return DataType::Time(type.precision());
    case proto::DataType::TIMESTAMP:
      return DataType::Timestamp(type.precision());
    default:
      return DataType::TimestampLtz(type.precision());
  }
}

Result<DataType> ConvertNullable(const proto::DataType& type, int depth) {
  switch (type.kind()) {
    case proto::DataType::NULL_TYPE:
      return DataType::Null();
    case proto::DataType::BOOLEAN:
      return DataType::Boolean();
    case proto::DataType::TINYINT:
      return DataType::Tinyint();
    case proto::DataType::SMALLINT:
      return DataType::Smallint();
    case proto::DataType::INTEGER:
      return DataType::Integer();
    case proto::DataType::BIGINT:
      return DataType::Bigint();
    case proto::DataType::FLOAT:
      return DataType::Float();
    case proto::DataType::DOUBLE:
      return DataType::Double();
    case proto::DataType::DECIMAL:
      return ConvertDecimal(type);
    case proto::DataType::CHAR:
    case proto::DataType::VARCHAR:
    case proto::DataType::BINARY:
    case proto::DataType::VARBINARY:
      return ConvertWithLength(type);
    case proto::DataType::DATE:
      return DataType::Date();
    case proto::DataType::TIME:
    case proto::DataType::TIMESTAMP:
    case proto::DataType::TIMESTAMP_LTZ:
      return ConvertTemporal(type);
    case proto::DataType::INTERVAL_YEAR_MONTH:
      return DataType::IntervalYearMonth();
    case proto::DataType::INTERVAL_DAY_TIME:
      return DataType::IntervalDayTime();
    case proto::DataType::ROW:
    case proto::DataType::ARRAY:
    case proto::DataType::MAP:
    case proto::DataType::MULTISET:
      return ConvertNested(type, depth);
    default:
      return Status(kInvalidArgument,
                    fmt::format("Kind of a type is unknown: {}", static_cast<int>(type.kind())))
          .WithSuggestion("check that the client is not newer than the server");
  }
}

Result<DataType> Convert(const proto::DataType& type, int depth) {
  ASSIGN_OR_RETURN(DataType converted, ConvertNullable(type, depth));
  return converted.WithNullable(!type.not_null());
}

}  // namespace

void ToProto(const DataType& type, proto::DataType* out) {
  out->Clear();
  out->set_kind(static_cast<proto::DataType::Kind>(type.kind()));
  out->set_not_null(!type.nullable());
  out->set_precision(type.precision());
  out->set_scale(type.scale());
  for (const Field& field : type.fields()) {
    proto::Field* added = out->add_fields();
    if (type.kind() == TypeKind::kRow) added->set_name(field.name);
    ToProto(field.type, added->mutable_type());
    if (type.kind() == TypeKind::kMultiset) break;  // the count is implied
  }
}

Result<DataType> FromProto(const proto::DataType& type) {
  return Convert(type, 0);
}

void ToProto(const Schema& schema, proto::Schema* out) {
  out->Clear();
  for (const Field& field : schema.fields) {
    proto::Field* added = out->add_fields();
    added->set_name(field.name);
    ToProto(field.type, added->mutable_type());
  }
  if (schema.event_time) out->set_event_time(*schema.event_time);
}

Result<Schema> FromProto(const proto::Schema& schema) {
  Schema converted;
  for (const proto::Field& field : schema.fields()) {
    Result<DataType> type = FromProto(field.type());
    if (!type.ok()) return type.status().WithContext(fmt::format("Column {}", field.name()));
    converted.fields.push_back({field.name(), std::move(type).value()});
  }
  if (schema.has_event_time()) {
    if (schema.event_time() >= converted.size()) {
      return Status(kInvalidArgument, fmt::format("Event time column does not exist: {} of {} columns",
                                                  schema.event_time(), converted.size()));
    }
    const Field& field = converted.fields[schema.event_time()];
    if (!field.type.IsTimestamp()) {
      return Status(kInvalidArgument,
                    fmt::format("Event time column is not a TIMESTAMP or TIMESTAMP_LTZ: {} is {}", field.name,
                                field.type.ToString()));
    }
    converted.event_time = schema.event_time();
  }
  return converted;
}

}  // namespace millrace
