#include <gtest/gtest.h>

#include <map>

#include "core/error_codes.h"
#include "state/error_codes.h"
#include "tests/unit/state/state_fixture.h"

namespace millrace {
namespace {

class RestoreTest : public StateTest {
 protected:
  /// Snapshot of a state with one row.
  proto::SubtaskSnapshot SnapshotOf(const TableSpec& spec) {
    const auto state = Open();
    KeyedTable* table = ValueOf(state->OpenTable(spec));
    KeyBatch keys({DataType::Bigint()}, 128);
    BuildKeys({1}, &keys);
    std::vector<RowRef> rows;
    std::vector<uint8_t> inserted;
    EXPECT_OK(table->FindOrInsert(keys, &rows, &inserted));
    return Snapshot(*state);
  }
};

TEST_F(RestoreTest, OtherLayoutIsRefusedWithWhatDiffers) {
  const proto::SubtaskSnapshot snapshot = SnapshotOf(CountSpec("counts"));
  struct Case {
    std::function<void(TableSpec&)> change;
    const char* named;
  };
  const Case cases[] = {
      {[](TableSpec& spec) { spec.version = 2; }, "version 1, now 2"},
      {[](TableSpec& spec) { spec.key_types = {DataType::String()}; }, "key types (BIGINT), now (STRING)"},
      {[](TableSpec& spec) { spec.value_types.push_back(DataType::Integer()); },
       "value types (BIGINT), now (BIGINT, INT)"},
      {[](TableSpec& spec) { spec.fixed_bytes = 16; }, "payload bytes 8, now 16"},
      {[](TableSpec& spec) { spec.num_blobs = 1; }, "variable parts 0, now 1"},
  };
  for (const Case& one : cases) {
    const auto state = Open(0, 1, {snapshot});
    TableSpec spec = CountSpec("counts");
    one.change(spec);
    const Status status = state->OpenTable(spec).status();
    EXPECT_EQ(status.code(), kIncompatibleState);
    EXPECT_NE(status.message().find(one.named), std::string::npos) << status.ToString();
    EXPECT_NE(status.message().find("operator op-1, state counts"), std::string::npos) << status.ToString();
  }
  const auto state = Open(0, 1, {snapshot});
  EXPECT_EQ(state->OpenMap(CountSpec("counts")).status().code(), kIncompatibleState);
}

TEST_F(RestoreTest, NullabilityIsNoDifference) {
  const proto::SubtaskSnapshot snapshot = SnapshotOf(CountSpec("counts"));
  const auto state = Open(0, 1, {snapshot});
  TableSpec spec = CountSpec("counts");
  spec.key_types = {DataType::Bigint().NotNull()};
  EXPECT_TRUE(state->OpenTable(spec).ok());
}

TEST_F(RestoreTest, UnopenedTablesAreNamedAndThenDropped) {
  const proto::SubtaskSnapshot snapshot = SnapshotOf(CountSpec("old"));
  const auto state = Open(0, 1, {snapshot});
  EXPECT_EQ(state->UnopenedTables(), (std::vector<std::string>{"old"}));
  KeyedTable* fresh = ValueOf(state->OpenTable(CountSpec("new")));
  EXPECT_EQ(state->UnopenedTables(), (std::vector<std::string>{"old"}));
  EXPECT_EQ(fresh->num_rows(), 0u);
  const proto::SubtaskSnapshot next = Snapshot(*state, 2);
  ASSERT_EQ(next.tables_size(), 1);
  EXPECT_EQ(next.tables(0).name(), "new");
  // The id, and with it the rows, are not given away again.
  const auto restored = Open(0, 1, {next});
  KeyedTable* old = ValueOf(restored->OpenTable(CountSpec("old")));
  ASSERT_OK(old->ForEach([](RowRef) { return Status(kInternalError, "a row came back"); }));
}

TEST_F(RestoreTest, NewTablesBesideRestoredOnes) {
  const proto::SubtaskSnapshot snapshot = SnapshotOf(CountSpec("counts"));
  const auto state = Open(0, 1, {snapshot});
  KeyedTable* fresh = ValueOf(state->OpenTable(CountSpec("added")));
  KeyedTable* counts = ValueOf(state->OpenTable(CountSpec("counts")));
  KeyBatch keys({DataType::Bigint()}, 128);
  BuildKeys({1}, &keys);
  std::vector<RowRef> rows;
  ASSERT_OK(fresh->Find(keys, &rows));
  EXPECT_FALSE(rows[0]);
  ASSERT_OK(counts->Find(keys, &rows));
  EXPECT_TRUE(rows[0]);
}

TEST_F(RestoreTest, SubtasksThatOpenedTheirTablesInAnotherOrderMerge) {
  std::vector<proto::SubtaskSnapshot> parts;
  int64_t num_keys = 0;
  for (uint32_t subtask = 0; subtask < 3; ++subtask) {
    const auto state = Open(subtask, 3);
    std::vector<std::string> names = {"x", "y"};
    if (subtask == 1) names = {"only-here", "y", "x"};
    std::map<std::string, KeyedTable*> tables;
    for (const std::string& name : names) tables[name] = ValueOf(state->OpenTable(CountSpec(name)));
    // The last subtask has tables but no rows.
    for (int64_t value = 0; value < 300 && subtask < 2; ++value) {
      KeyBatch keys({DataType::Bigint()}, max_parallelism_);
      BuildKeys({value}, &keys);
      if (!KeyGroupRangeOf(max_parallelism_, 3, subtask).Contains(keys.key_group(0))) continue;
      ++num_keys;
      for (const auto& [name, table] : tables) {
        std::vector<RowRef> rows;
        std::vector<uint8_t> inserted;
        ASSERT_OK(table->FindOrInsert(keys, &rows, &inserted));
        StoreInt64(table->MutableFixed(rows[0]), name == "x" ? value : -value);
      }
    }
    parts.push_back(Snapshot(*state));
  }
  std::swap(parts[0], parts[2]);
  const auto merged = Open(0, 1, parts);
  EXPECT_EQ(merged->UnopenedTables(), (std::vector<std::string>{"only-here", "x", "y"}));
  for (const char* name : {"y", "x"}) {
    KeyedTable* table = ValueOf(merged->OpenTable(CountSpec(name)));
    EXPECT_EQ(table->num_rows(), static_cast<uint64_t>(num_keys));
    int64_t num_found = 0;
    ASSERT_OK(table->ForEach([&](RowRef row) {
      ++num_found;
      int64_t key;
      std::memcpy(&key, table->Key(row).data() + 1, sizeof(key));
      EXPECT_EQ(LoadInt64(table->Fixed(row)), *name == 'x' ? key : -key);
      return Status::Ok();
    }));
    EXPECT_EQ(num_found, num_keys);
  }
}

TEST_F(RestoreTest, DamagedFilesAreNamed) {
  const proto::SubtaskSnapshot snapshot = SnapshotOf(CountSpec("counts"));
  ASSERT_GE(snapshot.keyed_files_size(), 2);
  for (const proto::NamedFile& file : snapshot.keyed_files()) {
    const std::string path = file.file().path();
    const std::string intact = ValueOf(store_->Get(path));
    std::string flipped = intact;
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
    for (const std::string& content : {flipped, intact.substr(1), std::string()}) {
      ASSERT_OK(store_->Put(path, content));
      const Status status = TryOpen(0, 1, {snapshot}).status();
      EXPECT_EQ(status.code(), kCheckpointDamaged);
      EXPECT_NE(status.message().find(store_->Uri(path)), std::string::npos) << status.ToString();
    }
    ASSERT_OK(store_->Delete(path));
    const Status status = TryOpen(0, 1, {snapshot}).status();
    EXPECT_EQ(status.code(), kCheckpointDamaged);
    EXPECT_NE(status.message().find(store_->Uri(path)), std::string::npos) << status.ToString();
    ASSERT_OK(store_->Put(path, intact));
  }
  EXPECT_TRUE(TryOpen(0, 1, {snapshot}).ok());
}

TEST_F(RestoreTest, FileNamesOutsideOfTheDatabaseAreRefused) {
  proto::SubtaskSnapshot snapshot = SnapshotOf(CountSpec("counts"));
  snapshot.mutable_keyed_files(0)->set_name("../000009.sst");
  EXPECT_EQ(TryOpen(0, 1, {snapshot}).status().code(), kCheckpointDamaged);
}

TEST_F(RestoreTest, EmptySnapshotsRestoreToNothing) {
  const auto state = Open();
  ASSERT_TRUE(state->OpenTable(CountSpec("counts")).ok());
  const proto::SubtaskSnapshot snapshot = Snapshot(*state);
  EXPECT_EQ(snapshot.keyed_files_size(), 0);
  const auto restored = Open(0, 1, {snapshot});
  EXPECT_EQ(restored->UnopenedTables(), (std::vector<std::string>{"counts"}));
  EXPECT_EQ(ValueOf(restored->OpenTable(CountSpec("counts")))->num_rows(), 0u);
}

TEST_F(RestoreTest, LocalDirectoryGoesWithItsState) {
  std::string local;
  {
    const auto state = Open();
    KeyedTable* table = ValueOf(state->OpenTable(CountSpec("counts")));
    KeyBatch keys({DataType::Bigint()}, 128);
    BuildKeys({1}, &keys);
    std::vector<RowRef> rows;
    std::vector<uint8_t> inserted;
    EXPECT_OK(table->FindOrInsert(keys, &rows, &inserted));
    static_cast<void>(Snapshot(*state));
    local = directory_ + "/local-0";
    EXPECT_TRUE(env_->files().Exists(local));
  }
  EXPECT_FALSE(env_->files().Exists(local));
}

TEST_F(RestoreTest, WriteAfterTheTaskEndedIsDeclined) {
  auto state = Open();
  ASSERT_TRUE(state->OpenTable(CountSpec("counts")).ok());
  const std::unique_ptr<FrozenState> frozen = state->Freeze(Epoch{1});
  state.reset();
  proto::SubtaskSnapshot snapshot;
  EXPECT_EQ(frozen->Write(&snapshot).code(), kCheckpointDeclined);
}

}  // namespace
}  // namespace millrace
