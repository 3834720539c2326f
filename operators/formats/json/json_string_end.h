#pragma once

namespace millrace {

/// What a search for the end of a JSON string saw on its way. It looks at whole blocks: bytes around the
/// string may count as seen, too.
struct JsonStringBytes {
  bool has_escapes = false;  // before the quote
  bool has_non_ascii = false;
};

/// The quote at or behind `from` that no backslash escapes; `end` when there is none. `start` .. `end` is the
/// text that may be read. By the widest vectors that the processor has.
const char* FindJsonStringEnd(const char* start, const char* from, const char* end, JsonStringBytes* seen);

}  // namespace millrace
