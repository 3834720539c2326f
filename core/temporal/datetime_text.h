#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/temporal/civil.h"

namespace millrace {

/// Texts of datetimes as Flink's SQL functions and casts take them; formats of connectors have rules of their
/// own.

/// "2026-03-02", also "2026-03", "2026", and with a time of day behind it, which is dropped.
std::optional<int32_t> ParseDateText(std::string_view text);

/// "2026-03-02 07:58:30.123456789"; the time of day may be missing as a whole, and the fraction. An offset
/// ("Z",
/// "+08:00") only where allowed.
std::optional<ParsedTimestamp> ParseTimestampText(std::string_view text, bool allow_offset = false);

/// Nanoseconds of the day of "07:58:30.5", "07:58" or "7".
std::optional<int64_t> ParseTimeText(std::string_view text);

}  // namespace millrace
