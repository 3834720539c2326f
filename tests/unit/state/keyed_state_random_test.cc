#include <gtest/gtest.h>

#include <future>

#include "tests/unit/state/state_fixture.h"
#include "tests/unit/state/state_model.h"

namespace millrace {
namespace {

/// A written (or still being written) checkpoint of all subtasks and what the model was at its barrier.
struct TakenCheckpoint {
  std::vector<std::future<Result<proto::SubtaskSnapshot>>> subtasks;
  ModelContent content;
};

class KeyedStateRandomTest : public StateTest, public testing::WithParamInterface<uint64_t> {
 protected:
  static constexpr uint64_t kLimitBytes = 400'000;

  KeyedStateRandomTest() : random_(GetParam()) { budget_ = std::make_unique<MemoryBudget>(kLimitBytes); }

  uint64_t Below(uint64_t bound) { return random_() % bound; }

  std::unique_ptr<ModelledOperator> OpenOperator(uint32_t parallelism,
                                                 const std::vector<proto::SubtaskSnapshot>& restore,
                                                 ModelContent content) {
    std::vector<std::unique_ptr<KeyedState>> states;
    for (uint32_t subtask = 0; subtask < parallelism; ++subtask) {
      states.push_back(Open(subtask, parallelism, restore));
    }
    return std::make_unique<ModelledOperator>(std::move(states), std::move(content), random_());
  }

  /// Freezes every subtask and has the I/O threads write.
  TakenCheckpoint Freeze(ModelledOperator& op) {
    TakenCheckpoint taken;
    taken.content = op.content();
    for (const auto& state : op.states()) {
      auto promise = std::make_shared<std::promise<Result<proto::SubtaskSnapshot>>>();
      taken.subtasks.push_back(promise->get_future());
      std::shared_ptr<FrozenState> frozen = state->Freeze(Epoch{++epoch_});
      env_->io().Submit([promise, frozen]() mutable {
        proto::SubtaskSnapshot snapshot;
        const Status status = frozen->Write(&snapshot);
        frozen.reset();
        promise->set_value(status.ok() ? Result<proto::SubtaskSnapshot>(std::move(snapshot))
                                       : Result<proto::SubtaskSnapshot>(status));
      });
    }
    return taken;
  }

  std::vector<proto::SubtaskSnapshot> Await(TakenCheckpoint& taken) {
    std::vector<proto::SubtaskSnapshot> snapshots;
    for (auto& subtask : taken.subtasks) snapshots.push_back(ValueOf(subtask.get()));
    return snapshots;
  }

  std::mt19937_64 random_;
  uint64_t epoch_ = 0;
  uint64_t held_bytes_max_ = 0;
};

TEST_P(KeyedStateRandomTest, AgreesWithTheModelThroughEvictionsAndRestores) {
  uint64_t state_bytes_max = 0;
  std::unique_ptr<ModelledOperator> op = OpenOperator(1, {}, {});
  for (uint32_t parallelism : {1, 2, 4, 4, 3, 1}) {
    // Fills, with checkpoints of every fate in between; the last one is restored.
    std::vector<TakenCheckpoint> under_way;
    for (int step = 0; step < 250; ++step) {
      op->RunRandomOperation();
      op->RelieveAll();
      held_bytes_max_ = std::max(held_bytes_max_, budget_->used_bytes());
      if (HasFatalFailure()) return;
      if (Below(20) == 0) under_way.push_back(Freeze(*op));
      if (Below(40) == 0) op->states()[0]->Freeze(Epoch{++epoch_}).reset();  // called off
    }
    TakenCheckpoint last = Freeze(*op);
    for (int step = 0; step < 30; ++step) {  // lost by the restore
      op->RunRandomOperation();
      op->RelieveAll();
    }
    for (TakenCheckpoint& taken : under_way) Await(taken);
    const std::vector<proto::SubtaskSnapshot> snapshots = Await(last);
    uint64_t state_bytes = 0;
    for (const auto& snapshot : snapshots) state_bytes += snapshot.state_bytes();
    state_bytes_max = std::max(state_bytes_max, state_bytes);
    op.reset();
    EXPECT_EQ(budget_->used_bytes(), 0u);
    op = OpenOperator(parallelism, snapshots, std::move(last.content));
    op->CheckAll();
    if (HasFatalFailure()) return;
  }
  // Batches may take it over the limit until the next Relieve, small tables cannot give everything.
  EXPECT_GT(state_bytes_max, 2 * kLimitBytes);
  EXPECT_LT(held_bytes_max_, kLimitBytes * 3 / 2);
}

INSTANTIATE_TEST_SUITE_P(Seeds, KeyedStateRandomTest, testing::Range<uint64_t>(1, 5));

}  // namespace
}  // namespace millrace
