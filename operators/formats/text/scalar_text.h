#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/column/column_builder.h"
#include "core/column/wide_types.h"
#include "core/types/data_type.h"

namespace millrace {

/// Scalars as the text of json and csv records, laid out and understood as Flink's (Java's) own formats do.
/// Pure and thread-safe. Parsers give nullopt for text they do not understand.

/// Without leading and trailing characters up to the space.
std::string_view TrimControls(std::string_view text);

/// An optional sign and decimal digits, within [min, max].
std::optional<int64_t> ParseIntegerText(std::string_view text, int64_t min, int64_t max);
/// Java's Double.parseDouble and Float.parseFloat: spaces around, sign, exponent, "NaN", "Infinity",
/// hexadecimal, a suffix d or f. Too large is infinite.
std::optional<double> ParseDoubleText(std::string_view text);
std::optional<float> ParseFloatText(std::string_view text);
/// Whether the text is a number as BigDecimal reads it: sign, digits with a point, exponent.
bool IsDecimalText(std::string_view text);

/// A date, a time of day and perhaps an offset.
struct TimestampText {
  int32_t days = 0;
  int64_t nanos_of_day = 0;
  /// What follows: "", "Z", "+02:00", ...
  std::string_view rest;
};
/// "yyyy-MM-dd", a separator, "HH:mm:ss" and up to 9 fraction digits; each part with all its digits, the date
/// must exist.
/// `cache`, if given, spares calendar arithmetic when the date is that of the last call.
struct DateCache {
  char text[10] = {};
  int32_t days = 0;
};
std::optional<TimestampText> ParseStrictTimestamp(std::string_view text, char separator,
                                                  DateCache* cache = nullptr);
/// Microseconds since 1970-01-01 of the 23 bytes "yyyy-MM-dd HH:mm:ss.SSS" (with that separator), if the date
/// is the cache's: the usual timestamp, in few instructions. nullopt says nothing about the text.
std::optional<int64_t> ParseUsualTimestamp(const char* text, char separator, const DateCache& cache);
/// "yyyy-MM-dd" and nothing else: days since 1970-01-01.
std::optional<int32_t> ParseStrictDate(std::string_view text);
/// "HH:mm:ss" with up to 9 fraction digits: nanoseconds of the day. `seconds_optional` allows "HH:mm".
std::optional<int64_t> ParseStrictTime(std::string_view text, bool seconds_optional = false);
/// "Z" or "+hh:mm": seconds east of UTC.
std::optional<int32_t> ParseZoneOffset(std::string_view text);

/// Appends a timestamp of the given offset to a column of TIMESTAMP or TIMESTAMP_LTZ; digits beyond the
/// type's precision are cut.
void AppendTimestampValue(const DataType& type, const TimestampText& time, int32_t offset_seconds,
                          ColumnBuilder* builder);
/// Milliseconds of the day, cut to the precision of the TIME type.
int32_t TimeMillis(const DataType& type, int64_t nanos_of_day);
/// Appends a decimal number's text (IsDecimalText) to a DECIMAL column: rounded half up to the scale, NULL
/// when it has too many digits.
void AppendDecimalValue(const DataType& type, std::string_view text, ColumnBuilder* builder);

void AppendInteger(int64_t value, std::string* out);
/// As BigDecimal.toString after stripTrailingZeros ("12.5", "1E+2"), or `plain` ("100").
void AppendJavaDecimal(Int128 unscaled, int scale, bool plain, std::string* out);
/// "2026-03-02", separator, "07:58:30.12": the fraction without trailing zeros, none when it is 0.
void AppendShortTimestamp(WideTimestamp time, char separator, std::string* out);
/// "07:58:30", and ".5" when there are milliseconds.
void AppendShortTime(int32_t millis_of_day, std::string* out);

void AppendBase64(std::string_view bytes, std::string* out);
/// With padding; spaces and line ends between are skipped.
bool ParseBase64(std::string_view text, std::string* out);

/// For messages: at most 60 bytes of the text, cut with "...", control characters as '?'.
std::string Excerpt(std::string_view text);

}  // namespace millrace
