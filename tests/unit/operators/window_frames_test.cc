#include "operators/window/window_frames.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "operators/api/error_codes.h"
#include "operators/window/window_clock.h"
#include "proto/job_graph.pb.h"
#include "tests/unit/operators/text_rows.h"

namespace millrace {
namespace {

constexpr int64_t kMilli = 1000;

proto::WindowSpec Spec(proto::WindowSpec::Kind kind, int64_t size_ms, int64_t slide_ms, int64_t offset_ms) {
  proto::WindowSpec spec;
  spec.set_kind(kind);
  spec.set_size_ms(size_ms);
  spec.set_slide_ms(slide_ms);
  spec.set_offset_ms(offset_ms);
  return spec;
}

using Parameters = std::tuple<proto::WindowSpec::Kind, int64_t, int64_t, int64_t>;
class WindowFramesTest : public testing::TestWithParam<Parameters> {};

/// All windows [start, end) that hold a time, by definition.
std::set<std::pair<int64_t, int64_t>> WindowsOf(const Parameters& parameters, int64_t time) {
  const auto [kind, size, slide, offset] = parameters;
  std::set<std::pair<int64_t, int64_t>> windows;
  for (int64_t k = -200; k <= 200; ++k) {
    if (kind == proto::WindowSpec::CUMULATE) {
      const int64_t start = k * size + offset;
      for (int64_t end = start + slide; end <= start + size; end += slide) {
        if (start <= time && time < end) windows.emplace(start, end);
      }
    } else {
      const int64_t start = k * (kind == proto::WindowSpec::TUMBLE ? size : slide) + offset;
      if (start <= time && time < start + size) windows.emplace(start, start + size);
    }
  }
  return windows;
}

TEST_P(WindowFramesTest, SlicesLeadToTheWindowsOfATime) {
  const auto [kind, size, slide, offset] = GetParam();
  const Result<WindowFrames> frames = WindowFrames::Create(Spec(kind, size, slide, offset));
  ASSERT_TRUE(frames.ok());
  for (int64_t time = -40; time < 40; ++time) {
    const auto expected = WindowsOf(GetParam(), time);
    const int64_t slice = frames->SliceEnd(time * kMilli);
    std::set<std::pair<int64_t, int64_t>> windows;
    if (slice != WindowFrames::kNone) {
      EXPECT_TRUE(frames->IsInSlice(time * kMilli, slice));
      for (int64_t end = frames->NextWindowEnd(slice, WindowFrames::kNone); end != WindowFrames::kNone;
           end = frames->NextWindowEnd(slice, end)) {
        windows.emplace(frames->WindowStart(end) / kMilli, end / kMilli);
        EXPECT_LT(frames->SlicesBegin(end), slice);
        EXPECT_LE(slice, end);
      }
      EXPECT_EQ(windows.rbegin()->second * kMilli, frames->LastWindowEnd(slice));
    }
    EXPECT_EQ(windows, expected) << "time " << time;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, WindowFramesTest,
                         testing::Values(Parameters{proto::WindowSpec::TUMBLE, 5, 0, 0},
                                         Parameters{proto::WindowSpec::TUMBLE, 7, 0, 3},
                                         Parameters{proto::WindowSpec::TUMBLE, 7, 0, -3},
                                         Parameters{proto::WindowSpec::HOP, 10, 2, 0},
                                         Parameters{proto::WindowSpec::HOP, 10, 4, 1},
                                         Parameters{proto::WindowSpec::HOP, 10, 10, 0},
                                         Parameters{proto::WindowSpec::HOP, 4, 6, 0},
                                         Parameters{proto::WindowSpec::HOP, 3, 7, -2},
                                         Parameters{proto::WindowSpec::CUMULATE, 12, 3, 0},
                                         Parameters{proto::WindowSpec::CUMULATE, 10, 10, 4},
                                         Parameters{proto::WindowSpec::CUMULATE, 8, 2, -1}));

TEST(WindowFrames, RefusesSizesThatGiveNoWindows) {
  for (const proto::WindowSpec& spec :
       {Spec(proto::WindowSpec::TUMBLE, 0, 0, 0), Spec(proto::WindowSpec::HOP, 10, 0, 0),
        Spec(proto::WindowSpec::HOP, -1, 5, 0), Spec(proto::WindowSpec::CUMULATE, 10, 3, 0),
        Spec(proto::WindowSpec::TUMBLE, INT64_MAX, 0, 0)}) {
    EXPECT_EQ(WindowFrames::Create(spec).status().code(), kBadOperatorConfig) << spec.ShortDebugString();
  }
}

int64_t Micros(const std::string& text) {
  const Batch batch = ParseRows(ParseSchema("t TIMESTAMP(3)"), {text});
  return ColumnReader(*batch.columns[0]).Value<int64_t>(0);
}

TEST(WindowClock, EndsAtTheLastInstantOfALocalTime) {
  proto::WindowSpec spec;
  spec.set_time_zone("Europe/Berlin");
  const Result<WindowClock> clock = WindowClock::Create(spec, DataType::TimestampLtz(3));
  ASSERT_TRUE(clock.ok());
  EXPECT_EQ(clock->LastInstant(Micros("2026-01-10 12:00:00")), Micros("2026-01-10 10:59:59.999"));
  // 02:00 to 03:00 comes twice on this day, and not at all on the other.
  EXPECT_EQ(clock->LastInstant(Micros("2026-10-25 03:00:00")), Micros("2026-10-25 01:59:59.999"));
  EXPECT_EQ(clock->LastInstant(Micros("2026-03-29 03:00:00")), Micros("2026-03-29 01:00:00"));
  const Result<WindowClock> plain = WindowClock::Create(spec, DataType::Timestamp(3));
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->LastInstant(Micros("2026-01-10 12:00:00")), Micros("2026-01-10 11:59:59.999"));
}

}  // namespace
}  // namespace millrace
