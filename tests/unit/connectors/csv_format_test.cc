#include "operators/formats/csv/csv_format.h"

#include <gtest/gtest.h>

#include "core/descriptor/error_codes.h"
#include "tests/unit/connectors/format_harness.h"

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

struct Case {
  const char* name;
  std::vector<Field> columns;
  Options options;
  Lines records;
  Lines expected;
};

const std::vector<Field> kThree = {
    {"id", DataType::Integer()}, {"s", DataType::String()}, {"d", DataType::Double()}};
const std::vector<Field> kTwo = {{"id", DataType::Integer()}, {"s", DataType::String()}};
const Options kIgnore = {{"ignore-parse-errors", "true"}};

std::vector<Case> Cases() {
  return {
      {"quotes",
       kThree,
       {},
       {"1,plain,1.5", "2,\"com,ma\",2", "3,\"say \"\"hi\"\"\",3e2", "4, spaced ,-0.5", "5,,7", "6, \"q\" ,2",
        "7,\"q\" ,3", "8,a\"b,1", "9,\"a text that is too long to be inline\", 1 "},
       {"[1, plain, 1.5]", "[2, com,ma, 2.0]", "[3, say \"hi\", 300.0]", "[4,  spaced , -0.5]", "[5, , 7.0]",
        "[6,  \"q\" , 2.0]", "[7, q, 3.0]", "[8, a\"b, 1.0]",
        "[9, a text that is too long to be inline, 1.0]"}},
      {"bad records",
       kThree,
       {},
       {"x,bad id,2", "3,bad double,abc", "4,short", "5,long,5.5,extra", "6,\"cut,1", "7,\"a\"b,2", "",
        "8,\xff,1", "9,end,1,"},
       {"[9, end, 1.0]", "bad: csv field 'id' is not INT: x", "bad: csv field 'd' is not DOUBLE: abc",
        "bad: csv record has another number of fields than the table: 2 instead of 3",
        "bad: csv record has another number of fields than the table: 4 instead of 3",
        "bad: csv record cannot be split, a quoted field has no closing quote: 6,\"cut,1",
        "bad: csv record cannot be split, text follows the closing quote of a field: 7,\"a\"b,2",
        "bad: csv record has another number of fields than the table: 1 instead of 3",
        "bad: csv record is not valid UTF-8"}},
      {"bad records ignored",
       kThree,
       kIgnore,
       {"1,good,1.5", "x,bad id,2", "3,bad double,abc", "4,short", "5,long,5.5,extra", "6,\"cut,1", "",
        "7,last,7"},
       {"[1, good, 1.5]", "[null, bad id, 2.0]", "[3, bad double, null]", "[4, short, null]",
        "[null, null, null]", "[7, last, 7.0]"}},
      {"comments",
       kTwo,
       {{"allow-comments", "true"}},
       {"# header", "1,a", "#2,b", "3,c#d"},
       {"[1, a]", "[3, c#d]"}},
      {"no comments", kTwo, kIgnore, {"#2,b"}, {"[null, b]"}},
      {"delimiter", kTwo, {{"field-delimiter", ";"}}, {"1;a,b", "2;\"x;y\""}, {"[1, a,b]", "[2, x;y]"}},
      {"tab as escape", kTwo, {{"field-delimiter", "\\t"}}, {"1\tx y"}, {"[1, x y]"}},
      {"delimiter by code", kTwo, {{"field-delimiter", "\\u0001"}}, {"1\001x"}, {"[1, x]"}},
      {"quote character",
       kTwo,
       {{"quote-character", "'"}},
       {"1,'com,ma'", "2,'it''s'", "3,\"double\""},
       {"[1, com,ma]", "[2, it's]", "[3, \"double\"]"}},
      {"no quotes", kTwo, {{"disable-quote-character", "true"}}, {"1,\"a\""}, {"[1, \"a\"]"}},
      {"escapes",
       kTwo,
       {{"escape-character", "\\"}},
       {"1,com\\,ma", "2,\"q\\\"q\"", "3,a\\nb\\\\", "4,x\\"},
       {"[1, com,ma]", "[2, q\"q]", "[3, a\nb\\]", "[4, x]"}},
      {"null literal",
       {{"id", DataType::Integer()}, {"s", DataType::String()}, {"a", DataType::Array(DataType::String())}},
       {{"null-literal", "n/a"}},
       {"1,n/a,x;n/a", "n/a,\"n/a\",n/a", "3,,"},
       {"[1, null, [x, null]]", "[null, null, null]", "[3, , []]"}},
      {"arrays and rows",
       {{"a", DataType::Array(DataType::Integer())},
        {"r", DataType::Row({{"x", DataType::Integer()}, {"y", DataType::String()}})}},
       {},
       {"1;2;3,5;five", "9,6;six", ",", "1;x,7;y", "1,7"},
       {"[[1, 2, 3], +I[5, five]]", "[[9], +I[6, six]]", "[[], null]",
        "bad: csv field 'a' is not ARRAY<INT>: 1;x",
        "bad: csv field 'r' is not ROW<`x` INT, `y` STRING>: 7"}},
      {"arrays and rows ignored",
       {{"a", DataType::Array(DataType::Integer())},
        {"r", DataType::Row({{"x", DataType::Integer()}, {"y", DataType::String()}})}},
       {{"ignore-parse-errors", "true"}, {"array-element-delimiter", "|"}},
       {"1|x|3,y|z", "1,7"},
       {"[[1, null, 3], +I[null, z]]", "[[1], +I[7, null]]"}},
      {"types",
       {{"b", DataType::Boolean()},
        {"t", DataType::Tinyint()},
        {"l", DataType::Bigint()},
        {"f", DataType::Float()},
        {"n", DataType::Decimal(10, 3)},
        {"dt", DataType::Date()},
        {"tm", DataType::Time(0)},
        {"ts", DataType::Timestamp(3)},
        {"tz", DataType::TimestampLtz(3)},
        {"y", DataType::Bytes()}},
       {{"null-literal", ""}},
       {"true,7,5000000000,1.5,12.3456,2026-03-02,07:58:30,2026-03-02 07:58:30.1239,2026-03-02 "
        "07:58:30Z,SGVsbG8=",
        "yes, -128 ,-9,0.1,-0.001,1969-12-31,00:00:00,1969-12-31 23:59:59,1970-01-01 00:00:00.123Z,AP8=",
        ",,,,,,,,,", "false,1,1,1,12345678,2026-3-2,07:58,2026-03-02 07:58:30,1970-01-01 00:00:00Z,AA=="},
       {"[true, 7, 5000000000, 1.5, 12.346, 2026-03-02, 07:58:30, 2026-03-02T07:58:30.123, "
        "2026-03-02T07:58:30Z, [72, 101, 108, 108, 111]]",
        "[false, -128, -9, 0.1, -0.001, 1969-12-31, 00:00, 1969-12-31T23:59:59, 1970-01-01T00:00:00.123Z, "
        "[0, -1]]",
        "[null, null, null, null, null, null, null, null, null, null]",
        "[false, 1, 1, 1.0, null, 2026-03-02, 07:58, 2026-03-02T07:58:30, 1970-01-01T00:00:00Z, [0]]"}},
      {"bad temporal values",
       {{"ts", DataType::Timestamp(3)}},
       {},
       {"2026-3-2 7:58:30", "2026-03-02T07:58:30", "today"},
       {"bad: csv field 'ts' is not TIMESTAMP(3): 2026-3-2 7:58:30",
        "bad: csv field 'ts' is not TIMESTAMP(3): 2026-03-02T07:58:30",
        "bad: csv field 'ts' is not TIMESTAMP(3): today"}},
  };
}

class CsvDecoderTest : public testing::TestWithParam<Case> {};

TEST_P(CsvDecoderTest, GivesTheseRows) {
  const Case& test = GetParam();
  EXPECT_EQ(DecodeToLines(MakeCsvFormat(), test.columns, test.options, test.records), test.expected);
}

INSTANTIATE_TEST_SUITE_P(All, CsvDecoderTest, testing::ValuesIn(Cases()), [](const auto& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (!isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
});

TEST(CsvDecoder, ReadsChosenColumnsByPosition) {
  EXPECT_EQ(DecodeToLines(MakeCsvFormat(), {{"d", DataType::Double()}, {"id", DataType::Integer()}}, {},
                          {"1,not looked at,2.5"}, kThree),
            Lines{"[2.5, 1]"});
  EXPECT_EQ(DecodeToLines(MakeCsvFormat(), {}, {}, {"1,x,2", "2"}, kThree),
            (Lines{"[]", "bad: csv record has another number of fields than the table: 1 instead of 3"}));
}

const std::vector<Field> kWritten = {
    {"i", DataType::Integer()},
    {"f", DataType::Float()},
    {"d", DataType::Double()},
    {"s", DataType::String()},
    {"b", DataType::Boolean()},
    {"n", DataType::Decimal(10, 2)},
    {"y", DataType::Bytes()},
    {"dt", DataType::Date()},
    {"tm", DataType::Time(3)},
    {"ts", DataType::Timestamp(6)},
    {"tz", DataType::TimestampLtz(3)},
    {"a", DataType::Array(DataType::Integer())},
    {"r", DataType::Row({{"x", DataType::Integer()}, {"y", DataType::String()}})}};

TEST(CsvEncoder, WritesAsFlinkDoes) {
  const Batch batch = BatchOfJson(
      kWritten,
      {R"({"i":1,"f":1.5,"d":1e10,"s":"plain","b":true,"n":100,"y":"SGVsbG8=","dt":"2026-03-02","tm":"07:58:30","ts":"2026-03-02 07:58:30.123456","tz":"1970-01-01 00:00:00Z","a":[1,2],"r":{"x":5,"y":"z"}})",
       R"({"f":0.1,"d":1e-5,"s":"a_longer_text_without_specials_in_it","b":false,"n":0.01,"y":"","dt":"1969-12-31","tm":"00:00:00","ts":"2026-03-02 07:58:00","tz":"1970-01-01 00:00:00.123Z","a":[null,2],"r":{"x":5}})",
       R"({"i":3,"f":100,"d":123456789,"s":"","b":false,"n":12.3,"y":"AP8=","dt":"1969-12-31","tm":"00:00:01.5","ts":"2026-03-02 07:58:00.5","tz":"1970-01-01 00:00:00.123Z"})",
       R"({"i":4,"f":100,"d":1e7,"s":"tab\tx","b":false,"n":12.3,"y":"AP8=","dt":"1969-12-31","tm":"00:00:01","ts":"2026-03-02 07:58:00.5","tz":"1970-01-01 00:00:00.123Z","a":[7],"r":{"x":1,"y":"a b"}})"});
  EXPECT_EQ(EncodeRows(MakeCsvFormat(), kWritten, {}, batch),
            (Lines{"1,1.5,1.0E10,plain,true,1E+2,SGVsbG8=,2026-03-02,07:58:30,\"2026-03-02 "
                   "07:58:30.123456\",\"1970-01-01 00:00:00Z\",1;2,5;z",
                   ",0.1,1.0E-5,\"a_longer_text_without_specials_in_it\",false,0.01,,1969-12-31,00:00:00,"
                   "\"2026-03-02 07:58:00\",\"1970-01-01 00:00:00.123Z\",;2,5;",
                   "3,100.0,1.23456789E8,,false,12.3,AP8=,1969-12-31,00:00:01.5,\"2026-03-02 "
                   "07:58:00.5\",\"1970-01-01 00:00:00.123Z\",,",
                   "4,100.0,1.0E7,\"tab\tx\",false,12.3,AP8=,1969-12-31,00:00:01,\"2026-03-02 "
                   "07:58:00.5\",\"1970-01-01 00:00:00.123Z\",7,\"1;a b\""}));
}

TEST(CsvEncoder, FollowsItsOptions) {
  const std::vector<Field> columns = {{"i", DataType::Integer()},
                                      {"s", DataType::String()},
                                      {"n", DataType::Decimal(10, 2)},
                                      {"a", DataType::Array(DataType::String())}};
  const Batch batch =
      BatchOfJson(columns, {R"({"i":1,"s":"a;b","n":100,"a":["x","y"]})",
                            R"({"i":2,"s":"a\"b","n":0,"a":["x|y"]})", R"({"i":3,"s":"a\\b","a":["x"]})",
                            R"({"n":1.5,"a":[""]})", R"({"i":5,"s":"nil","n":1.5,"a":["x;y","z\""]})"});
  EXPECT_EQ(EncodeRows(MakeCsvFormat(), columns,
                       {{"escape-character", "\\"},
                        {"null-literal", "nil"},
                        {"array-element-delimiter", "|"},
                        {"write-bigdecimal-in-scientific-notation", "false"},
                        {"field-delimiter", ";"}},
                       batch),
            (Lines{"1;\"a;b\";100;x|y", "2;\"a\"\"b\";0;x|y", "3;\"a\\\\b\";nil;x", "nil;nil;1.5;",
                   "5;nil;1.5;\"x;y|z\"\"\""}));
  EXPECT_EQ(EncodeRows(MakeCsvFormat(), columns, {{"disable-quote-character", "true"}}, batch)[0],
            "1,a;b,1E+2,x;y");
}

TEST(CsvFormat, ReadsBackWhatItWrites) {
  const Batch batch = BatchOfJson(
      kTwo, {R"({"id":1,"s":"a,b\"c\" d"})", R"({"id":2,"s":"é日本 and a longer text"})", R"({"s":""})"});
  for (const Options& options :
       {Options{{"null-literal", "-"}},
        Options{{"null-literal", "-"}, {"escape-character", "\\"}, {"field-delimiter", "|"}}}) {
    const Lines written = EncodeRows(MakeCsvFormat(), kTwo, options, batch);
    EXPECT_EQ(DecodeToLines(MakeCsvFormat(), kTwo, options, written),
              (Lines{"[1, a,b\"c\" d]", "[2, é日本 and a longer text]", "[null, ]"}));
  }
}

TEST(CsvFormat, RefusesWhatItCannotDo) {
  const FormatDescriptor descriptor = MakeCsvFormat().descriptor;
  for (const DataType& type :
       {DataType::Map(DataType::String(), DataType::String()), DataType::Multiset(DataType::String()),
        DataType::Array(DataType::Array(DataType::Integer())), DataType::Time(6)}) {
    EXPECT_EQ(descriptor.validate({{"x", type}}, {}).code(), kUnsupportedByConnector) << type.ToString();
  }
  const Options cases[] = {{{"field-delimiter", ",,"}},
                           {{"field-delimiter", "é"}},
                           {{"quote-character", ","}},
                           {{"array-element-delimiter", ""}},
                           {{"quote-character", "'"}, {"disable-quote-character", "true"}},
                           {{"escape-character", "xy"}},
                           {{"allow-comments", "si"}}};
  for (const Options& options : cases) {
    EXPECT_EQ(descriptor.validate(kTwo, options).code(), kBadOptionValue) << options.begin()->first;
  }
}

}  // namespace
}  // namespace millrace
