#include "core/row/value_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/core/column/sample_columns.h"

namespace millrace {
namespace {

TEST(FormatDoubleTest, IsLaidOutAsPythonsRepr) {
  const struct {
    double value;
    const char* text;
  } cases[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {100.0, "100.0"},
      {123.456, "123.456"},
      {0.0001, "0.0001"},
      {0.00012345, "0.00012345"},
      {1e-05, "1e-05"},
      {1.5e-05, "1.5e-05"},
      {1e15, "1000000000000000.0"},
      {1234567890123456.0, "1234567890123456.0"},
      {9999999999999998.0, "9999999999999998.0"},
      {1e16, "1e+16"},
      {1e22, "1e+22"},
      {123456789012345680.0, "1.2345678901234568e+17"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {5e-324, "5e-324"},
      {2.5e-300, "2.5e-300"},
      {1.0 / 3, "0.3333333333333333"},
      {std::nan(""), "NaN"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
  };
  for (const auto& c : cases) EXPECT_EQ(FormatDoubleShortest(c.value), c.text);
}

TEST(FormatFloatTest, HasTheFewestDigitsOfTheFloat) {
  EXPECT_EQ(FormatFloatShortest(0.1f), "0.1");
  EXPECT_EQ(FormatFloatShortest(16777216.0f), "16777216.0");
  EXPECT_EQ(FormatFloatShortest(3.4028235e38f), "3.4028235e+38");
  EXPECT_EQ(FormatFloatShortest(1.0f / 3), "0.33333334");
}

TEST(JsonStringTest, EscapesWhatJsonForbids) {
  const struct {
    std::string text;
    std::string json;
  } cases[] = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {std::string("\x00\x1f\x7f", 3), "\"\\u0000\\u001f\x7f\""},
      {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""},
      {"a\xff"
       "b",
       "\"a\xef\xbf\xbd"
       "b\""},
      {"\xc3", "\"\xef\xbf\xbd\""},
      {"\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xf0\x80\x80\x80x", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx\""},
      {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
  };
  for (const auto& c : cases) {
    std::string json;
    AppendJsonString(c.text, &json);
    EXPECT_EQ(json, c.json);
  }
}

TEST(ValueJsonTest, EveryTypeHasItsForm) {
  const Int128 large = static_cast<Int128>(1234567890123456789) * 10000000000000000000u;
  const auto text = [](const char* bytes) { return std::optional<std::string>(bytes); };
  const struct {
    ColumnPtr column;
    const char* json;
  } cases[] = {
      {ColumnOf<uint8_t>(DataType::Boolean(), {1}), "true"},
      {ColumnOf<uint8_t>(DataType::Boolean(), {0}), "false"},
      {ColumnOf<int8_t>(DataType::Tinyint(), {-128}), "-128"},
      {ColumnOf<int16_t>(DataType::Smallint(), {-32768}), "-32768"},
      {ColumnOf<int32_t>(DataType::Integer(), {-2147483647 - 1}), "-2147483648"},
      {ColumnOf<int64_t>(DataType::Bigint(), {INT64_MIN}), "-9223372036854775808"},
      {ColumnOf<float>(DataType::Float(), {0.1f}), "0.1"},
      {ColumnOf<double>(DataType::Double(), {1e16}), "1e+16"},
      {ColumnOf<double>(DataType::Double(), {std::nan("")}), "\"NaN\""},
      {ColumnOf<double>(DataType::Double(), {-INFINITY}), "\"-Infinity\""},
      {ColumnOf<int64_t>(DataType::Decimal(10, 2), {1230}), "\"12.30\""},
      {ColumnOf<int64_t>(DataType::Decimal(10, 2), {-5}), "\"-0.05\""},
      {ColumnOf<int64_t>(DataType::Decimal(10, 0), {7}), "\"7\""},
      {ColumnOf<Int128>(DataType::Decimal(38, 10), {-large}), "\"-1234567890123456789000000000.0000000000\""},
      {StringColumnOf({text("abc")}, DataType::Char(3)), "\"abc\""},
      {StringColumnOf({std::string("\x00\xab\x7f", 3)}, DataType::Bytes()), "\"00ab7f\""},
      {ColumnOf<int32_t>(DataType::Date(), {18262}), "\"2020-01-01\""},
      {ColumnOf<int32_t>(DataType::Time(0), {36610123}), "\"10:10:10\""},
      {ColumnOf<int32_t>(DataType::Time(3), {36610123}), "\"10:10:10.123\""},
      {ColumnOf<int32_t>(DataType::Time(9), {36610123}), "\"10:10:10.123000000\""},
      {ColumnOf<int64_t>(DataType::Timestamp(0), {1577836800123456}), "\"2020-01-01 00:00:00\""},
      {ColumnOf<int64_t>(DataType::Timestamp(3), {1577836800123456}), "\"2020-01-01 00:00:00.123\""},
      {ColumnOf<int64_t>(DataType::TimestampLtz(6), {-1}), "\"1969-12-31 23:59:59.999999Z\""},
      {ColumnOf<WideTimestamp>(DataType::Timestamp(9), {WideTimestamp{-62135596800000, 1, 0}}),
       "\"0001-01-01 00:00:00.000000001\""},
      {ColumnOf<WideTimestamp>(DataType::TimestampLtz(7), {WideTimestamp{253402300799999, 999999, 0}}),
       "\"9999-12-31 23:59:59.9999999Z\""},
      {ColumnOf<int32_t>(DataType::IntervalYearMonth(), {-13}), "\"months:-13\""},
      {ColumnOf<int64_t>(DataType::IntervalDayTime(), {1500}), "\"millis:1500\""},
      {Column::NullConstant(DataType::Null(), 1), "null"},
  };
  for (const auto& c : cases) EXPECT_EQ(JsonOf(*c.column, 0), c.json) << c.column->type().ToString();
}

TEST(ValueJsonTest, NestedValues) {
  EXPECT_EQ(JsonOf(*BigintArrays(4), 3), "[0,1,2]");
  EXPECT_EQ(JsonOf(*BigintArrays(5), 4), "null");
  EXPECT_EQ(JsonOf(*BigintArrays(1), 0), "[]");
  EXPECT_EQ(JsonOf(*RowsOfTwo(1), 0), R"([0,"row-0"])");
}

TEST(ValueJsonTest, MapsAreSortedByTheTextOfTheKey) {
  EXPECT_EQ(
      JsonOf(*StringMaps(11), 10),
      R"([["k1",1],["k10",10],["k2",2],["k3",3],["k4",4],["k5",5],["k6",6],["k7",7],["k8",8],["k9",9]])");
  ColumnBuilder builder(DataType::Multiset(DataType::Integer()));
  for (const int32_t value : {9, 10}) {
    builder.child(0).Append(value);
    builder.child(1).Append<int32_t>(1);
  }
  builder.AppendNested();
  EXPECT_EQ(JsonOf(*builder.Finish(), 0), "[[10,1],[9,1]]");
}

}  // namespace
}  // namespace millrace
