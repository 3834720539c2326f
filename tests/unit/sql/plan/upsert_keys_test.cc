#include "sql/plan/upsert_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/types/data_type.h"

namespace millrace::sql {
namespace {

using testing::IsEmpty;

/// A table of INT columns.
PlanPtr Scan(uint32_t num_columns, std::vector<uint32_t> primary_key = {},
             std::vector<uint32_t> output = {}) {
  auto table = std::make_shared<ScanTable>();
  for (uint32_t i = 0; i < num_columns; ++i) {
    table->columns.push_back({.name = "c" + std::to_string(i), .type = DataType::Integer()});
  }
  table->primary_key = std::move(primary_key);
  if (output.empty()) {
    for (uint32_t i = 0; i < num_columns; ++i) output.push_back(i);
  }
  return std::make_shared<ScanNode>(std::move(table), std::move(output), nullptr);
}

PlanPtr Grouped(std::vector<uint32_t> keys, size_t num_calls = 1) {
  const std::vector<PlanAggregate> calls(num_calls, {.function = "COUNT", .type = DataType::Bigint()});
  return std::make_shared<AggregateNode>(Scan(4), std::move(keys), calls);
}

PlanPtr Projected(PlanPtr input, std::vector<BoundExprPtr> projections) {
  std::vector<std::string> names(projections.size(), "p");
  return std::make_shared<CalcNode>(std::move(input), nullptr, std::move(projections), std::move(names));
}

BoundExprPtr Column(uint32_t index, DataType type = DataType::Integer()) {
  return ColumnExpr(index, std::move(type));
}

PlanPtr Joined(PlanJoinType type, PlanPtr left, PlanPtr right, std::vector<uint32_t> left_keys,
               std::vector<uint32_t> right_keys) {
  return std::make_shared<JoinNode>(std::move(left), std::move(right), type, std::move(left_keys),
                                    std::move(right_keys), nullptr);
}

PlanPtr Windowed(PlanWindow::Kind kind) {
  return std::make_shared<WindowAggregateNode>(
      Scan(4), PlanWindow{.kind = kind, .time_type = DataType::Timestamp(3)}, std::vector<uint32_t>{2},
      std::vector<PlanAggregate>{{.function = "COUNT", .type = DataType::Bigint()}});
}

ColumnSets KeysOf(const PlanPtr& node) {
  UpsertKeys keys;
  return keys.Of(*node);
}

TEST(UpsertKeysTest, NodesWithOneInput) {
  const struct {
    const char* what;
    PlanPtr node;
    ColumnSets keys;
  } kCases[] = {
      {"table without a primary key", Scan(2), {}},
      {"table with one", Scan(3, {2, 1}), {{1, 2}}},
      {"columns read in another place", Scan(3, {2}, {1, 2}), {{1}}},
      {"a column of the key is not read", Scan(3, {1, 2}, {0, 2}), {}},
      {"group", Grouped({3, 1}), {{0, 1}}},
      {"distinct", Grouped({0, 1, 2}, 0), {{0, 1, 2}}},
      {"one row", Grouped({}), {{}}},
      {"upserts", std::make_shared<NormalizeNode>(Scan(3), std::vector<uint32_t>{2, 0}), {{0, 2}}},
      {"tumble", Windowed(PlanWindow::Kind::kTumble), {{0, 2}, {0, 3}, {0, 4}}},
      {"hop", Windowed(PlanWindow::Kind::kHop), {{0, 2}, {0, 3}, {0, 4}}},
      {"cumulate: many ends have one start", Windowed(PlanWindow::Kind::kCumulate), {{0, 3}, {0, 4}}},
      {"attached", Windowed(PlanWindow::Kind::kAttached), {{0, 2, 3}, {0, 2, 4}}},
      {"union", std::make_shared<UnionNode>(std::vector<PlanPtr>{Grouped({0}), Grouped({0})}), {}},
      {"filter", CalcNode::Filter(Grouped({0}), BooleanExpr(true)), {{0}}},
      {"collect", std::make_shared<CollectNode>(Grouped({0})), {{0}}},
  };
  for (const auto& one : kCases) EXPECT_EQ(KeysOf(one.node), one.keys) << one.what;
}

TEST(UpsertKeysTest, ProjectionsKeepWhatTellsRowsApart) {
  const PlanPtr input = Grouped({0, 1});
  const BoundExprPtr sum = CallExpr("PLUS", {Column(1), IntegerExpr(1)}, DataType::Integer());
  const struct {
    const char* what;
    std::vector<BoundExprPtr> projections;
    ColumnSets keys;
  } kCases[] = {
      {"another order", {Column(2, DataType::Bigint()), Column(1), Column(0)}, {{1, 2}}},
      {"a column goes", {Column(0), Column(2, DataType::Bigint())}, {}},
      {"a column is computed", {Column(0), sum}, {}},
      {"a column twice", {Column(0), Column(1), Column(0)}, {{0, 1}, {1, 2}}},
      {"wider", {Column(0), CastExpr(Column(1), DataType::Bigint())}, {{0, 1}}},
      {"as text", {Column(0), CastExpr(Column(1), DataType::String())}, {{0, 1}}},
      {"as short text", {Column(0), CastExpr(Column(1), DataType::Varchar(10))}, {}},
      {"as decimal", {Column(0), CastExpr(Column(1), DataType::Decimal(12, 2))}, {{0, 1}}},
      {"as short decimal", {Column(0), CastExpr(Column(1), DataType::Decimal(11, 2))}, {}},
      {"narrower", {Column(0), CastExpr(Column(1), DataType::Smallint())}, {}},
      {"floating", {Column(0), CastExpr(Column(1), DataType::Float())}, {}},
  };
  for (const auto& one : kCases) EXPECT_EQ(KeysOf(Projected(input, one.projections)), one.keys) << one.what;
}

TEST(UpsertKeysTest, Joins) {
  using enum PlanJoinType;
  const PlanPtr keyed = Scan(2, {0});  // c0 is unique
  const PlanPtr wide = Scan(3, {0, 1});
  const PlanPtr plain = Scan(2);
  const struct {
    const char* what;
    PlanPtr node;
    ColumnSets keys;
  } kCases[] = {
      {"one to one", Joined(kInner, keyed, keyed, {0}, {0}), {{0}, {2}, {0, 2}}},
      {"one to one, rows of the left stay", Joined(kLeft, keyed, keyed, {0}, {0}), {{0}}},
      {"one to one, rows of the right stay", Joined(kRight, keyed, keyed, {0}, {0}), {{2}}},
      {"one to one, all stay", Joined(kFull, keyed, keyed, {0}, {0}), {}},
      {"many to one", Joined(kInner, wide, keyed, {1}, {0}), {{0, 1}, {0, 3}, {0, 1, 3}}},
      {"many to one, left", Joined(kLeft, wide, keyed, {1}, {0}), {{0, 1}}},
      {"one to many, left", Joined(kLeft, keyed, wide, {0}, {1}), {}},
      {"one to many", Joined(kInner, keyed, wide, {0}, {1}), {{0, 2}, {2, 3}, {0, 2, 3}}},
      {"many to many", Joined(kInner, wide, wide, {1}, {1}), {{0, 1, 3}, {0, 3, 4}, {0, 1, 3, 4}}},
      {"keys that rows are not spread by", Joined(kInner, keyed, keyed, {1}, {1}), {}},
      {"a side without a key", Joined(kInner, keyed, plain, {0}, {0}), {}},
      {"all with all", Joined(kInner, keyed, keyed, {}, {}), {{0, 2}}},
      {"all with one", Joined(kInner, keyed, Grouped({}), {}, {}), {{0}}},
  };
  for (const auto& one : kCases) EXPECT_EQ(KeysOf(one.node), one.keys) << one.what;
}

TEST(UpsertKeysTest, ManyKeysAreNotAllLookedFor) {
  std::vector<BoundExprPtr> copies;
  for (int i = 0; i < 40; ++i) copies.push_back(Column(i % 4));
  const PlanPtr node = Projected(Grouped({0, 1, 2, 3}, 0), std::move(copies));
  EXPECT_EQ(KeysOf(node).size(), 128u);
}

TEST(UpsertKeysTest, SmallestKeyHasTheFewestColumnsOfTheLowestNumbers) {
  EXPECT_THAT(SmallestKey({}), IsEmpty());
  EXPECT_EQ(SmallestKey({{0, 1}, {3}, {2}}), ColumnSet({2}));
  EXPECT_EQ(SmallestKey({{2, 3}, {1, 4}}), ColumnSet({1, 4}));
}

}  // namespace
}  // namespace millrace::sql
