// Ends and escapes of JSON strings against readings byte by byte: strings of all lengths around the blocks
// that vectors look at, with quotes, runs of backslashes and bytes that are not ASCII at all places.
#include "operators/formats/json/json_string.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace millrace {
namespace {

struct Piece {
  std::string_view raw;
  std::string_view text;
};

constexpr Piece kPlain{"a", "a"};
constexpr Piece kEscapes[] = {{R"(\\)", "\\"}, {R"(\")", "\""}, {R"(\/)", "/"},  {R"(\n)", "\n"},
                              {R"(\t)", "\t"}, {R"(\b)", "\b"}, {R"(\f)", "\f"}, {R"(\r)", "\r"}};
constexpr Piece kCodePoints[] = {
    {R"(\u0041)", "A"}, {R"(\u00e9)", "é"}, {R"(\ud83d\ude00)", "😀"}, {R"(\ud83d)", "?"}};

std::optional<std::string> Unescape(std::string_view raw) {
  // Exactly the room that is asked for, so that writing on would be seen.
  const size_t room = raw.size() + kUnescapeSlackBytes;
  const auto copy = std::make_unique<char[]>(raw.size());
  std::copy(raw.begin(), raw.end(), copy.get());
  const auto out = std::make_unique<char[]>(room);
  const char* const end = UnescapeJsonString({copy.get(), raw.size()}, out.get());
  if (end == nullptr) return std::nullopt;
  return std::string(out.get(), static_cast<size_t>(end - out.get()));
}

TEST(JsonString, EscapesAreReplacedAtAllPlaces) {
  for (const Piece& escape : kEscapes) {
    for (size_t begin = 0; begin < 140; ++begin) {
      for (const size_t num_behind : {0, 1, 15, 63, 64}) {
        const std::string before(begin, 'x');
        const std::string behind(num_behind, 'y');
        const std::string twice = before + std::string(escape.raw) + std::string(escape.raw) + behind;
        ASSERT_EQ(Unescape(twice), before + std::string(escape.text) + std::string(escape.text) + behind)
            << twice;
      }
    }
  }
}

TEST(JsonString, RandomMixturesAreUnescaped) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const uint32_t num_pieces = random() % 150;
    const uint32_t share = 1 + random() % 40;
    const bool has_code_points = random() % 4 == 0;
    std::string raw;
    std::string text;
    for (uint32_t n = 0; n < num_pieces; ++n) {
      Piece piece = kPlain;
      if (random() % share == 0) piece = kEscapes[random() % std::size(kEscapes)];
      if (has_code_points && random() % 30 == 0) piece = kCodePoints[random() % std::size(kCodePoints)];
      if (random() % 50 == 0) piece = {"日", "日"};
      raw += piece.raw;
      text += piece.text;
    }
    ASSERT_EQ(Unescape(raw), text) << raw;
  }
}

TEST(JsonString, BadEscapesAreRefusedAtAllPlaces) {
  // The last is a backslash with nothing behind it.
  for (const std::string_view bad : {R"(\x)", R"(\N)", R"(\é)", R"(\u12)", R"(\u12g4)", R"(\ )", R"(\)"}) {
    for (size_t begin = 0; begin < 140; ++begin) {
      const std::string before(begin, 'x');
      ASSERT_EQ(Unescape(before + std::string(bad)), std::nullopt) << before << bad;
      if (bad.size() > 1) {
        ASSERT_EQ(Unescape(before + std::string(bad) + "y"), std::nullopt) << before << bad;
      }
    }
  }
  const std::string nul = std::string("\\") + '\0';
  EXPECT_EQ(Unescape(nul), std::nullopt);
}

TEST(JsonString, EndsAtTheFirstQuoteThatIsNotEscaped) {
  std::mt19937 random(2);
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 200, 'a');
    for (char& c : text) {
      const uint32_t kind = random() % 64;
      c = kind < 8 ? '\\' : kind == 8 ? '"' : kind == 9 ? '\xc3' : c;
    }
    const size_t from = text.empty() ? 0 : random() % text.size();
    size_t quote = from;
    bool has_escapes = false;
    bool has_non_ascii = false;
    for (; quote < text.size() && text[quote] != '"'; ++quote) {
      has_non_ascii |= text[quote] < 0;
      if (text[quote] != '\\' || quote + 1 == text.size()) continue;
      has_escapes = true;
      has_non_ascii |= text[++quote] < 0;
    }
    const JsonStringEnd found = FindJsonStringEnd(text.data(), text.data() + from, text.data() + text.size());
    ASSERT_EQ(found.quote - text.data(), static_cast<ptrdiff_t>(quote)) << text << " from " << from;
    if (quote == text.size()) continue;
    EXPECT_EQ(found.has_escapes, has_escapes) << text << " from " << from;
    EXPECT_GE(found.has_non_ascii, has_non_ascii) << text << " from " << from;
  }
}

}  // namespace
}  // namespace millrace
