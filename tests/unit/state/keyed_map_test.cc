#include <gtest/gtest.h>

#include "tests/unit/state/state_fixture.h"

namespace millrace {
namespace {

class KeyedMapTest : public StateTest {
 protected:
  KeyedMapTest() : state_(Open()), map_(ValueOf(state_->OpenMap(CountSpec("map")))) { Use({1, 2, 3}); }

  void Use(const std::vector<int64_t>& values) { BuildKeys(values, &keys_); }
  void Put(uint32_t i, const std::string& sub_key, int64_t value) {
    bool inserted = false;
    StoreInt64(map_->MutableFixed(ValueOf(map_->FindOrInsert(keys_, i, sub_key, &inserted))), value);
  }
  void EraseEntry(uint32_t i, const std::string& sub_key) {
    map_->Erase(ValueOf(map_->Find(keys_, i, sub_key)));
  }
  /// "sub_key=value" of each entry, in the map's order.
  static std::vector<std::string> Entries(KeyedMap& map, const KeyBatch& keys, uint32_t i) {
    std::vector<std::string> entries;
    EXPECT_OK(map.ForEachEntry(keys, i, [&](std::string_view sub_key, RowRef entry) {
      entries.push_back(std::string(sub_key) + "=" + std::to_string(LoadInt64(map.Fixed(entry))));
      return true;
    }));
    return entries;
  }
  std::vector<std::string> Entries(uint32_t i) { return Entries(*map_, keys_, i); }
  using Lines = std::vector<std::string>;

  std::unique_ptr<KeyedState> state_;
  KeyedMap* map_;
  KeyBatch keys_{{DataType::Bigint()}, 128};
};

TEST_F(KeyedMapTest, KeepsEntriesInInsertionOrder) {
  ASSERT_OK(map_->Prefetch(keys_));
  Put(0, "b", 1);
  Put(1, "b", 2);
  Put(0, "a", 3);
  Put(0, "", 4);
  Put(0, "b", 5);
  EXPECT_EQ(Entries(0), (Lines{"b=5", "a=3", "=4"}));
  EXPECT_EQ(Entries(1), (Lines{"b=2"}));
  EXPECT_EQ(Entries(2), Lines());
  EXPECT_TRUE(map_->HasEntries(keys_, 0));
  EXPECT_FALSE(map_->HasEntries(keys_, 2));
  EXPECT_EQ(map_->num_rows(), 4u);
  EXPECT_FALSE(ValueOf(map_->Find(keys_, 1, "a")));
}

TEST_F(KeyedMapTest, ErasedEntriesComeBackAtTheEnd) {
  Put(0, "a", 1);
  Put(0, "b", 2);
  Put(0, "c", 3);
  EraseEntry(0, "a");
  EXPECT_EQ(Entries(0), (Lines{"b=2", "c=3"}));
  static_cast<void>(Snapshot(*state_));  // from now on erased entries wait for the database
  EraseEntry(0, "b");
  EXPECT_EQ(Entries(0), (Lines{"c=3"}));
  bool inserted = false;
  const RowRef again = ValueOf(map_->FindOrInsert(keys_, 0, "b", &inserted));
  EXPECT_TRUE(inserted);
  EXPECT_EQ(LoadInt64(map_->Fixed(again)), 0);
  EXPECT_EQ(Entries(0), (Lines{"c=3", "b=0"}));
}

TEST_F(KeyedMapTest, FindsOrInsertsManyAtOnce) {
  Put(0, "old", 1);
  Put(0, "erased", 2);
  static_cast<void>(Snapshot(*state_));
  EraseEntry(0, "erased");
  const std::string long_key(1000, 'x');
  std::vector<KeyedMap::EntryKey> wanted = {{0, "old"}, {1, "new"}, {0, "erased"}, {1, "new"}, {2, long_key}};
  std::vector<std::string> more;
  for (int i = 0; i < 100; ++i) more.push_back(std::to_string(i));
  for (const std::string& sub_key : more) wanted.push_back({2, sub_key});
  std::vector<RowRef> entries;
  std::vector<uint8_t> inserted;
  ASSERT_OK(map_->FindOrInsert(keys_, wanted, &entries, &inserted));
  EXPECT_EQ(std::vector<uint8_t>(inserted.begin(), inserted.begin() + 5),
            (std::vector<uint8_t>{0, 1, 1, 0, 1}));
  EXPECT_EQ(entries[1], entries[3]);
  for (size_t j = 0; j < wanted.size(); ++j) EXPECT_EQ(map_->SubKey(entries[j]), wanted[j].sub_key);
  StoreInt64(map_->MutableFixed(entries[1]), 7);
  EXPECT_EQ(Entries(0), (Lines{"old=1", "erased=0"}));
  EXPECT_EQ(Entries(1), (Lines{"new=7"}));
  EXPECT_EQ(Entries(2).size(), 101u);
  EXPECT_EQ(map_->num_rows(), 104u);
}

TEST_F(KeyedMapTest, KeyWithoutEntriesIsGone) {
  Put(0, "a", 1);
  EraseEntry(0, "a");
  EXPECT_FALSE(map_->HasEntries(keys_, 0));
  const uint64_t empty_bytes = map_->memory_bytes();
  Put(1, "a", 1);
  static_cast<void>(Snapshot(*state_));
  EraseEntry(1, "a");
  static_cast<void>(Snapshot(*state_, 2));
  ASSERT_OK(state_->Relieve());
  EXPECT_LE(map_->memory_bytes(), empty_bytes + 64);
  EXPECT_EQ(map_->num_rows(), 0u);
}

/// Long lists find their entries by another way than short ones; both grow, and lose their holes, on the way.
TEST_F(KeyedMapTest, ListsOfAnyLengthKeepOrder) {
  Lines expected;
  const auto name = [](int n) { return "entry " + std::to_string(n); };
  const auto line = [&](int n) { return name(n) + "=" + std::to_string(n); };
  constexpr int kNumEntries = 500;
  for (int n = 0; n < kNumEntries; ++n) {
    Put(0, name(n), n);
    expected.push_back(line(n));
    if (n % 3 != 0) continue;
    EraseEntry(0, name(n / 2));
    std::erase(expected, line(n / 2));
    Put(0, name(n / 2), n / 2);
    expected.push_back(line(n / 2));
    ASSERT_EQ(Entries(0), expected) << n;
  }
  static_cast<void>(Snapshot(*state_));  // from now on erased entries wait for the database
  for (int n = 0; n < kNumEntries; n += 2) {
    EraseEntry(0, name(n));
    std::erase(expected, line(n));
    EXPECT_FALSE(ValueOf(map_->Find(keys_, 0, name(n))));
  }
  EXPECT_EQ(Entries(0), expected);
  for (int n = 0; n < kNumEntries; n += 4) {
    Put(0, name(n), n);
    expected.push_back(line(n));
  }
  EXPECT_EQ(Entries(0), expected);
  EXPECT_EQ(map_->num_rows(), expected.size());
  static_cast<void>(Snapshot(*state_, 2));
  ASSERT_OK(state_->Relieve());  // learns that the deletions are in the database
  EXPECT_EQ(Entries(0), expected);
  for (int n = 0; n < kNumEntries; ++n) {
    const RowRef entry = ValueOf(map_->Find(keys_, 0, name(n)));
    ASSERT_EQ(static_cast<bool>(entry), n % 2 == 1 || n % 4 == 0) << n;
    if (entry) EraseEntry(0, name(n));
  }
  EXPECT_FALSE(map_->HasEntries(keys_, 0));
}

TEST_F(KeyedMapTest, ReplacingAnEntryTakesNoMemory) {
  uint64_t bytes = 0;
  for (int n = 0; n < 10'000; ++n) {
    Put(0, std::to_string(n % 10 + 10), n);
    if (n > 0) EraseEntry(0, std::to_string((n - 1) % 10 + 10));
    if (n == 100) bytes = map_->memory_bytes();
  }
  EXPECT_LE(map_->memory_bytes(), bytes + 64 * 1024);  // what is dead stays listed as changed for a while
  EXPECT_EQ(Entries(0), (Lines{"19=9999"}));
}

TEST_F(KeyedMapTest, FindsTheKeysOfABatch) {
  Put(0, "a", 1);
  Put(2, "b", 2);
  std::vector<KeyedMap::KeyRef> found;
  ASSERT_OK(map_->FindKeys(keys_, &found));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_FALSE(found[1]);
  Lines entries;
  for (uint32_t i : {0, 2}) {
    ASSERT_TRUE(found[i]);
    map_->ForEachEntry(found[i], [&](std::string_view sub_key, RowRef) {
      entries.emplace_back(sub_key);
      return true;
    });
  }
  EXPECT_EQ(entries, (Lines{"a", "b"}));
  const proto::SubtaskSnapshot snapshot = Snapshot(*state_);
  const auto restored = Open(0, 1, {snapshot});
  KeyedMap* map = ValueOf(restored->OpenMap(CountSpec("map")));
  ASSERT_OK(map->FindKeys(keys_, &found));
  EXPECT_TRUE(found[0] && !map->HasEntries(keys_, 1) && found[2]);
}

TEST_F(KeyedMapTest, VisitCanStopAndChange) {
  for (const char* sub_key : {"a", "b", "c"}) Put(0, sub_key, 1);
  int visited = 0;
  ASSERT_OK(map_->ForEachEntry(keys_, 0, [&](std::string_view, RowRef entry) {
    StoreInt64(map_->MutableFixed(entry), 7);
    return ++visited < 2;
  }));
  EXPECT_EQ(Entries(0), (Lines{"a=7", "b=7", "c=1"}));
}

TEST_F(KeyedMapTest, RestoresBySubKey) {
  Put(0, "b", 1);
  Put(0, "a", 2);
  Put(1, "x", 3);
  const std::unique_ptr<FrozenState> frozen = state_->Freeze(Epoch{1});
  EraseEntry(0, "a");
  Put(0, "b", 9);
  proto::SubtaskSnapshot snapshot;
  ASSERT_OK(frozen->Write(&snapshot));
  const auto restored = Open(0, 1, {snapshot});
  KeyedMap* map = ValueOf(restored->OpenMap(CountSpec("map")));
  ASSERT_OK(map->Prefetch(keys_));
  EXPECT_EQ(Entries(*map, keys_, 0), (Lines{"a=2", "b=1"}));
  EXPECT_EQ(Entries(*map, keys_, 1), (Lines{"x=3"}));
  EXPECT_FALSE(map->HasEntries(keys_, 2));
  EXPECT_EQ(map->num_rows(), 3u);
}

TEST_F(KeyedMapTest, KeysThatBeginAlikeStayApart) {
  KeyBatch keys({DataType::String()}, 128);
  BuildTextKeys({"a", "ab", "abc", ""}, &keys);
  TableSpec spec = CountSpec("text");
  spec.key_types = {DataType::String()};
  KeyedMap* map = ValueOf(state_->OpenMap(spec));
  for (uint32_t i = 0; i < 4; ++i) {
    bool inserted = false;
    StoreInt64(map->MutableFixed(ValueOf(map->FindOrInsert(keys, i, "bc", &inserted))), i);
  }
  const proto::SubtaskSnapshot snapshot = Snapshot(*state_);
  const auto restored = Open(0, 1, {snapshot});
  map = ValueOf(restored->OpenMap(spec));
  for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(Entries(*map, keys, i), (Lines{"bc=" + std::to_string(i)}));
}

}  // namespace
}  // namespace millrace
