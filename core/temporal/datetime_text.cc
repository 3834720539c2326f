#include "core/temporal/datetime_text.h"

#include <algorithm>
#include <string>

namespace millrace {

std::optional<int32_t> ParseDateText(std::string_view text) {
  const size_t blank = text.find(' ');
  if (blank != std::string_view::npos) {
    return ParseTimeText(text.substr(blank + 1)) ? ParseDate(text.substr(0, blank)) : std::nullopt;
  }
  std::string filled(text);
  for (auto dashes = std::count(text.begin(), text.end(), '-'); dashes < 2; ++dashes) filled += "-01";
  return ParseDate(filled);
}

std::optional<ParsedTimestamp> ParseTimestampText(std::string_view text, bool allow_offset) {
  const size_t blank = text.find(' ');
  if (blank != std::string_view::npos) {
    std::string_view time = text.substr(blank + 1);
    time = time.substr(0, time.find_first_of("Z+-"));
    if (std::count(time.begin(), time.end(), ':') != 2) return std::nullopt;
  }
  return ParseTimestamp(text, ' ', allow_offset);
}

std::optional<int64_t> ParseTimeText(std::string_view text) {
  if (text.size() <= 2) return ParseTimeOfDay(std::string(text) + ":00");
  return ParseTimeOfDay(text);
}

}  // namespace millrace
