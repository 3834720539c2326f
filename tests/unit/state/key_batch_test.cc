#include "state/key_batch.h"

#include <gtest/gtest.h>

#include "core/row/key_hash.h"
#include "tests/unit/state/state_fixture.h"

namespace millrace {
namespace {

/// Columns of all integer widths, a string and a nullable BIGINT; values follow from the row number.
Batch MixedBatch(uint32_t num_rows, bool with_nulls) {
  auto schema = std::make_shared<Schema>();
  schema->fields = {{"tiny", DataType::Tinyint()},      {"small", DataType::Smallint()},
                    {"int", DataType::Integer()},       {"big", DataType::Bigint()},
                    {"wide", DataType::Decimal(38, 2)}, {"text", DataType::String()},
                    {"maybe", DataType::Bigint()}};
  BatchBuilder builder(schema);
  for (uint32_t row = 0; row < num_rows; ++row) {
    builder.column(0).Append<int8_t>(static_cast<int8_t>(row * 7));
    builder.column(1).Append<int16_t>(static_cast<int16_t>(row * 771));
    builder.column(2).Append<int32_t>(static_cast<int32_t>(row * 77'777'777));
    builder.column(3).Append<int64_t>(static_cast<int64_t>(row) << 40);
    builder.column(4).Append<Int128>(Int128{row} << 80);
    builder.column(5).AppendString(std::string(row % 20, 'x'));
    if (with_nulls && row % 3 == 0) {
      builder.column(6).AppendNull();
    } else {
      builder.column(6).Append<int64_t>(row);
    }
    builder.FinishRow();
  }
  return builder.Finish();
}

void ExpectKeysOf(const Batch& batch, const std::vector<uint32_t>& columns) {
  std::vector<DataType> types;
  for (uint32_t column : columns) types.push_back(batch.schema->type(column));
  KeyBatch keys(types, 128);
  keys.Build(batch, columns);
  std::vector<uint64_t> hashes;
  HashRows(batch, columns, &hashes);
  const RowCodec codec(types);
  const std::vector<ColumnReader> readers = ReadColumns(batch, columns);
  ASSERT_EQ(keys.size(), batch.NumSelected());
  uint32_t i = 0;
  batch.ForEachRow([&](uint32_t row) {
    std::string bytes;
    codec.Encode(readers, row, &bytes);
    EXPECT_EQ(keys.row(i), row);
    EXPECT_EQ(keys.hash(i), hashes[row]);
    EXPECT_EQ(keys.key(i), bytes);
    EXPECT_EQ(keys.key_group(i), KeyGroupOfHash(hashes[row], 128));
    bool has_null = false;
    for (const ColumnReader& reader : readers) has_null |= reader.IsNull(row);
    EXPECT_EQ(keys.has_null(i), has_null);
    ++i;
  });
}

TEST(KeyBatchTest, KeysAreTheCodecsBytes) {
  const std::vector<std::vector<uint32_t>> keys = {{0}, {1},    {2},    {3},          {4},    {5},
                                                   {6}, {3, 2}, {3, 6}, {0, 1, 2, 3}, {5, 3}, {4, 0}};
  for (bool with_nulls : {false, true}) {
    const Batch batch = MixedBatch(40, with_nulls);
    for (const auto& columns : keys) ExpectKeysOf(batch, columns);
  }
}

TEST(KeyBatchTest, SelectedAndDictionaryRowsOnly) {
  Batch batch = MixedBatch(40, true);
  batch.selection = std::make_shared<Selection>(Selection{1, 2, 8, 39});
  for (const std::vector<uint32_t>& columns : {std::vector<uint32_t>{3}, {3, 2}, {5}}) {
    ExpectKeysOf(batch, columns);
    ExpectKeysOf(Compact(batch), columns);
  }
}

TEST(KeyBatchTest, NullsCountInSelectedRowsOnly) {
  Batch batch = MixedBatch(40, true);  // "maybe" is NULL in every third row
  for (const Selection& rows : {Selection{1, 2, 8}, Selection{1, 2, 8, 39}}) {
    batch.selection = std::make_shared<Selection>(rows);
    for (const std::vector<uint32_t>& columns : {std::vector<uint32_t>{6}, {3, 6}, {6, 5}}) {
      ExpectKeysOf(batch, columns);
      ExpectKeysOf(Compact(batch), columns);
    }
  }
}

TEST(KeyBatchTest, EmptyBatchAndReuse) {
  KeyBatch keys({DataType::Bigint()}, 128);
  BuildKeys({1, 2, 3}, &keys);
  BuildKeys({}, &keys);
  EXPECT_EQ(keys.size(), 0u);
  BuildKeys({4}, &keys);
  EXPECT_EQ(keys.size(), 1u);
}

}  // namespace
}  // namespace millrace
