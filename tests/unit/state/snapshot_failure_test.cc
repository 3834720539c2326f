#include <gtest/gtest.h>

#include <numeric>

#include "core/error_codes.h"
#include "state/error_codes.h"
#include "tests/unit/state/state_fixture.h"

namespace millrace {
namespace {

/// A store whose next uploads fail.
class FailingStore final : public ObjectStore {
 public:
  explicit FailingStore(std::shared_ptr<ObjectStore> store) : store_(std::move(store)) {}
  int num_failures = 0;

  Status PutFile(const std::string& path, const std::string& local_file) override {
    if (num_failures > 0) {
      --num_failures;
      return Status(kDiskFull, "no space: " + path);
    }
    return store_->PutFile(path, local_file);
  }
  Status Put(const std::string& path, std::string_view bytes) override { return store_->Put(path, bytes); }
  Result<std::string> Get(const std::string& path) override { return store_->Get(path); }
  Status GetToFile(const std::string& path, const std::string& file) override {
    return store_->GetToFile(path, file);
  }
  Status CreateIfAbsent(const std::string& path, std::string_view bytes) override {
    return store_->CreateIfAbsent(path, bytes);
  }
  Result<std::vector<ObjectInfo>> List(const std::string& prefix) override { return store_->List(prefix); }
  Status Delete(const std::string& path) override { return store_->Delete(path); }
  std::string Uri(const std::string& path) const override { return store_->Uri(path); }

 private:
  const std::shared_ptr<ObjectStore> store_;
};

class SnapshotFailureTest : public StateTest {
 protected:
  void SetUp() override {
    failing_ = std::make_shared<FailingStore>(store_);
    store_ = failing_;
    OpenWithLimit(1 << 30);
  }
  void OpenWithLimit(uint64_t limit_bytes) {
    state_.reset();
    budget_ = std::make_unique<MemoryBudget>(limit_bytes);
    state_ = Open();
    table_ = ValueOf(state_->OpenTable(CountSpec("counts")));
  }

  void Add(const std::vector<int64_t>& values) {
    BuildKeys(values, &keys_);
    std::vector<RowRef> rows;
    std::vector<uint8_t> inserted;
    ASSERT_OK(table_->FindOrInsert(keys_, &rows, &inserted));
    for (RowRef row : rows) StoreInt64(table_->MutableFixed(row), LoadInt64(table_->Fixed(row)) + 1);
  }
  void Erase(int64_t value) {
    BuildKeys({value}, &keys_);
    std::vector<RowRef> rows;
    ASSERT_OK(table_->Find(keys_, &rows));
    table_->Erase(rows[0]);
  }
  Status WriteNow(proto::SubtaskSnapshot* snapshot) {
    return state_->Freeze(Epoch{++epoch_})->Write(snapshot);
  }
  /// The counts of some keys after a restore; -1 = absent.
  std::vector<int64_t> Restored(const proto::SubtaskSnapshot& snapshot,
                                const std::vector<int64_t>& values = {1, 2, 3, 4}) {
    const auto restored = Open(0, 1, {snapshot});
    KeyedTable* table = ValueOf(restored->OpenTable(CountSpec("counts")));
    BuildKeys(values, &keys_);
    std::vector<RowRef> rows;
    EXPECT_OK(table->Find(keys_, &rows));
    std::vector<int64_t> counts;
    for (RowRef row : rows) counts.push_back(row ? LoadInt64(table->Fixed(row)) : -1);
    return counts;
  }
  std::string LocalDirectory() const { return directory_ + "/local-0"; }

  std::shared_ptr<FailingStore> failing_;
  std::unique_ptr<KeyedState> state_;
  KeyedTable* table_ = nullptr;
  KeyBatch keys_{{DataType::Bigint()}, 128};
  uint64_t epoch_ = 0;
};

TEST_F(SnapshotFailureTest, FailedUploadIsMadeUpForByTheNext) {
  Add({1, 2, 3});
  failing_->num_failures = 1;
  proto::SubtaskSnapshot failed;
  EXPECT_EQ(WriteNow(&failed).code(), kDiskFull);
  Add({3, 4});
  Erase(1);
  proto::SubtaskSnapshot snapshot;
  ASSERT_OK(WriteNow(&snapshot));
  EXPECT_EQ(Restored(snapshot), (std::vector<int64_t>{-1, 1, 2, 1}));
}

TEST_F(SnapshotFailureTest, FailedLocalWriteIsMadeUpForByTheNext) {
  Add({1, 2, 3});
  proto::SubtaskSnapshot snapshot;
  ASSERT_OK(WriteNow(&snapshot));
  Add({2, 3});
  Erase(1);
  // Something stands where the next SST file has to go.
  const std::string obstacle = LocalDirectory() + "/run-2-0.sst";
  ASSERT_OK(env_->files().CreateDirectories(obstacle));
  const std::unique_ptr<FrozenState> frozen = state_->Freeze(Epoch{++epoch_});
  Add({3, 4});
  proto::SubtaskSnapshot failed;
  EXPECT_EQ(frozen->Write(&failed).code(), kStateStore);
  Add({4});
  const std::unique_ptr<FrozenState> still_failing = state_->Freeze(Epoch{++epoch_});
  EXPECT_EQ(still_failing->Write(&failed).code(), kStateStore);
  ASSERT_OK(env_->files().RemoveRecursively(obstacle));
  Add({4});
  proto::SubtaskSnapshot next;
  ASSERT_OK(WriteNow(&next));
  EXPECT_EQ(Restored(next), (std::vector<int64_t>{-1, 2, 3, 3}));
}

TEST_F(SnapshotFailureTest, SnapshotsAreWrittenInAnyOrder) {
  Add({1});
  const std::unique_ptr<FrozenState> first = state_->Freeze(Epoch{1});
  Add({1, 2});
  const std::unique_ptr<FrozenState> second = state_->Freeze(Epoch{2});
  Add({1, 2, 3});
  proto::SubtaskSnapshot snapshots[2];
  ASSERT_OK(second->Write(&snapshots[1]));
  ASSERT_OK(first->Write(&snapshots[0]));
  EXPECT_EQ(Restored(snapshots[0]), (std::vector<int64_t>{1, -1, -1, -1}));
  EXPECT_EQ(Restored(snapshots[1]), (std::vector<int64_t>{2, 1, -1, -1}));
}

TEST_F(SnapshotFailureTest, ShortMemoryKeepsLaterChangesOutOfAPendingSnapshot) {
  OpenWithLimit(100'000);
  Add({1, 2});
  const std::unique_ptr<FrozenState> frozen = state_->Freeze(Epoch{1});
  std::vector<int64_t> many;
  for (int64_t i = 0; i < 3'000; ++i) many.push_back(i);
  Add(many);
  ASSERT_GT(state_->memory_bytes(), budget_->limit_bytes());
  ASSERT_OK(state_->Relieve());  // has to write what the barrier does not cover
  EXPECT_LE(state_->memory_bytes(), budget_->limit_bytes());
  proto::SubtaskSnapshot snapshot;
  ASSERT_OK(frozen->Write(&snapshot));
  EXPECT_EQ(Restored(snapshot), (std::vector<int64_t>{1, 1, -1, -1}));
  ASSERT_OK(WriteNow(&snapshot));
  EXPECT_EQ(Restored(snapshot), (std::vector<int64_t>{2, 2, 1, 1}));
}

TEST_F(SnapshotFailureTest, LargeSnapshotIsWrittenInParts) {
  constexpr int64_t kKeys = 150'000;  // more than fit into a part
  OpenWithLimit(uint64_t{1} << 30);
  std::vector<int64_t> all(kKeys);
  std::iota(all.begin(), all.end(), 0);
  const auto erase_multiples = [&](int64_t of) {
    BuildKeys(all, &keys_);
    std::vector<RowRef> rows;
    ASSERT_OK(table_->Find(keys_, &rows));
    for (int64_t key = 0; key < kKeys; key += of) {
      if (rows[static_cast<size_t>(key)]) table_->Erase(rows[static_cast<size_t>(key)]);
    }
  };
  const auto expect = [&](const proto::SubtaskSnapshot& snapshot, int64_t of, int64_t count) {
    std::vector<int64_t> expected(kKeys, count);
    for (int64_t key = 0; key < kKeys; key += of) expected[static_cast<size_t>(key)] = -1;
    EXPECT_EQ(Restored(snapshot, all), expected);
  };
  Add(all);
  erase_multiples(4);  // no freeze has seen them
  proto::SubtaskSnapshot snapshot;
  ASSERT_OK(WriteNow(&snapshot));
  expect(snapshot, 4, 1);
  Add(all);
  erase_multiples(2);  // some were new, some are deleted from the database
  ASSERT_OK(WriteNow(&snapshot));
  expect(snapshot, 2, 2);
}

TEST_F(SnapshotFailureTest, FourTimesTheBudgetCountsRight) {
  constexpr int64_t kKeys = 40'000;
  constexpr uint64_t kLimitBytes = 400'000;
  OpenWithLimit(kLimitBytes);
  std::vector<int64_t> batch;
  for (int round = 0; round < 2; ++round) {
    for (int64_t key = 0; key < kKeys; ++key) {
      batch.push_back(key * 7919 % kKeys);
      if (batch.size() < 1'000) continue;
      Add(batch);
      batch.clear();
      ASSERT_OK(state_->Relieve());
      ASSERT_LE(budget_->used_bytes(), kLimitBytes);
    }
  }
  EXPECT_EQ(table_->num_rows(), static_cast<uint64_t>(kKeys));
  int64_t num_rows = 0;
  ASSERT_OK(table_->ForEach([&](RowRef row) {
    ++num_rows;
    EXPECT_EQ(LoadInt64(table_->Fixed(row)), 2);
    return Status::Ok();
  }));
  EXPECT_EQ(num_rows, kKeys);
  // A row takes more than 40 bytes, so that all would take four times the limit.
  EXPECT_GT(kKeys * 40, static_cast<int64_t>(4 * kLimitBytes) - 1);
}

}  // namespace
}  // namespace millrace
