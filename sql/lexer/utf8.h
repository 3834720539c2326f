#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::sql {

struct CodePoint {
  uint32_t value = 0;
  size_t num_bytes = 0;  // 0: malformed, or the text is empty
};

/// The first character of `text`. Overlong forms, surrogates and values above U+10FFFF are malformed.
CodePoint DecodeUtf8(std::string_view text);

/// Appends the character; `value` is at most U+10FFFF.
void AppendUtf8(uint32_t value, std::string& out);

/// Offset of the first malformed byte, npos when there is none.
size_t FindInvalidUtf8(std::string_view text);

/// Whether the byte goes on a character that an earlier one began.
inline bool IsUtf8Continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Whether a character above U+007F may stand in a name without quotes: not punctuation, blanks or signs.
bool IsWordCodePoint(uint32_t value);

}  // namespace millrace::sql
