#include "operators/table/sink_operator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/api/registry.h"
#include "tests/unit/operators/harness.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What the fake connector saw, and how it is to behave.
struct Outside {
  std::vector<std::string> written;
  std::vector<std::string> published;  // "lane/epoch: content"
  std::vector<std::string> recovered;  // "epoch", with " rollback"
  bool full = false;
  bool fail_staging = false;
  bool fail_commit = false;
  bool output_ahead = false;
};

class FakeWriter final : public SinkWriter {
 public:
  explicit FakeWriter(Outside& outside) : outside_(outside) {}
  Status Write(const Batch& batch) override {
    for (const std::string& row : FormatRows(batch)) {
      outside_.written.push_back(row);
      rows_ += row;
    }
    return Status::Ok();
  }
  bool IsFull() const override { return outside_.full; }
  Result<std::function<Result<Staged>()>> Prepare(Epoch) override {
    return std::function<Result<Staged>()>([this, rows = std::exchange(rows_, {})]() -> Result<Staged> {
      if (outside_.fail_staging) return Status(kOutsideUnreachable, "no room");
      proto::StoredFile file;
      file.set_path("file of " + rows);
      return Staged{rows.empty() ? std::vector<std::string>() : std::vector<std::string>{rows}, {file}};
    });
  }

 private:
  Outside& outside_;
  std::string rows_;
};

class FakeCommitter final : public Committer {
 public:
  explicit FakeCommitter(Outside& outside) : outside_(outside) {}
  Result<CommitResult> Commit(const proto::Committable& committable) override {
    if (outside_.fail_commit) return Status(kCommitFailed, "broker went away");
    outside_.published.push_back(std::to_string(committable.lane()) + "/" +
                                 std::to_string(committable.epoch()) + ": " + committable.content());
    return CommitResult::kDone;
  }
  Status Recover(const SinkRecovery& recovery) override {
    outside_.recovered.push_back(std::to_string(recovery.epoch.value) +
                                 (recovery.allow_rollback ? " rollback" : ""));
    return outside_.output_ahead ? Status(kOutputAhead, "output of later epochs is out") : Status::Ok();
  }

 private:
  Outside& outside_;
};

class SinkOperatorTest : public testing::Test {
 protected:
  SinkOperatorTest() {
    ConnectorFactory connector;
    connector.descriptor.name = "fake";
    connector.descriptor.sink = true;
    connector.descriptor.upsert_sink = true;
    connector.create_writer = [this](const proto::SinkConfig&, const ConnectorContext&,
                                     SchemaPtr) -> Result<std::unique_ptr<SinkWriter>> {
      return std::unique_ptr<SinkWriter>(std::make_unique<FakeWriter>(outside_));
    };
    connector.create_committer = [this](const proto::SinkConfig&,
                                        const ConnectorContext&) -> Result<std::unique_ptr<Committer>> {
      return std::unique_ptr<Committer>(std::make_unique<FakeCommitter>(outside_));
    };
    registry_.AddConnector(connector);
  }

  HarnessOptions Options(const std::string& more = "") {
    HarnessOptions options;
    options.config =
        "sink { connector: 'fake' " + more +
        " schema { fields { name: 'k' type { kind: VARCHAR precision: 2147483647 not_null: true } } "
        "fields { name: 'v' type { kind: INTEGER } } } }";
    options.inputs = {"k STRING, v INT"};
    options.keyed = false;
    return options;
  }

  Outside outside_;
  Registry registry_;
  const OperatorFactory factory_ = TableSinkFactory(registry_);
};

TEST_F(SinkOperatorTest, TakesNoRowsBeforeItHasRecovered) {
  Harness harness(factory_, Options());
  ASSERT_OK(harness.Open());
  EXPECT_FALSE(harness.subtask(0).HasRoom());
  ASSERT_OK(harness.RunBlocking());
  EXPECT_TRUE(harness.subtask(0).HasRoom());
  EXPECT_THAT(outside_.recovered, ElementsAre("0"));
  outside_.full = true;
  EXPECT_FALSE(harness.subtask(0).HasRoom());
}

TEST_F(SinkOperatorTest, PublishesDurableEpochsOnly) {
  Harness harness(factory_, Options());
  ASSERT_OK(harness.Open());
  ASSERT_OK(harness.RunBlocking());
  ASSERT_OK(harness.Push({"a, 1"}));
  const Result<proto::OperatorRestore> first = harness.Checkpoint(1);
  ASSERT_OK(first.status());
  ASSERT_OK(harness.Push({"b, 2"}));
  EXPECT_THAT(outside_.published, IsEmpty());
  ASSERT_OK(harness.NotifyDurable(1));
  ASSERT_OK(harness.RunBlocking());
  EXPECT_THAT(outside_.published, ElementsAre("0/1: +[\"a\",1]"));
  const Result<proto::OperatorRestore> second = harness.Checkpoint(2);
  ASSERT_OK(second.status());
  ASSERT_EQ(second->subtasks(0).committables_size(), 1);
  EXPECT_EQ(second->subtasks(0).committables(0).epoch(), 2u);
  EXPECT_EQ(second->subtasks(0).staged_files_size(), 1);
}

TEST_F(SinkOperatorTest, NextEpochTakesAnAbortedOneAlong) {
  Harness harness(factory_, Options());
  ASSERT_OK(harness.Open());
  ASSERT_OK(harness.RunBlocking());
  ASSERT_OK(harness.Push({"a, 1"}));
  ASSERT_OK(harness.Checkpoint(1).status());
  ASSERT_OK(harness.subtask(0).OnEpochAborted(Epoch{1}));
  ASSERT_OK(harness.Push({"b, 2"}));
  const Result<proto::OperatorRestore> second = harness.Checkpoint(2);
  ASSERT_OK(second.status());
  EXPECT_EQ(second->subtasks(0).committables_size(), 2);
  ASSERT_OK(harness.NotifyDurable(2));
  ASSERT_OK(harness.RunBlocking());
  EXPECT_THAT(outside_.published, ElementsAre("0/1: +[\"a\",1]", "0/2: +[\"b\",2]"));
}

TEST_F(SinkOperatorTest, CommitsDoNotOverlap) {
  Harness harness(factory_, Options());
  ASSERT_OK(harness.Open());
  ASSERT_OK(harness.RunBlocking());
  for (uint64_t epoch = 1; epoch <= 3; ++epoch) {
    ASSERT_OK(harness.Push({"a, " + std::to_string(epoch)}));
    ASSERT_OK(harness.Checkpoint(epoch).status());
    ASSERT_OK(harness.NotifyDurable(epoch));
    EXPECT_EQ(harness.num_blocking(), 1u);
  }
  ASSERT_OK(harness.RunBlocking());
  EXPECT_THAT(outside_.published, ElementsAre("0/1: +[\"a\",1]"));
  ASSERT_OK(harness.RunBlocking());
  EXPECT_EQ(outside_.published.size(), 3u);
}

TEST_F(SinkOperatorTest, RestorePublishesWhatWasStagedFirst) {
  HarnessOptions options = Options();
  options.parallelism = 3;
  Harness harness(factory_, options);
  ASSERT_OK(harness.Open());
  ASSERT_OK(harness.RunBlocking());
  for (uint32_t i = 0; i < 3; ++i) {
    const Batch batch = ParseRows(ParseSchema("k STRING, v INT"), {"a, " + std::to_string(i)});
    ASSERT_OK(harness.subtask(i).Process(0, batch, harness.output()));
  }
  const Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(7);
  ASSERT_OK(checkpoint.status());
  outside_.recovered.clear();
  ASSERT_OK(harness.Restore(*checkpoint, 2));
  // A checkpoint that comes before the commit carries on what is to be published.
  const Result<proto::OperatorRestore> early = harness.Checkpoint(8);
  ASSERT_OK(early.status());
  EXPECT_EQ(early->subtasks(0).committables_size() + early->subtasks(1).committables_size(), 3);
  EXPECT_EQ(early->subtasks(0).staged_files_size(), 3);  // two restored, one new
  ASSERT_OK(harness.RunBlocking());
  EXPECT_THAT(outside_.recovered, ElementsAre("7", "7"));
  EXPECT_THAT(outside_.published, ElementsAre("0/7: +[\"a\",0]", "2/7: +[\"a\",2]", "1/7: +[\"a\",1]"));
  const Result<proto::OperatorRestore> later = harness.Checkpoint(9);
  ASSERT_OK(later.status());
  EXPECT_EQ(later->subtasks(0).committables_size() + later->subtasks(1).committables_size(), 0);
}

TEST_F(SinkOperatorTest, FailuresEndTheAttempt) {
  Harness harness(factory_, Options());
  ASSERT_OK(harness.Open());
  ASSERT_OK(harness.RunBlocking());
  ASSERT_OK(harness.Push({"a, 1"}));
  ASSERT_OK(harness.Checkpoint(1).status());
  ASSERT_OK(harness.NotifyDurable(1));
  outside_.fail_commit = true;
  EXPECT_EQ(harness.RunBlocking().code(), kCommitFailed);

  outside_.fail_staging = true;
  ASSERT_OK(harness.Push({"b, 1"}));
  EXPECT_EQ(harness.Checkpoint(2).status().code(), kOutsideUnreachable);
  outside_.fail_staging = false;
  // The rows are lost to the writer: no later epoch may succeed without them.
  EXPECT_EQ(harness.Checkpoint(3).status().code(), kOutsideUnreachable);
  EXPECT_EQ(harness.subtask(0).OnEpochAborted(Epoch{2}).code(), kOutsideUnreachable);
}

TEST_F(SinkOperatorTest, RefusesToFallBehindItsOutputUnlessTold) {
  outside_.output_ahead = true;
  Harness harness(factory_, Options());
  ASSERT_OK(harness.Open());
  EXPECT_EQ(harness.RunBlocking().code(), kOutputAhead);
  HarnessOptions options = Options();
  options.job_options["millrace.restore.allow-output-rollback"] = "true";
  Harness allowed(factory_, options);
  ASSERT_OK(allowed.Open());
  EXPECT_EQ(allowed.RunBlocking().code(), kOutputAhead);
  EXPECT_THAT(outside_.recovered, ElementsAre("0", "0 rollback"));
}

TEST_F(SinkOperatorTest, EnforcesNotNull) {
  Harness harness(factory_, Options());
  EXPECT_EQ(harness.Push({"a, 1", "NULL, 2"}).code(), kNullInNotNullColumn);
  HarnessOptions options = Options();
  options.job_options["table.exec.sink.not-null-enforcer"] = "DROP";
  Harness dropping(factory_, options);
  ASSERT_OK(dropping.Push({"a, 1", "NULL, 2", "b, NULL"}));
  EXPECT_THAT(outside_.written, ElementsAre("+[\"a\",1]", "+[\"b\",null]"));
  options.job_options["table.exec.sink.not-null-enforcer"] = "SOMETIMES";
  Harness unknown(factory_, options);
  EXPECT_EQ(unknown.Open().code(), kBadOptionValue);
}

TEST_F(SinkOperatorTest, UpsertsComeOnceAKey) {
  Harness harness(factory_, Options("primary_key: 0 input_updating: true"));
  ASSERT_OK(harness.Push({"- a, 1", "+ a, 2", "+ b, 5", "- b, 4", "- c, 3", "+ d, 6"}));
  EXPECT_THAT(outside_.written, ElementsAre("+[\"a\",2]", "+[\"b\",5]", "-[\"c\",3]", "+[\"d\",6]"));
  outside_.written.clear();
  ASSERT_OK(harness.Push({"- a, 2", "+ a, 7", "- a, 7"}));
  EXPECT_EQ(outside_.written.size(), 1u);
  EXPECT_EQ(outside_.written[0][0], '-');
}

TEST_F(SinkOperatorTest, RefusesWhatDoesNotFit) {
  HarnessOptions unknown = Options();
  unknown.config = "sink { connector: 'nowhere' }";
  EXPECT_EQ(Harness(factory_, unknown).Open().code(), kUnknownConnector);
  HarnessOptions columns = Options();
  columns.inputs = {"k STRING"};
  EXPECT_EQ(Harness(factory_, columns).Open().code(), kBadOperatorConfig);
  EXPECT_EQ(Harness(factory_, Options("primary_key: 5")).Open().code(), kBadOperatorConfig);
}

}  // namespace
}  // namespace millrace
