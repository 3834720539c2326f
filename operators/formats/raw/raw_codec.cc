#include "operators/formats/raw/raw_codec.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "operators/api/error_codes.h"

namespace millrace {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool IsAscii(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
}

void AppendLatin1(std::string_view bytes, std::string* out) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) out->push_back(static_cast<char>(0xc0 | byte >> 6));
    out->push_back(static_cast<char>(byte < 0x80 ? byte : 0x80 | (byte & 0x3f)));
  }
}

/// The length of the UTF-8 character at the start of `bytes`; 0 when there is none.
size_t CharacterLength(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return length <= bytes.size() && simdjson::validate_utf8(bytes.data(), length) ? length : 0;
}

void AppendRepairedUtf8(std::string_view bytes, std::string* out) {
  while (!bytes.empty()) {
    const size_t length = CharacterLength(bytes);
    out->append(length == 0 ? kReplacement : bytes.substr(0, length));
    bytes.remove_prefix(std::max<size_t>(length, 1));
  }
}

template <class T>
T Swapped(T value, bool big_endian) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  if (big_endian) {
    auto* bytes = reinterpret_cast<char*>(&value);
    std::reverse(bytes, bytes + sizeof(T));
  }
  return value;
}

template <class T>
void AppendNumber(std::string_view bytes, bool big_endian, ColumnBuilder* builder) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  builder->Append(Swapped(value, big_endian));
}

template <class T>
void EncodeNumber(const ColumnReader& reader, uint32_t row, bool big_endian, std::string* out) {
  const T value = Swapped(reader.Value<T>(row), big_endian);
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

}  // namespace

Status RawDecoder::Decode(std::span<const RawRecord> records, const BufferPtr& keep_alive,
                          BatchBuilder& builder, const RowFinisher& finish_row, std::vector<BadRecord>* bad) {
  ColumnBuilder* column = column_ ? &builder.column(Target(0)) : nullptr;
  const bool zero_copy =
      keep_alive != nullptr && column != nullptr && column_->type.physical() == PhysicalType::kString;
  if (zero_copy) column->KeepAlive(keep_alive);
  for (uint32_t i = 0; i < records.size(); ++i) {
    if (column != nullptr) {
      Status status = Append(records[i], zero_copy, column);
      if (!status.ok()) {
        bad->push_back({i, std::move(status)});
        continue;
      }
    }
    FinishRow(builder, finish_row, i, 1);
  }
  return Status::Ok();
}

Status RawDecoder::Append(const RawRecord& record, bool zero_copy, ColumnBuilder* builder) {
  if (record.is_null) {
    builder->AppendNull();
    return Status::Ok();
  }
  if (column_->type.IsCharacter()) {
    AppendText(record.bytes, zero_copy, builder);
    return Status::Ok();
  }
  if (column_->type.IsBinary()) {
    zero_copy ? builder->AppendStringRef(StringRef(record.bytes)) : builder->AppendString(record.bytes);
    return Status::Ok();
  }
  const size_t width = PhysicalSize(column_->type.physical());
  if (record.bytes.size() != width) {
    return Status(kBadRecord, "raw record of column '" + column_->name + "' " +
                                  column_->type.ToStringWithoutNullability() +
                                  " has another length: " + std::to_string(record.bytes.size()) +
                                  " instead of " + std::to_string(width) + " bytes");
  }
  switch (column_->type.kind()) {
    case TypeKind::kBoolean:
      builder->Append<uint8_t>(record.bytes[0] != 0 ? 1 : 0);
      break;
    case TypeKind::kTinyint:
      AppendNumber<int8_t>(record.bytes, options_.big_endian, builder);
      break;
    case TypeKind::kSmallint:
      AppendNumber<int16_t>(record.bytes, options_.big_endian, builder);
      break;
    case TypeKind::kInteger:
    case TypeKind::kFloat:
      AppendNumber<int32_t>(record.bytes, options_.big_endian, builder);
      break;
    default:
      AppendNumber<int64_t>(record.bytes, options_.big_endian, builder);
  }
  return Status::Ok();
}

void RawDecoder::AppendText(std::string_view bytes, bool zero_copy, ColumnBuilder* builder) {
  const bool as_is = options_.charset == RawCharset::kUtf8
                         ? simdjson::validate_utf8(bytes.data(), bytes.size())
                         : IsAscii(bytes);
  if (as_is) {
    zero_copy ? builder->AppendStringRef(StringRef(bytes)) : builder->AppendString(bytes);
    return;
  }
  scratch_.clear();
  if (options_.charset == RawCharset::kUtf8) {
    AppendRepairedUtf8(bytes, &scratch_);
  } else if (options_.charset == RawCharset::kLatin1) {
    AppendLatin1(bytes, &scratch_);
  } else {
    for (const char c : bytes)
      scratch_.append(static_cast<signed char>(c) >= 0 ? std::string_view(&c, 1) : kReplacement);
  }
  builder->AppendString(scratch_);
}

Status RawEncoder::Encode(const Batch& batch, uint32_t row, int8_t weight, std::string* out) {
  const ColumnReader reader(*batch.columns[0]);
  if (reader.IsNull(row)) return Status::Ok();
  switch (column_.type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return AppendText(reader.String(row), out);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      out->append(reader.String(row));
      return Status::Ok();
    case TypeKind::kBoolean:
    case TypeKind::kTinyint:
      EncodeNumber<int8_t>(reader, row, options_.big_endian, out);
      return Status::Ok();
    case TypeKind::kSmallint:
      EncodeNumber<int16_t>(reader, row, options_.big_endian, out);
      return Status::Ok();
    case TypeKind::kInteger:
    case TypeKind::kFloat:
      EncodeNumber<int32_t>(reader, row, options_.big_endian, out);
      return Status::Ok();
    default:
      EncodeNumber<int64_t>(reader, row, options_.big_endian, out);
      return Status::Ok();
  }
}

Status RawEncoder::AppendText(std::string_view text, std::string* out) const {
  if (options_.charset == RawCharset::kUtf8 || IsAscii(text)) {
    out->append(text);
    return Status::Ok();
  }
  // Java writes '?' for what the charset does not have.
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const size_t length = std::max<size_t>(CharacterLength(text.substr(i)), 1);
    const bool is_latin1 = length == 2 && (first == 0xc2 || first == 0xc3);
    if (length == 1) {
      out->push_back(text[i]);
    } else if (is_latin1 && options_.charset == RawCharset::kLatin1) {
      out->push_back(static_cast<char>((first & 0x03) << 6 | (text[i + 1] & 0x3f)));
    } else {
      out->push_back('?');
    }
    i += length;
  }
  return Status::Ok();
}

}  // namespace millrace
