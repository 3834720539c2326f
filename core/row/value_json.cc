#include "core/row/value_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "core/temporal/civil.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

template <class T>
void AppendInteger(T value, std::string* out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  out->append(buffer, static_cast<size_t>(end - buffer));
}

/// Lays out digits and exponent as Python's repr does: plain from 1e-4 to below 1e16, else with an exponent
/// of at least two digits.
template <class T>
void AppendFloating(T value, std::string* out) {
  if (std::isnan(value)) {
    out->append("NaN");
    return;
  }
  if (std::isinf(value)) {
    out->append(value < 0 ? "-Infinity" : "Infinity");
    return;
  }
  char scientific[40];
  const auto end =
      std::to_chars(scientific, scientific + sizeof(scientific), value, std::chars_format::scientific).ptr;
  std::string_view text(scientific, static_cast<size_t>(end - scientific));
  if (text.front() == '-') {
    out->push_back('-');
    text.remove_prefix(1);
  }
  const size_t exponent_at = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + exponent_at + (text[exponent_at + 1] == '+' ? 2 : 1),
                  text.data() + text.size(), exponent);
  if (exponent < -4 || exponent >= 16) {
    out->append(text);  // to_chars writes the exponent with a sign and at least two digits
    return;
  }
  // text is d[.ddd]e+-xx: the fraction's digits move one place left, over the point.
  char digits[20];
  const size_t num_digits = exponent_at > 2 ? exponent_at - 1 : 1;
  digits[0] = text[0];
  std::copy(text.begin() + 2, text.begin() + static_cast<ptrdiff_t>(std::max<size_t>(exponent_at, 2)),
            digits + 1);
  const size_t num_whole = static_cast<size_t>(std::max(exponent + 1, 0));
  if (exponent < 0) {
    out->append("0.").append(static_cast<size_t>(-exponent - 1), '0').append(digits, num_digits);
  } else if (num_digits <= num_whole) {
    out->append(digits, num_digits).append(num_whole - num_digits, '0').append(".0");
  } else {
    out->append(digits, num_whole).append(1, '.').append(digits + num_whole, num_digits - num_whole);
  }
}

template <class T>
void AppendFloatingJson(T value, std::string* out) {
  if (std::isfinite(value)) {
    AppendFloating(value, out);
  } else {
    out->push_back('"');
    AppendFloating(value, out);
    out->push_back('"');
  }
}

void AppendHex(std::string_view bytes, std::string* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (char c : bytes) {
    out->push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    out->push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
}

/// Bytes of the valid UTF-8 sequence at the front of `text`, or 0.
size_t Utf8SequenceSize(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  size_t size = 0;
  uint8_t second_min = 0x80;
  uint8_t second_max = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    size = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    size = 3;
    if (lead == 0xe0) second_min = 0xa0;
    if (lead == 0xed) second_max = 0x9f;  // no surrogates
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    size = 4;
    if (lead == 0xf0) second_min = 0x90;
    if (lead == 0xf4) second_max = 0x8f;
  }
  if (size == 0 || text.size() < size || byte(1) < second_min || byte(1) > second_max) return 0;
  for (size_t i = 2; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return size;
}

void AppendControlCharacter(char c, std::string* out) {
  switch (c) {
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      out->append("\\u00");
      AppendHex({&c, 1}, out);
  }
}

void AppendList(const std::vector<ColumnPtr>& children, uint32_t row, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < children.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendValueJson(*children[i], row, out);
  }
  out->push_back(']');
}

void AppendArrayJson(const Column& elements, uint32_t begin, uint32_t end, std::string* out) {
  const ColumnReader reader(elements);
  out->push_back('[');
  for (uint32_t at = begin; at < end; ++at) {
    if (at > begin) out->push_back(',');
    AppendValueJson(reader, at, out);
  }
  out->push_back(']');
}

void AppendMapJson(const Column& keys, const Column& values, uint32_t begin, uint32_t end, std::string* out) {
  struct Entry {
    std::string key;
    uint32_t at;
  };
  std::vector<Entry> entries;
  for (uint32_t at = begin; at < end; ++at)
    AppendValueJson(keys, at, &entries.emplace_back(Entry{{}, at}).key);
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  out->push_back('[');
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) out->push_back(',');
    out->append("[").append(entries[i].key).append(",");
    AppendValueJson(values, entries[i].at, out);
    out->push_back(']');
  }
  out->push_back(']');
}

void AppendTimestampJson(const ColumnReader& reader, const DataType& type, uint32_t row, std::string* out) {
  out->push_back('"');
  if (type.physical() == PhysicalType::kTimestamp) {
    AppendTimestamp(reader.Value<WideTimestamp>(row), type.precision(), out);
  } else {
    AppendTimestamp(reader.Value<int64_t>(row), type.precision(), out);
  }
  out->append(type.kind() == TypeKind::kTimestampLtz ? "Z\"" : "\"");
}

}  // namespace

std::string FormatDoubleShortest(double value) {
  std::string text;
  AppendFloating(value, &text);
  return text;
}

std::string FormatFloatShortest(float value) {
  std::string text;
  AppendFloating(value, &text);
  return text;
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t done = 0;  // everything before it is in `out`
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<uint8_t>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c < 0x80) {
      ++i;
      continue;
    }
    if (c >= 0x80) {
      if (const size_t size = Utf8SequenceSize(text.substr(i)); size > 0) {
        i += size;
        continue;
      }
    }
    out->append(text.substr(done, i - done));
    if (c >= 0x80) {
      out->append("\xef\xbf\xbd");
    } else if (c < 0x20) {
      AppendControlCharacter(text[i], out);
    } else {
      out->push_back('\\');
      out->push_back(text[i]);
    }
    done = ++i;
  }
  out->append(text.substr(done));
  out->push_back('"');
}

void AppendValueJson(const Column& column, uint32_t row, std::string* out) {
  AppendValueJson(ColumnReader(column), row, out);
}

void AppendValueJson(const ColumnReader& reader, uint32_t row, std::string* out) {
  if (reader.IsNull(row)) {
    out->append("null");
    return;
  }
  const Column& payload = reader.payload();
  const DataType& type = payload.type();
  switch (type.kind()) {
    case TypeKind::kNull:
      out->append("null");
      return;
    case TypeKind::kBoolean:
      out->append(reader.Value<uint8_t>(row) != 0 ? "true" : "false");
      return;
    case TypeKind::kTinyint:
      return AppendInteger(int{reader.Value<int8_t>(row)}, out);
    case TypeKind::kSmallint:
      return AppendInteger(reader.Value<int16_t>(row), out);
    case TypeKind::kInteger:
      return AppendInteger(reader.Value<int32_t>(row), out);
    case TypeKind::kBigint:
      return AppendInteger(reader.Value<int64_t>(row), out);
    case TypeKind::kFloat:
      return AppendFloatingJson(reader.Value<float>(row), out);
    case TypeKind::kDouble:
      return AppendFloatingJson(reader.Value<double>(row), out);
    case TypeKind::kDecimal:
      out->push_back('"');
      AppendDecimal(type.physical() == PhysicalType::kInt64 ? Int128{reader.Value<int64_t>(row)}
                                                            : reader.Value<Int128>(row),
                    type.scale(), out);
      out->push_back('"');
      return;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return AppendJsonString(reader.String(row), out);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      out->push_back('"');
      AppendHex(reader.String(row), out);
      out->push_back('"');
      return;
    case TypeKind::kDate:
      out->push_back('"');
      AppendDate(reader.Value<int32_t>(row), out);
      out->push_back('"');
      return;
    case TypeKind::kTime:
      out->push_back('"');
      AppendTime(reader.Value<int32_t>(row), type.precision(), out);
      out->push_back('"');
      return;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return AppendTimestampJson(reader, type, row, out);
    case TypeKind::kIntervalYearMonth:
      out->append("\"months:");
      AppendInteger(reader.Value<int32_t>(row), out);
      out->push_back('"');
      return;
    case TypeKind::kIntervalDayTime:
      out->append("\"millis:");
      AppendInteger(reader.Value<int64_t>(row), out);
      out->push_back('"');
      return;
    case TypeKind::kRow:
      return AppendList(payload.parts().children, reader.PayloadRow(row), out);
    case TypeKind::kArray: {
      const auto [begin, end] = reader.ChildRange(row);
      return AppendArrayJson(*payload.parts().children[0], begin, end, out);
    }
    case TypeKind::kMap:
    case TypeKind::kMultiset: {
      const auto [begin, end] = reader.ChildRange(row);
      return AppendMapJson(*payload.parts().children[0], *payload.parts().children[1], begin, end, out);
    }
  }
}

}  // namespace millrace
