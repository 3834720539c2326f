#include "operators/connectors/kafka/native/wire.h"

#include <algorithm>

namespace millrace {

void WireWriter::Uuid(const KafkaUuid& value) {
  bytes_.append(reinterpret_cast<const char*>(value.data()), value.size());
}

void WireWriter::UnsignedVarint(uint32_t value) {
  for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
  bytes_.push_back(static_cast<char>(value));
}

void WireWriter::String(std::string_view value) {
  if (form_ == WireForm::kFlexible) {
    UnsignedVarint(static_cast<uint32_t>(value.size() + 1));
  } else {
    Int16(static_cast<int16_t>(value.size()));
  }
  bytes_.append(value);
}

void WireWriter::NullString() {
  if (form_ == WireForm::kFlexible) {
    UnsignedVarint(0);
  } else {
    Int16(-1);
  }
}

void WireWriter::Bytes(std::string_view value) {
  ArrayLength(value.size());
  bytes_.append(value);
}

void WireWriter::ArrayLength(size_t length) {
  if (form_ == WireForm::kFlexible) {
    UnsignedVarint(static_cast<uint32_t>(length + 1));
  } else {
    Int32(static_cast<int32_t>(length));
  }
}

void WireWriter::EndOfStructure() {
  if (form_ == WireForm::kFlexible) UnsignedVarint(0);
}

std::string_view WireReader::Take(size_t size) {
  if (!ok_ || size > bytes_.size()) {
    ok_ = false;
    bytes_ = {};
    return {};
  }
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

KafkaUuid WireReader::Uuid() {
  KafkaUuid value{};
  const std::string_view bytes = Take(value.size());
  std::copy(bytes.begin(), bytes.end(), value.begin());
  return value;
}

uint32_t WireReader::UnsignedVarint() {
  uint32_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const auto byte = BigEndian<uint8_t>();
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  Take(bytes_.size() + 1);
  return 0;
}

std::string_view WireReader::String() {
  if (form_ == WireForm::kFlexible) {
    const uint32_t length_plus_1 = UnsignedVarint();
    return Take(length_plus_1 == 0 ? 0 : length_plus_1 - 1);
  }
  const int16_t length = Int16();
  return Take(length < 0 ? 0 : static_cast<size_t>(length));
}

std::string_view WireReader::Bytes() {
  if (form_ == WireForm::kFlexible) return String();
  const int32_t length = Int32();
  return Take(length < 0 ? 0 : static_cast<size_t>(length));
}

size_t WireReader::ArrayLength() {
  size_t length = 0;
  if (form_ == WireForm::kFlexible) {
    const uint32_t length_plus_1 = UnsignedVarint();
    length = length_plus_1 == 0 ? 0 : length_plus_1 - 1;
  } else if (const int32_t number = Int32(); number > 0) {
    length = static_cast<size_t>(number);
  }
  if (length <= bytes_.size()) return length;
  Take(bytes_.size() + 1);
  return 0;
}

}  // namespace millrace
