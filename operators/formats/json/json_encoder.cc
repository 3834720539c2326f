#include "operators/formats/json/json_encoder.h"

#include <cmath>

#include "core/expr/number_text.h"
#include "core/temporal/civil.h"
#include "operators/api/error_codes.h"
#include "operators/formats/json/json_tree_text.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {

JsonEncoder::Member JsonEncoder::MakeMember(const Field& field) {
  Member member;
  member.name = field.name;
  AppendQuotedJson(field.name, &member.prefix);
  member.prefix.push_back(':');
  member.type = field.type;
  for (const Field& child : field.type.fields()) member.children.push_back(MakeMember(child));
  return member;
}

JsonEncoder::JsonEncoder(const std::vector<Field>& columns, const JsonOptions& options) : options_(options) {
  for (const Field& column : columns) members_.push_back(MakeMember(column));
}

Status JsonEncoder::Encode(const Batch& batch, uint32_t row, int8_t weight, std::string* out) {
  out->push_back('{');
  bool is_first = true;
  for (size_t i = 0; i < members_.size(); ++i) {
    const ColumnReader reader(*batch.columns[i]);
    if (options_.ignore_null_fields && reader.IsNull(row)) continue;
    if (!is_first) out->push_back(',');
    is_first = false;
    out->append(members_[i].prefix);
    RETURN_IF_ERROR(AppendValue(members_[i], reader, row, out));
  }
  out->push_back('}');
  return Status::Ok();
}

Status JsonEncoder::AppendValue(const Member& member, const ColumnReader& reader, uint32_t row,
                                std::string* out) const {
  if (reader.IsNull(row)) {
    out->append("null");
    return Status::Ok();
  }
  switch (member.type.kind()) {
    case TypeKind::kRow:
      return AppendRow(member, reader.payload(), reader.PayloadRow(row), out);
    case TypeKind::kArray:
      return AppendArray(member, reader, row, out);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return AppendMap(member, reader, row, out);
    default:
      AppendScalar(member, reader, row, out);
      return Status::Ok();
  }
}

void JsonEncoder::AppendScalar(const Member& member, const ColumnReader& reader, uint32_t row,
                               std::string* out) const {
  switch (member.type.kind()) {
    case TypeKind::kBoolean:
      out->append(reader.Value<uint8_t>(row) != 0 ? "true" : "false");
      return;
    case TypeKind::kTinyint:
      return AppendInteger(reader.Value<int8_t>(row), out);
    case TypeKind::kSmallint:
      return AppendInteger(reader.Value<int16_t>(row), out);
    case TypeKind::kInteger:
    case TypeKind::kIntervalYearMonth:
      return AppendInteger(reader.Value<int32_t>(row), out);
    case TypeKind::kBigint:
    case TypeKind::kIntervalDayTime:
      return AppendInteger(reader.Value<int64_t>(row), out);
    case TypeKind::kFloat:
    case TypeKind::kDouble: {
      const bool is_float = member.type.kind() == TypeKind::kFloat;
      const double value = is_float ? reader.Value<float>(row) : reader.Value<double>(row);
      const bool is_number = std::isfinite(value);  // JSON has no others: strings, as Jackson writes them
      if (!is_number) out->push_back('"');
      is_float ? AppendJavaFloat(reader.Value<float>(row), out) : AppendJavaDouble(value, out);
      if (!is_number) out->push_back('"');
      return;
    }
    case TypeKind::kDecimal: {
      const bool is_short = member.type.physical() == PhysicalType::kInt64;
      const Int128 unscaled = is_short ? Int128{reader.Value<int64_t>(row)} : reader.Value<Int128>(row);
      return AppendJavaDecimal(unscaled, member.type.scale(), options_.decimal_as_plain_number, out);
    }
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return AppendQuotedJson(reader.String(row), out);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      out->push_back('"');
      AppendBase64(reader.String(row), out);
      out->push_back('"');
      return;
    case TypeKind::kDate:
      out->push_back('"');
      AppendDate(reader.Value<int32_t>(row), out);
      out->push_back('"');
      return;
    case TypeKind::kTime:
      out->push_back('"');
      AppendShortTime(reader.Value<int32_t>(row), out);
      out->push_back('"');
      return;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return AppendTimestamp(member, reader, row, out);
    default:
      out->append("null");
  }
}

void JsonEncoder::AppendTimestamp(const Member& member, const ColumnReader& reader, uint32_t row,
                                  std::string* out) const {
  const WideTimestamp time = member.type.physical() == PhysicalType::kInt64
                                 ? WideFromMicros(reader.Value<int64_t>(row))
                                 : reader.Value<WideTimestamp>(row);
  out->push_back('"');
  AppendShortTimestamp(time, options_.timestamps == TimestampStandard::kSql ? ' ' : 'T', out);
  if (member.type.kind() == TypeKind::kTimestampLtz ||
      options_.timestamps == TimestampStandard::kIso8601WithOffset) {
    out->push_back('Z');
  }
  out->push_back('"');
}

Status JsonEncoder::AppendRow(const Member& member, const Column& payload, uint32_t row,
                              std::string* out) const {
  out->push_back('{');
  bool is_first = true;
  for (size_t i = 0; i < member.children.size(); ++i) {
    const ColumnReader reader(*payload.parts().children[i]);
    if (options_.ignore_null_fields && reader.IsNull(row)) continue;
    if (!is_first) out->push_back(',');
    is_first = false;
    out->append(member.children[i].prefix);
    RETURN_IF_ERROR(AppendValue(member.children[i], reader, row, out));
  }
  out->push_back('}');
  return Status::Ok();
}

Status JsonEncoder::AppendArray(const Member& member, const ColumnReader& reader, uint32_t row,
                                std::string* out) const {
  const auto [begin, end] = reader.ChildRange(row);
  const ColumnReader elements(*reader.payload().parts().children[0]);
  out->push_back('[');
  for (uint32_t i = begin; i < end; ++i) {
    if (i > begin) out->push_back(',');
    RETURN_IF_ERROR(AppendValue(member.children[0], elements, i, out));
  }
  out->push_back(']');
  return Status::Ok();
}

Status JsonEncoder::AppendMap(const Member& member, const ColumnReader& reader, uint32_t row,
                              std::string* out) const {
  const auto [begin, end] = reader.ChildRange(row);
  const ColumnReader keys(*reader.payload().parts().children[0]);
  const ColumnReader values(*reader.payload().parts().children[1]);
  out->push_back('{');
  bool is_first = true;
  for (uint32_t i = begin; i < end; ++i) {
    const bool is_null_key = keys.IsNull(i);
    if (is_null_key && options_.null_key_mode == NullKeyMode::kDrop) continue;
    if (is_null_key && options_.null_key_mode == NullKeyMode::kFail) {
      return Status(kCannotEncode, "JSON cannot write a map with a NULL key, column '" + member.name + "'")
          .WithSuggestion("set 'json.map-null-key.mode' to 'DROP' or 'LITERAL'");
    }
    if (!is_first) out->push_back(',');
    is_first = false;
    AppendQuotedJson(is_null_key ? std::string_view(options_.null_key_literal) : keys.String(i), out);
    out->push_back(':');
    RETURN_IF_ERROR(AppendValue(member.children[1], values, i, out));
  }
  out->push_back('}');
  return Status::Ok();
}

}  // namespace millrace
