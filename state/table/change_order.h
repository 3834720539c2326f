#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "state/table/row.h"

namespace millrace::state {

/// A changed row and where its database key comes: key group, then low half of the key's hash.
struct OrderedRow {
  uint64_t order;
  Row* row;
};

/// Cuts a range of orders into parts of equal width, about kPartRows rows in each where orders are spread as
/// hashes are: few enough to be sorted in the processor's cache.
class OrderParts {
 public:
  static constexpr size_t kPartRows = 32 * 1024;

  /// `num_rows` rows with orders from `first` to `last`.
  OrderParts(size_t num_rows, uint64_t first, uint64_t last);
  size_t size() const { return sizes_.size(); }
  size_t PartOf(uint64_t order) const { return (order - first_) >> width_bits_; }
  void Count(uint64_t order) { ++sizes_[PartOf(order)]; }
  size_t num_rows(size_t part) const { return sizes_[part]; }  // that were counted

 private:
  const uint64_t first_;
  uint32_t width_bits_ = 0;
  std::vector<size_t> sizes_;
};

/// Sorts by `order`; rows of equal order keep theirs. A radix sort by 11 bits a pass (Knuth, vol. 3, 5.2.5),
/// passes in which all rows agree left out.
void SortByOrder(std::vector<OrderedRow>* rows);

/// Sorts rows of one order by a string each; `text_of(row)` must stay valid. Skips what all have in common.
template <class TextOf>
void SortByText(std::span<OrderedRow> rows, TextOf&& text_of);

/// A string by its first bytes after a common prefix, as a number that orders as they do.
struct PrefixedText {
  uint64_t head;
  std::string_view tail;  // from the head on
  OrderedRow row;
};
size_t CommonPrefixBytes(std::string_view a, std::string_view b);
void SortByPrefix(std::vector<PrefixedText>* texts, size_t common_bytes);

template <class TextOf>
void SortByText(std::span<OrderedRow> rows, TextOf&& text_of) {
  std::vector<PrefixedText> texts;
  texts.reserve(rows.size());
  const std::string_view first = text_of(rows[0].row);
  size_t common = first.size();
  for (const OrderedRow& row : rows) {
    texts.push_back({0, text_of(row.row), row});
    common = CommonPrefixBytes(first.substr(0, common), texts.back().tail);
  }
  SortByPrefix(&texts, common);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = texts[i].row;
}

}  // namespace millrace::state
