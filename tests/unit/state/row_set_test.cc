#include "state/table/row_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace millrace::state {
namespace {

TEST(RowSetTest, HoldsWhatWasInsertedAndNotErased) {
  std::vector<Row> memory(20'000);
  std::mt19937 random(3);
  RowSet rows;
  std::set<const Row*> expected;
  for (int step = 0; step < 30'000; ++step) {
    Row* row = &memory[random() % memory.size()];
    if (expected.insert(row).second) {
      rows.Insert(row);
    } else {
      expected.erase(row);
      rows.Erase(row);
    }
  }
  std::set<const Row*> found;
  rows.ForEach([&](const Row* row) { EXPECT_TRUE(found.insert(row).second); });
  EXPECT_EQ(found, expected);
  EXPECT_EQ(rows.size(), expected.size());
}

TEST(RowSetTest, TakesASixtiethOfTheMemoryOfItsRows) {
  constexpr size_t kNumRows = 100'000;
  constexpr size_t kRowBytes = 32;
  std::vector<uint64_t> memory(kNumRows * kRowBytes / sizeof(uint64_t));
  RowSet rows;
  EXPECT_EQ(rows.memory_bytes(), 0u);
  for (size_t i = 0; i < kNumRows; ++i) {
    rows.Insert(reinterpret_cast<Row*>(&memory[i * kRowBytes / sizeof(uint64_t)]));
  }
  EXPECT_LE(rows.memory_bytes(), kNumRows * kRowBytes / 50);
}

}  // namespace
}  // namespace millrace::state
