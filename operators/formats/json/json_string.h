#pragma once

#include <cstddef>
#include <string_view>

namespace millrace {

/// Where a JSON string ends, and what a search for it saw on its way. It looks at whole blocks: bytes around
/// the string may count as not ASCII, too.
struct JsonStringEnd {
  const char* quote;
  bool has_escapes = false;  // before the quote
  bool has_non_ascii = false;
};

// Both use the widest vectors that the processor has.

/// The quote at or behind `from` that no backslash escapes; `end` when there is none. `start` .. `end` is the
/// text that may be read.
extern JsonStringEnd (*const FindJsonStringEnd)(const char* start, const char* from, const char* end);

/// Writes a string's raw bytes to `out`, their escapes replaced; the end of what was written, nullptr for a
/// bad escape. There is room for as many bytes as `raw` and kUnescapeSlackBytes more, whatever they are
/// afterwards. Lone surrogates become '?', as in Java.
extern char* (*const UnescapeJsonString)(std::string_view raw, char* out);
constexpr size_t kUnescapeSlackBytes = 64;

}  // namespace millrace
