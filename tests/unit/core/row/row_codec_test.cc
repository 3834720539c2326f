#include "core/row/row_codec.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error_codes.h"
#include "tests/unit/core/column/sample_columns.h"

namespace millrace {
namespace {

std::vector<DataType> TypesOf(const std::vector<ColumnPtr>& columns) {
  std::vector<DataType> types;
  for (const ColumnPtr& column : columns) types.push_back(column->type());
  return types;
}

std::vector<ColumnReader> ReadersOf(const std::vector<ColumnPtr>& columns) {
  std::vector<ColumnReader> readers;
  for (const ColumnPtr& column : columns) readers.emplace_back(*column);
  return readers;
}

std::string EncodeRow(const std::vector<ColumnPtr>& columns, uint32_t row) {
  std::string bytes;
  RowCodec(TypesOf(columns)).Encode(ReadersOf(columns), row, &bytes);
  return bytes;
}

std::string Hex(std::string_view bytes) {
  std::string json;
  AppendValueJson(*StringColumnOf({std::string(bytes)}, DataType::Bytes()), 0, &json);
  return json.substr(1, json.size() - 2);
}

TEST(RowCodecTest, EveryTypeRoundTrips) {
  const Batch batch = BatchOf(OneColumnOfEachType());
  const RowCodec codec(TypesOf(batch.columns));
  BatchBuilder builder(batch.schema);
  for (uint32_t row = 0; row < batch.num_rows; ++row) {
    const Status status = codec.Decode(EncodeRow(batch.columns, row), builder, 0);
    ASSERT_TRUE(status.ok()) << status.ToString();
    builder.FinishRow();
  }
  EXPECT_EQ(RowsOf(builder.Finish()), RowsOf(batch));
}

// Durable bytes: a change here makes every checkpoint unreadable.
TEST(RowCodecTest, BytesAreThoseReleased) {
  const struct {
    ColumnPtr column;
    uint32_t row;
    const char* bytes;
  } cases[] = {
      {ColumnOf<int32_t>(DataType::Integer(), {std::nullopt}), 0, "01"},
      {ColumnOf<uint8_t>(DataType::Boolean(), {1}), 0, "0001"},
      {ColumnOf<int8_t>(DataType::Tinyint(), {-2}), 0, "00fe"},
      {ColumnOf<int16_t>(DataType::Smallint(), {258}), 0, "000201"},
      {ColumnOf<int32_t>(DataType::Integer(), {1}), 0, "0001000000"},
      {ColumnOf<int64_t>(DataType::Bigint(), {-1}), 0, "00ffffffffffffffff"},
      {ColumnOf<Int128>(DataType::Decimal(38, 2), {Int128{1}}), 0, "0001000000000000000000000000000000"},
      {ColumnOf<float>(DataType::Float(), {1.0f}), 0, "000000803f"},
      {ColumnOf<double>(DataType::Double(), {1.0}), 0, "00000000000000f03f"},
      {ColumnOf<WideTimestamp>(DataType::Timestamp(9), {WideTimestamp{1, 2, 0}}), 0,
       "00010000000000000002000000"},
      {StringColumnOf({"abc"}), 0, "0003000000616263"},
      {RowsOfTwo(1), 0,
       "000e00000000"
       "00000000"
       "05000000726f772d30"},
      {BigintArrays(3), 2,
       "0015000000"
       "02000000"
       "00"
       "0000000000000000"
       "0100000000000000"},
      {StringMaps(3), 2,
       "001a000000"
       "02000000"
       "00"
       "020000006b31"
       "01000000"
       "00"
       "020000006b32"
       "02000000"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Hex(EncodeRow({c.column}, c.row)), c.bytes) << c.column->type().ToString();
  }
}

TEST(RowCodecTest, NullsOfManyColumnsAreBits) {
  std::vector<ColumnPtr> columns;
  for (int i = 0; i < 10; ++i) {
    const bool is_null = i == 1 || i == 9;
    columns.push_back(
        ColumnOf<int8_t>(DataType::Tinyint(), {is_null ? std::nullopt : std::optional<int8_t>(i)}));
  }
  EXPECT_EQ(Hex(EncodeRow(columns, 0)),
            "0202"
            "0002030405060708");
}

TEST(RowCodecTest, EqualValuesHaveEqualBytes) {
  const auto doubles = [](double value) {
    return EncodeRow({ColumnOf<double>(DataType::Double(), {value})}, 0);
  };
  const auto floats = [](float value) { return EncodeRow({ColumnOf<float>(DataType::Float(), {value})}, 0); };
  EXPECT_EQ(doubles(0.0), doubles(-0.0));
  EXPECT_EQ(floats(0.0f), floats(-0.0f));
  EXPECT_EQ(doubles(std::nan("1")), doubles(-std::nan("2")));
  EXPECT_EQ(floats(std::nanf("1")), floats(-std::nanf("2")));
  EXPECT_NE(doubles(1.0), doubles(2.0));
}

TEST(RowCodecTest, MapsWithEntriesInAnotherOrderHaveEqualBytes) {
  const auto map_of = [](std::vector<int32_t> keys) {
    ColumnBuilder builder(DataType::Map(DataType::Integer(), DataType::Integer()));
    for (int32_t key : keys) {
      builder.child(0).Append(key);
      builder.child(1).Append(key * 10);
    }
    builder.AppendNested();
    return builder.Finish();
  };
  EXPECT_EQ(EncodeRow({map_of({1, 2, 3})}, 0), EncodeRow({map_of({3, 1, 2})}, 0));
  EXPECT_NE(EncodeRow({map_of({1, 2, 3})}, 0), EncodeRow({map_of({1, 2})}, 0));
}

TEST(RowCodecTest, EncodeRowsEqualsEncode) {
  const std::vector<ColumnPtr> flat = OneColumnOfEachType();
  std::vector<ColumnPtr> taken;
  std::vector<ColumnPtr> constant;
  for (const ColumnPtr& column : flat) {
    taken.push_back(Column::Dictionary(column, Rows({9, 8, 7, 6, 5, 4, 3, 2, 1, 0})));
    constant.push_back(Column::ConstantOf(column, 5, 10));
  }
  std::vector<std::vector<ColumnPtr>> inputs = {flat, taken, constant};
  // Columns whose values have one size are written another way, alone and beside each other.
  for (size_t i = 0; i < flat.size(); ++i) {
    for (const ColumnPtr& column : {flat[i], taken[i], constant[i]}) {
      for (const ColumnPtr& other : constant) inputs.push_back({column, other});
    }
  }
  for (const auto& columns : inputs) {
    for (const Selection& rows : {Selection{}, Selection{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, Selection{3, 7}}) {
      std::string bytes = "left over";
      std::vector<uint32_t> offsets;
      RowCodec(TypesOf(columns)).EncodeRows(ReadersOf(columns), rows, &bytes, &offsets);
      ASSERT_EQ(offsets.size(), rows.size() + 1);
      ASSERT_EQ(offsets.back(), bytes.size());
      for (size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(bytes.substr(offsets[i], offsets[i + 1] - offsets[i]), EncodeRow(columns, rows[i]));
      }
    }
  }
}

TEST(RowCodecTest, CorruptBytesAreRefusedAndLeaveTheBuildersAlone) {
  const Batch batch = BatchOf(OneColumnOfEachType());
  const RowCodec codec(TypesOf(batch.columns));
  const std::string bytes = EncodeRow(batch.columns, 1);
  BatchBuilder builder(batch.schema);
  std::vector<std::string> corrupt = {bytes + "x"};
  for (size_t size = 0; size < bytes.size(); ++size) corrupt.push_back(bytes.substr(0, size));
  for (const std::string& text : corrupt) {
    const Status status = codec.Decode(text, builder, 0);
    ASSERT_EQ(status.code(), kCorruptBytes) << text.size();
    for (size_t i = 0; i < builder.num_columns(); ++i) ASSERT_EQ(builder.column(i).size(), 0u);
  }
  ASSERT_TRUE(codec.Decode(bytes, builder, 0).ok());
  builder.FinishRow();
  EXPECT_EQ(RowsOf(builder.Finish())[0], RowsOf(batch)[1]);
}

TEST(RowCodecTest, DecodeRowsEqualsDecode) {
  const Batch batch = BatchOf(OneColumnOfEachType());
  const RowCodec codec(TypesOf(batch.columns));
  std::vector<std::string> encoded;
  for (uint32_t row = 0; row < batch.num_rows; ++row) encoded.push_back(EncodeRow(batch.columns, row));
  std::vector<std::string_view> rows(encoded.begin(), encoded.end());
  rows.insert(rows.end(), encoded.begin(), encoded.end());
  std::vector<ColumnBuilder> builders;
  for (const DataType& type : codec.types()) builders.emplace_back(type);
  std::vector<ColumnBuilder*> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(&builder);
  ASSERT_TRUE(codec.DecodeRows(rows, columns).ok());
  std::vector<ColumnPtr> decoded;
  for (ColumnBuilder& builder : builders) decoded.push_back(builder.Finish());
  const std::vector<std::string> once = RowsOf(batch);
  std::vector<std::string> expected = once;
  expected.insert(expected.end(), once.begin(), once.end());
  EXPECT_EQ(RowsOf(BatchOf(std::move(decoded))), expected);

  for (const std::string_view damaged : {rows[1].substr(0, rows[1].size() - 1), std::string_view()}) {
    rows[1] = damaged;
    EXPECT_EQ(codec.DecodeRows(rows, columns).code(), kCorruptBytes);
    for (const ColumnBuilder* column : columns) EXPECT_EQ(column->size(), 0u);
  }
}

TEST(RowCodecTest, HugeLengthsInsideAreRefused) {
  ColumnBuilder builder(DataType::Array(DataType::Integer()));
  ColumnBuilder* const builders[] = {&builder};
  const RowCodec codec({builder.type()});
  const std::string huge_count("\x00\x08\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00", 13);
  EXPECT_EQ(codec.Decode(huge_count, builders).code(), kCorruptBytes);
  const std::string huge_length("\x00\xff\xff\xff\xff\x00", 6);
  EXPECT_EQ(codec.Decode(huge_length, builders).code(), kCorruptBytes);
  EXPECT_EQ(builder.size(), 0u);
}

TEST(RowCodecTest, RowWithoutColumnsIsEmpty) {
  const RowCodec codec({});
  std::string bytes;
  codec.Encode({}, 0, &bytes);
  EXPECT_TRUE(bytes.empty());
  EXPECT_TRUE(codec.Decode(bytes, std::span<ColumnBuilder* const>()).ok());
}

}  // namespace
}  // namespace millrace
