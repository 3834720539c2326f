#include "tests/unit/core/function_cases.h"

namespace millrace {

TEST_P(FunctionTest, GivesExpectedValue) {
  const FunctionCase& test = GetParam();
  EXPECT_EQ(EvaluateText(test.expression, LiteralMode::kConstant), test.expected)
      << "constants: " << test.expression;
  EXPECT_EQ(EvaluateText(test.expression, LiteralMode::kFlat), test.expected)
      << "columns: " << test.expression;
  EXPECT_EQ(EvaluateText(test.expression, LiteralMode::kDictionary), test.expected)
      << "dictionaries: " << test.expression;
}

TEST_P(TypeTest, GivesExpectedType) {
  EXPECT_EQ(TypeOfText(GetParam().expression), GetParam().expected) << GetParam().expression;
}

}  // namespace millrace
