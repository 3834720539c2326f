#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/env/env.h"
#include "proto/checkpoint.pb.h"
#include "state/key_batch.h"
#include "state/keyed_state.h"
#include "state/memory_budget.h"
#include "state/object_store.h"

namespace millrace {

#define ASSERT_OK(expression)                                        \
  do {                                                               \
    const ::millrace::Status asserted_status = (expression);         \
    ASSERT_TRUE(asserted_status.ok()) << asserted_status.ToString(); \
  } while (false)
#define EXPECT_OK(expression)                                        \
  do {                                                               \
    const ::millrace::Status expected_status = (expression);         \
    EXPECT_TRUE(expected_status.ok()) << expected_status.ToString(); \
  } while (false)

/// The value of a result; a failed test and the end of it when there is none.
template <class T>
T ValueOf(Result<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << result.status().ToString();
    std::abort();
  }
  return std::move(*result);
}

/// A batch of keys of one BIGINT.
void BuildKeys(const std::vector<int64_t>& values, KeyBatch* keys);
/// The same of one STRING.
void BuildTextKeys(const std::vector<std::string>& values, KeyBatch* keys);

/// Reads and writes the int64 at the start of a payload.
inline int64_t LoadInt64(const uint8_t* payload) {
  int64_t value;
  std::memcpy(&value, payload, sizeof(value));
  return value;
}
inline void StoreInt64(uint8_t* payload, int64_t value) {
  std::memcpy(payload, &value, sizeof(value));
}

/// A directory of its own, a store in it, and states that share them.
class StateTest : public testing::Test {
 protected:
  StateTest();
  ~StateTest() override;

  /// Opens the state of one subtask of `parallelism`; every call gets a new local directory and file suffix.
  Result<std::unique_ptr<KeyedState>> TryOpen(uint32_t subtask, uint32_t parallelism,
                                              const std::vector<proto::SubtaskSnapshot>& restore);
  std::unique_ptr<KeyedState> Open(uint32_t subtask = 0, uint32_t parallelism = 1,
                                   const std::vector<proto::SubtaskSnapshot>& restore = {}) {
    return ValueOf(TryOpen(subtask, parallelism, restore));
  }
  /// Freezes and writes.
  static proto::SubtaskSnapshot Snapshot(KeyedState& state, uint64_t epoch = 1);

  std::unique_ptr<Env> env_;
  std::string directory_;
  std::shared_ptr<ObjectStore> store_;
  std::unique_ptr<MemoryBudget> budget_;
  uint32_t max_parallelism_ = 128;
  int num_opened_ = 0;
};

/// A table of one BIGINT key and one BIGINT payload.
TableSpec CountSpec(const std::string& name);

}  // namespace millrace
