#include <fmt/format.h>

#include <cstdlib>

#include "core/expr/cast_rules.h"
#include "core/expr/number_text.h"
#include "core/functions/utf8.h"
#include "core/temporal/civil.h"
#include "core/temporal/time_zone.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

/// Writes values of one type as text; the zone is for TIMESTAMP_LTZ at any depth.
class TextWriter {
 public:
  explicit TextWriter(const TimeZone& zone) : zone_(zone) {}

  void Append(const ColumnReader& reader, const DataType& type, uint32_t row, std::string* out) const {
    if (reader.IsNull(row)) {
      *out += "NULL";
      return;
    }
    switch (type.kind()) {
      case TypeKind::kNull:
        break;
      case TypeKind::kBoolean:
        *out += reader.Value<uint8_t>(row) != 0 ? "TRUE" : "FALSE";
        break;
      case TypeKind::kTinyint:
        AppendInteger(reader.Value<int8_t>(row), out);
        break;
      case TypeKind::kSmallint:
        AppendInteger(reader.Value<int16_t>(row), out);
        break;
      case TypeKind::kInteger:
        AppendInteger(reader.Value<int32_t>(row), out);
        break;
      case TypeKind::kBigint:
        AppendInteger(reader.Value<int64_t>(row), out);
        break;
      case TypeKind::kFloat:
        AppendJavaFloat(reader.Value<float>(row), out);
        break;
      case TypeKind::kDouble:
        AppendJavaDouble(reader.Value<double>(row), out);
        break;
      case TypeKind::kDecimal:
        AppendDecimal(type.physical() == PhysicalType::kInt64 ? Int128{reader.Value<int64_t>(row)}
                                                              : reader.Value<Int128>(row),
                      type.scale(), out);
        break;
      case TypeKind::kChar:
      case TypeKind::kVarchar:
      case TypeKind::kBinary:
      case TypeKind::kVarbinary:
        *out += reader.String(row);
        break;
      case TypeKind::kDate:
        AppendDate(reader.Value<int32_t>(row), out);
        break;
      case TypeKind::kTime:
        AppendTime(reader.Value<int32_t>(row), type.precision(), out);
        break;
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampLtz:
        AppendTimestampValue(reader, type, row, out);
        break;
      case TypeKind::kIntervalYearMonth:
        AppendMonths(reader.Value<int32_t>(row), out);
        break;
      case TypeKind::kIntervalDayTime:
        AppendMillis(reader.Value<int64_t>(row), out);
        break;
      case TypeKind::kRow:
        AppendRow(reader, type, row, out);
        break;
      case TypeKind::kArray:
        AppendArray(reader, type, row, out);
        break;
      case TypeKind::kMap:
      case TypeKind::kMultiset:
        AppendMap(reader, type, row, out);
        break;
    }
  }

 private:
  static void AppendInteger(int64_t value, std::string* out) {
    char buffer[24];
    out->append(buffer, static_cast<size_t>(fmt::format_to(buffer, "{}", value) - buffer));
  }

  void AppendTimestampValue(const ColumnReader& reader, const DataType& type, uint32_t row,
                            std::string* out) const {
    const bool local = type.kind() == TypeKind::kTimestampLtz;
    if (type.physical() == PhysicalType::kInt64) {
      const int64_t micros = reader.Value<int64_t>(row);
      AppendTimestamp(local ? zone_.ToLocalMicros(micros) : micros, type.precision(), out);
      return;
    }
    WideTimestamp time = reader.Value<WideTimestamp>(row);
    if (local) time.millis = zone_.ToLocalMicros(time.millis * kMicrosPerMilli) / kMicrosPerMilli;
    AppendTimestamp(time, type.precision(), out);
  }

  static void AppendMonths(int32_t months, std::string* out) {
    const int64_t size = std::llabs(int64_t{months});
    *out += fmt::format("{}{}-{:02}", months < 0 ? '-' : '+', size / 12, size % 12);
  }

  static void AppendMillis(int64_t millis, std::string* out) {
    const auto size = static_cast<uint64_t>(millis < 0 ? -static_cast<Int128>(millis) : millis);
    *out += fmt::format("{}{} {:02}:{:02}:{:02}.{:03}", millis < 0 ? '-' : '+', size / 86400000,
                        size / 3600000 % 24, size / 60000 % 60, size / 1000 % 60, size % 1000);
  }

  void AppendRow(const ColumnReader& reader, const DataType& type, uint32_t row, std::string* out) const {
    *out += '(';
    for (size_t i = 0; i < type.fields().size(); ++i) {
      if (i > 0) *out += ", ";
      Append(ColumnReader(*reader.payload().parts().children[i]), type.fields()[i].type,
             reader.PayloadRow(row), out);
    }
    *out += ')';
  }

  void AppendArray(const ColumnReader& reader, const DataType& type, uint32_t row, std::string* out) const {
    const ColumnReader elements(*reader.payload().parts().children[0]);
    const auto [begin, end] = reader.ChildRange(row);
    *out += '[';
    for (uint32_t i = begin; i < end; ++i) {
      if (i > begin) *out += ", ";
      Append(elements, type.element(), i, out);
    }
    *out += ']';
  }

  void AppendMap(const ColumnReader& reader, const DataType& type, uint32_t row, std::string* out) const {
    const ColumnReader keys(*reader.payload().parts().children[0]);
    const ColumnReader values(*reader.payload().parts().children[1]);
    const auto [begin, end] = reader.ChildRange(row);
    *out += '{';
    for (uint32_t i = begin; i < end; ++i) {
      if (i > begin) *out += ", ";
      Append(keys, type.map_key(), i, out);
      *out += '=';
      Append(values, type.map_value(), i, out);
    }
    *out += '}';
  }

  TimeZone zone_;
};

TimeZone ZoneOrUtc(const SessionSettings& session) {
  const Result<TimeZone> zone = TimeZone::Load(session.time_zone);
  return zone.ok() ? *zone : TimeZone::Utc();
}

}  // namespace

std::string_view FitText(std::string_view text, const DataType& to, std::string* scratch) {
  const auto length = static_cast<size_t>(to.length());
  if (to.IsBinary()) {
    if (text.size() > length) return text.substr(0, length);
    if (to.kind() != TypeKind::kBinary || text.size() == length) return text;
    *scratch = text;
    scratch->resize(length, '\0');
    return *scratch;
  }
  if (text.size() > length) text = Characters(text, 0, length);
  if (to.kind() != TypeKind::kChar) return text;
  const size_t num_characters = CountCharacters(text);
  if (num_characters >= length) return text;
  *scratch = text;
  scratch->append(length - num_characters, ' ');
  return *scratch;
}

Kernel PrepareTextCast(const CastRequest& request) {
  const DataType& to = request.to;
  if (request.from.IsBinary() && to.IsCharacter()) {
    return RowKernel([to](Row& row) {
      const std::string_view bytes = row.Text(0);
      std::string valid;
      if (!IsAscii(bytes)) AppendValidUtf8(bytes, &valid);
      const std::string_view text = IsAscii(bytes) ? bytes : valid;
      std::string& filled = row.Scratch();
      row.ReturnText(FitText(text, to, &filled));
    });
  }
  if (request.from.IsCharacter() || request.from.IsBinary()) {
    return RowKernel([to](Row& row) {
      const std::string_view text = row.Text(0);
      std::string& filled = row.Scratch();
      const std::string_view fitting = FitText(text, to, &filled);
      if (fitting.data() == filled.data()) {
        row.ReturnText(fitting);
      } else {
        row.ReturnPart(0, fitting);
      }
    });
  }
  return RowKernel([from = request.from, to, writer = TextWriter(ZoneOrUtc(request.session))](Row& row) {
    std::string& text = row.Scratch();
    writer.Append(ColumnReader(row.Argument(0)), from, row.index(), &text);
    if (to.length() == DataType::kMaxLength) return row.ReturnText(text);
    std::string filled;
    row.ReturnText(FitText(text, to, &filled));
  });
}

Kernel PrepareBinaryCast(const CastRequest& request) {
  return request.from.IsCharacter() || request.from.IsBinary() ? PrepareTextCast(request) : nullptr;
}

void AppendValueText(const Column& column, uint32_t row, const SessionSettings& session, std::string* out) {
  TextWriter(ZoneOrUtc(session)).Append(ColumnReader(column), column.type(), row, out);
}

}  // namespace millrace
