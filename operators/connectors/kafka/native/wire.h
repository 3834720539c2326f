#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

using KafkaUuid = std::array<uint8_t, 16>;  // all zero = none

/// Which of the protocol's two encodings a message has: newer versions are flexible, that is, lengths are
/// varints and every structure ends with tagged fields.
enum class WireForm : uint8_t { kClassic, kFlexible };

/// Writes a message of the Kafka protocol (https://kafka.apache.org/protocol): big-endian numbers,
/// strings and arrays in the form given.
class WireWriter {
 public:
  explicit WireWriter(WireForm form) : form_(form) {}

  void Int8(int8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Bool(bool value) { Int8(value ? 1 : 0); }
  void Int16(int16_t value) { BigEndian(static_cast<uint16_t>(value)); }
  void Int32(int32_t value) { BigEndian(static_cast<uint32_t>(value)); }
  void Int64(int64_t value) { BigEndian(static_cast<uint64_t>(value)); }
  void Uuid(const KafkaUuid& value);
  void UnsignedVarint(uint32_t value);
  void String(std::string_view value);
  void NullString();
  void Bytes(std::string_view value);
  void ArrayLength(size_t length);
  /// The (empty) tagged fields at the end of a structure.
  void EndOfStructure();

  const std::string& bytes() const { return bytes_; }

 private:
  template <class T>
  void BigEndian(T value) {
    for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8) {
      bytes_.push_back(static_cast<char>(value >> shift));
    }
  }

  WireForm form_;
  std::string bytes_;
};

/// Reads such a message, from any bytes: after a read that does not fit, ok() is false and every read gives
/// zero or nothing. Strings are views into the bytes.
class WireReader {
 public:
  WireReader(std::string_view bytes, WireForm form) : bytes_(bytes), form_(form) {}

  bool ok() const { return ok_; }
  std::string_view rest() const { return bytes_; }

  int8_t Int8() { return static_cast<int8_t>(BigEndian<uint8_t>()); }
  bool Bool() { return Int8() != 0; }
  int16_t Int16() { return static_cast<int16_t>(BigEndian<uint16_t>()); }
  int32_t Int32() { return static_cast<int32_t>(BigEndian<uint32_t>()); }
  int64_t Int64() { return static_cast<int64_t>(BigEndian<uint64_t>()); }
  KafkaUuid Uuid();
  uint32_t UnsignedVarint();
  /// Null reads as "".
  std::string_view String();
  std::string_view Bytes();
  /// Null reads as 0; never more than there are bytes left.
  size_t ArrayLength();
  /// The tagged fields at the end of a structure: calls `on_field(tag, bytes)` for each. Nothing in the
  /// classic form.
  template <class OnField>
  void EndOfStructure(OnField on_field) {
    if (form_ == WireForm::kClassic) return;
    for (uint32_t left = UnsignedVarint(); ok_ && left > 0; --left) {
      const uint32_t tag = UnsignedVarint();
      const std::string_view field = Take(UnsignedVarint());
      if (ok_) on_field(tag, field);
    }
  }
  void EndOfStructure() {
    EndOfStructure([](uint32_t, std::string_view) {});
  }

 private:
  template <class T>
  T BigEndian() {
    T value = 0;
    for (const char byte : Take(sizeof(T))) value = static_cast<T>((value << 8) | static_cast<uint8_t>(byte));
    return value;
  }
  std::string_view Take(size_t size);

  std::string_view bytes_;
  WireForm form_;
  bool ok_ = true;
};

}  // namespace millrace
