#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>

#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "core/types/proto_conversion.h"
#include "operators/connectors/datagen/datagen_connector.h"
#include "tests/unit/connectors/source_harness.h"

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

SourceHarness Datagen(const std::vector<Field>& columns, const Options& options) {
  return SourceHarness(MakeDatagenConnector(), columns, options);
}

/// Rows of a table of `num_rows`, all at once.
Lines RowsOf(const std::vector<Field>& columns, Options options, int num_rows) {
  options["number-of-rows"] = std::to_string(num_rows);
  options["rows-per-second"] = "1000000000";
  SourceHarness source = Datagen(columns, options);
  EXPECT_TRUE(source.Start(*source.Discover()).ok());
  source.env.fake_clock.micros += 1'000'000;
  EXPECT_TRUE(source.ReadAll().ok());
  return source.rows;
}

TEST(Datagen, CountsInSequences) {
  const std::vector<Field> columns = {{"n", DataType::Bigint()}, {"t", DataType::Tinyint()},
                                      {"d", DataType::Double()}, {"m", DataType::Decimal(5, 1)},
                                      {"s", DataType::String()}, {"y", DataType::Bytes()}};
  Options options;
  for (const char* name : {"n", "t", "d", "m", "s", "y"}) {
    options["fields." + std::string(name) + ".kind"] = "sequence";
    options["fields." + std::string(name) + ".start"] = "-1";
    options["fields." + std::string(name) + ".end"] = "9";
  }
  options["fields.t.end"] = "1";
  EXPECT_EQ(RowsOf(columns, options, 100), (Lines{"[-1, -1, -1.0, -1.0, -1, [45, 49]]",
                                                  "[0, 0, 0.0, 0.0, 0, [48]]", "[1, 1, 1.0, 1.0, 1, [49]]"}));
}

TEST(Datagen, MakesAllTypesWithinTheirBounds) {
  const std::vector<Field> columns = {{"i", DataType::Integer()},  {"n", DataType::Decimal(4, 2)},
                                      {"d", DataType::Double()},   {"s", DataType::String()},
                                      {"v", DataType::Varchar(5)}, {"c", DataType::Char(3)},
                                      {"b", DataType::Boolean()}};
  const Lines rows = RowsOf(columns,
                            {{"fields.i.min", "-2"},
                             {"fields.i.max", "2"},
                             {"fields.n.max", "1.5"},
                             {"fields.d.min", "5"},
                             {"fields.d.max", "6"},
                             {"fields.s.length", "4"},
                             {"fields.s.var-len", "true"}},
                            500);
  ASSERT_EQ(rows.size(), 500u);
  std::set<std::string> integers;
  std::set<size_t> lengths;
  for (const std::string& row : rows) {
    int i;
    double n, d;
    char s[16], v[16], c[16], b[16];
    ASSERT_EQ(sscanf(row.c_str(), "[%d, %lf, %lf, %15[0-9a-f], %15[0-9a-f], %15[0-9a-f], %15[a-z]]", &i, &n,
                     &d, s, v, c, b),
              7)
        << row;
    EXPECT_TRUE(i >= -2 && i <= 2) << row;
    EXPECT_TRUE(n >= 0 && n <= 1.5) << row;
    EXPECT_TRUE(d >= 5 && d <= 6) << row;
    EXPECT_EQ(strlen(v), 5u);
    EXPECT_EQ(strlen(c), 3u);
    integers.insert(std::to_string(i));
    lengths.insert(strlen(s));
  }
  EXPECT_EQ(integers.size(), 5u);
  EXPECT_EQ(lengths, (std::set<size_t>{1, 2, 3}));
}

TEST(Datagen, MakesNestedTypes) {
  const std::vector<Field> columns = {
      {"a", DataType::Array(DataType::Integer())},
      {"m", DataType::Map(DataType::Integer(), DataType::Boolean())},
      {"u", DataType::Multiset(DataType::Integer())},
      {"r", DataType::Row({{"x", DataType::Integer()}, {"y", DataType::String()}})}};
  const Lines rows = RowsOf(columns,
                            {{"fields.a.length", "2"},
                             {"fields.a.element.min", "7"},
                             {"fields.a.element.max", "7"},
                             {"fields.m.key.min", "1"},
                             {"fields.m.key.max", "1"},
                             {"fields.m.value.null-rate", "1"},
                             {"fields.u.element.min", "3"},
                             {"fields.u.element.max", "3"},
                             {"fields.u.length", "1"},
                             {"fields.r.x.null-rate", "1.0"},
                             {"fields.r.y.length", "1"}},
                            20);
  for (const std::string& row : rows) {
    EXPECT_EQ(row.substr(0, 20), "[[7, 7], {1=null}, {") << row;
    EXPECT_NE(row.find("+I[null, "), std::string::npos) << row;
  }
}

TEST(Datagen, ShowsTheClock) {
  const std::vector<Field> columns = {{"d", DataType::Date()},
                                      {"t", DataType::Time(3)},
                                      {"a", DataType::Timestamp(3)},
                                      {"b", DataType::TimestampLtz(9)},
                                      {"p", DataType::Timestamp(3)}};
  const Lines rows = RowsOf(columns, {{"fields.p.max-past", "10 s"}}, 50);
  std::set<std::string> past;
  for (const std::string& row : rows) {
    EXPECT_EQ(row.substr(0, 73), "[2023-11-14, 22:13:21, 2023-11-14T22:13:21, 2023-11-14T22:13:21Z, 2023-11")
        << row;
    past.insert(row);
  }
  EXPECT_GT(past.size(), 40u);
}

TEST(Datagen, GivesNullsAtTheirRate) {
  const Lines rows = RowsOf({{"i", DataType::Integer()}}, {{"fields.i.null-rate", "0.25"}}, 2000);
  const auto num_nulls = std::count(rows.begin(), rows.end(), "[null]");
  EXPECT_GT(num_nulls, 400);
  EXPECT_LT(num_nulls, 600);
}

const std::vector<Field> kPair = {{"n", DataType::Bigint()}, {"i", DataType::Integer()}};
const Options kCounted = {{"fields.n.kind", "sequence"},
                          {"fields.n.start", "0"},
                          {"fields.n.end", "999"},
                          {"rows-per-second", "100"}};

TEST(Datagen, GivesTheSameRowsOnEveryPath) {
  SourceHarness plain = Datagen(kPair, kCounted);
  ASSERT_TRUE(plain.Start(*plain.Discover()).ok());
  for (int i = 0; i < 2000 && *plain.Poll(50) != ReadState::kEnd; ++i) plain.env.executor.Advance(100'000);
  ASSERT_EQ(plain.rows.size(), 1000u);

  // Three splits, each restored after every poll, and columns in another order.
  SourceHarness pieces = Datagen({kPair[1], kPair[0]}, kCounted);
  Schema declared;
  declared.fields = kPair;
  ToProto(declared, pieces.config.mutable_declared());
  pieces.parallelism = 3;
  std::vector<Split> splits = *pieces.Discover();
  EXPECT_EQ(splits.size(), 3u);
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(pieces.Start(splits).ok());
    pieces.env.executor.Advance(100'000);
    const auto state = pieces.Poll(7);
    ASSERT_TRUE(state.ok());
    if (*state == ReadState::kEnd) break;
    splits = pieces.reader().Snapshot();
  }
  std::multiset<std::string> expected;
  for (const std::string& row : plain.rows) {
    const size_t comma = row.find(", ");
    expected.insert("[" + row.substr(comma + 2, row.size() - comma - 3) + ", " + row.substr(1, comma - 1) +
                    "]");
  }
  EXPECT_EQ(std::multiset<std::string>(pieces.rows.begin(), pieces.rows.end()), expected);
}

TEST(Datagen, KeepsItsRateWithoutSleeping) {
  SourceHarness source = Datagen({{"i", DataType::Integer()}}, {{"rows-per-second", "100"}});
  ASSERT_TRUE(source.Start(*source.Discover()).ok());
  EXPECT_EQ(*source.Poll(1000), ReadState::kIdle);
  EXPECT_EQ(source.env.executor.num_timers(), 1u);
  EXPECT_EQ(*source.Poll(1000), ReadState::kIdle);
  EXPECT_EQ(source.env.executor.num_timers(), 1u);
  source.env.executor.Advance(10'000);
  EXPECT_EQ(source.num_wakeups, 1);
  EXPECT_EQ(*source.Poll(1000), ReadState::kReady);
  EXPECT_EQ(source.rows.size(), 1u);
  source.env.executor.Advance(250'000);
  EXPECT_EQ(*source.Poll(1000), ReadState::kReady);
  EXPECT_EQ(source.rows.size(), 26u);
  source.env.executor.Advance(3'600'000'000);  // an hour that nobody asked for rows is one second's worth
  EXPECT_EQ(*source.Poll(1000), ReadState::kReady);
  EXPECT_EQ(source.rows.size(), 126u);
}

TEST(Datagen, SharesItsRateAmongSplits) {
  SourceHarness source = Datagen({{"i", DataType::Integer()}}, {{"rows-per-second", "100"}});
  source.parallelism = 4;
  const std::vector<Split> splits = *source.Discover();
  ASSERT_TRUE(source.Start({splits[0]}).ok());
  source.env.executor.Advance(1'000'000);
  EXPECT_EQ(*source.Poll(1000), ReadState::kReady);
  EXPECT_EQ(source.rows.size(), 25u);
}

TEST(Datagen, DiscoversSplitsOnce) {
  SourceHarness source = Datagen(kPair, kCounted);
  EXPECT_EQ(source.Discover({"rows-0"})->size(), 0u);
  EXPECT_EQ(source.Start({{.id = "x", .position = "what"}}).code(), kCorruptBytes);
  EXPECT_TRUE(MakeDatagenConnector().descriptor.bounded(kCounted));
  EXPECT_TRUE(MakeDatagenConnector().descriptor.bounded({{"number-of-rows", "1"}}));
  EXPECT_FALSE(MakeDatagenConnector().descriptor.bounded({{"fields.x.kind", "random"}}));
}

TEST(Datagen, RefusesOptionsThatDoNotFit) {
  const std::vector<Field> columns = {{"i", DataType::Integer()},
                                      {"s", DataType::Varchar(5)},
                                      {"c", DataType::Char(5)},
                                      {"t", DataType::Timestamp(3)},
                                      {"d", DataType::Double()}};
  const struct {
    Options options;
    ErrorCode code;
  } cases[] = {
      {{{"fields.x.kind", "random"}}, kUnknownOption},
      {{{"fields.i.length", "3"}}, kUnknownOption},
      {{{"fields.i.kind", "constant"}}, kBadOptionValue},
      {{{"fields.i.kind", "sequence"}}, kMissingOption},
      {{{"fields.i.kind", "sequence"}, {"fields.i.start", "1"}}, kMissingOption},
      {{{"fields.i.kind", "sequence"}, {"fields.i.start", "1"}, {"fields.i.end", "3000000000"}},
       kBadOptionValue},
      {{{"fields.t.kind", "sequence"}}, kUnsupportedByConnector},
      {{{"fields.i.min", "x"}}, kBadOptionValue},
      {{{"fields.i.min", "5"}, {"fields.i.max", "4"}}, kBadOptionValue},
      {{{"fields.d.min", "5"}, {"fields.d.max", "4.5"}}, kBadOptionValue},
      {{{"fields.d.max", "much"}}, kBadOptionValue},
      {{{"fields.s.length", "6"}}, kBadOptionValue},
      {{{"fields.c.length", "4"}}, kBadOptionValue},
      {{{"fields.c.var-len", "true"}}, kBadOptionValue},
      {{{"fields.i.null-rate", "1.5"}}, kBadOptionValue},
      {{{"fields.t.max-past", "long ago"}}, kBadOptionValue},
      {{{"rows-per-second", "0"}}, kBadOptionValue},
      {{{"number-of-rows", "-1"}}, kBadOptionValue},
  };
  for (const auto& test : cases) {
    SourceHarness source = Datagen(columns, test.options);
    const Status status = source.Preflight();
    EXPECT_EQ(status.code(), test.code) << test.options.begin()->first << ": " << status.ToString();
    EXPECT_FALSE(status.suggestion().empty()) << status.ToString();
  }
}

}  // namespace
}  // namespace millrace
