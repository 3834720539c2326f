#include "server/jobmanager/checkpoint_coordinator.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/env/env.h"
#include "state/object_store.h"

namespace millrace {
namespace {

constexpr int64_t kIntervalMillis = 100;

/// The system with a clock that a test moves.
class SteppedEnv final : public Env {
 public:
  class SteppedClock final : public Clock {
   public:
    int64_t WallMicros() const override { return millis * 1000; }
    int64_t MonotonicNanos() const override { return millis * 1'000'000; }
    int64_t millis = 1'000'000;
  };
  Clock& clock() override { return stepped; }
  Random& random() override { return system_->random(); }
  FileSystem& files() override { return system_->files(); }
  Executor& io() override { return system_->io(); }

  SteppedClock stepped;

 private:
  const std::unique_ptr<Env> system_ = CreateSystemEnv(1);
};

/// A coordinator of a job with one source task, whose acks a test writes.
class CheckpointCoordinatorTest : public testing::Test {
 protected:
  CheckpointCoordinatorTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    directory_ = testing::TempDir() + "/coordinator-" + name;
    EXPECT_TRUE(env_.files().RemoveRecursively(directory_).ok());
    auto opened = OpenObjectStore(directory_, env_);
    EXPECT_TRUE(opened.ok());
    object_store_ = std::move(*opened);
    store_ = std::make_unique<checkpoint::CheckpointStore>(object_store_);
    CheckpointCoordinator::Actions actions{
        .trigger = [this](Barrier barrier) { triggered_ = barrier.epoch; },
        .notify_durable = [this](Epoch epoch) { durable_.push_back(epoch.value); },
        .notify_aborted = [](Epoch) {},
        .completed = [](checkpoint::PendingKind) {},
        .fail_attempt = [](const Status& error) { ADD_FAILURE() << error.ToString(); },
        .complete_manifest = [](proto::CheckpointManifest*) {},
        .wake_after = [](int64_t) {},
        .changed = [](const CheckpointView&) {},
    };
    checkpoint::Settings settings;
    settings.interval_ms = kIntervalMillis;
    settings.num_retained = 100;
    coordinator_ = std::make_unique<CheckpointCoordinator>(JobId{"job"}, Generation{1}, settings, *store_,
                                                           directory_, env_, std::move(actions));
    BeginAttempt();
  }
  ~CheckpointCoordinatorTest() override { EXPECT_TRUE(env_.files().RemoveRecursively(directory_).ok()); }

  void BeginAttempt() {
    proto::TaskDescriptor task;
    task.set_task_id("source#0");
    task.add_operators()->set_uid("source");
    coordinator_->BeginAttempt({task}, 1024, Epoch{0}, Epoch{1});
    coordinator_->OnAllTasksRunning();
  }

  /// The next periodic checkpoint, in which the source stands at `position`.
  void Checkpoint(const std::string& position) {
    env_.stepped.millis += kIntervalMillis;
    coordinator_->Advance();
    Acknowledge(position);
  }

  void Acknowledge(const std::string& position) {
    proto::CheckpointAck ack;
    ack.set_task_id("source#0");
    ack.set_epoch(triggered_.value);
    proto::SubtaskSnapshot* snapshot = ack.add_operators()->mutable_snapshot();
    snapshot->add_splits()->set_position(position);
    (*snapshot->mutable_operator_state())["a"] = "1";
    (*snapshot->mutable_operator_state())["b"] = "2";
    snapshot->set_uploaded_bytes(triggered_.value);
    coordinator_->OnAck(std::move(ack));
  }

  /// Epochs that have a record.
  std::vector<uint64_t> Written() {
    std::vector<uint64_t> epochs;
    auto found = store_->ListEpochs();
    EXPECT_TRUE(found.ok());
    for (const checkpoint::FoundEpoch& epoch : *found) {
      EXPECT_TRUE(epoch.manifest_valid);
      epochs.push_back(epoch.epoch.value);
    }
    return epochs;
  }

  using Epochs = std::vector<uint64_t>;
  SteppedEnv env_;
  std::string directory_;
  std::shared_ptr<ObjectStore> object_store_;
  std::unique_ptr<checkpoint::CheckpointStore> store_;
  std::unique_ptr<CheckpointCoordinator> coordinator_;
  Epoch triggered_;
  Epochs durable_;
};

TEST_F(CheckpointCoordinatorTest, WritesOnlyWhatChanged) {
  Checkpoint("10");
  Checkpoint("10");
  Checkpoint("10");
  EXPECT_EQ(durable_, (Epochs{1, 2, 3}));
  EXPECT_EQ(coordinator_->last_completed(), Epoch{3});
  EXPECT_EQ(coordinator_->counts().completed, 3);
  EXPECT_EQ(Written(), (Epochs{1}));
  Checkpoint("11");
  Checkpoint("10");  // as the first, but not as the last
  EXPECT_EQ(durable_, (Epochs{1, 2, 3, 4, 5}));
  EXPECT_EQ(Written(), (Epochs{1, 4, 5}));
}

TEST_F(CheckpointCoordinatorTest, WritesWhatIsAskedFor) {
  Checkpoint("10");
  for (const auto kind : {checkpoint::PendingKind::kCheckpoint, checkpoint::PendingKind::kSavepoint,
                          checkpoint::PendingKind::kTerminal}) {
    bool is_answered = false;
    coordinator_->Request(
        {.kind = kind, .done = [&](const Result<CheckpointView>& answer) { is_answered = answer.ok(); }});
    Acknowledge("10");
    EXPECT_TRUE(is_answered);
  }
  EXPECT_EQ(Written(), (Epochs{1, 2, 3, 4}));
}

TEST_F(CheckpointCoordinatorTest, WritesTheFirstOfAnAttempt) {
  Checkpoint("10");
  coordinator_->EndAttempt(Status::Ok());
  BeginAttempt();
  Checkpoint("10");
  Checkpoint("10");
  EXPECT_EQ(Written(), (Epochs{1, 2}));
}

}  // namespace
}  // namespace millrace
