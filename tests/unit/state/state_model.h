#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "state/keyed_state.h"
#include "tests/unit/state/state_fixture.h"

namespace millrace {

/// What the state should hold, in plain containers.
struct ModelContent {
  struct Row {
    int64_t value = 0;
    std::string blob;
    friend bool operator==(const Row&, const Row&) = default;
  };
  std::map<int64_t, Row> table;
  std::map<int64_t, std::map<std::string, int64_t>> entries;
  std::map<int64_t, std::map<int64_t, int64_t>> slices;  // slice, key
  std::set<std::pair<int64_t, std::string>> timers;      // one set for all subtasks
};

/// The subtasks of one keyed operator with one state of each kind, and the model beside them: every operation
/// is done to both, every answer compared.
class ModelledOperator {
 public:
  static constexpr uint32_t kMaxParallelism = 128;

  /// Opens the tables in `states`, one a subtask.
  ModelledOperator(std::vector<std::unique_ptr<KeyedState>> states, ModelContent content, uint64_t seed);

  const ModelContent& content() const { return content_; }
  const std::vector<std::unique_ptr<KeyedState>>& states() const { return states_; }

  /// One operation of a random kind on a random batch of keys.
  void RunRandomOperation();
  void RelieveAll();
  /// Compares everything, key by key and in whole scans.
  void CheckAll();

 private:
  static constexpr int64_t kTableKeys = 6'000;
  static constexpr int64_t kMapKeys = 1'500;
  static constexpr int64_t kSliceKeys = 400;

  struct Subtask {
    KeyedTable* table;
    KeyedMap* map;
    SliceTable* slices;
    TimerTable* timers;
  };
  int64_t Below(int64_t bound) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(bound)); }
  std::vector<int64_t> RandomKeys(int64_t num_keys);
  /// Calls `visit(subtask, keys, values)` for each subtask's share of the keys.
  template <class Visit>
  void ForEachShare(const std::vector<int64_t>& values, Visit&& visit);

  void Upsert();
  void FindRows(const std::vector<int64_t>& values);
  void EraseRows();
  void ChangeEntries();
  void CheckEntries(const std::vector<int64_t>& values);
  void AddToSlices();
  void DropFirstSlice();
  void CheckSlices();
  void ChangeTimers();
  void PopTimers();

  std::vector<std::unique_ptr<KeyedState>> states_;
  std::vector<Subtask> subtasks_;
  ModelContent content_;
  std::mt19937_64 random_;
  KeyBatch all_keys_;
  KeyBatch share_keys_;
  int64_t next_slice_ = 0;
};

}  // namespace millrace
