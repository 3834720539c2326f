#include "state/table/change_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace millrace::state {
namespace {

class SortByOrderTest : public testing::TestWithParam<size_t> {};

TEST_P(SortByOrderTest, SortsAndKeepsTies) {
  std::mt19937_64 random(3);
  std::vector<Row> memory(GetParam());
  std::vector<OrderedRow> rows;
  for (Row& row : memory) rows.push_back({(random() % 3 << 32 | random() % 5000), &row});
  if (!rows.empty()) rows.back().order = UINT64_MAX;
  std::vector<OrderedRow> expected = rows;
  std::stable_sort(expected.begin(), expected.end(),
                   [](const OrderedRow& a, const OrderedRow& b) { return a.order < b.order; });
  SortByOrder(&rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].order, expected[i].order);
    ASSERT_EQ(rows[i].row, expected[i].row);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, SortByOrderTest, testing::Values(0, 1, 100, 2048, 20'000));

TEST(OrderPartsTest, CoversARangeWithAscendingParts) {
  for (uint64_t width : {uint64_t{0}, uint64_t{1}, uint64_t{100'000}, uint64_t{1} << 47}) {
    const uint64_t first = uint64_t{7} << 32;
    OrderParts parts(10 * OrderParts::kPartRows, first, first + width);
    EXPECT_EQ(parts.PartOf(first), 0u);
    EXPECT_EQ(parts.PartOf(first + width), parts.size() - 1);
    EXPECT_LE(parts.size(), 11u);
    EXPECT_GE(parts.size(), width > 1000 ? 5u : 1u);
    parts.Count(first + width);
    EXPECT_EQ(parts.num_rows(parts.size() - 1), 1u);
  }
}

TEST(SortByTextTest, OrdersAsBytes) {
  const std::vector<std::string> sorted = {"same",
                                           std::string("same\0", 5),
                                           std::string("same\0\0", 6),
                                           "same1",
                                           "same1234567",
                                           "same12345678",
                                           "same12345678a",
                                           "same\x7f",
                                           "same\xff"};
  std::vector<Row> memory(sorted.size());
  const auto text_of = [&](const Row* row) { return std::string_view(sorted[row - memory.data()]); };
  std::vector<OrderedRow> rows;
  for (Row& row : memory) rows.push_back({7, &row});
  std::shuffle(rows.begin(), rows.end(), std::mt19937_64(5));
  SortByText(rows, text_of);
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(text_of(rows[i].row), sorted[i]) << i;
}

}  // namespace
}  // namespace millrace::state
