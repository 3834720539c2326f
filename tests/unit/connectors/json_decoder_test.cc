#include <gtest/gtest.h>

#include "core/descriptor/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/formats/json/json_format.h"
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

std::vector<Field> IdAnd(const std::string& name, DataType type) {
  return {{"id", DataType::Integer()}, {name, std::move(type)}};
}

const Options kIgnore = {{"ignore-parse-errors", "true"}};

std::vector<Case> ScalarCases() {
  return {
      {"integers",
       {{"t", DataType::Tinyint()},
        {"s", DataType::Smallint()},
        {"i", DataType::Integer()},
        {"l", DataType::Bigint()}},
       {},
       {R"({"t":127,"s":32767,"i":2147483647,"l":9223372036854775807})",
        R"({"t":-128,"s":"-32768","i":" +7 ","l":-9223372036854775808})"},
       {"[127, 32767, 2147483647, 9223372036854775807]", "[-128, -32768, 7, -9223372036854775808]"}},
      {"fractions of integers are cut",
       {{"i", DataType::Integer()}, {"l", DataType::Bigint()}},
       {},
       {R"({"i":1.9,"l":-1.9})", R"({"i":1e2,"l":1E3})"},
       {"[1, -1]", "[100, 1000]"}},
      {"too large integers",
       {{"t", DataType::Tinyint()}},
       {},
       {R"({"t":128})", R"({"t":1.5})", R"({"t":"x"})", R"({"t":""})"},
       {"bad: JSON value of field 't' is not TINYINT: 128",
        "bad: JSON value of field 't' is not TINYINT: 1.5",
        "bad: JSON value of field 't' is not TINYINT: \"x\"",
        "bad: JSON value of field 't' is not TINYINT: \"\""}},
      {"too large bigint",
       {{"l", DataType::Bigint()}},
       {},
       {R"({"l":9223372036854775808})", R"({"l":1e19})"},
       {"bad: JSON value of field 'l' is not BIGINT: 9223372036854775808",
        "bad: JSON value of field 'l' is not BIGINT: 1e19"}},
      {"doubles",
       {{"d", DataType::Double()}, {"f", DataType::Float()}},
       {},
       {R"({"d":1.5,"f":0.1})", R"({"d":"NaN","f":"-Infinity"})", R"({"d":"0x1p3","f":" 1d "})",
        R"({"d":1e400,"f":-7})"},
       {"[1.5, 0.1]", "[NaN, -Infinity]", "[8.0, 1.0]", "[Infinity, -7.0]"}},
      {"booleans",
       {{"b", DataType::Boolean()}},
       {},
       {R"({"b":true})", R"({"b":"TRUE "})", R"({"b":"yes"})", R"({"b":1})", R"({"b":{}})"},
       {"[true]", "[true]", "[false]", "[false]", "bad: JSON value of field 'b' is not BOOLEAN: {}"}},
      {"decimals",
       {{"n", DataType::Decimal(6, 2)}},
       {},
       {R"({"n":12.34})", R"({"n":"12.345"})", R"({"n":-0.005})", R"({"n":1e2})", R"({"n":123456789})",
        R"({"n":true})", R"({"n":""})"},
       {"[12.34]", "[12.35]", "[-0.01]", "[100.00]", "[null]",
        "bad: JSON value of field 'n' is not DECIMAL(6, 2): true",
        "bad: JSON value of field 'n' is not DECIMAL(6, 2): \"\""}},
      {"long decimals are exact",
       {{"n", DataType::Decimal(38, 10)}},
       {},
       {R"({"n":1234567890123456789012345678.0123456789})"},
       {"[1234567890123456789012345678.0123456789]"}},
      {"strings",
       {{"s", DataType::String()}},
       {},
       {R"({"s":"plain"})", R"({"s":"long enough to refer to the record"})", R"({"s":"a\"\\\/\b\f\n\r\té"})",
        R"({"s":"\ud83d\ude00 \ud800 x"})", "{\"s\":\"a\tb\"}", R"({"s":""})"},
       {"[plain]", "[long enough to refer to the record]", "[a\"\\/\b\f\n\r\té]", "[😀 ? x]", "[a\tb]",
        "[]"}},
      {"strings from other values",
       {{"s", DataType::String()}},
       {},
       {R"({"s":1.50})", R"({"s":true})", R"({"s":12345678901234567890})", R"({"s":null})"},
       {"[1.50]", "[true]", "[12345678901234567890]", "[null]"}},
      {"strings from objects",
       {{"s", DataType::String()}},
       {},
       {R"({"s":{"a":1.50,"b":1e3,"c":-0.0,"d":1E400,"e":"\u00e9\u0001\/\t","a":2,"f":0.00001,"g":12345678901234567890}})",
        R"({"s":[ 1 , {"x" : null} , []]})"},
       {"[{\"a\":2,\"b\":1000.0,\"c\":-0.0,\"d\":\"Infinity\",\"e\":\"é\\u0001/\\t\",\"f\":1.0E-5,\"g\":"
        "12345678901234567890}]",
        "[[1,{\"x\":null},[]]]"}},
      {"strings from objects beside decimals",
       {{"s", DataType::String()}, {"n", DataType::Decimal(5, 2)}},
       {},
       {R"({"s":{"b":1e3,"c":-0.0,"d":1E400,"f":0.00001,"h":100.0,"i":12.50,"j":0.0000001}})"},
       {"[{\"b\":1E+3,\"c\":0,\"d\":1E+400,\"f\":0.00001,\"h\":1E+2,\"i\":12.5,\"j\":1E-7}, null]"}},
      {"bytes",
       {{"y", DataType::Bytes()}},
       {},
       {R"({"y":"SGVsbG8="})", R"({"y":"SGVs bG8="})", R"({"y":""})", R"({"y":"SGVsbG8"})", R"({"y":"****"})",
        R"({"y":5})"},
       {"[[72, 101, 108, 108, 111]]", "[[72, 101, 108, 108, 111]]", "[[]]",
        "bad: JSON value of field 'y' is not BYTES: \"SGVsbG8\"",
        "bad: JSON value of field 'y' is not BYTES: \"****\"",
        "bad: JSON value of field 'y' is not BYTES: 5"}},
      {"intervals",
       {{"m", DataType::IntervalYearMonth()}, {"s", DataType::IntervalDayTime()}},
       {},
       {R"({"m":14,"s":-1500})"},
       {"[P1Y2M, PT-1.5S]"}},
  };
}

std::vector<Case> TemporalCases() {
  const std::vector<Field> stamps = {{"a", DataType::Timestamp(3)}, {"b", DataType::TimestampLtz(3)}};
  return {
      {"dates and times",
       {{"d", DataType::Date()}, {"t", DataType::Time(3)}},
       {},
       {R"({"d":"2026-03-02","t":"07:58:30.5"})", R"({"d":"1969-12-31","t":"00:00:00"})",
        R"({"d":"2026-3-2"})", R"({"d":"2026-02-30"})", R"({"t":"07:58"})", R"({"d":20514})"},
       {"[2026-03-02, 07:58:30.500]", "[1969-12-31, 00:00]",
        "bad: JSON value of field 'd' is not DATE: \"2026-3-2\"",
        "bad: JSON value of field 'd' is not DATE: \"2026-02-30\"",
        "bad: JSON value of field 't' is not TIME(3): \"07:58\"",
        "bad: JSON value of field 'd' is not DATE: 20514"}},
      {"sql",
       stamps,
       {},
       {R"({"a":"2026-03-02 07:58:30.123","b":"2026-03-02 07:58:30Z"})",
        R"({"a":"1969-12-31 23:59:59.9999","b":"0001-01-01 00:00:00.001Z"})",
        R"({"a":"2026-03-02T07:58:30"})", R"({"b":"2026-03-02 07:58:30"})", R"({"a":"2026-03-02 07:58:30Z"})",
        R"({"a":"2026-03-02 24:00:00"})"},
       {"[2026-03-02T07:58:30.123, 2026-03-02T07:58:30Z]",
        "[1969-12-31T23:59:59.999, 0001-01-01T00:00:00.001Z]",
        "bad: JSON value of field 'a' is not TIMESTAMP(3): \"2026-03-02T07:58:30\"",
        "bad: JSON value of field 'b' is not TIMESTAMP_LTZ(3): \"2026-03-02 07:58:30\"",
        "bad: JSON value of field 'a' is not TIMESTAMP(3): \"2026-03-02 07:58:30Z\"",
        "bad: JSON value of field 'a' is not TIMESTAMP(3): \"2026-03-02 24:00:00\""}},
      {"precision",
       {{"a", DataType::Timestamp(0)}, {"b", DataType::Timestamp(9)}, {"c", DataType::TimestampLtz(6)}},
       {},
       {R"({"a":"2026-03-02 07:58:30.9","b":"2026-03-02 07:58:30.123456789","c":"1960-01-01 00:00:00.123456789Z"})"},
       {"[2026-03-02T07:58:30, 2026-03-02T07:58:30.123456789, 1960-01-01T00:00:00.123456Z]"}},
      {"iso",
       stamps,
       {{"timestamp-format.standard", "ISO-8601"}},
       {R"({"a":"2026-03-02T07:58:30.123","b":"2026-03-02T07:58:30Z"})", R"({"a":"2026-03-02 07:58:30"})"},
       {"[2026-03-02T07:58:30.123, 2026-03-02T07:58:30Z]",
        "bad: JSON value of field 'a' is not TIMESTAMP(3): \"2026-03-02 07:58:30\""}},
      {"iso with offset",
       stamps,
       {{"timestamp-format.standard", "ISO-8601-WITH-OFFSET"}},
       {R"({"a":"2026-03-02T07:58:30+02:00","b":"2026-03-02T07:58:30-05:30"})",
        R"({"a":"2026-03-02T07:58:30","b":"2026-03-02T07:58:30Z"})", R"({"a":"2026-03-02T07:58:30+2"})"},
       {"[2026-03-02T05:58:30, 2026-03-02T13:28:30Z]", "[2026-03-02T07:58:30, 2026-03-02T07:58:30Z]",
        "bad: JSON value of field 'a' is not TIMESTAMP(3): \"2026-03-02T07:58:30+2\""}},
  };
}

std::vector<Case> RecordCases() {
  return {
      {"missing, unknown and null fields",
       {{"id", DataType::Integer()}, {"a", DataType::String()}, {"b", DataType::Integer()}},
       {},
       {R"({"id": 1, "a": "x", "b": 2})", R"({"b": 3, "id": 2})",
        R"({"id":3,"a":null,"extra":[1,{"z":"}]"}],"b":4})", R"({})", R"({"A": "case", "id": 5})",
        R"({"\u0069d":6})"},
       {"[1, x, 2]", "[2, null, 3]", "[3, null, 4]", "[null, null, null]", "[5, null, null]",
        "[6, null, null]"}},
      {"fail on missing field",
       IdAnd("a", DataType::String()),
       {{"fail-on-missing-field", "true"}},
       {R"({"id":1,"a":null})", R"({"id":2})"},
       {"[1, null]", "bad: JSON record has no field 'a'"}},
      {"the last of equal names counts",
       {{"id", DataType::Integer()},
        {"s", DataType::String()},
        {"r", DataType::Row({{"x", DataType::Integer()}})}},
       {},
       {R"({"id":1,"s":"x","id":2,"r":{"x":1,"x":3},"s":"y","r":{"x":4}})"},
       {"[2, y, +I[4]]"}},
      {"top-level arrays",
       IdAnd("v", DataType::String()),
       {},
       {R"([{"id": 1, "v": "a"}, {"id": 2, "v": "b"}])", "[]", R"( [ {"id":3} ] )"},
       {"[1, a]", "[2, b]", "[3, null]"}},
      {"spaces, and text behind the record",
       {{"id", DataType::Integer()}},
       {},
       {"  {\"id\" :\t1 }  ", R"({"id":2}{"id":3})", R"({"id":4} xyz)", "{\"id\":5}\r"},
       {"[1]", "[2]", "[4]", "[5]"}},
      {"not objects",
       {{"id", DataType::Integer()}},
       {},
       {"5", "null", "", "  ", "[null]", "\"x\""},
       {"bad: JSON record is not an object: 5", "bad: JSON record is not an object: n",
        "bad: record is not valid JSON, it is empty: byte 0",
        "bad: record is not valid JSON, it is empty: byte 2", "bad: JSON record is not an object: n",
        "bad: JSON record is not an object: \""}},
      {"syntax",
       {{"id", DataType::Integer()}},
       {},
       {R"({"id":1)", R"({"id":1,})", R"({"id":01})", R"({"id" 1})", R"({'id':1})", R"({"id":1 "x":2})",
        R"({"x":"cut)", R"({"x":[1,]})", R"({"x":{"a"}})", R"({"id":nul})", R"({"x":1.})", R"({"id":NaN})"},
       {"bad: record is not valid JSON, it ends inside an object: byte 7",
        "bad: record is not valid JSON, it has no field name where one is expected: byte 8",
        "bad: record is not valid JSON, it has a number with leading zeros: byte 6",
        "bad: record is not valid JSON, it has no ':' behind a field name: byte 6",
        "bad: record is not valid JSON, it has no field name where one is expected: byte 1",
        "bad: record is not valid JSON, it has neither ',' nor '}' behind a field: byte 8",
        "bad: record is not valid JSON, it ends inside a string: byte 9",
        "bad: record is not valid JSON, it is not a JSON value: byte 8",
        "bad: record is not valid JSON, it has no ':' behind a field name: byte 9",
        "bad: record is not valid JSON, it is not a JSON value: byte 6",
        "bad: record is not valid JSON, it has a number without digits behind its point: byte 5",
        "bad: record is not valid JSON, it is not a JSON value: byte 6"}},
      {"invalid UTF-8",
       {{"s", DataType::String()}},
       {},
       {"{\"s\":\"a\xff"
        "b\"}",
        "{\"x\":\"\xc3\"}", "{\"s\":\"\xc3\xa9\"}"},
       {"[é]", "bad: record is not valid UTF-8", "bad: record is not valid UTF-8"}},
      {"errors ignored",
       {{"id", DataType::Integer()}, {"v", DataType::String()}, {"n", DataType::Double()}},
       kIgnore,
       {R"({"id": 1, "v": "good", "n": 1.5})", R"({"id": 2, "v": "cut)",
        R"({"id": 3, "v": "after", "n": "not a number"})", "plain text",
        R"({"id": "x", "v": "bad id", "n": 2})", R"({"id": 6, "v": {"o": 1}, "n": 3})", "[]",
        R"({"id": {"o":[1]}, "v": "last", "n": 4.25})", "", "{\"v\":\"\xff\"}"},
       {"[1, good, 1.5]", "[3, after, null]", "[null, bad id, 2.0]", "[6, {\"o\":1}, 3.0]",
        "[null, last, 4.25]"}},
  };
}

std::vector<Case> NestedCases() {
  const DataType inner =
      DataType::Row({{"c", DataType::String()}, {"d", DataType::Array(DataType::Integer())}});
  const std::vector<Field> columns = {
      {"id", DataType::Integer()},
      {"r", DataType::Row({{"a", DataType::Integer()}, {"b", inner}})},
      {"m", DataType::Map(DataType::String(), DataType::Integer())},
      {"l", DataType::Array(DataType::Row({{"k", DataType::String()}, {"v", DataType::Double()}}))},
      {"u", DataType::Multiset(DataType::String())}};
  return {
      {"nested",
       columns,
       {},
       {R"({"id":1,"r":{"a":1,"b":{"c":"x","d":[1,2]}},"m":{"p":1,"q":2},"l":[{"k":"a","v":1.5},{"k":"b","v":null}],"u":{"z":2}})",
        R"({"id":2,"r":{"a":null,"b":null},"m":{},"l":[]})",
        R"({"id":3,"r":null,"m":null,"l":null,"u":null})",
        R"({"id":4,"r":{"b":{"d":[ null , 7 ]}},"m":{"z":null},"l":[null,{"k":"only"}]})"},
       {"[1, +I[1, +I[x, [1, 2]]], {p=1, q=2}, [+I[a, 1.5], +I[b, null]], {z=2}]",
        "[2, +I[null, null], {}, [], null]", "[3, null, null, null, null]",
        "[4, +I[null, +I[null, [null, 7]]], {z=null}, [null, +I[only, null]], null]"}},
      {"equal map keys",
       {{"m", DataType::Map(DataType::String(), DataType::Integer())}},
       {},
       {R"({"m":{"a":1,"\u0061":2,"b":3,"a":4}})",
        R"({"m":{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"a":10}})"},
       {"[{b=3, a=4}]", "[{b=2, c=3, d=4, e=5, f=6, g=7, h=8, i=9, a=10}]"}},
      {"places of bad values",
       columns,
       {},
       {R"({"r":{"b":{"d":[1,"x"]}}})", R"({"m":{"p":"y"}})", R"({"l":[{"v":1},{"v":[]}]})", R"({"r":5})",
        R"({"l":{}})"},
       {"bad: JSON value of field 'r.b.d.[2]' is not INT: \"x\"",
        "bad: JSON value of field 'm.['p']' is not INT: \"y\"",
        "bad: JSON value of field 'l.[2].v' is not DOUBLE: []",
        "bad: JSON value of field 'r' is not ROW<`a` INT, `b` ROW<`c` STRING, `d` ARRAY<INT>>>: 5",
        "bad: JSON value of field 'l' is not ARRAY<ROW<`k` STRING, `v` DOUBLE>>: {}"}},
      {"bad values inside ignored",
       columns,
       kIgnore,
       {R"({"id":1,"r":{"a":"x","b":{"c":"y","d":[1,"x",3]}},"m":{"p":"y","q":2},"l":[5,{"v":1}]})",
        R"({"id":2,"r":[1],"m":7,"l":{"a":1}})"},
       {"[1, +I[null, +I[y, [1, null, 3]]], {p=null, q=2}, [null, +I[null, 1.0]], null]",
        "[2, null, null, null, null]"}},
  };
}

class JsonDecoderTest : public testing::TestWithParam<Case> {};

TEST_P(JsonDecoderTest, GivesTheseRows) {
  const Case& test = GetParam();
  EXPECT_EQ(DecodeToLines(MakeJsonFormat(), test.columns, test.options, test.records), test.expected);
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (!isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Scalars, JsonDecoderTest, testing::ValuesIn(ScalarCases()), NameOf);
INSTANTIATE_TEST_SUITE_P(Temporal, JsonDecoderTest, testing::ValuesIn(TemporalCases()), NameOf);
INSTANTIATE_TEST_SUITE_P(Records, JsonDecoderTest, testing::ValuesIn(RecordCases()), NameOf);
INSTANTIATE_TEST_SUITE_P(Nested, JsonDecoderTest, testing::ValuesIn(NestedCases()), NameOf);

TEST(JsonDecoder, CopiesStringsWithoutAKeepAlive) {
  const std::vector<Field> columns = {{"s", DataType::String()}};
  const auto decoder = MakeDecoder(MakeJsonFormat(), columns, {});
  const Decoded decoded = DecodeRecords(*decoder, columns, {R"({"s":"a string that is not inline"})"}, false);
  EXPECT_EQ(decoded.rows, Lines{"[a string that is not inline]"});
}

TEST(JsonDecoder, SkipsNullRecordsAndNumbersBadOnes) {
  const std::vector<Field> columns = {{"id", DataType::Integer()}};
  const auto decoder = MakeDecoder(MakeJsonFormat(), columns, {});
  BatchBuilder builder(std::make_shared<const Schema>(Schema{columns, std::nullopt}));
  const std::vector<RawRecord> records = {
      {"", true}, {"{\"id\":1}", false}, {"x", false}, {"{\"id\":2}", false}};
  std::vector<uint32_t> finished;
  std::vector<BadRecord> bad;
  ASSERT_TRUE(decoder
                  ->Decode(
                      records, nullptr, builder,
                      [&](uint32_t record, int8_t weight) {
                        builder.FinishRow(weight);
                        finished.push_back(record);
                      },
                      &bad)
                  .ok());
  EXPECT_EQ(finished, (std::vector<uint32_t>{1, 3}));
  ASSERT_EQ(bad.size(), 1u);
  EXPECT_EQ(bad[0].record, 2u);
  EXPECT_EQ(bad[0].why.code(), kBadRecord);
  EXPECT_NE(bad[0].why.suggestion().find("json.ignore-parse-errors"), std::string::npos);
}

TEST(JsonDecoder, WritesToMappedColumns) {
  const std::vector<Field> columns = {{"b", DataType::Integer()}, {"a", DataType::String()}};
  const auto decoder = MakeDecoder(MakeJsonFormat(), columns, {});
  decoder->MapColumns({2, 0});
  const std::vector<Field> all = {
      {"a", DataType::String()}, {"p", DataType::Integer()}, {"b", DataType::Integer()}};
  BatchBuilder builder(std::make_shared<const Schema>(Schema{all, std::nullopt}));
  const std::vector<RawRecord> records = {{"{\"b\":1,\"a\":\"x\"}", false}};
  std::vector<BadRecord> bad;
  ASSERT_TRUE(decoder
                  ->Decode(
                      records, nullptr, builder,
                      [&](uint32_t, int8_t weight) {
                        builder.column(1).Append<int32_t>(7);
                        builder.FinishRow(weight);
                      },
                      &bad)
                  .ok());
  const Batch batch = builder.Finish();
  EXPECT_EQ(ColumnReader(*batch.columns[0]).String(0), "x");
  EXPECT_EQ(ColumnReader(*batch.columns[2]).Value<int32_t>(0), 1);
}

TEST(JsonDecoder, FindsFieldsOfWideTables) {
  std::vector<Field> columns;
  std::string forward = "{";
  std::string backward = "}";
  std::string expected = "[";
  for (int i = 0; i < 100; ++i) {
    const std::string name = "column_" + std::to_string(i);
    columns.push_back({name, DataType::Integer()});
    const std::string member = "\"" + name + "\":" + std::to_string(i);
    forward += (i > 0 ? "," : "") + member;
    backward = (i > 0 ? "," : "") + backward;
    backward = member + backward;
    expected += (i > 0 ? ", " : "") + std::to_string(i);
  }
  const Lines rows = DecodeToLines(MakeJsonFormat(), columns, {}, {forward + "}", "{" + backward});
  EXPECT_EQ(rows, (Lines{expected + "]", expected + "]"}));
}

TEST(JsonDecoder, ReadsNumbersAlikeWhereverTheyStand) {
  const std::vector<Field> columns = {{"n", DataType::Bigint()}, {"s", DataType::String()}};
  const std::string tail = R"("s":"a string that leaves room to look ahead"})";
  std::vector<std::string> numbers = {"-",
                                      "",
                                      "+1",
                                      "-0",
                                      "00",
                                      "-01",
                                      "1x",
                                      "1.5",
                                      "1e2",
                                      "1E2",
                                      "12345678.5",
                                      "9223372036854775807",
                                      "-9223372036854775808",
                                      "9223372036854775808"};
  for (std::string digits = "1"; digits.size() < 21; digits += static_cast<char>('0' + digits.size() % 10)) {
    for (const char* sign : {"", "-", "0"}) numbers.push_back(sign + digits);
  }
  for (const std::string& number : numbers) {
    // The second record's members are looked for where the first had them, the third's are not.
    const Lines rows = DecodeToLines(
        MakeJsonFormat(), columns, {},
        {"{\"n\":1," + tail, "{\"n\":" + number + "," + tail, "{ \"n\" : " + number + " , " + tail});
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[1].substr(0, rows[1].find(": byte")), rows[2].substr(0, rows[2].find(": byte"))) << number;
    const bool is_whole = number.find_first_not_of("-0123456789") == std::string::npos &&
                          number.size() < 19 &&
                          number.find_first_of("123456789") == (number[0] == '-' ? 1u : 0u);
    if (is_whole) {
      EXPECT_EQ(rows[1], "[" + number + ", a string that leaves room to look ahead]");
    }
    const Lines skipped = DecodeToLines(MakeJsonFormat(), {columns[1]}, {},
                                        {"{\"n\":1," + tail, "{\"n\":" + number + "," + tail});
    EXPECT_EQ(skipped[1].starts_with("bad"), number.empty() || number == "-" || number == "+1" ||
                                                 number == "1x" || number.starts_with("0") ||
                                                 number.starts_with("-01"))
        << number << " " << skipped[1];
  }
}

TEST(JsonDecoder, RefusesRecordsThatAreCutAnywhere) {
  const std::vector<Field> columns = {{"n", DataType::Bigint()},
                                      {"a \"key\"", DataType::String()},
                                      {"t", DataType::Timestamp(3)},
                                      {"row", DataType::Row({{"s", DataType::String()}})}};
  const std::string whole =
      R"({"n":-12345678901,"unread":"quotes \" and \\ in a text of more than one block, which is never read",)"
      R"("a \"key\"":"short","skipped":{"x":[1,null]},"t":"2026-03-02 07:58:30.123","null":null,)"
      R"("row":{"s":"another text of more than one block, that has \\ and \n and \u00e9 but no end here:\\"}})";
  const std::string row =
      "[-12345678901, short, 2026-03-02T07:58:30.123, "
      "+I[another text of more than one block, that has \\ and \n and é but no end here:\\]]";
  for (size_t size = 1; size < whole.size(); ++size) {
    // What follows in memory is another record.
    const auto decoder = MakeDecoder(MakeJsonFormat(), columns, {});
    const Decoded decoded = DecodeRecords(*decoder, columns, {whole, whole.substr(0, size), whole});
    EXPECT_EQ(decoded.rows, (Lines{row, row})) << whole.substr(0, size);
    ASSERT_EQ(decoded.bad.size(), 1u) << whole.substr(0, size);
    EXPECT_EQ(decoded.bad[0].record, 1u);
  }
}

TEST(JsonDecoder, ReadsEscapesWhereverTheyStand) {
  const std::vector<Field> columns = {{"a", DataType::String()}, {"b", DataType::String()}};
  for (size_t before = 0; before < 140; ++before) {
    const std::string plain(before, 'x');
    const std::string text = "\"" + plain + R"(\\\"\n\\","b":"\\)" + plain + R"(\u00e9")";
    const std::string row = "[" + plain + "\\\"\n\\, \\" + plain + "é]";
    // The ends of the strings are near the record's and far from it.
    const Lines rows = DecodeToLines(
        MakeJsonFormat(), columns, {},
        {"{\"a\":" + text + "}", "{\"a\":" + text + "}", "{\"a\":" + text + ",\"c\":[1,2,3,4,5,6,7,8,9]}"});
    EXPECT_EQ(rows, (Lines{row, row, row}));
  }
}

TEST(JsonDecoder, RefusesNestingWithoutEnd) {
  const std::string deep(5000, '[');
  const Lines rows = DecodeToLines(MakeJsonFormat(), {{"id", DataType::Integer()}}, {}, {"{\"x\":" + deep});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_NE(rows[0].find("nested too deeply"), std::string::npos);
}

TEST(JsonFormat, RefusesWhatItCannotDo) {
  const FormatDescriptor descriptor = MakeJsonFormat().descriptor;
  const std::vector<Field> map = {
      {"m", DataType::Array(DataType::Map(DataType::Integer(), DataType::String()))}};
  const Status keys = descriptor.validate(map, {});
  EXPECT_EQ(keys.code(), kUnsupportedByConnector);
  const struct {
    Options options;
    const char* part;
  } cases[] = {
      {{{"fail-on-missing-field", "true"}, {"ignore-parse-errors", "true"}}, "contradict"},
      {{{"timestamp-format.standard", "ISO"}}, "timestamp-format.standard"},
      {{{"map-null-key.mode", "drop"}}, "map-null-key.mode"},
      {{{"ignore-parse-errors", "maybe"}}, "maybe"},
  };
  for (const auto& test : cases) {
    const Status status = descriptor.validate({}, test.options);
    EXPECT_EQ(status.code(), kBadOptionValue);
    EXPECT_NE(status.message().find(test.part), std::string::npos) << status.message();
  }
}

}  // namespace
}  // namespace millrace
