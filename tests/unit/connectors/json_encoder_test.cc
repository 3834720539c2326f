#include <gtest/gtest.h>

#include "operators/formats/json/json_format.h"
#include "tests/unit/connectors/format_harness.h"

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

const std::vector<Field> kColumns = {
    {"i", DataType::Integer()},
    {"f", DataType::Float()},
    {"d", DataType::Double()},
    {"st", DataType::String()},
    {"b", DataType::Boolean()},
    {"n", DataType::Decimal(10, 2)},
    {"y", DataType::Bytes()},
    {"dt", DataType::Date()},
    {"tm", DataType::Time(3)},
    {"ts", DataType::Timestamp(6)},
    {"tz", DataType::TimestampLtz(3)},
    {"a", DataType::Array(DataType::Integer())},
    {"r", DataType::Row({{"x", DataType::Integer()}, {"y", DataType::String()}})},
    {"m", DataType::Map(DataType::String(), DataType::Integer())}};

TEST(JsonEncoder, WritesAsFlinkDoes) {
  const Lines rows = {
      R"({"i":1,"f":1.5,"d":1.0E10,"st":"plain","b":true,"n":1E+2,"y":"SGVsbG8=","dt":"2026-03-02","tm":"07:58:30","ts":"2026-03-02 07:58:30.123456","tz":"1970-01-01 00:00:00Z","a":[1,2],"r":{"x":5,"y":"z"},"m":{"z":1,"a":2}})",
      R"({"i":null,"f":0.1,"d":1.0E-5,"st":"x/y","b":false,"n":0,"y":"","dt":"1969-12-31","tm":"00:00:00","ts":"2026-03-02 07:58:00","tz":"1970-01-01 00:00:00.123Z","a":[null,2],"r":{"x":5,"y":null},"m":{"z":null}})",
      R"({"i":3,"f":100.0,"d":1.23456789E8,"st":"\u0001\u001F)"
      "\x7f"
      R"(\"\\\b\f\n\r\té","b":false,"n":12.3,"y":"AP8=","dt":"1969-12-31","tm":"00:00:01.5","ts":"2026-03-02 07:58:00.5","tz":"1970-01-01 00:00:00.123Z","a":null,"r":null,"m":null})"};
  const Batch batch = BatchOfJson(kColumns, rows);
  EXPECT_EQ(EncodeRows(MakeJsonFormat(), kColumns, {}, batch), rows);
}

TEST(JsonEncoder, FollowsItsOptions) {
  const std::vector<Field> columns = {
      {"n", DataType::Decimal(12, 7)},
      {"s", DataType::String()},
      {"ts", DataType::Timestamp(3)},
      {"tz", DataType::TimestampLtz(3)},
      {"r", DataType::Row({{"x", DataType::Integer()}, {"y", DataType::String()}})}};
  const Batch batch = BatchOfJson(
      columns, {R"({"n":0.0000001,"ts":"2026-03-02 07:58:30.1","tz":"2026-03-02 07:58:30Z","r":{"y":"z"}})"});
  EXPECT_EQ(
      EncodeRows(MakeJsonFormat(), columns, {}, batch)[0],
      R"({"n":1E-7,"s":null,"ts":"2026-03-02 07:58:30.1","tz":"2026-03-02 07:58:30Z","r":{"x":null,"y":"z"}})");
  EXPECT_EQ(EncodeRows(MakeJsonFormat(), columns,
                       {{"encode.decimal-as-plain-number", "true"},
                        {"encode.ignore-null-fields", "true"},
                        {"timestamp-format.standard", "ISO-8601"}},
                       batch)[0],
            R"({"n":0.0000001,"ts":"2026-03-02T07:58:30.1","tz":"2026-03-02T07:58:30Z","r":{"y":"z"}})");
  EXPECT_EQ(
      EncodeRows(MakeJsonFormat(), columns, {{"timestamp-format.standard", "ISO-8601-WITH-OFFSET"}},
                 batch)[0],
      R"({"n":1E-7,"s":null,"ts":"2026-03-02T07:58:30.1Z","tz":"2026-03-02T07:58:30Z","r":{"x":null,"y":"z"}})");
}

TEST(JsonEncoder, TreatsNullKeysAsTold) {
  const DataType type = DataType::Map(DataType::String(), DataType::Integer());
  const std::vector<Field> columns = {{"m", type}};
  ColumnBuilder builder(type);
  builder.child(0).AppendNull();
  builder.child(1).Append<int32_t>(5);
  builder.child(0).AppendString("b");
  builder.child(1).AppendNull();
  builder.AppendNested();
  Batch batch;
  batch.num_rows = 1;
  batch.columns = {builder.Finish()};
  EXPECT_EQ(EncodeRows(MakeJsonFormat(), columns, {}, batch)[0],
            "error MR-3102: JSON cannot write a map with a NULL key, column 'm'");
  EXPECT_EQ(EncodeRows(MakeJsonFormat(), columns, {{"map-null-key.mode", "DROP"}}, batch)[0],
            R"({"m":{"b":null}})");
  EXPECT_EQ(EncodeRows(MakeJsonFormat(), columns, {{"map-null-key.mode", "LITERAL"}}, batch)[0],
            R"({"m":{"null":5,"b":null}})");
  EXPECT_EQ(EncodeRows(MakeJsonFormat(), columns,
                       {{"map-null-key.mode", "LITERAL"}, {"map-null-key.literal", "none"}}, batch)[0],
            R"({"m":{"none":5,"b":null}})");
}

TEST(JsonEncoder, WritesOtherTypesAndEncodings) {
  const std::vector<Field> columns = {{"d", DataType::Double()},
                                      {"l", DataType::Bigint()},
                                      {"t", DataType::Tinyint()},
                                      {"s", DataType::Smallint()},
                                      {"n", DataType::Decimal(38, 3)},
                                      {"w", DataType::Timestamp(9)},
                                      {"u", DataType::Multiset(DataType::String())},
                                      {"p", DataType::IntervalDayTime()},
                                      {"q\"", DataType::IntervalYearMonth()}};
  const Lines rows = {
      R"({"d":"NaN","l":-9223372036854775808,"t":-128,"s":32767,"n":-1.23456789012345678901234567890123E+31,"w":"2026-03-02 07:58:30.123456789","u":{"a":2},"p":-5,"q\"":14})",
      R"({"d":"-Infinity","l":0,"t":0,"s":0,"n":0.001,"w":"0001-01-01 00:00:00","u":{},"p":0,"q\"":-1})"};
  const Batch batch = BatchOfJson(columns, rows);
  const Lines plain =
      EncodeRows(MakeJsonFormat(), columns, {{"encode.decimal-as-plain-number", "true"}}, batch);
  EXPECT_NE(plain[0].find("\"n\":-12345678901234567890123456789012.3,"), std::string::npos) << plain[0];
  Batch reversed = Take(batch, std::make_shared<const Selection>(Selection{1, 0}));
  const Lines written = EncodeRows(MakeJsonFormat(), columns, {}, reversed);
  EXPECT_EQ(written[0], rows[1]);
  EXPECT_NE(written[1].find("\"n\":-12345678901234567890123456789012.3,"), std::string::npos);
}

}  // namespace
}  // namespace millrace
