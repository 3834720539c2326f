#pragma once

#include <string>
#include <string_view>

#include "core/column/column.h"

namespace millrace {

/// Appends the value of one row as JSON, as `run -o ndjson`, REST and row tails print it: integers and
/// doubles as numbers (fewest digits that read back the same, laid out as Python's repr), "NaN", "Infinity";
/// DECIMAL a string with its scale; DATE, TIME(p), TIMESTAMP(p) strings with p fraction digits; TIMESTAMP_LTZ
/// the same in UTC with Z; binary lower-case hex; ARRAY and ROW arrays; MAP and MULTISET arrays of [key,
/// value] sorted by the key's JSON; INTERVAL "months:N" or "millis:N"; NULL null.
void AppendValueJson(const Column& column, uint32_t row, std::string* out);
void AppendValueJson(const ColumnReader& reader, uint32_t row, std::string* out);

/// Appends `text` as a JSON string with quotes. Bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);

/// The shortest text that reads back as the same double, laid out as Python's repr.
std::string FormatDoubleShortest(double value);
/// The same for a float: the fewest digits that read back as the same float.
std::string FormatFloatShortest(float value);

}  // namespace millrace
