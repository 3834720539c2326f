#include "operators/window/window_aggregate.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "core/temporal/civil.h"
#include "operators/api/error_codes.h"
#include "operators/window/window_assign.h"
#include "operators/window/window_frames.h"
#include "tests/unit/operators/harness.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr char kCountAndSum[] =
    "keys: 0 aggregates { function: 'COUNT' type { kind: BIGINT } } "
    "aggregates { function: 'SUM' arguments: 1 type { kind: INTEGER } } ";
constexpr char kInput[] = "k STRING, v INT, ts TIMESTAMP(3)*";
constexpr char kOutput[] = "k STRING, n BIGINT, s INT, ws TIMESTAMP(3), we TIMESTAMP(3), wt TIMESTAMP(3)*";

class WindowAggregateTest : public testing::Test {
 protected:
  Harness Make(const std::string& window, const std::string& calls = kCountAndSum,
               const std::string& input = kInput, const std::string& output = kOutput) {
    HarnessOptions options;
    options.config = "window_aggregate { window { " + window + " } " + calls + " }";
    options.inputs = {input};
    options.output = output;
    options.keys = {{0}};
    return Harness(factory_, options);
  }
  /// The rows without dates and window_time: key, results, start and end times of day.
  static std::vector<std::string> Short(const std::vector<std::string>& rows) {
    std::vector<std::string> shortened;
    for (std::string row : rows) {
      for (size_t at; (at = row.find("2026-03-02 ")) != std::string::npos;) row.erase(at, 11);
      for (size_t at; (at = row.find(".000\"")) != std::string::npos;) row.erase(at, 4);
      shortened.push_back(row.substr(0, row.rfind(",\"")));
    }
    return shortened;
  }

  const OperatorFactory factory_ = WindowAggregateFactory();
};

TEST_F(WindowAggregateTest, SendsAWindowOnceTheWatermarkPassesItsEnd) {
  Harness harness = Make("size_ms: 60000 time_column: 2");
  ASSERT_OK(
      harness.Push({"a, 1, 2026-03-02 10:00:05", "b, 2, 2026-03-02 10:00:50", "a, 4, 2026-03-02 10:01:00"}));
  ASSERT_OK(harness.AdvanceWatermark("2026-03-02 10:00:59.998"));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
  ASSERT_OK(harness.AdvanceWatermark("2026-03-02 10:00:59.999"));
  EXPECT_THAT(
      harness.TakeEvents(),
      UnorderedElementsAre(
          "+[\"a\",1,1,\"2026-03-02 10:00:00.000\",\"2026-03-02 10:01:00.000\",\"2026-03-02 10:00:59.999\"]",
          "+[\"b\",1,2,\"2026-03-02 10:00:00.000\",\"2026-03-02 10:01:00.000\",\"2026-03-02 10:00:59.999\"]",
          "watermark 1772445659999000"));
  ASSERT_OK(harness.AdvanceWatermark(Watermark{Watermark::kMax}));
  EXPECT_THAT(Short(harness.TakeRows()), ElementsAre("+[\"a\",1,4,\"10:01:00\",\"10:02:00\""));
}

TEST_F(WindowAggregateTest, DropsAndCountsLateRows) {
  Harness harness = Make("size_ms: 60000 time_column: 2");
  ASSERT_OK(harness.AdvanceWatermark("2026-03-02 10:00:59.999"));
  ASSERT_OK(harness.Push({"a, 1, 2026-03-02 10:00:59.999", "a, 2, 2026-03-02 10:01:00"}));
  ASSERT_OK(harness.AdvanceWatermark(Watermark{Watermark::kMax}));
  EXPECT_THAT(Short(harness.TakeRows()), ElementsAre("+[\"a\",1,2,\"10:01:00\",\"10:02:00\""));
  EXPECT_EQ(harness.late_records(), 1u);
}

TEST_F(WindowAggregateTest, HopMergesSlices) {
  Harness harness = Make("kind: HOP size_ms: 60000 slide_ms: 30000 time_column: 2");
  ASSERT_OK(
      harness.Push({"a, 1, 2026-03-02 10:00:05", "a, 2, 2026-03-02 10:00:40", "b, 8, 2026-03-02 10:01:40"}));
  ASSERT_OK(harness.AdvanceWatermark(Watermark{Watermark::kMax}));
  EXPECT_THAT(Short(harness.TakeRows()),
              ElementsAre("+[\"a\",1,1,\"09:59:30\",\"10:00:30\"", "+[\"a\",2,3,\"10:00:00\",\"10:01:00\"",
                          "+[\"a\",1,2,\"10:00:30\",\"10:01:30\"", "+[\"b\",1,8,\"10:01:00\",\"10:02:00\"",
                          "+[\"b\",1,8,\"10:01:30\",\"10:02:30\""));
}

TEST_F(WindowAggregateTest, RowsOfAHopAreLateForSomeWindowsOnly) {
  Harness harness = Make("kind: HOP size_ms: 60000 slide_ms: 30000 time_column: 2");
  ASSERT_OK(harness.AdvanceWatermark("2026-03-02 10:00:45"));
  ASSERT_OK(harness.Push({"a, 1, 2026-03-02 10:00:05"}));
  ASSERT_OK(harness.AdvanceWatermark(Watermark{Watermark::kMax}));
  EXPECT_THAT(Short(harness.TakeRows()), ElementsAre("+[\"a\",1,1,\"10:00:00\",\"10:01:00\""));
  EXPECT_EQ(harness.late_records(), 0u);
}

TEST_F(WindowAggregateTest, CumulateGrows) {
  Harness harness = Make("kind: CUMULATE size_ms: 180000 slide_ms: 60000 time_column: 2");
  ASSERT_OK(harness.Push({"a, 1, 2026-03-02 10:00:05", "a, 2, 2026-03-02 10:02:00"}));
  ASSERT_OK(harness.AdvanceWatermark("2026-03-02 10:02:10"));
  EXPECT_THAT(Short(harness.TakeRows()),
              ElementsAre("+[\"a\",1,1,\"10:00:00\",\"10:01:00\"", "+[\"a\",1,1,\"10:00:00\",\"10:02:00\""));
  // Its own step is over, but not the window that holds all steps.
  ASSERT_OK(harness.Push({"a, 4, 2026-03-02 10:01:30", "b, 8, 2026-03-02 10:00:30"}));
  ASSERT_OK(harness.AdvanceWatermark(Watermark{Watermark::kMax}));
  EXPECT_THAT(Short(harness.TakeRows()), UnorderedElementsAre("+[\"a\",3,7,\"10:00:00\",\"10:03:00\"",
                                                              "+[\"b\",1,8,\"10:00:00\",\"10:03:00\""));
}

TEST_F(WindowAggregateTest, WindowsOfColumns) {
  Harness harness = Make("kind: ATTACHED start_column: 2 end_column: 3", kCountAndSum,
                         "k STRING, v INT, ws TIMESTAMP(3), we TIMESTAMP(3)");
  ASSERT_OK(harness.Push({"a, 1, 2026-03-02 10:00:00, 2026-03-02 10:05:00",
                          "a, 2, 2026-03-02 10:00:00, 2026-03-02 10:05:00",
                          "a, 4, 2026-03-02 10:02:00, 2026-03-02 10:07:00"}));
  ASSERT_OK(harness.AdvanceWatermark("2026-03-02 10:04:59.999"));
  EXPECT_THAT(Short(harness.TakeRows()), ElementsAre("+[\"a\",2,3,\"10:00:00\",\"10:05:00\""));
  ASSERT_OK(harness.AdvanceWatermark(Watermark{Watermark::kMax}));
  EXPECT_THAT(Short(harness.TakeRows()), ElementsAre("+[\"a\",1,4,\"10:02:00\",\"10:07:00\""));
}

TEST_F(WindowAggregateTest, WindowsOfLocalTimeFollowTheZone) {
  Harness harness = Make("size_ms: 86400000 time_column: 2 time_zone: 'Asia/Shanghai'", kCountAndSum,
                         "k STRING, v INT, ts TIMESTAMP_LTZ(3)*",
                         "k STRING, n BIGINT, s INT, ws TIMESTAMP(3), we TIMESTAMP(3), wt TIMESTAMP_LTZ(3)*");
  ASSERT_OK(harness.Push({"a, 1, 2026-03-01 16:00:00", "a, 2, 2026-03-02 15:59:59"}));
  ASSERT_OK(harness.AdvanceWatermark("2026-03-02 15:59:59.998"));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
  ASSERT_OK(harness.AdvanceWatermark("2026-03-02 15:59:59.999"));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",2,3,\"2026-03-02 00:00:00.000\",\"2026-03-03 "
                                              "00:00:00.000\",\"2026-03-02 15:59:59.999Z\"]"));
}

TEST_F(WindowAggregateTest, ProcessingTimeWindowsFollowTheClock) {
  Harness harness = Make("size_ms: 1000 processing_time: true", kCountAndSum, "k STRING, v INT",
                         "k STRING, n BIGINT, s INT, ws TIMESTAMP(3), we TIMESTAMP(3), wt TIMESTAMP_LTZ(3)");
  ASSERT_OK(harness.SetTime(5'200'000));
  ASSERT_OK(harness.Push({"a, 1", "a, 2"}));
  ASSERT_OK(harness.SetTime(5'999'999));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
  ASSERT_OK(harness.Push({"a, 4"}));
  ASSERT_OK(harness.SetTime(6'000'000));
  EXPECT_THAT(harness.TakeRows(),
              ElementsAre("+[\"a\",3,7,\"1970-01-01 00:00:05.000\",\"1970-01-01 00:00:06.000\","
                          "\"1970-01-01 00:00:05.999Z\"]"));
  ASSERT_OK(harness.Push({"b, 8"}));
  ASSERT_OK(harness.Finish());
  EXPECT_EQ(harness.TakeRows().size(), 1u);
}

TEST_F(WindowAggregateTest, DistinctAcrossSharedSlices) {
  const std::string calls =
      "keys: 0 aggregates { function: 'COUNT' arguments: 1 distinct: true type { kind: BIGINT } } "
      "aggregates { function: 'SUM' arguments: 1 distinct: true type { kind: INTEGER } } ";
  for (const std::string window : {"kind: HOP size_ms: 60000 slide_ms: 30000 time_column: 2",
                                   "kind: CUMULATE size_ms: 60000 slide_ms: 30000 time_column: 2"}) {
    Harness harness = Make(window, calls);
    ASSERT_OK(harness.Push({"a, 1, 2026-03-02 10:00:05", "a, 1, 2026-03-02 10:00:35",
                            "a, 2, 2026-03-02 10:00:36", "a, NULL, 2026-03-02 10:00:36"}));
    Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(1);
    ASSERT_OK(checkpoint.status());
    ASSERT_OK(harness.Restore(*checkpoint, 2));
    ASSERT_OK(harness.AdvanceWatermark("2026-03-02 10:00:59.999"));
    EXPECT_THAT(Short(harness.TakeRows()), testing::Contains("+[\"a\",2,3,\"10:00:00\",\"10:01:00\""))
        << window;
  }
}

TEST_F(WindowAggregateTest, RefusesWhatDoesNotFit) {
  Harness time = Make("size_ms: 60000 time_column: 1");
  EXPECT_EQ(time.Open().code(), kBadOperatorConfig);
  Harness output = Make("size_ms: 60000 time_column: 2", kCountAndSum, kInput, "k STRING, n BIGINT, s INT");
  EXPECT_EQ(output.Open().code(), kBadOperatorConfig);
  Harness null_time = Make("size_ms: 60000 time_column: 2");
  EXPECT_EQ(null_time.Push({"a, 1, NULL"}).code(), kNullEventTime);
}

class RandomWindowTest : public testing::TestWithParam<const char*> {};

/// Rows with disorder, in most runs some of them late, against the windows of each row by definition.
TEST_P(RandomWindowTest, GiveWhatTheDefinitionGives) {
  const OperatorFactory factory = WindowAggregateFactory();
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    const uint32_t disorder_ms = seed % 3 == 0 ? 1000 : 6000;
    HarnessOptions options;
    options.config = std::string("window_aggregate { window { ") + GetParam() + " time_column: 2 } " +
                     kCountAndSum +
                     "aggregates { function: 'COUNT' arguments: 1 distinct: true type { kind: BIGINT } } "
                     "aggregates { function: 'MAX' arguments: 1 type { kind: INTEGER } } }";
    if (seed % 2 == 0) {  // without DISTINCT: CUMULATE folds its slices
      options.config.replace(options.config.find("distinct: true"), 14, "");
    }
    options.inputs = {kInput};
    options.output =
        "k STRING, n BIGINT, s INT, d BIGINT, m INT, ws TIMESTAMP(3), we TIMESTAMP(3), wt TIMESTAMP(3)*";
    options.keys = {{0}};
    options.parallelism = 1 + seed % 2;
    if (seed % 2 == 1) options.memory_bytes = 4096;  // rows leave memory after each checkpoint
    Harness harness(factory, options);
    const Result<WindowFrames> frames = [&] {
      proto::Operator op;
      EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(options.config, &op));
      return WindowFrames::Create(op.window_aggregate().window());
    }();
    ASSERT_OK(frames.status());

    struct WindowRows {
      std::vector<int> values;
    };
    std::map<std::pair<int64_t, std::string>, WindowRows> expected;
    uint64_t num_late = 0;
    int64_t watermark_ms = -1'000'000;
    for (int step = 0; step < 80; ++step) {
      std::vector<std::string> rows;
      for (uint32_t i = 0, size = 1 + random() % 10; i < size; ++i) {
        const int64_t time_ms =
            step * 700 + static_cast<int64_t>(random() % disorder_ms) - disorder_ms * 2 / 3;
        const std::string key = "k" + std::to_string(random() % 5);
        const int value = static_cast<int>(random() % 8);
        std::string time;
        AppendTimestamp(time_ms * 1000, 3, &time);
        rows.push_back(key + ", " + std::to_string(value) + ", " + time);
        const int64_t slice = frames->SliceEnd(time_ms * 1000);
        bool open = slice == WindowFrames::kNone;
        for (int64_t end = slice == WindowFrames::kNone ? slice
                                                        : frames->NextWindowEnd(slice, WindowFrames::kNone);
             end != WindowFrames::kNone; end = frames->NextWindowEnd(slice, end)) {
          if (end / 1000 - 1 <= watermark_ms) continue;
          expected[{end, key}].values.push_back(value);
          open = true;
        }
        if (!open) ++num_late;
      }
      ASSERT_OK(harness.Push(rows));
      if (step % 3 == 0) {
        watermark_ms = std::max<int64_t>(watermark_ms, step * 700 - 1500);
        ASSERT_OK(harness.AdvanceWatermark(Watermark{watermark_ms * 1000}));
      }
      if (step % 29 == 28) {
        Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(static_cast<uint64_t>(step));
        ASSERT_OK(checkpoint.status());
        ASSERT_OK(harness.Restore(*checkpoint, 1 + random() % 3));
      }
    }
    ASSERT_OK(harness.AdvanceWatermark(Watermark{Watermark::kMax}));
    std::set<std::string> rows;
    for (const auto& [window, content] : expected) {
      std::string start, end, time;
      AppendTimestamp(frames->WindowStart(window.first), 3, &start);
      AppendTimestamp(window.first, 3, &end);
      AppendTimestamp(window.first - 1000, 3, &time);
      const std::set<int> distinct(content.values.begin(), content.values.end());
      int sum = 0;
      for (int value : content.values) sum += value;
      const size_t count = seed % 2 == 0 ? content.values.size() : distinct.size();
      rows.insert("+[\"" + window.second + "\"," + std::to_string(content.values.size()) + "," +
                  std::to_string(sum) + "," + std::to_string(count) + "," +
                  std::to_string(*distinct.rbegin()) + ",\"" + start + "\",\"" + end + "\",\"" + time +
                  "\"]");
    }
    const std::vector<std::string> got = harness.TakeRows();
    EXPECT_EQ(std::set<std::string>(got.begin(), got.end()), rows) << "seed " << seed;
    EXPECT_EQ(got.size(), rows.size());
    EXPECT_EQ(harness.late_records(), num_late);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, RandomWindowTest,
                         testing::Values("size_ms: 5000", "size_ms: 5000 offset_ms: 1200",
                                         "kind: HOP size_ms: 6000 slide_ms: 2000",
                                         "kind: HOP size_ms: 5000 slide_ms: 2000 offset_ms: 300",
                                         "kind: HOP size_ms: 20000 slide_ms: 500",
                                         "kind: HOP size_ms: 2000 slide_ms: 5000",
                                         "kind: CUMULATE size_ms: 8000 slide_ms: 2000"));

TEST_F(WindowAggregateTest, TwoPhasesGiveTheSame) {
  const std::string window = "kind: HOP size_ms: 60000 slide_ms: 30000 time_column: 2";
  const std::string middle =
      "k STRING, slice BIGINT, n BIGINT NOT NULL, s INT, sn BIGINT NOT NULL, rows BIGINT";
  Harness local = Make(window, std::string(kCountAndSum) + " phase: LOCAL", kInput, middle);
  Harness global = Make(window, std::string(kCountAndSum) + " phase: GLOBAL", middle, kOutput);
  ASSERT_OK(
      local.Push({"a, 1, 2026-03-02 10:00:05", "a, 2, 2026-03-02 10:00:06", "a, 4, 2026-03-02 10:00:40"}));
  for (const Batch& batch : std::vector<Batch>(local.batches())) ASSERT_OK(global.PushBatch(batch));
  ASSERT_OK(global.AdvanceWatermark("2026-03-02 10:00:59.999"));
  EXPECT_THAT(Short(global.TakeRows()),
              ElementsAre("+[\"a\",2,3,\"09:59:30\",\"10:00:30\"", "+[\"a\",3,7,\"10:00:00\",\"10:01:00\""));
  local.TakeRows();
  ASSERT_OK(local.Push({"a, 1, 2026-03-02 09:59:59", "a, 1, 2026-03-02 09:59:59"}));
  for (const Batch& batch : std::vector<Batch>(local.batches())) ASSERT_OK(global.PushBatch(batch));
  EXPECT_EQ(global.late_records(), 2u);
}

TEST(WindowAssignTest, GivesARowAWindow) {
  const OperatorFactory factory = WindowAssignFactory();
  HarnessOptions options;
  options.config = "window_assign { window { kind: HOP size_ms: 60000 slide_ms: 30000 time_column: 1 } }";
  options.inputs = {"v INT, ts TIMESTAMP(3)*"};
  options.output = "v INT, ts TIMESTAMP(3), ws TIMESTAMP(3), we TIMESTAMP(3), wt TIMESTAMP(3)*";
  options.keyed = false;
  Harness harness(factory, options);
  ASSERT_OK(harness.Push({"- 1, 2026-03-02 10:00:05"}));
  EXPECT_THAT(
      harness.TakeRows(),
      ElementsAre("-[1,\"2026-03-02 10:00:05.000\",\"2026-03-02 09:59:30.000\",\"2026-03-02 10:00:30.000\","
                  "\"2026-03-02 10:00:29.999\"]",
                  "-[1,\"2026-03-02 10:00:05.000\",\"2026-03-02 10:00:00.000\",\"2026-03-02 10:01:00.000\","
                  "\"2026-03-02 10:00:59.999\"]"));
}

}  // namespace
}  // namespace millrace
