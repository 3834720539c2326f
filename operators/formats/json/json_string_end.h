#pragma once

namespace millrace {

/// Where a JSON string ends, and what a search for it saw on its way. It looks at whole blocks: bytes around
/// the string may count as not ASCII, too.
struct JsonStringEnd {
  const char* quote;
  bool has_escapes = false;  // before the quote
  bool has_non_ascii = false;
};

/// The quote at or behind `from` that no backslash escapes; `end` when there is none. `start` .. `end` is the
/// text that may be read. By the widest vectors that the processor has.
extern JsonStringEnd (*const FindJsonStringEnd)(const char* start, const char* from, const char* end);

}  // namespace millrace
