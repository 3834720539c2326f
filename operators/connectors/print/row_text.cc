#include "operators/connectors/print/row_text.h"

#include "core/expr/number_text.h"
#include "core/temporal/civil.h"
#include "core/types/decimal.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {
namespace {

void AppendFraction(int64_t nanos, std::string* out) {
  if (nanos == 0) return;
  char digits[10];
  for (int i = 9; i > 0; --i, nanos /= 10) digits[i] = static_cast<char>('0' + nanos % 10);
  digits[0] = '.';
  // Java prints 3, 6 or 9 digits.
  size_t length = 10;
  while (length > 4 && std::string_view(digits + length - 3, 3) == "000") length -= 3;
  out->append(digits, length);
}

/// LocalTime.toString leaves out seconds that are 0; Instant.toString keeps them.
void AppendTimeOfDay(int64_t nanos_of_day, bool keep_seconds, std::string* out) {
  const int64_t nanos = nanos_of_day % kNanosPerSecond;
  std::string time;
  AppendTime(nanos_of_day / kNanosPerSecond * kMillisPerSecond, 0, &time);
  const bool is_whole_minute = nanos == 0 && nanos_of_day / kNanosPerSecond % 60 == 0;
  if (is_whole_minute && !keep_seconds) time.resize(5);
  out->append(time);
  AppendFraction(nanos, out);
}

void AppendDateTime(WideTimestamp time, bool is_instant, std::string* out) {
  AppendDate(static_cast<int32_t>(FloorDiv(time.millis, kMillisPerDay)), out);
  out->push_back('T');
  AppendTimeOfDay(FloorMod(time.millis, kMillisPerDay) * 1'000'000 + time.nanos_of_milli, is_instant, out);
  if (is_instant) out->push_back('Z');
}

void AppendBytes(std::string_view bytes, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out->append(", ");
    AppendInteger(static_cast<int8_t>(bytes[i]), out);
  }
  out->push_back(']');
}

/// Period.toString: "P1Y2M", and Duration.toString: "PT26H3M4.5S".
void AppendPeriod(int32_t months, std::string* out) {
  out->push_back('P');
  if (months == 0) out->append("0D");
  if (months / 12 != 0) AppendInteger(months / 12, out), out->push_back('Y');
  if (months % 12 != 0) AppendInteger(months % 12, out), out->push_back('M');
}

void AppendDuration(int64_t millis, std::string* out) {
  out->append("PT");
  const int64_t hours = millis / 3'600'000;
  const int64_t minutes = millis / 60'000 % 60;
  const int64_t rest = millis % 60'000;
  if (hours != 0) AppendInteger(hours, out), out->push_back('H');
  if (minutes != 0) AppendInteger(minutes, out), out->push_back('M');
  if (rest == 0 && out->back() != 'T') return;
  if (rest < 0) out->push_back('-');
  const int64_t absolute = rest < 0 ? -rest : rest;
  AppendInteger(absolute / 1000, out);
  if (int64_t fraction = absolute % 1000; fraction != 0) {
    std::string digits = std::to_string(1000 + fraction).substr(1);
    while (digits.back() == '0') digits.pop_back();
    out->append(".").append(digits);
  }
  out->push_back('S');
}

void AppendScalar(const DataType& type, const ColumnReader& reader, uint32_t row, std::string* out) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      out->append(reader.Value<uint8_t>(row) != 0 ? "true" : "false");
      return;
    case TypeKind::kTinyint:
      return AppendInteger(reader.Value<int8_t>(row), out);
    case TypeKind::kSmallint:
      return AppendInteger(reader.Value<int16_t>(row), out);
    case TypeKind::kInteger:
      return AppendInteger(reader.Value<int32_t>(row), out);
    case TypeKind::kBigint:
      return AppendInteger(reader.Value<int64_t>(row), out);
    case TypeKind::kIntervalYearMonth:
      return AppendPeriod(reader.Value<int32_t>(row), out);
    case TypeKind::kIntervalDayTime:
      return AppendDuration(reader.Value<int64_t>(row), out);
    case TypeKind::kFloat:
      return AppendJavaFloat(reader.Value<float>(row), out);
    case TypeKind::kDouble:
      return AppendJavaDouble(reader.Value<double>(row), out);
    case TypeKind::kDecimal:
      return AppendDecimal(type.physical() == PhysicalType::kInt64 ? Int128{reader.Value<int64_t>(row)}
                                                                   : reader.Value<Int128>(row),
                           type.scale(), out);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      out->append(reader.String(row));
      return;
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return AppendBytes(reader.String(row), out);
    case TypeKind::kDate:
      return AppendDate(reader.Value<int32_t>(row), out);
    case TypeKind::kTime:
      return AppendTimeOfDay(int64_t{reader.Value<int32_t>(row)} * 1'000'000, false, out);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return AppendDateTime(type.physical() == PhysicalType::kInt64
                                ? WideFromMicros(reader.Value<int64_t>(row))
                                : reader.Value<WideTimestamp>(row),
                            type.kind() == TypeKind::kTimestampLtz, out);
    default:
      out->append("null");
  }
}

void AppendNested(const DataType& type, const ColumnReader& reader, uint32_t row, std::string* out) {
  const auto& children = reader.payload().parts().children;
  if (type.kind() == TypeKind::kRow) {
    out->append("+I[");
    for (size_t i = 0; i < children.size(); ++i) {
      if (i > 0) out->append(", ");
      AppendJavaText(*children[i], reader.PayloadRow(row), out);
    }
    out->push_back(']');
    return;
  }
  const auto [begin, end] = reader.ChildRange(row);
  const bool is_map = type.kind() != TypeKind::kArray;
  out->push_back(is_map ? '{' : '[');
  for (uint32_t i = begin; i < end; ++i) {
    if (i > begin) out->append(", ");
    AppendJavaText(*children[0], i, out);
    if (is_map) {
      out->push_back('=');
      AppendJavaText(*children[1], i, out);
    }
  }
  out->push_back(is_map ? '}' : ']');
}

}  // namespace

void AppendJavaText(const Column& column, uint32_t row, std::string* out) {
  const ColumnReader reader(column);
  if (reader.IsNull(row)) {
    out->append("null");
  } else if (column.type().IsNested()) {
    AppendNested(column.type(), reader, row, out);
  } else {
    AppendScalar(column.type(), reader, row, out);
  }
}

void AppendRowText(const Batch& batch, uint32_t row, std::string_view kind, std::string* out) {
  out->append(kind).push_back('[');
  for (size_t i = 0; i < batch.columns.size(); ++i) {
    if (i > 0) out->append(", ");
    AppendJavaText(*batch.columns[i], row, out);
  }
  out->push_back(']');
}

}  // namespace millrace
