#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/column/batch.h"
#include "core/expr/expr.h"
#include "core/expr/shared_values.h"
#include "core/row/row_codec.h"
#include "core/row/value_json.h"
#include "core/types/proto_conversion.h"
#include "proto/expression.pb.h"

namespace millrace {
namespace {

using Node = proto::Expression;

Node ColumnNumber(uint32_t index) {
  Node expression;
  expression.set_column(index);
  return expression;
}

Node IntLiteral(int32_t value) {
  const DataType type = DataType::Integer().NotNull();
  ColumnBuilder builder(type);
  builder.Append<int32_t>(value);
  const ColumnPtr column = builder.Finish();
  const ColumnReader reader(*column);
  Node expression;
  ToProto(type, expression.mutable_type());
  RowCodec({type}).Encode({&reader, 1}, 0, expression.mutable_literal()->mutable_row());
  return expression;
}

Node Call(const std::string& function, const std::vector<Node>& arguments) {
  Node expression;
  expression.mutable_call()->set_function(function);
  for (const Node& argument : arguments) *expression.mutable_call()->add_arguments() = argument;
  return expression;
}

Node Case(const std::vector<std::pair<Node, Node>>& branches, const Node& otherwise) {
  Node expression;
  for (const auto& [condition, result] : branches) {
    *expression.mutable_case_when()->add_conditions() = condition;
    *expression.mutable_case_when()->add_results() = result;
  }
  *expression.mutable_case_when()->mutable_otherwise() = otherwise;
  return expression;
}

/// Two INT columns of small numbers, some of them NULL.
class SharedExprTest : public testing::Test {
 protected:
  SharedExprTest() { schema_.fields = {{"a", DataType::Integer()}, {"b", DataType::Integer()}}; }

  void MakeBatch(uint32_t num_rows) {
    batch_.num_rows = num_rows;
    batch_.columns.clear();
    for (size_t i = 0; i < 2; ++i) {
      ColumnBuilder builder(DataType::Integer());
      for (uint32_t row = 0; row < num_rows; ++row) {
        const auto value = static_cast<int32_t>(Below(6));
        value == 5 ? builder.AppendNull() : builder.Append<int32_t>(value);
      }
      batch_.columns.push_back(builder.Finish());
    }
  }

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_()) % bound; }

  ExprSet Build(const std::vector<Node>& nodes) {
    std::vector<const Node*> pointers;
    for (const Node& node : nodes) pointers.push_back(&node);
    Result<ExprSet> set = BuildExprs(pointers, schema_, session_);
    EXPECT_TRUE(set.ok()) << set.status().ToString();
    return set.ok() ? *std::move(set) : ExprSet();
  }

  /// The values and failed rows as text.
  std::string Values(const Expr& expr, const Selection& rows, SharedValues* shared) {
    RowErrors errors;
    EvalContext context{batch_, rows, session_, 0, errors};
    context.shared = shared;
    const ColumnPtr column = expr.Evaluate(context);
    std::string out;
    for (uint32_t row : rows) {
      if (errors.Contains(row)) {
        out += "failed";
        failed_.push_back(row);
      } else {
        AppendValueJson(*column, row, &out);
      }
      out += ' ';
    }
    return out;
  }

  // Few forms over few operands, so that the same ones come again and again.
  Node RandomNumber(int depth) {
    if (depth == 0)
      return Below(3) == 0 ? IntLiteral(static_cast<int32_t>(Below(3))) : ColumnNumber(Below(2));
    switch (Below(5)) {
      case 0:
        return Call("/", {RandomNumber(depth - 1), RandomNumber(depth - 1)});
      case 1:
        return Case({{RandomCondition(depth - 1), RandomNumber(depth - 1)},
                     {RandomCondition(depth - 1), RandomNumber(depth - 1)}},
                    RandomNumber(depth - 1));
      case 2:
        return Call("COALESCE", {RandomNumber(depth - 1), RandomNumber(depth - 1)});
      default:
        return Call("+", {RandomNumber(depth - 1), RandomNumber(depth - 1)});
    }
  }
  Node RandomCondition(int depth) {
    if (depth > 0 && Below(2) == 0)
      return Call(Below(2) == 0 ? "AND" : "OR", {RandomCondition(depth - 1), RandomCondition(depth - 1)});
    return Call(Below(2) == 0 ? "<" : "=", {RandomNumber(depth > 0 ? depth - 1 : 0), RandomNumber(0)});
  }

  Schema schema_;
  SessionSettings session_;
  Batch batch_;
  Selection failed_;  // rows of the evaluations so far
  std::mt19937 random_{7};
};

TEST_F(SharedExprTest, EqualCallsOfOneOrSeveralExpressionsAreOneNode) {
  const Node sum = Call("+", {ColumnNumber(0), IntLiteral(1)});
  const Node other = Call("+", {ColumnNumber(0), IntLiteral(2)});
  EXPECT_EQ(Build({sum, other}).num_shared, 0u);
  EXPECT_EQ(Build({Call("*", {sum, sum})}).num_shared, 1u);
  EXPECT_EQ(Build({Call("*", {sum, other}), Call("-", {sum, other})}).num_shared, 2u);
  // The sum has only one parent that is computed.
  EXPECT_EQ(Build({Call("ABS", {sum}), Call("ABS", {sum})}).num_shared, 1u);

  MakeBatch(50);
  const ExprSet twice = Build({sum, sum});
  const Selection rows = RowsOf(batch_);
  SharedValues shared(twice.num_shared, rows.size());
  RowErrors errors;
  EvalContext context{batch_, rows, session_, 0, errors};
  context.shared = &shared;
  EXPECT_EQ(twice.roots[0]->Evaluate(context), twice.roots[1]->Evaluate(context));
}

TEST_F(SharedExprTest, WhatIsNotDeterministicStaysSeparate) {
  const Node random = Call("RAND_INTEGER", {IntLiteral(1000)});
  EXPECT_EQ(Build({random, random, Call("+", {random, random})}).num_shared, 0u);
  EXPECT_EQ(Build({Call("UUID", {}), Call("UUID", {})}).num_shared, 0u);
  EXPECT_EQ(Build({Call("NOW", {}), Call("NOW", {})}).num_shared, 0u);
}

TEST_F(SharedExprTest, OnlyRowsThatAreAskedForAreEvaluated) {
  MakeBatch(200);
  const Node quotient = Call("/", {IntLiteral(12), ColumnNumber(0)});
  const Node not_zero = Call("<>", {ColumnNumber(0), IntLiteral(0)});
  const Node guarded = Case({{not_zero, quotient}}, IntLiteral(-1));
  const Node large = Call("AND", {not_zero, Call(">", {quotient, IntLiteral(4)})});
  const ExprSet set = Build({large, guarded});
  ASSERT_EQ(set.num_shared, 2u);
  SharedValues shared(set.num_shared, batch_.num_rows);
  for (const ExprPtr& root : set.roots) {
    const std::string values = Values(*root, RowsOf(batch_), &shared);
    EXPECT_EQ(values.find("failed"), std::string::npos);
    EXPECT_EQ(values, Values(*root, RowsOf(batch_), nullptr));
  }
}

/// Random expressions, one after the other over fewer and fewer rows, have the values that they have alone.
TEST_F(SharedExprTest, SharingChangesNoValueAndNoError) {
  uint32_t num_shared = 0;
  for (int round = 0; round < 200; ++round) {
    MakeBatch(1 + Below(70));
    std::vector<Node> nodes;
    for (int i = 0; i < 6; ++i) nodes.push_back(i % 2 == 0 ? RandomNumber(3) : RandomCondition(3));
    const ExprSet set = Build(nodes);
    num_shared += set.num_shared;
    Selection rows = RowsOf(batch_);
    SharedValues shared(set.num_shared, rows.size());
    for (const ExprPtr& root : set.roots) {
      failed_.clear();
      EXPECT_EQ(Values(*root, rows, &shared), Values(*root, rows, nullptr)) << "round " << round;
      // Where a row fails nothing is evaluated any more.
      const bool narrows = !failed_.empty() || Below(2) == 0;
      if (!narrows) continue;
      std::erase_if(rows, [this](uint32_t row) {
        return std::find(failed_.begin(), failed_.end(), row) != failed_.end() || Below(5) == 0;
      });
      if (Below(2) == 0) {
        shared.Narrow(rows);
      } else {
        const auto taken = std::make_shared<const Selection>(rows);
        shared.Take(taken);
        batch_ = Take(batch_, taken);
        rows = RowsOf(batch_);
      }
    }
  }
  EXPECT_GT(num_shared, 400u);
}

}  // namespace
}  // namespace millrace
