#include "core/column/column_builder.h"

#include <gmock/gmock.h>

#include "tests/unit/core/column/sample_columns.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;

TEST(ColumnBuilderTest, AppendFromCopiesEveryType) {
  for (const ColumnPtr& column : OneColumnOfEachType()) {
    ColumnBuilder builder(column->type());
    for (uint32_t row = 10; row-- > 0;) builder.AppendFrom(*column, row);
    std::vector<std::string> wanted = JsonOf(*column);
    std::reverse(wanted.begin(), wanted.end());
    EXPECT_EQ(JsonOf(*builder.Finish()), wanted) << column->type().ToString();
  }
}

TEST(ColumnBuilderTest, CanBeUsedAgainAfterFinish) {
  for (const ColumnPtr& column : OneColumnOfEachType()) {
    ColumnBuilder builder(column->type());
    for (uint32_t row = 0; row < 10; ++row) builder.AppendFrom(*column, row);
    const ColumnPtr first = builder.Finish();
    EXPECT_EQ(builder.size(), 0u);
    builder.AppendFrom(*column, 1);
    const ColumnPtr second = builder.Finish();
    EXPECT_EQ(JsonOf(*first), JsonOf(*column));
    EXPECT_THAT(JsonOf(*second), ElementsAre(JsonOf(*column, 1)));
    EXPECT_EQ(builder.Finish()->size(), 0u);
  }
}

TEST(ColumnBuilderTest, GrowsOverManyRowsAndBlocks) {
  ColumnBuilder numbers(DataType::Bigint());
  ColumnBuilder texts(DataType::String());
  numbers.Reserve(10);
  for (int64_t i = 0; i < 50'000; ++i) {
    if (i % 1000 == 999) {
      numbers.AppendNull();
      texts.AppendNull();
    } else {
      numbers.Append(i);
      texts.AppendString("a text of more than twelve bytes " + std::to_string(i));
    }
  }
  const ColumnPtr number_column = numbers.Finish();
  const ColumnPtr text_column = texts.Finish();
  const ColumnReader number_reader(*number_column);
  const ColumnReader text_reader(*text_column);
  for (uint32_t row = 0; row < 50'000; ++row) {
    ASSERT_EQ(number_reader.IsNull(row), row % 1000 == 999);
    ASSERT_EQ(text_reader.IsNull(row), row % 1000 == 999);
    if (row % 1000 == 999) continue;
    ASSERT_EQ(number_reader.Value<int64_t>(row), row);
    ASSERT_EQ(text_reader.String(row), "a text of more than twelve bytes " + std::to_string(row));
  }
}

TEST(ColumnBuilderTest, StringLargerThanABlockIsKept) {
  const std::string large(3 << 20, 'L');
  ColumnBuilder builder(DataType::String());
  builder.AppendString("a first text beyond twelve bytes");
  builder.AppendString(large);
  builder.AppendString("a last text beyond twelve bytes");
  const ColumnPtr column = builder.Finish();
  EXPECT_EQ(ColumnReader(*column).String(0), "a first text beyond twelve bytes");
  EXPECT_EQ(ColumnReader(*column).String(1), large);
  EXPECT_EQ(ColumnReader(*column).String(2), "a last text beyond twelve bytes");
}

TEST(ColumnBuilderTest, StringRefIsNotCopied) {
  const std::shared_ptr<Buffer> message = Buffer::CopyOf("a message of more than twelve bytes");
  ColumnBuilder builder(DataType::String());
  builder.KeepAlive(message);
  builder.KeepAlive(message);
  builder.AppendStringRef(StringRef({reinterpret_cast<const char*>(message->data()), 20}));
  const ColumnPtr column = builder.Finish();
  EXPECT_EQ(column->parts().heap.size(), 1u);
  EXPECT_EQ(static_cast<const void*>(ColumnReader(*column).String(0).data()), message->data());
}

TEST(ColumnBuilderTest, TruncateToEveryLengthForgetsTheRest) {
  for (const ColumnPtr& column : OneColumnOfEachType()) {
    for (uint32_t kept = 0; kept <= 10; ++kept) {
      ColumnBuilder builder(column->type());
      for (uint32_t row = 0; row < 10; ++row) builder.AppendFrom(*column, row);
      builder.TruncateTo(kept);
      ASSERT_EQ(builder.size(), kept);
      builder.AppendFrom(*column, 1);
      builder.AppendFrom(*column, 3);
      std::vector<std::string> wanted = JsonOf(*column);
      wanted.resize(kept);
      wanted.push_back(JsonOf(*column, 1));
      wanted.push_back(JsonOf(*column, 3));
      ASSERT_EQ(JsonOf(*builder.Finish()), wanted) << column->type().ToString() << " " << kept;
    }
  }
}

TEST(ColumnBuilderTest, TruncateDropsHalfAppendedChildren) {
  ColumnBuilder builder(DataType::Map(DataType::String(), DataType::Array(DataType::Integer())));
  builder.AppendNested();
  builder.child(0).AppendString("key");
  builder.child(1).child(0).Append<int32_t>(7);
  builder.TruncateTo(1);
  builder.child(0).AppendString("other");
  builder.child(1).AppendNull();
  builder.AppendNested();
  EXPECT_THAT(JsonOf(*builder.Finish()), ElementsAre("[]", R"([["other",null]])"));
}

TEST(ColumnBuilderTest, NullRowOfRowKeepsChildrenInStep) {
  const ColumnPtr column = RowsOfTwo(7);
  for (const ColumnPtr& child : column->parts().children) EXPECT_EQ(child->size(), 7u);
  EXPECT_TRUE(column->IsNull(3));
  EXPECT_EQ(JsonOf(*column, 4), R"([4,"row-4"])");
}

TEST(ColumnBuilderTest, ChildrenGetTheirNullsWhereverTheRowGoesOn) {
  const DataType inner = DataType::Row({{"n", DataType::Bigint()}, {"s", DataType::String()}});
  ColumnBuilder builder(DataType::Row({{"b", DataType::Boolean()}, {"r", inner}}));
  ColumnBuilder& kept = builder.child(0);
  const auto append_row = [&](int64_t number, bool with_inner) {
    builder.BeginNested();
    kept.Append<uint8_t>(1);
    if (with_inner) {
      builder.child(1).child(0).Append(number);
      builder.child(1).child(1).AppendString(std::to_string(number));
      builder.child(1).AppendNested();
    } else {
      builder.child(1).AppendNull();
    }
    builder.AppendNested();
  };
  std::vector<std::string> wanted;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 30; ++i) {
      if (i % 7 < 3) {
        builder.AppendNull();
        wanted.push_back("null");
      } else {
        const bool with_inner = i % 5 > 1;
        append_row(i, with_inner);
        wanted.push_back(with_inner ? "[true,[" + std::to_string(i) + ",\"" + std::to_string(i) + "\"]]"
                                    : "[true,null]");
      }
    }
    builder.AppendNulls(20);
    builder.child(0).Append<uint8_t>(0);  // of a row that is not finished
    builder.TruncateTo(37);
    wanted.resize(wanted.size() + 7, "null");
    const ColumnPtr column = builder.Finish();
    for (const ColumnPtr& child : column->parts().children) EXPECT_EQ(child->size(), 37u);
    EXPECT_EQ(JsonOf(*column), wanted);
    wanted.clear();
  }
}

}  // namespace
}  // namespace millrace
