#include "core/functions/byte_places.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/functions/utf8.h"

namespace millrace {
namespace {

/// A text of `size` bytes alone in its block of memory, so that a read behind it is found by the sanitizers.
class ExactText {
 public:
  explicit ExactText(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    text.copy(bytes_.get(), size_);
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_;
};

std::string TextOfSize(size_t size, size_t seed) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += "a/b\x01\xaf//"[(i * 7 + i / 5 + seed) % 7];
  return text;
}

TEST(BytePlaces, AreFoundInTextsOfEverySize) {
  for (size_t size = 0; size <= 200; ++size) {
    const ExactText text(TextOfSize(size, size));
    for (const char wanted : {'/', '\xaf', '\0'}) {
      std::vector<size_t> expected;
      for (size_t i = 0; i < size; ++i) {
        if (text.view()[i] == wanted) expected.push_back(i);
      }
      std::vector<size_t> found;
      ForEachPlace(text.view(), wanted, [&](size_t place) {
        found.push_back(place);
        return true;
      });
      EXPECT_EQ(found, expected) << "size " << size;
    }
  }
}

TEST(BytePlaces, AreVisitedUntilTheVisitorHasEnough) {
  std::vector<size_t> found;
  ForEachPlace(std::string(100, '/') + "/", '/', [&](size_t place) {
    found.push_back(place);
    return found.size() < 2;
  });
  EXPECT_EQ(found, (std::vector<size_t>{0, 1}));
}

TEST(BytePlaces, ShortTextsAreLoadedWithZerosBehindThem) {
  const std::string all = "abcdefghijklmnop";
  for (size_t size = 0; size <= 16; ++size) {
    const ExactText text(all.substr(0, size));
    const TextStart start = LoadShort(text.view());
    std::string bytes(16, '?');
    std::memcpy(bytes.data(), &start, 16);
    EXPECT_EQ(bytes, all.substr(0, size) + std::string(16 - size, '\0'));
  }
}

TEST(Utf8, AsciiIsToldFromOtherTextsOfEverySize) {
  for (size_t size = 0; size <= 100; ++size) {
    const std::string ascii(size, '\x7f');
    EXPECT_TRUE(IsAscii(ExactText(ascii).view())) << size;
    EXPECT_EQ(CountCharacters(ascii), size);
    for (size_t at = 0; at < size; ++at) {
      std::string text = ascii;
      text[at] = '\x80';
      EXPECT_FALSE(IsAscii(ExactText(text).view())) << size << " " << at;
      EXPECT_EQ(CountCharacters(text), size - 1);
    }
  }
}

}  // namespace
}  // namespace millrace
