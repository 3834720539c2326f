#include "tests/unit/state/state_model.h"

#include <algorithm>

namespace millrace {
namespace {

int64_t KeyOf(std::string_view key) {
  int64_t value;
  std::memcpy(&value, key.data() + 1, sizeof(value));  // behind the bitmap of NULLs
  return value;
}

TableSpec SpecOf(const std::string& name, uint32_t num_blobs) {
  TableSpec spec = CountSpec(name);
  spec.num_blobs = num_blobs;
  return spec;
}

}  // namespace

ModelledOperator::ModelledOperator(std::vector<std::unique_ptr<KeyedState>> states, ModelContent content,
                                   uint64_t seed)
    : states_(std::move(states)),
      content_(std::move(content)),
      random_(seed),
      all_keys_({DataType::Bigint()}, kMaxParallelism),
      share_keys_({DataType::Bigint()}, kMaxParallelism) {
  for (const auto& state : states_) {
    subtasks_.push_back(
        {ValueOf(state->OpenTable(SpecOf("table", 1))), ValueOf(state->OpenMap(SpecOf("map", 0))),
         ValueOf(state->OpenSlices(SpecOf("slices", 0))), ValueOf(state->OpenTimers("timers"))});
    EXPECT_TRUE(state->UnopenedTables().empty());
  }
  if (!content_.slices.empty()) next_slice_ = content_.slices.rbegin()->first;
}

std::vector<int64_t> ModelledOperator::RandomKeys(int64_t num_keys) {
  std::vector<int64_t> values(static_cast<size_t>(1 + Below(300)));
  // Half of the batches stay in a hot region.
  const int64_t bound = Below(2) == 0 ? num_keys : num_keys / 10;
  for (int64_t& value : values) value = Below(bound);
  return values;
}

template <class Visit>
void ModelledOperator::ForEachShare(const std::vector<int64_t>& values, Visit&& visit) {
  BuildKeys(values, &all_keys_);
  std::vector<std::vector<int64_t>> shares(subtasks_.size());
  for (uint32_t i = 0; i < all_keys_.size(); ++i) {
    shares[SubtaskOfKeyGroup(kMaxParallelism, static_cast<uint32_t>(subtasks_.size()),
                             all_keys_.key_group(i))]
        .push_back(values[i]);
  }
  for (size_t s = 0; s < shares.size(); ++s) {
    if (shares[s].empty()) continue;
    BuildKeys(shares[s], &share_keys_);
    visit(subtasks_[s], share_keys_, shares[s]);
  }
}

void ModelledOperator::RunRandomOperation() {
  switch (Below(12)) {
    case 0:
    case 1:
    case 2:
      return Upsert();
    case 3:
      return FindRows(RandomKeys(kTableKeys));
    case 4:
      return EraseRows();
    case 5:
    case 6:
      return ChangeEntries();
    case 7:
      return CheckEntries(RandomKeys(kMapKeys));
    case 8:
      return AddToSlices();
    case 9:
      return Below(4) == 0 ? DropFirstSlice() : AddToSlices();
    case 10:
      return ChangeTimers();
    default:
      return Below(4) == 0 ? PopTimers() : ChangeTimers();
  }
}

void ModelledOperator::RelieveAll() {
  for (const auto& state : states_) ASSERT_OK(state->Relieve());
}

void ModelledOperator::Upsert() {
  ForEachShare(RandomKeys(kTableKeys), [&](Subtask& subtask, const KeyBatch& keys,
                                           const std::vector<int64_t>& values) {
    std::vector<RowRef> rows;
    std::vector<uint8_t> inserted;
    ASSERT_OK(subtask.table->FindOrInsert(keys, &rows, &inserted));
    for (uint32_t i = 0; i < keys.size(); ++i) {
      auto [model, added] = content_.table.try_emplace(values[i]);
      ASSERT_EQ(inserted[i] != 0, added) << values[i];
      ASSERT_EQ(LoadInt64(subtask.table->Fixed(rows[i])), model->second.value) << values[i];
      ASSERT_EQ(subtask.table->Blob(rows[i], 0), model->second.blob);
      model->second.value += Below(100);
      StoreInt64(subtask.table->MutableFixed(rows[i]), model->second.value);
      if (Below(3) > 0) continue;
      model->second.blob.assign(static_cast<size_t>(Below(80)), static_cast<char>('a' + Below(26)));
      subtask.table->SetBlob(rows[i], 0, model->second.blob);
    }
  });
}

void ModelledOperator::FindRows(const std::vector<int64_t>& asked) {
  ForEachShare(asked, [&](Subtask& subtask, const KeyBatch& keys, const std::vector<int64_t>& values) {
    std::vector<RowRef> rows;
    ASSERT_OK(subtask.table->Find(keys, &rows));
    for (uint32_t i = 0; i < keys.size(); ++i) {
      auto model = content_.table.find(values[i]);
      ASSERT_EQ(static_cast<bool>(rows[i]), model != content_.table.end()) << values[i];
      if (!rows[i]) continue;
      ASSERT_EQ(LoadInt64(subtask.table->Fixed(rows[i])), model->second.value);
      ASSERT_EQ(subtask.table->Blob(rows[i], 0), model->second.blob);
    }
  });
}

void ModelledOperator::EraseRows() {
  ForEachShare(RandomKeys(kTableKeys / 4),
               [&](Subtask& subtask, const KeyBatch& keys, const std::vector<int64_t>& values) {
                 std::vector<RowRef> rows;
                 ASSERT_OK(subtask.table->Find(keys, &rows));
                 for (uint32_t i = 0; i < keys.size(); ++i) {
                   const bool first = content_.table.erase(values[i]) > 0;
                   if (first) subtask.table->Erase(rows[i]);
                 }
               });
}

void ModelledOperator::ChangeEntries() {
  ForEachShare(
      RandomKeys(kMapKeys), [&](Subtask& subtask, const KeyBatch& keys, const std::vector<int64_t>& values) {
        ASSERT_OK(subtask.map->Prefetch(keys));
        for (uint32_t i = 0; i < keys.size(); ++i) {
          auto& model = content_.entries[values[i]];
          ASSERT_EQ(subtask.map->HasEntries(keys, i), !model.empty()) << values[i];
          const std::string sub_key(static_cast<size_t>(Below(4)), static_cast<char>('p' + Below(3)));
          if (Below(3) == 0) {
            const RowRef entry = ValueOf(subtask.map->Find(keys, i, sub_key));
            ASSERT_EQ(static_cast<bool>(entry), model.contains(sub_key));
            if (entry) subtask.map->Erase(entry);
            model.erase(sub_key);
          } else {
            bool inserted = false;
            const RowRef entry = ValueOf(subtask.map->FindOrInsert(keys, i, sub_key, &inserted));
            ASSERT_EQ(inserted, !model.contains(sub_key)) << values[i];
            ASSERT_EQ(LoadInt64(subtask.map->Fixed(entry)), model[sub_key]);
            model[sub_key] += 1 + Below(9);
            StoreInt64(subtask.map->MutableFixed(entry), model[sub_key]);
          }
          if (model.empty()) content_.entries.erase(values[i]);
        }
      });
}

void ModelledOperator::CheckEntries(const std::vector<int64_t>& asked) {
  ForEachShare(asked, [&](Subtask& subtask, const KeyBatch& keys, const std::vector<int64_t>& values) {
    ASSERT_OK(subtask.map->Prefetch(keys));
    for (uint32_t i = 0; i < keys.size(); ++i) {
      std::map<std::string, int64_t> found;
      ASSERT_OK(subtask.map->ForEachEntry(keys, i, [&](std::string_view sub_key, RowRef entry) {
        EXPECT_EQ(subtask.map->SubKey(entry), sub_key);
        EXPECT_TRUE(found.emplace(sub_key, LoadInt64(subtask.map->Fixed(entry))).second);
        return true;
      }));
      auto model = content_.entries.find(values[i]);
      ASSERT_EQ(found, model != content_.entries.end() ? model->second : decltype(found)()) << values[i];
    }
  });
}

void ModelledOperator::AddToSlices() {
  ForEachShare(RandomKeys(kSliceKeys),
               [&](Subtask& subtask, const KeyBatch& keys, const std::vector<int64_t>& values) {
                 std::vector<int64_t> slices;
                 for (uint32_t i = 0; i < keys.size(); ++i) slices.push_back(next_slice_ - Below(4) * 60);
                 std::vector<RowRef> rows;
                 std::vector<uint8_t> inserted;
                 ASSERT_OK(subtask.slices->FindOrInsert(slices, keys, &rows, &inserted));
                 for (uint32_t i = 0; i < keys.size(); ++i) {
                   auto [model, added] = content_.slices[slices[i]].try_emplace(values[i]);
                   ASSERT_EQ(inserted[i] != 0, added);
                   ASSERT_EQ(LoadInt64(subtask.slices->Fixed(rows[i])), model->second);
                   StoreInt64(subtask.slices->MutableFixed(rows[i]), ++model->second);
                 }
               });
  if (Below(5) == 0) next_slice_ += 60;
}

void ModelledOperator::DropFirstSlice() {
  if (content_.slices.empty()) return;
  const int64_t slice = content_.slices.begin()->first;
  content_.slices.erase(slice);
  for (Subtask& subtask : subtasks_) subtask.slices->DropSlice(slice);
}

void ModelledOperator::CheckSlices() {
  std::map<int64_t, std::map<int64_t, int64_t>> found;
  for (Subtask& subtask : subtasks_) {
    for (int64_t slice : subtask.slices->Slices()) {
      ASSERT_OK(subtask.slices->ForEachRow(slice, [&](RowRef row) {
        EXPECT_TRUE(found[slice]
                        .emplace(KeyOf(subtask.slices->Key(row)), LoadInt64(subtask.slices->Fixed(row)))
                        .second);
        return Status::Ok();
      }));
    }
  }
  ASSERT_EQ(found, content_.slices);
}

void ModelledOperator::ChangeTimers() {
  ForEachShare(RandomKeys(kTableKeys),
               [&](Subtask& subtask, const KeyBatch& keys, const std::vector<int64_t>& values) {
                 for (uint32_t i = 0; i < keys.size(); ++i) {
                   const int64_t micros = Below(3'000);
                   const std::pair<int64_t, std::string> timer(micros, keys.key(i));
                   if (Below(3) == 0) {
                     subtask.timers->Delete(micros, keys.key(i), keys.key_group(i));
                     content_.timers.erase(timer);
                   } else {
                     subtask.timers->Register(micros, keys.key(i), keys.key_group(i));
                     content_.timers.insert(timer);
                   }
                 }
               });
}

void ModelledOperator::PopTimers() {
  const int64_t micros = Below(200);
  std::set<std::pair<int64_t, std::string>> popped;
  for (Subtask& subtask : subtasks_) {
    while (true) {
      const auto timers = subtask.timers->PopUntil(micros, 100);
      ASSERT_TRUE(std::is_sorted(timers.begin(), timers.end()));
      for (const auto& timer : timers) ASSERT_TRUE(popped.insert(timer).second);
      if (timers.size() < 100) break;
    }
  }
  const auto end = content_.timers.lower_bound({micros + 1, ""});
  ASSERT_EQ(popped, std::set(content_.timers.begin(), end));
  content_.timers.erase(content_.timers.begin(), end);
}

void ModelledOperator::CheckAll() {
  std::map<int64_t, ModelContent::Row> scanned;
  for (Subtask& subtask : subtasks_) {
    ASSERT_OK(subtask.table->ForEach([&](RowRef row) {
      const ModelContent::Row content{LoadInt64(subtask.table->Fixed(row)),
                                      std::string(subtask.table->Blob(row, 0))};
      EXPECT_TRUE(scanned.emplace(KeyOf(subtask.table->Key(row)), content).second);
      return Status::Ok();
    }));
  }
  ASSERT_EQ(scanned.size(), content_.table.size());
  ASSERT_TRUE(scanned == content_.table);
  CheckSlices();
  for (const auto& [num_keys, is_map] : {std::pair(kTableKeys, false), std::pair(kMapKeys, true)}) {
    for (int64_t first = 0; first < num_keys; first += 500) {
      std::vector<int64_t> values;
      for (int64_t value = first; value < std::min(first + 500, num_keys); ++value) values.push_back(value);
      if (is_map) {
        CheckEntries(values);
      } else {
        FindRows(values);
      }
      RelieveAll();
    }
  }
}

}  // namespace millrace
