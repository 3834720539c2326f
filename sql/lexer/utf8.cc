#include "sql/lexer/utf8.h"

namespace millrace::sql {

CodePoint DecodeUtf8(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  size_t size = 0;
  uint32_t value = 0;
  uint32_t minimum = 0;
  if ((first & 0xE0) == 0xC0) {
    size = 2, value = first & 0x1F, minimum = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    size = 3, value = first & 0x0F, minimum = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    size = 4, value = first & 0x07, minimum = 0x10000;
  } else {
    return {};
  }
  if (text.size() < size) return {};
  for (size_t i = 1; i < size; ++i) {
    if (!IsUtf8Continuation(text[i])) return {};
    value = (value << 6) | (byte(i) & 0x3F);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < minimum || value > 0x10FFFF || surrogate) return {};
  return {value, size};
}

void AppendUtf8(uint32_t value, std::string& out) {
  const auto push = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    push(value);
  } else if (value < 0x800) {
    push(0xC0 | (value >> 6));
    push(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    push(0xE0 | (value >> 12));
    push(0x80 | ((value >> 6) & 0x3F));
    push(0x80 | (value & 0x3F));
  } else {
    push(0xF0 | (value >> 18));
    push(0x80 | ((value >> 12) & 0x3F));
    push(0x80 | ((value >> 6) & 0x3F));
    push(0x80 | (value & 0x3F));
  }
}

size_t FindInvalidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const CodePoint point = DecodeUtf8(text.substr(i));
    if (point.num_bytes == 0) return i;
    i += point.num_bytes;
  }
  return std::string_view::npos;
}

bool IsWordCodePoint(uint32_t value) {
  const auto within = [&](uint32_t low, uint32_t high) { return value >= low && value <= high; };
  if (value == 0xAA || value == 0xB5 || value == 0xBA) return true;  // letters among the Latin-1 signs
  if (within(0x80, 0xBF) || value == 0xD7 || value == 0xF7) return false;
  if (within(0x2000, 0x206F) || within(0x2190, 0x2BFF) || within(0x3000, 0x3004)) return false;
  if (within(0x3008, 0x3020) || within(0xFE30, 0xFE6F) || within(0xFF00, 0xFF0F)) return false;
  return value != 0xFEFF && value != 0xFFFD;
}

}  // namespace millrace::sql
