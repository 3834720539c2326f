#include <gtest/gtest.h>

#include <map>

#include "tests/unit/state/state_fixture.h"

namespace millrace {
namespace {

class KeyedTableTest : public StateTest {
 protected:
  /// Adds `amount` to the payload of each key.
  static void AddTo(KeyedTable& table, const std::vector<int64_t>& values, int64_t amount) {
    KeyBatch keys({DataType::Bigint()}, 128);
    BuildKeys(values, &keys);
    std::vector<RowRef> rows;
    std::vector<uint8_t> inserted;
    ASSERT_OK(table.FindOrInsert(keys, &rows, &inserted));
    for (RowRef row : rows) {
      uint8_t* payload = table.MutableFixed(row);
      StoreInt64(payload, LoadInt64(payload) + amount);
    }
  }
  static std::vector<int64_t> Read(KeyedTable& table, const std::vector<int64_t>& values) {
    KeyBatch keys({DataType::Bigint()}, 128);
    BuildKeys(values, &keys);
    std::vector<RowRef> rows;
    EXPECT_OK(table.Find(keys, &rows));
    std::vector<int64_t> payloads;
    for (RowRef row : rows) payloads.push_back(row ? LoadInt64(table.Fixed(row)) : -1);
    return payloads;
  }
  static void EraseKey(KeyedTable& table, int64_t value) {
    KeyBatch keys({DataType::Bigint()}, 128);
    BuildKeys({value}, &keys);
    std::vector<RowRef> rows;
    ASSERT_OK(table.Find(keys, &rows));
    ASSERT_TRUE(rows[0]);
    table.Erase(rows[0]);
  }
};

TEST_F(KeyedTableTest, InsertsEachKeyOnceAndFindsIt) {
  const auto state = Open();
  KeyedTable* table = ValueOf(state->OpenTable(CountSpec("counts")));
  KeyBatch keys({DataType::Bigint()}, 128);
  BuildKeys({7, 8, 7, 9}, &keys);
  std::vector<RowRef> rows;
  std::vector<uint8_t> inserted;
  ASSERT_OK(table->FindOrInsert(keys, &rows, &inserted));
  EXPECT_EQ(inserted, (std::vector<uint8_t>{1, 1, 0, 1}));
  EXPECT_EQ(rows[0], rows[2]);
  EXPECT_EQ(LoadInt64(table->Fixed(rows[1])), 0);
  EXPECT_EQ(table->Key(rows[1]), keys.key(1));
  EXPECT_EQ(table->num_rows(), 3u);
  AddTo(*table, {7, 7, 8}, 5);
  EXPECT_EQ(Read(*table, {7, 8, 9, 10}), (std::vector<int64_t>{10, 5, 0, -1}));
}

TEST_F(KeyedTableTest, KeepsManyKeysThroughGrowthAndErasure) {
  const auto state = Open();
  KeyedTable* table = ValueOf(state->OpenTable(CountSpec("counts")));
  std::vector<int64_t> all;
  for (int64_t i = 0; i < 20'000; ++i) all.push_back(i * 977);
  AddTo(*table, all, 1);
  for (size_t i = 0; i < all.size(); i += 2) EraseKey(*table, all[i]);
  EXPECT_EQ(table->num_rows(), 10'000u);
  const std::vector<int64_t> payloads = Read(*table, all);
  for (size_t i = 0; i < all.size(); ++i) ASSERT_EQ(payloads[i], i % 2 == 0 ? -1 : 1) << i;
}

TEST_F(KeyedTableTest, BlobsGrowShrinkAndMove) {
  const auto state = Open();
  TableSpec spec = CountSpec("blobs");
  spec.num_blobs = 2;
  KeyedTable* table = ValueOf(state->OpenTable(spec));
  KeyBatch keys({DataType::Bigint()}, 128);
  BuildKeys({1}, &keys);
  std::vector<RowRef> rows;
  std::vector<uint8_t> inserted;
  ASSERT_OK(table->FindOrInsert(keys, &rows, &inserted));
  EXPECT_EQ(table->Blob(rows[0], 0), "");
  for (size_t size : {3, 12, 13, 100, 5000, 20, 0, 14, 15}) {
    const std::string bytes(size, static_cast<char>('a' + size % 26));
    table->SetBlob(rows[0], 1, bytes);
    EXPECT_EQ(table->Blob(rows[0], 1), bytes);
    EXPECT_EQ(table->Blob(rows[0], 0), "");
  }
  // A part of the value itself.
  table->SetBlob(rows[0], 1, "0123456789abcdefghij");
  table->SetBlob(rows[0], 1, table->Blob(rows[0], 1).substr(10, 5));
  EXPECT_EQ(table->Blob(rows[0], 1), "abcde");
}

TEST_F(KeyedTableTest, SnapshotHoldsWhatWasThereAtTheFreeze) {
  auto state = Open();
  KeyedTable* table = ValueOf(state->OpenTable(CountSpec("counts")));
  AddTo(*table, {1, 2, 3, 4}, 10);
  const std::unique_ptr<FrozenState> frozen = state->Freeze(Epoch{1});
  AddTo(*table, {2, 5}, 7);
  EraseKey(*table, 3);
  proto::SubtaskSnapshot snapshot;
  ASSERT_OK(frozen->Write(&snapshot));
  EXPECT_GT(snapshot.keyed_files_size(), 0);
  EXPECT_EQ(snapshot.tables(0).num_rows(), 4u);

  const auto restored = Open(0, 1, {snapshot});
  KeyedTable* again = ValueOf(restored->OpenTable(CountSpec("counts")));
  EXPECT_EQ(Read(*again, {1, 2, 3, 4, 5}), (std::vector<int64_t>{10, 10, 10, 10, -1}));
  EXPECT_EQ(again->num_rows(), 4u);

  const proto::SubtaskSnapshot second = Snapshot(*state, 2);
  const auto restored_second = Open(0, 1, {second});
  again = ValueOf(restored_second->OpenTable(CountSpec("counts")));
  EXPECT_EQ(Read(*again, {1, 2, 3, 4, 5}), (std::vector<int64_t>{10, 17, -1, 10, 7}));
}

TEST_F(KeyedTableTest, AbandonedAndFailedSnapshotsLoseNothing) {
  const auto state = Open();
  KeyedTable* table = ValueOf(state->OpenTable(CountSpec("counts")));
  AddTo(*table, {1, 2}, 10);
  state->Freeze(Epoch{1}).reset();
  AddTo(*table, {2, 3}, 1);
  const std::unique_ptr<FrozenState> never_written = state->Freeze(Epoch{2});
  EraseKey(*table, 1);
  const proto::SubtaskSnapshot snapshot = Snapshot(*state, 3);
  const auto restored = Open(0, 1, {snapshot});
  KeyedTable* again = ValueOf(restored->OpenTable(CountSpec("counts")));
  EXPECT_EQ(Read(*again, {1, 2, 3}), (std::vector<int64_t>{-1, 11, 1}));
}

TEST_F(KeyedTableTest, UploadsOnlyNewFiles) {
  const auto state = Open();
  KeyedTable* table = ValueOf(state->OpenTable(CountSpec("counts")));
  std::vector<int64_t> many;
  for (int64_t i = 0; i < 10'000; ++i) many.push_back(i);
  AddTo(*table, many, 1);
  const proto::SubtaskSnapshot first = Snapshot(*state, 1);
  AddTo(*table, {5}, 1);
  const proto::SubtaskSnapshot second = Snapshot(*state, 2);
  EXPECT_LT(second.uploaded_bytes(), first.uploaded_bytes() / 5);
  EXPECT_GT(second.state_bytes(), first.state_bytes());
  const proto::SubtaskSnapshot third = Snapshot(*state, 3);
  EXPECT_EQ(third.uploaded_bytes(), 0u);
  ASSERT_EQ(third.keyed_files_size(), second.keyed_files_size());
  for (int i = 0; i < third.keyed_files_size(); ++i) {
    EXPECT_EQ(third.keyed_files(i).file().path(), second.keyed_files(i).file().path());
  }
}

}  // namespace
}  // namespace millrace
