#include "core/temporal/time_zone.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "core/error_codes.h"
#include "core/temporal/civil.h"

namespace millrace {
namespace {

/// Seconds of "+5", "+05", "-0530", "+05:30"; nullopt for other text.
std::optional<int> ParseOffset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::string digits;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':' && (i == 2 || i == 3)) {
      if (i == 2) digits.insert(0, 1, '0');
      continue;
    }
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits += text[i];
  }
  if (digits.size() == 1) digits.insert(0, 1, '0');
  if (digits.size() == 2) digits += "00";
  if (digits.size() != 4) return std::nullopt;
  const int hours = (digits[0] - '0') * 10 + digits[1] - '0';
  const int minutes = (digits[2] - '0') * 10 + digits[3] - '0';
  if (hours > 18 || minutes > 59) return std::nullopt;
  const int seconds = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

bool IsRegionName(std::string_view name) {
  for (char c : name) {
    const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                    c == '_' || c == '-' || c == '+';
    if (!ok) return false;
  }
  return !name.empty() && name != "localtime" && name.front() != '/';
}

}  // namespace

Result<TimeZone> TimeZone::Load(std::string_view name) {
  if (name == "UTC" || name == "GMT" || name == "Z" || name == "UT") return Utc();
  std::string_view offset = name;
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (offset.starts_with(prefix)) {
      offset.remove_prefix(prefix.size());
      break;
    }
  }
  if (const std::optional<int> seconds = ParseOffset(offset)) {
    return *seconds == 0 ? Utc() : TimeZone(absl::FixedTimeZone(*seconds));
  }
  absl::TimeZone zone;
  if (IsRegionName(name) && absl::LoadTimeZone(std::string(name), &zone)) return TimeZone(zone);
  return Status(kInvalidArgument, fmt::format("Unknown time zone: {}", name))
      .WithSuggestion("use a region such as Europe/Berlin, UTC, or an offset such as +05:30");
}

int64_t TimeZone::ToLocalMicros(int64_t utc_micros) const {
  if (is_utc_) return utc_micros;
  return utc_micros + zone_.At(absl::FromUnixMicros(utc_micros)).offset * kMicrosPerSecond;
}

int64_t TimeZone::ToUtcMicros(int64_t local_micros) const {
  if (is_utc_) return local_micros;
  const int64_t seconds = FloorDiv(local_micros, kMicrosPerSecond);
  const absl::CivilSecond civil = absl::CivilSecond(1970, 1, 1) + seconds;
  return absl::ToUnixMicros(zone_.At(civil).pre) + FloorMod(local_micros, kMicrosPerSecond);
}

int64_t TimeZone::ToLastUtcMicros(int64_t local_micros) const {
  if (is_utc_) return local_micros;
  const int64_t seconds = FloorDiv(local_micros, kMicrosPerSecond);
  const absl::TimeZone::TimeInfo info = zone_.At(absl::CivilSecond(1970, 1, 1) + seconds);
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return absl::ToUnixMicros(info.trans);
  return absl::ToUnixMicros(info.post) + FloorMod(local_micros, kMicrosPerSecond);
}

}  // namespace millrace
