#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "core/temporal/civil.h"

namespace millrace {

/// A point of local time as patterns write and read it. `offset_seconds` east of UTC, where known.
struct PatternTime {
  int32_t days = 0;  // since 1970-01-01
  int64_t nanos_of_day = 0;
  std::optional<int32_t> offset_seconds;
};

/// A compiled pattern of Java's DateTimeFormatter: y u M L d D E e H h K k m s S n a Q w z X x Z, 'text', ''
/// and other characters as they are. Immutable, thread-safe. English names.
class TimePattern {
 public:
  /// kInvalidArgument for letters that mean nothing.
  static Result<TimePattern> Compile(std::string_view pattern);

  void Format(const PatternTime& time, std::string* out) const;
  /// Times of the same multiple of so many nanoseconds (at most a day) give the same text.
  int64_t granularity_nanos() const { return granularity_nanos_; }
  /// nullopt when the text has not the form, or names no real date or time. Missing fields are those of
  /// 1970-01-01 00:00.
  std::optional<PatternTime> Parse(std::string_view text) const;

 private:
  struct Part {
    char letter = 0;  // 0: literal text
    int count = 0;
    bool adjacent = false;  // another number follows directly, so the width is exact
    std::string literal;
  };
  struct Fields;

  static void FormatPart(const Part& part, const Fields& fields, std::string* out);
  static bool ParsePart(const Part& part, std::string_view& text, Fields* fields);

  std::vector<Part> parts_;
  int64_t granularity_nanos_ = kNanosPerDay;
};

}  // namespace millrace
