#include "core/functions/utf8.h"

#include <cstring>

#include "core/functions/byte_places.h"

namespace millrace {

namespace {

uint64_t LoadWord(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

}  // namespace

bool IsAscii(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080u;
  if (text.size() < 16) {
    const TextStart start = LoadShort(text);
    return ((start.low | start.high) & kHighBits) == 0;
  }
  const char* last = text.data() + text.size() - 16;
  uint64_t all = LoadWord(last) | LoadWord(last + 8);
  for (const char* at = text.data(); at < last; at += 16) all |= LoadWord(at) | LoadWord(at + 8);
  return (all & kHighBits) == 0;
}

size_t CountCharacters(std::string_view text) {
  if (IsAscii(text)) return text.size();
  // All bytes but those that continue a character (10xxxxxx), eight at a time.
  size_t count = text.size();
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    const uint64_t word = LoadWord(text.data() + at);
    const uint64_t continues = word >> 7 & ~(word >> 6) & 0x0101010101010101u;
    count -= continues * 0x0101010101010101u >> 56;  // the sum of its bytes
  }
  for (; at < text.size(); ++at) count -= (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  return count;
}

size_t ByteOfCharacter(std::string_view text, size_t index) {
  size_t at = 0;
  while (index > 0 && at < text.size()) {
    at += Utf8Length(text, at);
    --index;
  }
  return at;
}

std::string_view Characters(std::string_view text, size_t first, size_t count) {
  text.remove_prefix(ByteOfCharacter(text, first));
  return count >= text.size() ? text : text.substr(0, ByteOfCharacter(text, count));
}

uint32_t DecodeCharacter(std::string_view text, size_t at, size_t* length) {
  *length = Utf8Length(text, at);
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[at + i])); };
  switch (*length) {
    case 2:
      return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3:
      return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    case 4:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
    default:
      return byte(0);
  }
}

char* WriteCharacter(uint32_t code_point, char* out) {
  const auto put = [&out](uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | code_point >> 6);
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3f));
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
  return out;
}

void AppendCharacter(uint32_t code_point, std::string* out) {
  char bytes[4];
  out->append(bytes, static_cast<size_t>(WriteCharacter(code_point, bytes) - bytes));
}

void AppendValidUtf8(std::string_view bytes, std::string* out) {
  for (size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    bool valid = lead < 0x80 || (lead >= 0xc2 && lead <= 0xf4 && at + length <= bytes.size());
    for (size_t i = 1; i < length && valid; ++i)
      valid = (static_cast<unsigned char>(bytes[at + i]) & 0xc0) == 0x80;
    if (valid && length > 2) {
      size_t ignored = 0;
      const uint32_t c = DecodeCharacter(bytes, at, &ignored);
      valid = length == 3 ? c >= 0x800 && (c < 0xd800 || c > 0xdfff) : c >= 0x10000 && c <= 0x10ffff;
    }
    if (valid) {
      *out += bytes.substr(at, length);
      at += length;
    } else {
      *out += "\xef\xbf\xbd";
      ++at;
    }
  }
}

namespace {

/// Simple case mapping of letters outside ASCII: alternating and offset blocks of Latin, Greek, Cyrillic,
/// Armenian.
struct CaseRange {
  uint32_t first;  // of the upper case letters
  uint32_t last;
  int32_t to_lower;  // offset; 0: pairs, upper case even; -1: pairs, upper case odd
};
constexpr CaseRange kCaseRanges[] = {
    {0xc0, 0xd6, 32},     {0xd8, 0xde, 32},     {0x100, 0x12f, 0},      {0x132, 0x137, 0},
    {0x139, 0x148, -1},   {0x14a, 0x177, 0},    {0x179, 0x17e, -1},     {0x1cd, 0x1dc, -1},
    {0x1de, 0x1ef, 0},    {0x1f8, 0x21f, 0},    {0x222, 0x233, 0},      {0x386, 0x386, 38},
    {0x388, 0x38a, 37},   {0x38c, 0x38c, 64},   {0x38e, 0x38f, 63},     {0x391, 0x3a1, 32},
    {0x3a3, 0x3ab, 32},   {0x3d8, 0x3ef, 0},    {0x400, 0x40f, 80},     {0x410, 0x42f, 32},
    {0x460, 0x481, 0},    {0x48a, 0x4bf, 0},    {0x4c1, 0x4ce, -1},     {0x4d0, 0x52f, 0},
    {0x531, 0x556, 48},   {0x1e00, 0x1e95, 0},  {0x1ea0, 0x1eff, 0},    {0x2160, 0x216f, 16},
    {0x24b6, 0x24cf, 26}, {0xff21, 0xff3a, 32}, {0x10400, 0x10427, 40},
};

uint32_t ToLower(uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c == 0x178) return 0xff;
  for (const CaseRange& range : kCaseRanges) {
    if (c < range.first || c > range.last) continue;
    if (range.to_lower > 0) return c + static_cast<uint32_t>(range.to_lower);
    const bool is_upper = (c & 1) == (range.to_lower == 0 ? 0u : 1u);
    return is_upper ? c + 1 : c;
  }
  return c;
}

uint32_t ToUpper(uint32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  switch (c) {
    case 0xff:
      return 0x178;
    case 0xb5:
      return 0x39c;  // micro sign
    case 0x131:
      return 'I';  // dotless i
    case 0x17f:
      return 'S';  // long s
    case 0x3c2:
      return 0x3a3;  // final sigma
    default:
      break;
  }
  for (const CaseRange& range : kCaseRanges) {
    if (range.to_lower > 0) {
      const auto offset = static_cast<uint32_t>(range.to_lower);
      if (c >= range.first + offset && c <= range.last + offset) return c - offset;
    } else if (c >= range.first && c <= range.last) {
      const bool is_lower = (c & 1) == (range.to_lower == 0 ? 1u : 0u);
      return is_lower ? c - 1 : c;
    }
  }
  return c;
}

}  // namespace

void AppendUpper(std::string_view text, std::string* out) {
  if (IsAscii(text)) {
    const size_t begin = out->size();
    out->append(text);
    for (char* at = out->data() + begin; at != out->data() + out->size(); ++at)
      *at -= *at >= 'a' && *at <= 'z' ? 32 : 0;
    return;
  }
  for (size_t at = 0, length = 1; at < text.size(); at += length) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) < 0x80) {
      length = 1;
      *out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      continue;
    }
    const uint32_t code_point = DecodeCharacter(text, at, &length);
    if (code_point == 0xdf && length == 2) {
      *out += "SS";
    } else if (length == 1) {
      *out += c;
    } else {
      AppendCharacter(ToUpper(code_point), out);
    }
  }
}

void AppendLower(std::string_view text, std::string* out) {
  if (IsAscii(text)) {
    const size_t begin = out->size();
    out->append(text);
    for (char* at = out->data() + begin; at != out->data() + out->size(); ++at)
      *at += *at >= 'A' && *at <= 'Z' ? 32 : 0;
    return;
  }
  for (size_t at = 0, length = 1; at < text.size(); at += length) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) < 0x80) {
      length = 1;
      *out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      continue;
    }
    const uint32_t code_point = DecodeCharacter(text, at, &length);
    if (length == 1) {
      *out += c;
    } else {
      AppendCharacter(ToLower(code_point), out);
    }
  }
}

}  // namespace millrace
