#include "state/table/change_order.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace millrace::state {
namespace {

constexpr int kDigitBits = 11;
constexpr size_t kDigits = size_t{1} << kDigitBits;
constexpr size_t kRadixRowsMin = 2048;

/// The first eight bytes as a number that orders as they do; shorter strings come before longer ones.
uint64_t HeadOf(std::string_view text) {
  uint64_t head = 0;
  std::memcpy(&head, text.data(), std::min<size_t>(text.size(), sizeof(head)));
  return __builtin_bswap64(head);
}

}  // namespace

OrderParts::OrderParts(size_t num_rows, uint64_t first, uint64_t last) : first_(first) {
  const uint64_t num_parts = num_rows / kPartRows + 1;
  while ((last - first) >> width_bits_ >= num_parts) ++width_bits_;
  sizes_.resize(PartOf(last) + 1);
}

void SortByOrder(std::vector<OrderedRow>* rows) {
  const auto less = [](const OrderedRow& a, const OrderedRow& b) { return a.order < b.order; };
  if (rows->size() < kRadixRowsMin) {
    std::stable_sort(rows->begin(), rows->end(), less);
    return;
  }
  uint64_t differing = 0;
  for (const OrderedRow& row : *rows) differing |= row.order ^ rows->front().order;
  std::vector<OrderedRow> other(rows->size());
  for (int shift = 0; shift < 64; shift += kDigitBits) {
    if ((differing >> shift & (kDigits - 1)) == 0) continue;
    std::array<size_t, kDigits> starts{};
    for (const OrderedRow& row : *rows) ++starts[row.order >> shift & (kDigits - 1)];
    size_t next = 0;
    for (size_t& start : starts) next += std::exchange(start, next);
    for (const OrderedRow& row : *rows) other[starts[row.order >> shift & (kDigits - 1)]++] = row;
    rows->swap(other);
  }
}

size_t CommonPrefixBytes(std::string_view a, std::string_view b) {
  const size_t size = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + size, b.begin()).first - a.begin());
}

void SortByPrefix(std::vector<PrefixedText>* texts, size_t common_bytes) {
  for (PrefixedText& text : *texts) {
    text.tail.remove_prefix(common_bytes);
    text.head = HeadOf(text.tail);
  }
  std::sort(texts->begin(), texts->end(), [](const PrefixedText& a, const PrefixedText& b) {
    return a.head != b.head ? a.head < b.head : a.tail < b.tail;
  });
}

}  // namespace millrace::state
