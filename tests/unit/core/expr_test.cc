#include "core/expr/expr.h"

#include <gtest/gtest.h>

#include <utility>

#include "core/column/batch.h"
#include "core/expr/expr_traits.h"
#include "core/expr/function_registry.h"
#include "core/row/row_codec.h"
#include "core/row/value_json.h"
#include "core/types/proto_conversion.h"
#include "proto/expression.pb.h"

namespace millrace {
namespace {

proto::Expression ColumnNumber(uint32_t index) {
  proto::Expression expression;
  expression.set_column(index);
  return expression;
}

/// The only value of `builder`.
proto::Expression Literal(const DataType& type, ColumnBuilder builder) {
  const ColumnPtr column = builder.Finish();
  const ColumnReader reader(*column);
  proto::Expression expression;
  ToProto(type, expression.mutable_type());
  RowCodec({type}).Encode({&reader, 1}, 0, expression.mutable_literal()->mutable_row());
  return expression;
}

proto::Expression IntLiteral(int32_t value) {
  const DataType type = DataType::Integer().NotNull();
  ColumnBuilder builder(type);
  builder.Append<int32_t>(value);
  return Literal(type, std::move(builder));
}

proto::Expression TextLiteral(const std::string& value) {
  const DataType type = DataType::String().NotNull();
  ColumnBuilder builder(type);
  builder.AppendString(value);
  return Literal(type, std::move(builder));
}

proto::Expression Call(const std::string& function, const std::vector<proto::Expression>& arguments) {
  proto::Expression expression;
  expression.mutable_call()->set_function(function);
  for (const proto::Expression& argument : arguments) *expression.mutable_call()->add_arguments() = argument;
  return expression;
}

/// One INT column a with NULL for 99, and a STRING column s.
class ExprTest : public testing::Test {
 protected:
  ExprTest() { schema_.fields = {{"a", DataType::Integer()}, {"s", DataType::String()}}; }

  void SetInts(const std::vector<int32_t>& values) {
    ColumnBuilder ints(DataType::Integer());
    ColumnBuilder texts(DataType::String());
    for (int32_t value : values) {
      value == 99 ? ints.AppendNull() : ints.Append<int32_t>(value);
      texts.AppendString("text number " + std::to_string(value));
    }
    batch_.num_rows = static_cast<uint32_t>(values.size());
    batch_.columns = {ints.Finish(), texts.Finish()};
    rows_.clear();
    for (uint32_t row = 0; row < values.size(); ++row) rows_.push_back(row);
  }

  ExprPtr Build(const proto::Expression& expression) {
    Result<ExprPtr> expr = BuildExpr(expression, schema_, session_);
    EXPECT_TRUE(expr.ok()) << expr.status().ToString();
    return expr.ok() ? *expr : nullptr;
  }

  EvalContext Context() { return {batch_, rows_, session_, 0, errors_}; }

  std::string Values(const Expr& expr) {
    EvalContext context = Context();
    const ColumnPtr column = expr.Evaluate(context);
    std::string out;
    for (uint32_t row : rows_) {
      AppendValueJson(*column, row, &out);
      out += ' ';
    }
    return out;
  }

  std::vector<uint32_t> FailedRows() const {
    std::vector<uint32_t> rows;
    for (const auto& [row, error] : errors_.all()) rows.push_back(row);
    return rows;
  }

  Schema schema_;
  SessionSettings session_;
  Batch batch_;
  Selection rows_;
  RowErrors errors_;
};

TEST(RowErrors, KeepsTheFirstOfEachRowInOrder) {
  RowErrors errors;
  EXPECT_TRUE(errors.empty());
  const Status first(ErrorCode{4001, ErrorDomain::kUser, RetryHint::kNever}, "first");
  const Status second(ErrorCode{4002, ErrorDomain::kUser, RetryHint::kNever}, "second");
  errors.Add(7, first);
  errors.Add(3, second);
  errors.Add(7, second);
  EXPECT_EQ(errors.First().first, 3u);
  EXPECT_TRUE(errors.Contains(7));
  EXPECT_FALSE(errors.Contains(4));
  ASSERT_EQ(errors.all().size(), 2u);
  EXPECT_EQ(errors.all()[1].second.message(), "first");
  errors.Clear();
  EXPECT_TRUE(errors.empty());
}

TEST_F(ExprTest, ErrorsAreAMaskOfTheirRows) {
  SetInts({4, 0, 5, 99, 0});
  const ExprPtr expr = Build(Call("/", {IntLiteral(20), ColumnNumber(0)}));
  EvalContext context = Context();
  const ColumnPtr column = expr->Evaluate(context);
  EXPECT_EQ(FailedRows(), (std::vector<uint32_t>{1, 4}));
  EXPECT_EQ(errors_.First().second.code().number, 4002);
  EXPECT_EQ(ColumnReader(*column).Value<int32_t>(2), 4);
  EXPECT_TRUE(column->IsNull(3));
}

TEST_F(ExprTest, RowsOutsideTheContextDoNotFail) {
  SetInts({4, 0, 5});
  rows_ = {0, 2};
  const ExprPtr expr = Build(Call("/", {IntLiteral(20), ColumnNumber(0)}));
  EXPECT_EQ(Values(*expr), "5 4 ");
  EXPECT_TRUE(errors_.empty());
}

TEST_F(ExprTest, GuardsProtectWhatTheyGuard) {
  SetInts({4, 0, 99, 5});
  const proto::Expression not_zero = Call("<>", {ColumnNumber(0), IntLiteral(0)});
  const proto::Expression quotient = Call("/", {IntLiteral(20), ColumnNumber(0)});
  EXPECT_EQ(Values(*Build(Call("AND", {not_zero, Call(">", {quotient, IntLiteral(4)})}))),
            "true false null false ");
  const proto::Expression zero = Call("=", {ColumnNumber(0), IntLiteral(0)});
  EXPECT_EQ(Values(*Build(Call("OR", {zero, Call(">", {quotient, IntLiteral(4)})}))),
            "true true null false ");
  EXPECT_EQ(Values(*Build(Call("IF", {not_zero, quotient, IntLiteral(-1)}))), "5 -1 -1 4 ");
  EXPECT_EQ(Values(*Build(Call("COALESCE", {ColumnNumber(0), IntLiteral(7)}))), "4 0 7 5 ");
  EXPECT_TRUE(errors_.empty());
}

// What costs less goes first, except where that could make a row fail or keep one from failing.
TEST_F(ExprTest, OperandsThatMayFailKeepTheirOrder) {
  SetInts({4, 0, 99, 5});
  const proto::Expression zero = Call("=", {ColumnNumber(0), IntLiteral(0)});
  const proto::Expression ends_with_4 = Call("REGEXP", {ColumnNumber(1), TextLiteral("4$")});
  const proto::Expression quotient_is_5 =
      Call("=", {Call("/", {IntLiteral(20), ColumnNumber(0)}), IntLiteral(5)});
  EXPECT_EQ(Values(*Build(Call("OR", {ends_with_4, zero}))), "true true null false ");
  const proto::Expression large = Call(">", {ColumnNumber(0), IntLiteral(3)});
  const proto::Expression small = Call("<", {ColumnNumber(0), IntLiteral(5)});
  EXPECT_EQ(Values(*Build(Call("AND", {large, small}))), "true false null false ");
  EXPECT_EQ(Values(*Build(Call("OR", {Call("IS NULL", {ColumnNumber(0)}), zero}))), "false true true false ");
  EXPECT_EQ(Values(*Build(Call("AND", {Call("IS NOT NULL", {ColumnNumber(0)}), zero}))),
            "false true false false ");
  EXPECT_EQ(Values(*Build(Call("AND", {ends_with_4, quotient_is_5}))), "true false false false ");
  EXPECT_TRUE(errors_.empty());
  const ExprPtr fails_first = Build(Call("AND", {quotient_is_5, zero}));
  EvalContext context = Context();
  fails_first->Evaluate(context);
  EXPECT_EQ(FailedRows(), (std::vector<uint32_t>{1}));
}

TEST(ExprTraits, KnowWhatIsDearAndWhatMayFail) {
  const std::vector<DataType> numbers(2, DataType::Bigint());
  const std::vector<DataType> texts(2, DataType::String());
  EXPECT_EQ(TraitsOfFunction("=", numbers).cost, ExprTraits::Cost::kLow);
  EXPECT_EQ(TraitsOfFunction("=", texts).cost, ExprTraits::Cost::kSome);
  EXPECT_EQ(TraitsOfFunction("REGEXP", texts).cost, ExprTraits::Cost::kHigh);
  EXPECT_FALSE(TraitsOfFunction("REGEXP", texts).may_fail);
  EXPECT_TRUE(TraitsOfFunction("/", numbers).may_fail);
  EXPECT_TRUE(TraitsOfFunction("RAND", {}).may_fail);  // nobody knows: its order is kept
}

TEST_F(ExprTest, SelectTrueDropsFalseNullAndFailedRows) {
  SetInts({4, 0, 99, 5, 40});
  const proto::Expression quotient = Call("/", {IntLiteral(20), ColumnNumber(0)});
  const ExprPtr expr = Build(Call(">", {quotient, IntLiteral(3)}));
  EvalContext context = Context();
  EXPECT_EQ(SelectTrue(*expr, context), (Selection{0, 3}));
  EXPECT_EQ(FailedRows(), (std::vector<uint32_t>{1}));

  errors_.Clear();
  const proto::Expression not_zero = Call("<>", {ColumnNumber(0), IntLiteral(0)});
  EXPECT_EQ(SelectTrue(*Build(Call("AND", {not_zero, Call(">", {quotient, IntLiteral(3)})})), context),
            (Selection{0, 3}));
  const proto::Expression large = Call(">", {ColumnNumber(0), IntLiteral(30)});
  EXPECT_EQ(SelectTrue(*Build(Call("OR", {large, Call("=", {ColumnNumber(0), IntLiteral(0)})})), context),
            (Selection{1, 4}));
  EXPECT_TRUE(errors_.empty());
}

TEST_F(ExprTest, DictionariesAreEvaluatedOncePerEntry) {
  SetInts({4, 0, 7});
  auto indices = std::make_shared<std::vector<uint32_t>>();
  for (uint32_t row = 0; row < 12; ++row) indices->push_back(row % 4 == 3 ? 0 : row % 2 == 0 ? 2 : 0);
  for (ColumnPtr& column : batch_.columns) column = Column::Dictionary(column, indices);
  batch_.num_rows = 12;
  rows_.clear();
  for (uint32_t row = 0; row < 12; ++row) rows_.push_back(row);
  EvalContext context = Context();
  // Entry 1, a division by zero, is in no row.
  const ColumnPtr quotients = Build(Call("/", {IntLiteral(28), ColumnNumber(0)}))->Evaluate(context);
  EXPECT_TRUE(errors_.empty());
  EXPECT_EQ(quotients->encoding(), Encoding::kDictionary);
  EXPECT_EQ(ColumnReader(*quotients).Value<int32_t>(3), 7);
  EXPECT_EQ(ColumnReader(*quotients).Value<int32_t>(4), 4);

  const ColumnPtr upper = Build(Call("UPPER", {ColumnNumber(1)}))->Evaluate(context);
  EXPECT_EQ(upper->encoding(), Encoding::kDictionary);
  EXPECT_EQ(ColumnReader(*upper).String(2), "TEXT NUMBER 7");

  (*indices)[5] = 1;
  batch_.columns[0] = Column::Dictionary(batch_.columns[0]->dictionary(), indices);
  Build(Call("/", {IntLiteral(28), ColumnNumber(0)}))->Evaluate(context);
  EXPECT_EQ(FailedRows(), (std::vector<uint32_t>{5}));
}

TEST_F(ExprTest, PartsOfTextsShareItsBytes) {
  SetInts({1, 2});
  const ExprPtr expr = Build(Call("SUBSTRING", {ColumnNumber(1), IntLiteral(1)}));
  EvalContext context = Context();
  const ColumnPtr parts = expr->Evaluate(context);
  const char* const source = ColumnReader(*batch_.columns[1]).String(0).data();
  EXPECT_EQ(ColumnReader(*parts).String(0).data(), source);
  // The bytes live on with the result.
  batch_.columns.clear();
  EXPECT_EQ(ColumnReader(*parts).String(1), "text number 2");
}

TEST_F(ExprTest, ConstantsAreFolded) {
  const ExprPtr sum = Build(Call("+", {IntLiteral(1), IntLiteral(2)}));
  ASSERT_NE(sum->ConstantValue(), nullptr);
  EXPECT_EQ(ColumnReader(*sum->ConstantValue()).Value<int32_t>(0), 3);
  EXPECT_EQ(Build(Call("RAND", {}))->ConstantValue(), nullptr);
  // A constant that fails fails only the rows that reach it.
  const ExprPtr failing = Build(Call("/", {IntLiteral(1), IntLiteral(0)}));
  EXPECT_EQ(failing->ConstantValue(), nullptr);
  SetInts({1, 2});
  EvalContext context = Context();
  failing->Evaluate(context);
  EXPECT_EQ(FailedRows(), (std::vector<uint32_t>{0, 1}));

  const Result<ColumnPtr> constant = EvaluateConstant(Call("+", {IntLiteral(1), IntLiteral(2)}), session_);
  ASSERT_TRUE(constant.ok());
  EXPECT_EQ((*constant)->size(), 1u);
  EXPECT_EQ(EvaluateConstant(Call("/", {IntLiteral(1), IntLiteral(0)}), session_).status().code().number,
            4002);
  EXPECT_EQ(EvaluateConstant(ColumnNumber(0), session_).status().code().number, 4004);
}

TEST_F(ExprTest, RefusesWhatDoesNotFitTogether) {
  const auto number = [this](const proto::Expression& expression) {
    return BuildExpr(expression, schema_, session_).status().code().number;
  };
  EXPECT_EQ(number(ColumnNumber(2)), 4004);
  EXPECT_EQ(number(proto::Expression()), 4004);
  EXPECT_EQ(number(Call("NO_SUCH_FUNCTION", {})), 4101);
  EXPECT_EQ(number(Call("UPPER", {})), 4102);
  EXPECT_EQ(number(Call("UPPER", {ColumnNumber(0)})), 4103);
  proto::Expression wrong_type = Call("+", {ColumnNumber(0), IntLiteral(1)});
  ToProto(DataType::Bigint(), wrong_type.mutable_type());
  EXPECT_EQ(number(wrong_type), 4004);
  proto::Expression wrong_column = ColumnNumber(0);
  ToProto(DataType::String(), wrong_column.mutable_type());
  EXPECT_EQ(number(wrong_column), 4004);
  proto::Expression no_else;
  no_else.mutable_case_when();
  EXPECT_EQ(number(no_else), 4004);
  proto::Expression bad_literal;
  ToProto(DataType::Integer(), bad_literal.mutable_type());
  bad_literal.mutable_literal()->set_row("x");
  EXPECT_NE(number(bad_literal), 0);
}

TEST_F(ExprTest, DeclaredNullabilityAndLengthsMayDiffer) {
  proto::Expression sum = Call("+", {ColumnNumber(0), IntLiteral(1)});
  ToProto(DataType::Integer().NotNull(), sum.mutable_type());
  EXPECT_EQ(Build(sum)->type(), DataType::Integer().NotNull());
  proto::Expression upper = Call("UPPER", {ColumnNumber(1)});
  ToProto(DataType::Varchar(10), upper.mutable_type());
  EXPECT_EQ(Build(upper)->type(), DataType::Varchar(10));
}

TEST(FunctionRegistry, ListsNamesAndSuggests) {
  const FunctionRegistry& registry = FunctionRegistry::BuiltIn();
  const std::vector<std::string> names = registry.Names();
  EXPECT_GT(names.size(), 150u);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::count(names.begin(), names.end(), "+"), 0);
  EXPECT_EQ(std::count(names.begin(), names.end(), "SUBSTRING"), 1);
  EXPECT_EQ(registry.Resolve("SUBSTRNG", {}).status().suggestion(), "did you mean SUBSTRING?");
  EXPECT_EQ(registry.Resolve("UPPER", {}).status().suggestion(), "usage: UPPER(string)");
  for (const std::string& name : names) {
    const ScalarFunction* function = registry.Find(name);
    ASSERT_NE(function, nullptr) << name;
    EXPECT_FALSE(function->signature.empty() || function->description.empty() || function->family.empty())
        << name;
    EXPECT_EQ(function->special_form, function->prepare == nullptr) << name;
  }
}

}  // namespace
}  // namespace millrace
