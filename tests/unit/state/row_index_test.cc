#include "state/table/row_index.h"

#include <gtest/gtest.h>

#include <new>
#include <random>
#include <set>
#include <vector>

#include "state/table/row_arena.h"

namespace millrace::state {
namespace {

/// Rows with given hashes and an index over some of them.
class RowIndexTest : public testing::Test {
 protected:
  Row* NewRow(uint32_t hash, size_t size_bytes = sizeof(Row)) {
    Row* row = new (arena_.Allocate(size_bytes)) Row();
    row->hash = hash;
    return row;
  }
  bool Has(const Row* row) const {
    return index_.Find(row->hash, [row](const Row* found) { return found == row; }) == row;
  }
  std::set<const Row*> Content() const {
    std::set<const Row*> content;
    for (size_t slot = 0; slot < index_.num_slots(); ++slot) {
      if (const Row* row = index_.RowAt(slot)) EXPECT_TRUE(content.insert(row).second);
    }
    return content;
  }
  /// Inserts and erases at random; every row is then found or not as it should be.
  void Churn(const std::vector<uint32_t>& hashes, int num_steps) {
    std::mt19937_64 random(11);
    std::vector<Row*> all;
    for (uint32_t hash : hashes) all.push_back(NewRow(hash));
    std::set<const Row*> expected;
    for (int i = 0; i < num_steps; ++i) {
      Row* row = all[random() % all.size()];
      if (expected.insert(row).second) {
        index_.Insert(row);
      } else {
        expected.erase(row);
        index_.Erase(row);
      }
    }
    EXPECT_EQ(index_.size(), expected.size());
    EXPECT_EQ(Content(), expected);
    for (const Row* row : all) ASSERT_EQ(Has(row), expected.contains(row)) << row->hash;
  }

  RowArena arena_;
  RowIndex index_{arena_.places()};
};

TEST_F(RowIndexTest, RandomHashes) {
  std::mt19937 random(5);
  std::vector<uint32_t> hashes(20'000);
  for (uint32_t& hash : hashes) hash = random();
  Churn(hashes, 100'000);
}

TEST_F(RowIndexTest, FewSlots) {
  Churn({0, 1, UINT32_MAX, UINT32_MAX - 1, 1u << 31, 7, 7, 0, 0}, 2'001);
}

TEST_F(RowIndexTest, MoreRowsOfOneHashThanALineHolds) {
  std::vector<uint32_t> hashes(700, 0xfff0'0000);
  for (uint32_t i = 0; i < 300; ++i) hashes.push_back(0xfff0'0000 + i * 4096);
  Churn(hashes, 5'000);
}

TEST_F(RowIndexTest, RowsTooLargeForAChunk) {
  constexpr size_t kLargeBytes = 5000;
  std::vector<Row*> rows;
  for (uint32_t i = 0; i < 40; ++i) {
    rows.push_back(NewRow(i * 2'654'435'761u, i % 2 == 0 ? kLargeBytes : sizeof(Row)));
    index_.Insert(rows[i]);
  }
  for (uint32_t i = 0; i < 40; i += 4) index_.Erase(rows[i]);
  for (uint32_t i = 0; i < 40; i += 8) index_.Insert(rows[i]);
  for (uint32_t i = 0; i < 40; ++i) EXPECT_EQ(Has(rows[i]), i % 8 != 4) << i;
}

TEST_F(RowIndexTest, ErasingRunsOfSlotsLeavesNoTraces) {
  std::mt19937 random(5);
  for (int i = 0; i < 10'000; ++i) index_.Insert(NewRow(random()));
  const size_t num_slots = index_.num_slots();
  for (size_t slot = 0; slot < num_slots;) {
    const Row* row = index_.RowAt(slot);
    row != nullptr ? index_.Erase(row) : static_cast<void>(++slot);
  }
  EXPECT_EQ(index_.size(), 0u);
  EXPECT_TRUE(Content().empty());
  index_.ShrinkIfSparse();
  EXPECT_LT(index_.num_slots(), num_slots / 100);
}

TEST_F(RowIndexTest, AWalkByLinesComesToEachOnce) {
  for (int num_rows : {1, 30, 200, 5'000, 60'000}) {
    while (index_.size() < static_cast<size_t>(num_rows)) {
      index_.Insert(NewRow(static_cast<uint32_t>(index_.size()) * 2'654'435'761u));
    }
    std::set<size_t> lines;
    for (size_t turn = 100; turn < 100 + index_.num_lines(); ++turn) {
      const size_t line = index_.LineOfTurn(turn);
      EXPECT_EQ(line % RowIndex::kLineSlots, 0u);
      EXPECT_LT(line, index_.num_slots());
      lines.insert(line);
    }
    EXPECT_EQ(lines.size() * RowIndex::kLineSlots, index_.num_slots());
  }
}

TEST_F(RowIndexTest, ErasingOnAWalkLeavesNoPartOfTheIndexFull) {
  std::mt19937 random(3);
  for (int i = 0; i < 100'000; ++i) index_.Insert(NewRow(random()));
  const size_t num_slots = index_.num_slots();
  // Eviction: a tenth of the rows goes, as many others come, many times over.
  for (size_t turn = 0; turn < 4 * index_.num_lines(); ++turn) {
    for (size_t slot = index_.LineOfTurn(turn), end = slot + RowIndex::kLineSlots; slot < end;) {
      const Row* row = index_.RowAt(slot);
      row != nullptr ? index_.Erase(row) : static_cast<void>(++slot);
    }
    while (index_.size() < 100'000) index_.Insert(NewRow(random()));
  }
  ASSERT_EQ(index_.num_slots(), num_slots);
  constexpr size_t kParts = 16;
  for (size_t part = 0; part < kParts; ++part) {
    size_t rows = 0;
    for (size_t slot = num_slots * part / kParts; slot < num_slots * (part + 1) / kParts; ++slot) {
      if (index_.RowAt(slot) != nullptr) ++rows;
    }
    EXPECT_NEAR(static_cast<double>(rows), 100'000.0 / kParts, 100'000.0 / kParts / 10) << part;
  }
}

TEST_F(RowIndexTest, GrowsToMegabytes) {
  constexpr uint32_t kRows = 900'000;
  std::vector<Row*> rows;
  for (uint32_t i = 0; i < kRows; ++i) {
    rows.push_back(NewRow(i * 2'654'435'761u));
    index_.Insert(rows[i]);
  }
  EXPECT_LE(index_.memory_bytes(), 8 * uint64_t{kRows});
  for (const Row* row : rows) ASSERT_TRUE(Has(row));
}

}  // namespace
}  // namespace millrace::state
