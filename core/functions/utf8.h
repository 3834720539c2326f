#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// Characters of UTF-8 text. Bytes that are not valid UTF-8 count as one character each, so that every text
/// has a length and nothing reads past its end.

/// Bytes of the character that begins at `at` < text.size().
inline size_t Utf8Length(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return length <= text.size() - at ? length : text.size() - at;
}

/// Number of characters.
size_t CountCharacters(std::string_view text);
bool IsAscii(std::string_view text);
/// The byte at which character `index` (from 0) begins; text.size() when there are fewer.
size_t ByteOfCharacter(std::string_view text, size_t index);
/// The text from character `first` on, at most `count` characters.
std::string_view Characters(std::string_view text, size_t first, size_t count);

/// The code point of the character at `at`, whose length goes to `length`.
uint32_t DecodeCharacter(std::string_view text, size_t at, size_t* length);
void AppendCharacter(uint32_t code_point, std::string* out);
/// Writes 1 to 4 bytes; returns their end.
char* WriteCharacter(uint32_t code_point, char* out);

/// The text with each byte that is no valid UTF-8 replaced by U+FFFD.
void AppendValidUtf8(std::string_view bytes, std::string* out);

/// Upper and lower case of all letters (Latin, Greek, Cyrillic, ...), as Java's String does without a locale.
void AppendUpper(std::string_view text, std::string* out);
void AppendLower(std::string_view text, std::string* out);

}  // namespace millrace
