#include "core/column/column.h"

#include <gmock/gmock.h>

#include "core/column/copy_rows.h"
#include "tests/unit/core/column/sample_columns.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Pick(const std::vector<std::string>& from, const std::vector<uint32_t>& rows) {
  std::vector<std::string> picked;
  for (uint32_t row : rows) picked.push_back(from[row]);
  return picked;
}

TEST(ColumnTest, DictionaryOfEveryTypeReadsThroughItsIndices) {
  const std::vector<uint32_t> rows = {9, 0, 3, 3, 8};
  for (const ColumnPtr& column : OneColumnOfEachType()) {
    const ColumnPtr dictionary = Column::Dictionary(column, Rows(rows));
    EXPECT_EQ(dictionary->size(), 5u);
    EXPECT_EQ(JsonOf(*dictionary), Pick(JsonOf(*column), rows)) << column->type().ToString();
  }
}

TEST(ColumnTest, DictionaryOfDictionaryCollapses) {
  const ColumnPtr flat = ColumnOf<int32_t>(DataType::Integer(), {10, 11, 12, std::nullopt});
  const ColumnPtr inner = Column::Dictionary(flat, Rows({3, 2, 1, 0}));
  const ColumnPtr outer = Column::Dictionary(inner, Rows({0, 0, 2}));
  EXPECT_EQ(outer->encoding(), Encoding::kDictionary);
  EXPECT_EQ(outer->dictionary(), flat);
  EXPECT_THAT(outer->indices(), ElementsAre(3, 3, 1));
  EXPECT_TRUE(outer->IsNull(0));
  EXPECT_TRUE(outer->MayHaveNulls());
  EXPECT_THAT(JsonOf(*outer), ElementsAre("null", "null", "11"));
}

TEST(ColumnTest, DictionaryOfConstantIsConstant) {
  const ColumnPtr constant = Column::ConstantOf(StringColumnOf({"a text of more than twelve bytes"}), 0, 3);
  const ColumnPtr taken = Column::Dictionary(constant, Rows({2, 0}));
  EXPECT_EQ(taken->encoding(), Encoding::kConstant);
  EXPECT_EQ(taken->size(), 2u);
  EXPECT_EQ(JsonOf(*taken, 1), "\"a text of more than twelve bytes\"");
}

TEST(ColumnTest, SliceOfEveryTypeAndEncodingKeepsTheRows) {
  const std::vector<uint32_t> backwards = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  for (const ColumnPtr& flat : OneColumnOfEachType()) {
    for (const ColumnPtr& column :
         {flat, Column::Dictionary(flat, Rows(backwards)), Column::ConstantOf(flat, 3, 10)}) {
      const std::vector<std::string> all = JsonOf(*column);
      for (uint32_t first = 0; first <= 10; ++first) {
        for (uint32_t count = 0; first + count <= 10; ++count) {
          const ColumnPtr slice = Column::Slice(column, first, count);
          const std::vector<std::string> wanted(all.begin() + first, all.begin() + first + count);
          ASSERT_EQ(JsonOf(*slice), wanted) << column->type().ToString() << " " << first << " " << count;
        }
      }
    }
  }
}

TEST(ColumnTest, SliceSharesLongStrings) {
  const ColumnPtr column = StringColumnOf({"x", "a text of more than twelve bytes"});
  const ColumnPtr slice = Column::Slice(column, 1, 1);
  EXPECT_EQ(ColumnReader(*slice).String(0).data(), ColumnReader(*column).String(1).data());
}

TEST(ColumnTest, ConstantOfEveryRowRepeatsIt) {
  for (const ColumnPtr& flat : OneColumnOfEachType()) {
    const ColumnPtr dictionary = Column::Dictionary(flat, Rows({9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
    for (uint32_t row = 0; row < 10; ++row) {
      const ColumnPtr constant = Column::ConstantOf(flat, row, 4);
      EXPECT_EQ(constant->encoding(), Encoding::kConstant);
      EXPECT_EQ(constant->IsNull(2), flat->IsNull(row));
      EXPECT_EQ(JsonOf(*constant, 3), JsonOf(*flat, row)) << flat->type().ToString();
      EXPECT_EQ(JsonOf(*Column::ConstantOf(dictionary, row, 4), 0), JsonOf(*flat, 9 - row));
    }
  }
}

TEST(ColumnTest, NullConstantOfEveryTypeIsNullInEveryRow) {
  for (const ColumnPtr& column : OneColumnOfEachType()) {
    const ColumnPtr nulls = Column::NullConstant(column->type(), 3);
    EXPECT_TRUE(nulls->IsNull(0) && nulls->IsNull(2)) << column->type().ToString();
    EXPECT_EQ(JsonOf(*nulls, 2), "null");
  }
}

TEST(ColumnTest, WithTypeChangesNestedTypesToo) {
  const DataType wanted =
      DataType::Row({{"a", DataType::Integer().NotNull()}, {"b", DataType::Varchar(30)}}).NotNull();
  const ColumnPtr rows = RowsOfTwo(3);
  for (const ColumnPtr& column : {rows, Column::Dictionary(rows, Rows({2, 1, 0}))}) {
    const ColumnPtr changed = column->WithType(wanted);
    EXPECT_EQ(changed->type(), wanted);
    const ColumnReader reader(*changed);
    EXPECT_EQ(reader.payload().type(), wanted);
    EXPECT_EQ(reader.payload().parts().children[1]->type(), DataType::Varchar(30));
    EXPECT_EQ(JsonOf(*changed), JsonOf(*column));
  }
}

TEST(ColumnTest, ReaderTellsEncodingsApart) {
  const ColumnPtr flat = ColumnOf<int32_t>(DataType::Integer(), {1, 2, 3});
  EXPECT_TRUE(ColumnReader(*flat).is_flat());
  EXPECT_FALSE(ColumnReader(*flat).has_nulls());
  const ColumnPtr dictionary = Column::Dictionary(flat, Rows({2}));
  EXPECT_FALSE(ColumnReader(*dictionary).is_flat());
  EXPECT_FALSE(ColumnReader(*dictionary).is_constant());
  const ColumnPtr constant = Column::ConstantOf(flat, 1, 5);
  EXPECT_TRUE(ColumnReader(*constant).is_constant());
  EXPECT_FALSE(ColumnReader(*constant).is_flat());
  EXPECT_EQ(ColumnReader(*constant).Value<int32_t>(4), 2);
}

TEST(ColumnTest, RetainedBytesCountASharedHeapOnce) {
  std::shared_ptr<Buffer> message = Buffer::Allocate(1 << 20);
  std::memset(message->mutable_data(), 'm', message->size());
  std::vector<ColumnPtr> columns;
  for (int i = 0; i < 3; ++i) {
    ColumnBuilder builder(DataType::String());
    builder.KeepAlive(message);
    builder.AppendStringRef(StringRef({reinterpret_cast<const char*>(message->data()) + i, 100}));
    columns.push_back(builder.Finish());
  }
  EXPECT_GE(columns[0]->RetainedBytes(), size_t{1} << 20);
  EXPECT_LT(BatchOf(columns).RetainedBytes(), size_t{3} << 19);
}

TEST(CopyRowsTest, EveryTypeAndEncodingIsCopiedFlat) {
  for (const ColumnPtr& flat : OneColumnOfEachType()) {
    const ColumnPtr dictionary = Column::Dictionary(flat, Rows({9, 9, 1}));
    const ColumnPtr constant = Column::ConstantOf(flat, 4, 3);
    const std::vector<uint32_t> rows = {2, 0};
    const RowsOfColumn pieces[] = {
        {flat.get()}, {dictionary.get(), &rows}, {constant.get()}, {flat.get(), &rows}};
    const ColumnPtr copy = CopyRows(flat->type(), pieces);
    std::vector<std::string> wanted = JsonOf(*flat);
    for (const auto& more : {Pick(JsonOf(*dictionary), rows), JsonOf(*constant), Pick(JsonOf(*flat), rows)}) {
      wanted.insert(wanted.end(), more.begin(), more.end());
    }
    EXPECT_EQ(copy->encoding(), Encoding::kFlat);
    EXPECT_EQ(JsonOf(*copy), wanted) << flat->type().ToString();
  }
}

TEST(CopyRowsTest, StringsLieInOneBlockThatSharesNothing) {
  const ColumnPtr column =
      StringColumnOf({"a text of more than twelve bytes", std::nullopt, "another one, long enough"});
  const RowsOfColumn pieces[] = {{column.get()}, {column.get()}};
  const ColumnPtr copy = CopyRows(column->type(), pieces);
  ASSERT_EQ(copy->parts().heap.size(), 1u);
  EXPECT_EQ(copy->parts().heap[0]->size(), 2u * (32 + 24));
  EXPECT_NE(ColumnReader(*copy).String(0).data(), ColumnReader(*column).String(0).data());
}

TEST(CopyRowsTest, StringsOfNullRowsAreNotFollowed) {
  // A kernel may leave anything behind in rows that are NULL.
  std::shared_ptr<Buffer> values = Buffer::Allocate(sizeof(StringRef));
  std::memset(values->mutable_data(), 0, sizeof(StringRef));
  const uint32_t size = 1000;
  std::memcpy(values->mutable_data(), &size, sizeof(size));
  const uint8_t no_bits = 0;
  Column::Parts parts;
  parts.values = values;
  parts.validity = Buffer::CopyOf({reinterpret_cast<const char*>(&no_bits), 1});
  const ColumnPtr column = Column::Flat(DataType::String(), 1, std::move(parts));
  const RowsOfColumn pieces[] = {{column.get()}};
  const ColumnPtr copy = CopyRows(column->type(), pieces);
  EXPECT_TRUE(copy->IsNull(0));
  EXPECT_TRUE(copy->parts().heap.empty());
}

}  // namespace
}  // namespace millrace
