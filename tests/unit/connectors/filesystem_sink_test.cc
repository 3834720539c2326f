#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/filesystem/filesystem_connector.h"
#include "operators/connectors/filesystem/part_name.h"
#include "tests/unit/connectors/format_harness.h"
#include "tests/unit/connectors/sink_harness.h"
#include "tests/unit/connectors/source_harness.h"

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

const std::vector<Field> kColumns = {{"v", DataType::Integer()}};

SinkHarness CsvSink(Options more = {}) {
  more.insert({{"path", "/out"}, {"format", "csv"}});
  return SinkHarness(MakeFilesystemConnector(), kColumns, more);
}

TEST(FilesystemSink, ShowsRowsOnlyWhenTheirEpochIsCommitted) {
  SinkHarness sink = CsvSink();
  ASSERT_TRUE(sink.Start().ok());
  ASSERT_TRUE(sink.Write({R"({"v":1})", R"({"v":2})"}).ok());
  sink.env.executor.RunAll();
  EXPECT_EQ(sink.VisibleLines(), Lines{});
  const auto first = sink.Prepare(1);
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->size(), 1u);
  ASSERT_TRUE(sink.Write({R"({"v":3})"}).ok());
  sink.env.executor.RunAll();
  EXPECT_EQ(sink.VisibleLines(), Lines{});
  EXPECT_EQ(*sink.Commit(*first), CommitResult::kDone);
  EXPECT_EQ(sink.VisibleLines(), (Lines{"1", "2"}));
  EXPECT_EQ(*sink.Commit(*first), CommitResult::kAlreadyDone);
  EXPECT_EQ(sink.VisibleLines(), (Lines{"1", "2"}));
  const std::string name = sink.VisiblePaths()[0].substr(5);
  const auto part = PartName::Parse(name);
  ASSERT_TRUE(part.has_value()) << name;
  EXPECT_EQ(part->epoch, 1u);
}

TEST(FilesystemSink, StagesNothingWithoutRows) {
  SinkHarness sink = CsvSink();
  ASSERT_TRUE(sink.Start().ok());
  EXPECT_TRUE(sink.Prepare(1)->empty());
  EXPECT_TRUE(sink.env.file_system.Exists("/out"));
}

TEST(FilesystemSink, WritesWhatWasWrittenBeforePrepareRan) {
  SinkHarness sink = CsvSink();
  ASSERT_TRUE(sink.Start().ok());
  ASSERT_TRUE(sink.Write({R"({"v":1})"}).ok());
  const auto work = sink.writer().Prepare(Epoch{1});
  ASSERT_TRUE(sink.Write({R"({"v":2})"}).ok());  // of the next epoch, before the work has run
  ASSERT_TRUE(work.ok());
  const auto staged = (*work)();
  ASSERT_TRUE(staged.ok());
  proto::Committable committable;
  committable.set_epoch(1);
  committable.set_content(staged->committables[0]);
  ASSERT_TRUE(sink.Commit({committable}).ok());
  EXPECT_EQ(sink.VisibleLines(), Lines{"1"});
  ASSERT_TRUE(sink.WriteEpoch(2, {R"({"v":3})"}).ok());
  EXPECT_EQ(sink.VisibleLines(), (Lines{"1", "2", "3"}));
}

TEST(FilesystemSink, RollsBySizeAndAge) {
  SinkHarness by_size = CsvSink({{"sink.rolling-policy.file-size", "4 b"}});
  ASSERT_TRUE(by_size.Start().ok());
  ASSERT_TRUE(
      by_size.WriteEpoch(1, {R"({"v":1})", R"({"v":2})", R"({"v":3})", R"({"v":4})", R"({"v":5})"}).ok());
  EXPECT_EQ(by_size.VisiblePaths().size(), 3u);
  EXPECT_EQ(by_size.VisibleLines().size(), 5u);

  SinkHarness by_age = CsvSink(
      {{"sink.rolling-policy.rollover-interval", "10 s"}, {"sink.rolling-policy.check-interval", "1 s"}});
  ASSERT_TRUE(by_age.Start().ok());
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(by_age.Write({R"({"v":1})"}).ok());
    by_age.env.fake_clock.micros += 5'500'000;
  }
  ASSERT_TRUE(by_age.WriteEpoch(1, {R"({"v":2})"}).ok());
  EXPECT_EQ(by_age.VisiblePaths().size(), 3u);
}

TEST(FilesystemSink, WritesPartitionsThatTheSourceReads) {
  const std::vector<Field> columns = {{"v", DataType::Integer()},
                                      {"site", DataType::String()},
                                      {"day", DataType::Date()},
                                      {"ts", DataType::Timestamp(3)}};
  SinkHarness sink(MakeFilesystemConnector(), columns, {{"path", "/out"}, {"format", "json"}});
  for (const char* key : {"site", "day", "ts"}) sink.config.add_partition_keys(key);
  ASSERT_TRUE(sink.Start().ok());
  ASSERT_TRUE(sink.WriteEpoch(1, {R"({"v":1,"site":"a/b=c","day":"2026-03-01","ts":"2026-03-01 10:00:00"})",
                                  R"({"v":2,"site":"","day":null,"ts":"2026-03-01 10:00:00.5"})",
                                  R"({"v":3,"site":"a/b=c","day":"2026-03-01","ts":"2026-03-01 10:00:00"})"})
                  .ok());
  ASSERT_EQ(sink.VisiblePaths().size(), 2u);
  EXPECT_EQ(sink.VisiblePaths()[1].substr(0, 62),
            "/out/site=a%2Fb%3Dc/day=2026-03-01/ts=2026-03-01T10%3A00/part-");
  EXPECT_EQ(sink.VisibleLines(), (Lines{"{\"v\":1}", "{\"v\":2}", "{\"v\":3}"}));

  SourceHarness source(MakeFilesystemConnector(), columns, {{"path", "/out"}, {"format", "json"}});
  for (const char* key : {"site", "day", "ts"}) source.config.add_partition_keys(key);
  for (const std::string& path : sink.VisiblePaths())
    source.env.file_system.Put(path, sink.env.file_system.Content(path));
  EXPECT_EQ(source.Rows(),
            (Lines{"[2, null, null, 2026-03-01T10:00:00.500]", "[1, a/b=c, 2026-03-01, 2026-03-01T10:00]",
                   "[3, a/b=c, 2026-03-01, 2026-03-01T10:00]"}));
}

TEST(FilesystemSink, KeepsFewFilesOpen) {
  const std::vector<Field> columns = {{"v", DataType::Integer()}, {"p", DataType::Integer()}};
  SinkHarness sink(MakeFilesystemConnector(), columns, {{"path", "/out"}, {"format", "csv"}});
  sink.config.add_partition_keys("p");
  ASSERT_TRUE(sink.Start().ok());
  Lines rows;
  for (int i = 0; i < 600; ++i)
    rows.push_back("{\"v\":" + std::to_string(i) + ",\"p\":" + std::to_string(i % 300) + "}");
  ASSERT_TRUE(sink.WriteEpoch(1, rows).ok());
  EXPECT_EQ(sink.VisibleLines().size(), 600u);
  EXPECT_EQ(sink.VisiblePaths().size(), 600u);  // every file was closed before its second row came
}

TEST(FilesystemSink, RefusesToTakeRowsBack) {
  SinkHarness sink = CsvSink();
  ASSERT_TRUE(sink.Start().ok());
  Batch batch = BatchOfJson(kColumns, {R"({"v":1})"});
  ColumnBuilder weights(DataType::Tinyint().NotNull());
  weights.Append<int8_t>(-1);
  batch.weights = weights.Finish();
  EXPECT_EQ(sink.writer().Write(batch).code(), kCannotEncode);
}

TEST(FilesystemSink, IsFullWhileTheDiskIsBehind) {
  SinkHarness sink(MakeFilesystemConnector(), {{"s", DataType::String()}},
                   {{"path", "/out"}, {"format", "raw"}});
  ASSERT_TRUE(sink.Start().ok());
  int wakeups = 0;
  sink.writer().SetWakeup([&wakeups] { ++wakeups; });
  const std::string row = "{\"s\":\"" + std::string(1 << 20, 'x') + "\"}";
  int num_written = 0;
  for (; num_written < 100 && !sink.writer().IsFull(); ++num_written) ASSERT_TRUE(sink.Write({row}).ok());
  EXPECT_GT(num_written, 10);
  EXPECT_LT(num_written, 30);
  sink.env.executor.RunAll();
  EXPECT_FALSE(sink.writer().IsFull());
  EXPECT_GT(wakeups, 0);
}

TEST(FilesystemSink, ReportsAFailedDisk) {
  SinkHarness sink = CsvSink();
  ASSERT_TRUE(sink.Start().ok());
  ASSERT_TRUE(sink.Write({R"({"v":1})"}).ok());
  sink.env.file_system.FailWrites(1);
  EXPECT_EQ(sink.Prepare(1).status().code(), kFileIo);
  EXPECT_EQ(sink.Write({R"({"v":2})"}).code(), kFileIo);
}

TEST(FilesystemSink, RemovesWhatDeadAttemptsLeft) {
  SinkHarness sink = CsvSink();
  ASSERT_TRUE(sink.Start().ok());
  ASSERT_TRUE(sink.WriteEpoch(1, {R"({"v":1})"}).ok());
  ASSERT_TRUE(sink.Write({R"({"v":2})"}).ok());
  ASSERT_TRUE(sink.Prepare(2).ok());  // staged, never durable
  ASSERT_TRUE(sink.Write({R"({"v":3})"}).ok());
  sink.env.executor.RunAll();
  EXPECT_EQ(sink.HiddenPaths().size(), 2u);
  sink.env.file_system.Put("/out/.part-of-somebody-else.inprogress", "x");
  sink.Crash();
  ASSERT_TRUE(sink.Start(1).ok());
  sink.env.executor.RunAll();
  EXPECT_EQ(sink.HiddenPaths(), Lines{"/out/.part-of-somebody-else.inprogress"});
  EXPECT_EQ(sink.VisibleLines(), Lines{"1"});
}

TEST(FilesystemSink, LeavesFilesOfOtherSubtasksAndJobsAlone) {
  SinkHarness sink = CsvSink();
  sink.parallelism = 3;
  sink.subtask = 2;
  ASSERT_TRUE(sink.Start().ok());
  ASSERT_TRUE(sink.Write({R"({"v":2})"}).ok());
  sink.env.executor.RunAll();
  ASSERT_EQ(sink.HiddenPaths().size(), 1u);
  sink.subtask = 1;  // its writer must not touch those of subtask 2
  ASSERT_TRUE(sink.Start().ok());
  sink.env.executor.RunAll();
  EXPECT_EQ(sink.HiddenPaths().size(), 1u);
  sink.subtask = 0;
  sink.parallelism = 2;  // now nobody else is subtask 2
  const std::string job_id = sink.job_id;
  sink.job_id = "another job";
  ASSERT_TRUE(sink.Start().ok());
  sink.env.executor.RunAll();
  EXPECT_EQ(sink.HiddenPaths().size(), 1u);
  sink.job_id = job_id;
  ASSERT_TRUE(sink.Start().ok());
  sink.env.executor.RunAll();
  EXPECT_EQ(sink.HiddenPaths().size(), 0u);
}

TEST(FilesystemSink, RefusesToStartBehindItsOutput) {
  SinkHarness sink = CsvSink();
  ASSERT_TRUE(sink.Start().ok());
  ASSERT_TRUE(sink.Write({R"({"v":1})"}).ok());
  const auto first = sink.Prepare(1);
  ASSERT_TRUE(sink.Commit(*first).ok());
  ASSERT_TRUE(sink.WriteEpoch(2, {R"({"v":2})"}).ok());
  sink.Crash();
  EXPECT_EQ(sink.Start(1).code(), kOutputAhead);
  EXPECT_TRUE(sink.Start(1, true).ok());
  EXPECT_TRUE(sink.Start(2).ok());
  // Another job that starts from a savepoint of this one.
  const std::string first_job = std::exchange(sink.job_id, "another job");
  EXPECT_EQ(sink.Start(1, false, first_job).code(), kOutputAhead);
  EXPECT_TRUE(sink.Start(1, true, first_job).ok());
  EXPECT_EQ(*sink.Commit(*first), CommitResult::kAlreadyDone);
  EXPECT_TRUE(sink.Start(2, false, first_job).ok());
}

TEST(FilesystemSink, ToleratesOutputThatWasMovedAwayOnlyAfterARestart) {
  SinkHarness sink = CsvSink();
  ASSERT_TRUE(sink.Start().ok());
  ASSERT_TRUE(sink.Write({R"({"v":1})"}).ok());
  const auto first = sink.Prepare(1);
  for (const std::string& path : sink.HiddenPaths()) ASSERT_TRUE(sink.env.file_system.RemoveFile(path).ok());
  EXPECT_EQ(sink.Commit(*first).status().code(), kCommitFailed);
  ASSERT_TRUE(sink.Start(1).ok());
  EXPECT_EQ(*sink.Commit(*first), CommitResult::kAlreadyDone);
}

TEST(FilesystemSink, RefusesStrangeCommittablesAndPaths) {
  SinkHarness sink = CsvSink();
  ASSERT_TRUE(sink.Start().ok());
  proto::Committable committable;
  committable.set_content("what");
  EXPECT_EQ(sink.Commit({committable}).status().code(), kCorruptBytes);
  EXPECT_TRUE(sink.Preflight().ok());
  SinkHarness file = CsvSink({{"path", "/out/file"}});
  file.env.file_system.Put("/out/file", "x");
  EXPECT_EQ(file.Preflight().code(), kOutsideRefused);
}

/// One seeded life of a sink with crashes between and inside all steps: every number is visible exactly once
/// at the end.
void LiveAndDie(uint32_t seed) {
  std::mt19937 random(seed);
  const auto one_in = [&random](uint32_t n) { return random() % n == 0; };
  SinkHarness sink = CsvSink({{"sink.rolling-policy.file-size", "20 b"}});
  uint64_t durable_epoch = 0;
  int durable_next = 0;
  std::vector<proto::Committable> durable_committables;
  int next = 0;
  ASSERT_TRUE(sink.Start().ok());
  for (uint64_t epoch = 1; epoch <= 40; ++epoch) {
    // A failed or killed step ends the attempt; `done` says that the epoch is behind us.
    const auto live = [&]() -> Status {
      for (uint32_t batches = random() % 3; batches > 0; --batches) {
        Lines rows;
        for (uint32_t i = random() % 5; i > 0; --i) rows.push_back("{\"v\":" + std::to_string(next++) + "}");
        RETURN_IF_ERROR(sink.Write(rows));
        if (one_in(3)) sink.env.executor.RunAll();
        if (one_in(12)) return Status(kFailPoint, "killed while writing");
      }
      if (one_in(10)) sink.env.file_system.FailWrites(1 + static_cast<int>(random() % 3));
      ASSIGN_OR_RETURN(const auto committables, sink.Prepare(epoch));
      if (one_in(12)) return Status(kFailPoint, "killed before the epoch was durable");
      durable_epoch = epoch;
      durable_next = next;
      durable_committables = committables;
      if (one_in(12)) return Status(kFailPoint, "killed before the commit");
      if (one_in(10)) sink.env.file_system.FailWrites(1);
      RETURN_IF_ERROR(sink.Commit(committables).status());
      if (one_in(12)) return Status(kFailPoint, "killed after the commit");
      return Status::Ok();
    };
    if (live().ok() && epoch < 40) continue;
    sink.Crash();
    next = durable_next;
    const Status started = sink.Start(durable_epoch);
    ASSERT_TRUE(started.ok()) << started.ToString();
    ASSERT_TRUE(sink.Commit(durable_committables).ok());
  }
  sink.env.executor.RunAll();
  Lines expected;
  for (int i = 0; i < durable_next; ++i) expected.push_back(std::to_string(i));
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(sink.VisibleLines(), expected);
  EXPECT_EQ(sink.HiddenPaths(), Lines{});
}

TEST(FilesystemSink, WritesExactlyOnceThroughManyDeaths) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    LiveAndDie(seed);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(PartName, IsReadBack) {
  const PartOwner owner = PartOwnerOf(JobId{"job"}, "uid");
  for (const PartStage stage : {PartStage::kInProgress, PartStage::kStaged, PartStage::kVisible}) {
    const PartName name{stage, owner, "00ff00ff", 3, 17, 5};
    const auto read = PartName::Parse(name.ToString());
    ASSERT_TRUE(read.has_value()) << name.ToString();
    EXPECT_EQ(read->stage, stage);
    EXPECT_EQ(read->owner, owner);
    EXPECT_EQ(read->subtask, 3u);
    EXPECT_EQ(read->epoch, 17u);
    EXPECT_EQ(read->number, 5u);
  }
  for (const char* name :
       {"", ".", "part-1", "data.json", ".part-0123456789abcdef-0-0-0-0", "part-0123456789abcdef-a-x-0-0"}) {
    EXPECT_FALSE(PartName::Parse(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace millrace
