#include "core/column/batch.h"

#include <gmock/gmock.h>

#include "tests/unit/core/column/sample_columns.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;

ColumnPtr Weights(const std::vector<std::optional<int8_t>>& weights) {
  return ColumnOf<int8_t>(DataType::Tinyint().NotNull(), weights);
}

Batch ThreeRows() {
  Batch batch = BatchOf({ColumnOf<int32_t>(DataType::Integer(), {1, std::nullopt, 3}),
                         StringColumnOf({"one", "a text of more than twelve bytes", std::nullopt})});
  batch.weights = Weights({1, -1, 1});
  return batch;
}

TEST(BatchTest, CompactLeavesOnlySelectedRows) {
  Batch batch = ThreeRows();
  batch.selection = Rows({1, 2});
  EXPECT_EQ(batch.NumSelected(), 2u);
  const Batch compact = Compact(batch);
  EXPECT_EQ(compact.num_rows, 2u);
  EXPECT_EQ(compact.selection, nullptr);
  EXPECT_EQ(compact.schema, batch.schema);
  EXPECT_THAT(RowsOf(compact, true), ElementsAre(R"(null "a text of more than twelve bytes" -)", "3 null +"));
  EXPECT_EQ(ColumnReader(*compact.columns[1]).String(0).data(),
            ColumnReader(*batch.columns[1]).String(1).data());
}

TEST(BatchTest, CompactWithoutSelectionIsTheSame) {
  const Batch batch = ThreeRows();
  EXPECT_EQ(Compact(batch).columns[0], batch.columns[0]);
}

TEST(BatchTest, TakeOfTakenColumnsComposesIndicesOnce) {
  const Batch first = Take(ThreeRows(), Rows({2, 0, 1, 1}));
  const Batch second = Take(first, Rows({3, 0}));
  EXPECT_THAT(RowsOf(second, true), ElementsAre(R"(null "a text of more than twelve bytes" -)", "3 null +"));
  EXPECT_EQ(second.columns[0]->dictionary()->encoding(), Encoding::kFlat);
  EXPECT_EQ(&second.columns[0]->indices(), &second.columns[1]->indices());
}

TEST(BatchTest, SliceKeepsWeights) {
  const Batch slice = Slice(ThreeRows(), 1, 2);
  EXPECT_EQ(slice.num_rows, 2u);
  EXPECT_THAT(RowsOf(slice, true), ElementsAre(R"(null "a text of more than twelve bytes" -)", "3 null +"));
}

TEST(BatchTest, ConcatenateCopiesSelectedRowsOfAllEncodings) {
  Batch first = ThreeRows();
  first.selection = Rows({0, 1});
  Batch second = Take(ThreeRows(), Rows({2, 1}));
  second.weights = nullptr;
  Batch third =
      BatchOf({Column::ConstantOf(first.columns[0], 2, 2), Column::NullConstant(DataType::String(), 2)});
  const Batch batches[] = {first, second, third};
  const Batch joined = Concatenate(batches);
  EXPECT_EQ(joined.selection, nullptr);
  EXPECT_THAT(RowsOf(joined, true),
              ElementsAre(R"(1 "one" +)", R"(null "a text of more than twelve bytes" -)", "3 null +",
                          R"(null "a text of more than twelve bytes" +)", "3 null +", "3 null +"));
  for (const ColumnPtr& column : joined.columns) EXPECT_EQ(column->encoding(), Encoding::kFlat);
}

TEST(BatchTest, ConcatenateWithoutWeightsHasNone) {
  Batch batch = ThreeRows();
  batch.weights = nullptr;
  const Batch batches[] = {batch, batch};
  EXPECT_EQ(Concatenate(batches).weights, nullptr);
  EXPECT_EQ(Concatenate(batches).num_rows, 6u);
}

TEST(BatchTest, ConcatenateOfEveryTypeRoundTrips) {
  const Batch batch = BatchOf(OneColumnOfEachType());
  const Batch batches[] = {batch, Take(batch, Rows({5, 4}))};
  const std::vector<std::string> rows = RowsOf(batch);
  std::vector<std::string> wanted = rows;
  wanted.push_back(rows[5]);
  wanted.push_back(rows[4]);
  EXPECT_EQ(RowsOf(Concatenate(batches)), wanted);
}

TEST(BatchBuilderTest, WeightsAppearWithTheFirstRetraction) {
  BatchBuilder builder(ThreeRows().schema);
  for (int32_t i = 0; i < 3; ++i) {
    builder.column(0).Append(i);
    builder.column(1).AppendString("x");
    builder.FinishRow(i == 1 ? -1 : 1);
  }
  EXPECT_THAT(RowsOf(builder.Finish(), true), ElementsAre(R"(0 "x" +)", R"(1 "x" -)", R"(2 "x" +)"));
  builder.column(0).Append<int32_t>(9);
  builder.column(1).AppendNull();
  builder.FinishRow();
  const Batch second = builder.Finish();
  EXPECT_EQ(second.weights, nullptr);
  EXPECT_THAT(RowsOf(second), ElementsAre("9 null"));
}

TEST(BatchBuilderTest, AbandonedRowLeavesNothing) {
  BatchBuilder builder(ThreeRows().schema);
  builder.column(0).Append<int32_t>(1);
  builder.AbandonRow();
  builder.column(0).Append<int32_t>(2);
  builder.column(1).AppendString("two");
  builder.FinishRow();
  EXPECT_THAT(RowsOf(builder.Finish()), ElementsAre(R"(2 "two")"));
}

}  // namespace
}  // namespace millrace
