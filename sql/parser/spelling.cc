#include "sql/parser/spelling.h"

#include <algorithm>
#include <array>
#include <limits>

namespace millrace::sql {
namespace {

constexpr size_t kLettersMax = 64;

char ToUpper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

size_t EditDistance(std::string_view left, std::string_view right) {
  if (left.size() > kLettersMax || right.size() > kLettersMax) return std::numeric_limits<size_t>::max();
  std::array<size_t, kLettersMax + 1> before_last{}, last{}, row{};
  for (size_t j = 0; j <= right.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= right.size(); ++j) {
      const bool same = ToUpper(left[i - 1]) == ToUpper(right[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && ToUpper(left[i - 1]) == ToUpper(right[j - 2]) &&
                           ToUpper(left[i - 2]) == ToUpper(right[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[right.size()];
}

bool IsLikelyMisspelling(std::string_view written, std::string_view meant) {
  if (written.size() < 2 || meant.size() < 2) return false;
  const size_t allowed = meant.size() <= 3 ? 1 : meant.size() <= 7 ? 2 : 3;
  const size_t distance = EditDistance(written, meant);
  return distance > 0 && distance <= allowed && distance < meant.size() - 1;
}

}  // namespace millrace::sql
