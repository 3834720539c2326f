#include "operators/formats/csv/csv_encoder.h"

#include <algorithm>

#include "core/expr/number_text.h"
#include "core/temporal/civil.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {
namespace {

constexpr size_t kUnquotedCharactersMax = 24;

/// As Java counts: characters beyond the basic plane are two.
size_t CountUtf16(std::string_view text) {
  size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    count += (byte & 0xc0) != 0x80 ? 1 : 0;
    count += byte >= 0xf0 ? 1 : 0;
  }
  return count;
}

bool IsNumberOrBoolean(const DataType& type) {
  return type.IsNumeric() || type.IsInterval() || type.kind() == TypeKind::kBoolean;
}

}  // namespace

CsvEncoder::CsvEncoder(const std::vector<Field>& columns, const CsvOptions& options) : options_(options) {
  for (const Field& column : columns) types_.push_back(column.type);
  first_safe_ =
      static_cast<unsigned char>(std::max(options.field_delimiter, options.quote.value_or('\0')) + 1);
}

Status CsvEncoder::Encode(const Batch& batch, uint32_t row, int8_t weight, std::string* out) {
  for (size_t i = 0; i < types_.size(); ++i) {
    if (i > 0) out->push_back(options_.field_delimiter);
    const ColumnReader reader(*batch.columns[i]);
    if (reader.IsNull(row)) {
      out->append(options_.null_literal.value_or(""));
    } else if (IsNumberOrBoolean(types_[i])) {
      AppendPlain(types_[i], reader, row, out);
    } else {
      scratch_.clear();
      AppendPlain(types_[i], reader, row, &scratch_);
      NeedsQuotes(scratch_) ? AppendQuoted(scratch_, out) : void(out->append(scratch_));
    }
  }
  return Status::Ok();
}

bool CsvEncoder::NeedsQuotes(std::string_view text) const {
  if (!options_.quote) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < first_safe_ || c == options_.escape) return true;
  }
  return text.size() > kUnquotedCharactersMax && CountUtf16(text) > kUnquotedCharactersMax;
}

void CsvEncoder::AppendQuoted(std::string_view text, std::string* out) const {
  out->push_back(*options_.quote);
  for (const char c : text) {
    if (c == *options_.quote || c == options_.escape) out->push_back(c);
    out->push_back(c);
  }
  out->push_back(*options_.quote);
}

void CsvEncoder::AppendPlain(const DataType& type, const ColumnReader& reader, uint32_t row,
                             std::string* out) const {
  switch (type.kind()) {
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
      return AppendJavaFloat(reader.Value<float>(row), out);
    case TypeKind::kDouble:
      return AppendJavaDouble(reader.Value<double>(row), out);
    case TypeKind::kDecimal: {
      const bool is_short = type.physical() == PhysicalType::kInt64;
      const Int128 unscaled = is_short ? Int128{reader.Value<int64_t>(row)} : reader.Value<Int128>(row);
      return AppendJavaDecimal(unscaled, type.scale(), !options_.scientific_decimals, out);
    }
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      out->append(reader.String(row));
      return;
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return AppendBase64(reader.String(row), out);
    case TypeKind::kArray:
    case TypeKind::kRow:
      return AppendNested(type, reader, row, out);
    default:
      return AppendTemporal(type, reader, row, out);
  }
}

void CsvEncoder::AppendTemporal(const DataType& type, const ColumnReader& reader, uint32_t row,
                                std::string* out) const {
  if (type.kind() == TypeKind::kDate) return AppendDate(reader.Value<int32_t>(row), out);
  if (type.kind() == TypeKind::kTime) return AppendShortTime(reader.Value<int32_t>(row), out);
  const WideTimestamp time = type.physical() == PhysicalType::kInt64
                                 ? WideFromMicros(reader.Value<int64_t>(row))
                                 : reader.Value<WideTimestamp>(row);
  AppendShortTimestamp(time, ' ', out);
  if (type.kind() == TypeKind::kTimestampLtz) out->push_back('Z');
}

void CsvEncoder::AppendElement(const DataType& type, const ColumnReader& reader, uint32_t row,
                               std::string* out) const {
  if (reader.IsNull(row)) {
    out->append(options_.null_literal.value_or(""));
  } else {
    AppendPlain(type, reader, row, out);
  }
}

void CsvEncoder::AppendNested(const DataType& type, const ColumnReader& reader, uint32_t row,
                              std::string* out) const {
  const auto& children = reader.payload().parts().children;
  if (type.kind() == TypeKind::kRow) {
    for (size_t i = 0; i < children.size(); ++i) {
      if (i > 0) out->append(options_.element_delimiter);
      AppendElement(type.fields()[i].type, ColumnReader(*children[i]), reader.PayloadRow(row), out);
    }
    return;
  }
  const auto [begin, end] = reader.ChildRange(row);
  const ColumnReader elements(*children[0]);
  for (uint32_t i = begin; i < end; ++i) {
    if (i > begin) out->append(options_.element_delimiter);
    AppendElement(type.element(), elements, i, out);
  }
}

}  // namespace millrace
