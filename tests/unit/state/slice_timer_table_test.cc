#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/state/state_fixture.h"

namespace millrace {
namespace {

class SliceTableTest : public StateTest {
 protected:
  static void Add(SliceTable& table, const std::vector<int64_t>& slices, const std::vector<int64_t>& values) {
    KeyBatch keys({DataType::Bigint()}, 128);
    BuildKeys(values, &keys);
    std::vector<RowRef> rows;
    std::vector<uint8_t> inserted;
    ASSERT_OK(table.FindOrInsert(slices, keys, &rows, &inserted));
    for (RowRef row : rows) StoreInt64(table.MutableFixed(row), LoadInt64(table.Fixed(row)) + 1);
  }
  static std::vector<int64_t> Counts(SliceTable& table, int64_t slice) {
    std::vector<int64_t> counts;
    EXPECT_OK(table.ForEachRow(slice, [&](RowRef row) {
      counts.push_back(LoadInt64(table.Fixed(row)));
      return Status::Ok();
    }));
    std::sort(counts.begin(), counts.end());
    return counts;
  }
  using Numbers = std::vector<int64_t>;
};

TEST_F(SliceTableTest, KeepsSlicesApart) {
  const auto state = Open();
  SliceTable* table = ValueOf(state->OpenSlices(CountSpec("slices")));
  Add(*table, {20, 10, 20, 20, -5}, {1, 1, 1, 2, 1});
  EXPECT_EQ(table->Slices(), (Numbers{-5, 10, 20}));
  EXPECT_EQ(Counts(*table, 20), (Numbers{1, 2}));
  EXPECT_EQ(Counts(*table, 10), (Numbers{1}));
  EXPECT_EQ(Counts(*table, 30), Numbers());
  EXPECT_EQ(table->num_rows(), 4u);
  table->DropSlice(20);
  table->DropSlice(30);
  EXPECT_EQ(table->Slices(), (Numbers{-5, 10}));
  EXPECT_EQ(table->num_rows(), 2u);
}

TEST_F(SliceTableTest, DroppedSlicesStayDropped) {
  auto state = Open();
  SliceTable* table = ValueOf(state->OpenSlices(CountSpec("slices")));
  Add(*table, {10, 20, 30}, {1, 2, 3});
  static_cast<void>(Snapshot(*state, 1));
  table->DropSlice(10);
  table->DropSlice(20);
  Add(*table, {20}, {5});  // begins anew
  Add(*table, {20}, {5});
  const std::unique_ptr<FrozenState> frozen = state->Freeze(Epoch{2});
  table->DropSlice(30);  // after the barrier
  proto::SubtaskSnapshot snapshot;
  ASSERT_OK(frozen->Write(&snapshot));
  const auto restored = Open(0, 1, {snapshot});
  table = ValueOf(restored->OpenSlices(CountSpec("slices")));
  EXPECT_EQ(table->Slices(), (Numbers{20, 30}));
  EXPECT_EQ(Counts(*table, 20), (Numbers{2}));
  EXPECT_EQ(Counts(*table, 30), (Numbers{1}));
  const proto::SubtaskSnapshot last = Snapshot(*state, 3);
  const auto again = Open(0, 1, {last});
  EXPECT_EQ(ValueOf(again->OpenSlices(CountSpec("slices")))->Slices(), (Numbers{20}));
}

TEST_F(SliceTableTest, SliceThatIsDroppedWhileItIsWrittenStaysInItsSnapshot) {
  const auto state = Open();
  SliceTable* table = ValueOf(state->OpenSlices(CountSpec("slices")));
  Add(*table, {10, 10}, {1, 2});
  const std::unique_ptr<FrozenState> frozen = state->Freeze(Epoch{1});
  Add(*table, {10}, {1});
  table->DropSlice(10);
  proto::SubtaskSnapshot snapshot;
  ASSERT_OK(frozen->Write(&snapshot));
  const auto restored = Open(0, 1, {snapshot});
  EXPECT_EQ(Counts(*ValueOf(restored->OpenSlices(CountSpec("slices"))), 10), (Numbers{1, 1}));
}

class TimerTableTest : public StateTest {
 protected:
  using Timers = std::vector<std::pair<int64_t, std::string>>;
};

TEST_F(TimerTableTest, HandsOutInOrderOfTimeAndKey) {
  const auto state = Open();
  TimerTable* timers = ValueOf(state->OpenTimers("timers"));
  timers->Register(30, "c", KeyGroup{1});
  timers->Register(10, "b", KeyGroup{1});
  timers->Register(10, "a", KeyGroup{2});
  timers->Register(10, "a", KeyGroup{2});
  timers->Register(-7, "z", KeyGroup{3});
  timers->Register(20, "x", KeyGroup{1});
  timers->Delete(20, "x", KeyGroup{1});
  timers->Delete(20, "never", KeyGroup{1});
  EXPECT_EQ(timers->num_rows(), 4u);
  EXPECT_EQ(timers->PopUntil(29, 2), (Timers{{-7, "z"}, {10, "a"}}));
  EXPECT_EQ(timers->PopUntil(29, 2), (Timers{{10, "b"}}));
  EXPECT_EQ(timers->PopUntil(29, 2), Timers());
  EXPECT_EQ(timers->PopUntil(30, 2), (Timers{{30, "c"}}));
  EXPECT_EQ(timers->num_rows(), 0u);
}

TEST_F(TimerTableTest, SnapshotsFollowTheirBarrier) {
  const auto state = Open();
  TimerTable* timers = ValueOf(state->OpenTimers("timers"));
  timers->Register(10, "a", KeyGroup{1});
  timers->Register(20, "b", KeyGroup{2});
  timers->Register(30, "c", KeyGroup{3});
  static_cast<void>(Snapshot(*state, 1));
  EXPECT_EQ(timers->PopUntil(10, 5).size(), 1u);
  timers->Register(10, "a", KeyGroup{1});  // deleted and registered again in one epoch
  timers->Delete(20, "b", KeyGroup{2});
  timers->Register(15, "d", KeyGroup{1});
  timers->Delete(15, "d", KeyGroup{1});
  const std::unique_ptr<FrozenState> frozen = state->Freeze(Epoch{2});
  timers->Delete(30, "c", KeyGroup{3});
  proto::SubtaskSnapshot snapshot;
  ASSERT_OK(frozen->Write(&snapshot));
  const auto restored = Open(0, 1, {snapshot});
  timers = ValueOf(restored->OpenTimers("timers"));
  EXPECT_EQ(timers->num_rows(), 2u);
  EXPECT_EQ(timers->PopUntil(100, 5), (Timers{{10, "a"}, {30, "c"}}));
}

TEST_F(TimerTableTest, FollowTheirKeyGroups) {
  const auto state = Open();
  TimerTable* timers = ValueOf(state->OpenTimers("timers"));
  for (uint32_t group = 0; group < max_parallelism_; ++group) {
    timers->Register(group, "k", KeyGroup{group});
  }
  const proto::SubtaskSnapshot whole = Snapshot(*state);
  std::vector<proto::SubtaskSnapshot> parts;
  for (uint32_t subtask = 0; subtask < 3; ++subtask) {
    const auto part = Open(subtask, 3, {whole});
    const KeyGroupRange range = KeyGroupRangeOf(max_parallelism_, 3, subtask);
    parts.push_back(Snapshot(*part));
    ASSERT_EQ(parts.back().tables_size(), 0);  // never opened: gone
    const auto opened = Open(subtask, 3, {whole});
    timers = ValueOf(opened->OpenTimers("timers"));
    parts.back() = Snapshot(*opened);
    const auto popped = timers->PopUntil(1000, 1000);
    ASSERT_EQ(popped.size(), range.last - range.first + 1);
    EXPECT_EQ(popped.front().first, range.first);
    EXPECT_EQ(popped.back().first, range.last);
  }
  const auto merged = Open(0, 1, parts);
  EXPECT_EQ(ValueOf(merged->OpenTimers("timers"))->PopUntil(1000, 1000).size(), max_parallelism_);
}

}  // namespace
}  // namespace millrace
