#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace millrace {

/// What begins at a position of JSON text.
enum class JsonKind : uint8_t { kNull, kTrue, kFalse, kNumber, kString, kObject, kArray, kInvalid };

/// Walks over one JSON text from its start to its end without looking behind either. Single-owner; borrows
/// the text, which needs no padding. After a call returned false, error() says why and the position is the
/// culprit's.
///
/// As Flink's parser: control characters may stand in strings, numbers have no leading zeros, nesting is at
/// most kDepthMax. UTF-8 is not checked on the way; saw_non_ascii() tells whether that is needed.
class JsonCursor {
 public:
  static constexpr int kDepthMax = 1000;

  explicit JsonCursor(std::string_view text)
      : start_(text.data()), position_(text.data()), end_(text.data() + text.size()) {}

  const char* position() const { return position_; }
  void set_position(const char* position) { position_ = position; }
  const char* end() const { return end_; }
  size_t offset() const { return static_cast<size_t>(position_ - start_); }
  bool AtEnd() const { return position_ == end_; }
  const char* error() const { return error_; }
  bool saw_non_ascii() const { return non_ascii_; }

  void SkipSpace() {
    // Compact JSON has none: one comparison.
    while (position_ != end_ && static_cast<unsigned char>(*position_) <= ' ' && IsSpace(*position_))
      ++position_;
  }
  /// The next byte, or 0 at the end.
  char Peek() const { return position_ == end_ ? '\0' : *position_; }
  /// Moves behind `c` when it is next.
  bool Consume(char c) {
    if (position_ == end_ || *position_ != c) return false;
    ++position_;
    return true;
  }
  bool Fail(const char* error) {
    error_ = error;
    return false;
  }
  JsonKind Kind() const {
    const char c = Peek();
    switch (c) {
      case '"':
        return JsonKind::kString;
      case '{':
        return JsonKind::kObject;
      case '[':
        return JsonKind::kArray;
      case 'n':
        return JsonKind::kNull;
      case 't':
        return JsonKind::kTrue;
      case 'f':
        return JsonKind::kFalse;
      default:
        return c == '-' || static_cast<unsigned char>(c - '0') < 10 ? JsonKind::kNumber : JsonKind::kInvalid;
    }
  }

  /// A string's raw bytes between the quotes, and whether they hold escapes. The opening quote is next.
  bool ReadString(std::string_view* raw, bool* has_escapes) {
    const String string = StringAt(position_);
    if (string.behind == nullptr) {
      position_ = end_;
      return Fail("ends inside a string");
    }
    *raw = {position_ + 1, static_cast<size_t>(string.behind - position_ - 2)};
    *has_escapes = string.has_escapes;
    position_ = string.behind;
    return true;
  }
  /// The string whose opening quote is at `at`: what is behind its closing quote (null when it has none), and
  /// whether there are escapes before.
  struct String {
    const char* behind;
    bool has_escapes;
  };
  String StringAt(const char* at) {
#if defined(__SSE2__)
    // Most end within 16 bytes and have no escape before.
    const char* const begin = at + 1;
    if (end_ - begin >= 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin));
      const auto quotes = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))));
      const auto escapes =
          static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
      const uint32_t before_quote = (quotes - 1) & ~quotes;  // bits below the first quote
      if (quotes != 0 && (escapes & before_quote) == 0) {
        non_ascii_ |= (static_cast<uint32_t>(_mm_movemask_epi8(bytes)) & before_quote) != 0;
        return {begin + __builtin_ctz(quotes) + 1, false};
      }
    }
#endif
    return LongStringAt(at);
  }
  /// A number's text, and whether it has a fraction or exponent.
  bool ReadNumber(std::string_view* text, bool* is_float);
  /// Whole numbers of up to 18 digits, the usual case; false (and not moved) for all else.
  bool ReadShortInteger(int64_t* value) {
    const char* at = position_;
    const bool negative = at != end_ && *at == '-';
    if (negative) ++at;
    const char* const first = at;
    uint64_t number = 0;
    while (at != end_ && static_cast<unsigned char>(*at - '0') < 10) {
      number = number * 10 + static_cast<unsigned char>(*at - '0');
      ++at;
    }
    const auto num_digits = at - first;
    if (num_digits == 0 || num_digits > 18 || (*first == '0' && num_digits > 1)) return false;
    if (at != end_ && (*at == '.' || (*at | 0x20) == 'e')) return false;
    *value = negative ? -static_cast<int64_t>(number) : static_cast<int64_t>(number);
    position_ = at;
    return true;
  }
  /// Whole numbers of up to 15 digits that a comma or brace follows, eight bytes at once; where the number at
  /// `at` ends, or null and any value. Reads 18 bytes from there.
  [[gnu::always_inline]] static inline const char* UsualInteger(const char* at, int64_t* value) {
    const char* const behind = UsualDigits(at, value);
    if (behind != nullptr || *at != '-') [[likely]]
      return behind;
    return UsualNegative(at, value);
  }
  bool ReadLiteral(std::string_view literal) {
    if (static_cast<size_t>(end_ - position_) < literal.size() ||
        std::string_view(position_, literal.size()) != literal) {
      return Fail("is not a JSON value");
    }
    position_ += literal.size();
    return true;
  }
  /// Moves behind the value, checking its syntax.
  bool SkipValue(int depth = 0);

  /// Replaces the escapes of a raw string; false on a bad one. Lone surrogates become '?', as in Java.
  static bool Unescape(std::string_view raw, std::string* out);

 private:
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  static constexpr uint64_t kPowersOf10[] = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000};

  /// UsualInteger without a sign.
  [[gnu::always_inline]] static inline const char* UsualDigits(const char* at, int64_t* value) {
    uint64_t bytes;
    std::memcpy(&bytes, at, sizeof(bytes));
    int num_bits = BitsOfLeadingDigits(bytes);
    if (num_bits == 0 || (*at == '0' && num_bits > 8)) return nullptr;
    uint64_t number = EightDigits(bytes, num_bits);
    at += num_bits >> 3;
    if (num_bits == 64) {
      std::memcpy(&bytes, at, sizeof(bytes));
      num_bits = BitsOfLeadingDigits(bytes);
      if (num_bits == 64) return nullptr;
      if (num_bits > 0) number = number * kPowersOf10[num_bits >> 3] + EightDigits(bytes, num_bits);
      at += num_bits >> 3;
    }
    if (*at != ',' && *at != '}') return nullptr;
    *value = static_cast<int64_t>(number);
    return at;
  }
  static const char* UsualNegative(const char* at, int64_t* value);

  /// How many of 8 bytes of text are digits before the first that is none, times 8.
  static int BitsOfLeadingDigits(uint64_t bytes) {
    const uint64_t values = bytes ^ 0x3030303030303030ull;
    // A byte's high half is not 0 when it was no digit; adding 6 carries there from 10 on.
    const uint64_t others = (((values + 0x0606060606060606ull) | values) & 0xf0f0f0f0f0f0f0f0ull);
    return others == 0 ? 64 : __builtin_ctzll(others) & ~7;
  }
  /// The number that the first `num_bits` / 8 (1 to 8) of 8 bytes of text are.
  static uint64_t EightDigits(uint64_t bytes, int num_bits) {
    // Leading zeros, then pairs, fours, eights are added up.
    uint64_t digits = (bytes ^ 0x3030303030303030ull) << (64 - num_bits);
    digits = digits * 10 + (digits >> 8);
    return (((digits & 0x000000ff000000ffull) * 0x000f424000000064ull) +
            (((digits >> 16) & 0x000000ff000000ffull) * 0x0000271000000001ull)) >>
           32;
  }
  static bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  String LongStringAt(const char* at);
  bool SkipObject(int depth);
  bool SkipArray(int depth);

  const char* start_;
  const char* position_;
  const char* end_;
  const char* error_ = "";
  bool non_ascii_ = false;
};

}  // namespace millrace
