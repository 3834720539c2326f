#include "operators/formats/raw/raw_format.h"

#include <gtest/gtest.h>

#include "core/descriptor/error_codes.h"
#include "tests/unit/connectors/format_harness.h"

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

TEST(RawDecoder, TakesTextAndBytes) {
  EXPECT_EQ(DecodeToLines(MakeRawFormat(), {{"line", DataType::String()}}, {},
                          {"", "  spaced  ", "Zoé 日本", "a\xff\xe6\x97z"}),
            (Lines{"[]", "[  spaced  ]", "[Zoé 日本]", "[a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz]"}));
  EXPECT_EQ(DecodeToLines(MakeRawFormat(), {{"b", DataType::Bytes()}}, {}, {"\xff\x01"}), Lines{"[[-1, 1]]"});
  EXPECT_EQ(
      DecodeToLines(MakeRawFormat(), {{"s", DataType::String()}}, {{"charset", "ISO-8859-1"}}, {"Zo\xe9"}),
      Lines{"[Zoé]"});
  EXPECT_EQ(
      DecodeToLines(MakeRawFormat(), {{"s", DataType::String()}}, {{"charset", "us-ascii"}}, {"Zo\xe9"}),
      Lines{"[Zo\xef\xbf\xbd]"});
}

TEST(RawFormat, WritesAndReadsNumbers) {
  const struct {
    DataType type;
    const char* json;
    std::string big_endian;
    const char* row;
  } cases[] = {
      {DataType::Boolean(), "true", Bytes({1}), "[true]"},
      {DataType::Tinyint(), "-2", Bytes({0xfe}), "[-2]"},
      {DataType::Smallint(), "258", Bytes({1, 2}), "[258]"},
      {DataType::Integer(), "16909060", Bytes({1, 2, 3, 4}), "[16909060]"},
      {DataType::Bigint(), "-1", std::string(8, '\xff'), "[-1]"},
      {DataType::Float(), "1.5", Bytes({0x3f, 0xc0, 0, 0}), "[1.5]"},
      {DataType::Double(), "1.5", Bytes({0x3f, 0xf8, 0, 0, 0, 0, 0, 0}), "[1.5]"},
  };
  for (const auto& test : cases) {
    const std::vector<Field> columns = {{"v", test.type}};
    const Batch batch = BatchOfJson(columns, {std::string("{\"v\":") + test.json + "}"});
    const std::string reversed(test.big_endian.rbegin(), test.big_endian.rend());
    const Options little = {{"endianness", "little-endian"}};
    EXPECT_EQ(EncodeRows(MakeRawFormat(), columns, {}, batch), Lines{test.big_endian})
        << test.type.ToString();
    EXPECT_EQ(EncodeRows(MakeRawFormat(), columns, little, batch), Lines{reversed}) << test.type.ToString();
    EXPECT_EQ(DecodeToLines(MakeRawFormat(), columns, {}, {test.big_endian}), Lines{test.row});
    EXPECT_EQ(DecodeToLines(MakeRawFormat(), columns, little, {reversed}), Lines{test.row});
  }
  EXPECT_EQ(DecodeToLines(MakeRawFormat(), {{"v", DataType::Integer()}}, {}, {"123"}),
            Lines{"bad: raw record of column 'v' INT has another length: 3 instead of 4 bytes"});
}

TEST(RawFormat, WritesText) {
  const std::vector<Field> columns = {{"s", DataType::String()}};
  const Batch batch = BatchOfJson(columns, {R"({"s":"Zoé 日"})", R"({"s":null})"});
  EXPECT_EQ(EncodeRows(MakeRawFormat(), columns, {}, batch), (Lines{"Zoé 日", ""}));
  EXPECT_EQ(EncodeRows(MakeRawFormat(), columns, {{"charset", "ISO-8859-1"}}, batch),
            (Lines{"Zo\xe9 ?", ""}));
  EXPECT_EQ(EncodeRows(MakeRawFormat(), columns, {{"charset", "US-ASCII"}}, batch), (Lines{"Zo? ?", ""}));
}

TEST(RawDecoder, ReadsNullRecordsAndCountsWithoutColumns) {
  const std::vector<Field> columns = {{"s", DataType::String()}};
  const auto decoder = MakeDecoder(MakeRawFormat(), columns, {});
  BatchBuilder builder(std::make_shared<const Schema>(Schema{columns, std::nullopt}));
  const std::vector<RawRecord> records = {{"", true}, {"x", false}};
  std::vector<BadRecord> bad;
  ASSERT_TRUE(
      decoder
          ->Decode(
              records, nullptr, builder, [&](uint32_t, int8_t weight) { builder.FinishRow(weight); }, &bad)
          .ok());
  const Batch batch = builder.Finish();
  EXPECT_TRUE(batch.columns[0]->IsNull(0));
  EXPECT_FALSE(batch.columns[0]->IsNull(1));
  EXPECT_EQ(DecodeToLines(MakeRawFormat(), {}, {}, {"a", "b"}, columns), (Lines{"[]", "[]"}));
}

TEST(RawFormat, RefusesWhatItCannotDo) {
  const FormatDescriptor descriptor = MakeRawFormat().descriptor;
  const Field text = {"s", DataType::String()};
  EXPECT_EQ(descriptor.validate({text, text}, {}).code(), kUnsupportedByConnector);
  EXPECT_EQ(descriptor.validate({}, {}).code(), kUnsupportedByConnector);
  EXPECT_EQ(descriptor.validate({{"d", DataType::Date()}}, {}).code(), kUnsupportedByConnector);
  EXPECT_EQ(descriptor.validate({text}, {{"charset", "UTF-16"}}).code(), kUnsupportedByConnector);
  EXPECT_EQ(descriptor.validate({text}, {{"endianness", "middle"}}).code(), kBadOptionValue);
  EXPECT_TRUE(descriptor.validate({text}, {{"charset", "utf-8"}}).ok());
}

}  // namespace
}  // namespace millrace
