#include "tests/unit/core/function_cases.h"

namespace millrace {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Math, FunctionTest,
    testing::ValuesIn(std::vector<FunctionCase>{
        {"ABS(-5)", "5"},
        {"ABS(-5.25)", "\"5.25\""},
        {"ABS(-0.5e0)", "0.5"},
        {"ABS(CAST(-2147483648 AS INT))", "-2147483648"},
        {"ABS(CAST('-12345678901234567890' AS DECIMAL(38, 0)))", "\"12345678901234567890\""},
        {"ABS('a')", "refused 4103"},
        {"SIGN(-5)", "-1"},
        {"SIGN(-5.25)", "\"-1.00\""},
        {"SIGN(0.00)", "\"0.00\""},
        {"SIGN(1e300)", "1.0"},
        {"POWER(2, 10)", "1024.0"},
        {"POWER(9, 0.5)", "3.0"},
        {"POWER(0, 0)", "1.0"},
        {"SQRT(2.25)", "1.5"},
        {"SQRT(-1)", "\"NaN\""},
        {"EXP(0)", "1.0"},
        {"LN(1)", "0.0"},
        {"LOG10(1000)", "3.0"},
        {"LOG2(8)", "3.0"},
        {"LOG(2, 1024)", "10.0"},
        {"LOG(10, 1000)", "3.0"},
        {"ROUND(LOG(100), 10)", "4.605170186"},
        {"ROUND(SIN(1), 10)", "0.8414709848"},
        {"ROUND(COT(1), 10)", "0.6420926159"},
        {"ROUND(ATAN2(1, 2), 10)", "0.463647609"},
        {"DEGREES(PI())", "180.0"},
        {"ROUND(RADIANS(180), 10)", "3.1415926536"},
        {"E()", "2.718281828459045"},
        {"CEIL(1.2e0)", "2.0"},
        {"CEIL(-1.2e0)", "-1.0"},
        {"FLOOR(-1.2e0)", "-2.0"},
        {"CEILING(-0.01)", "\"0\""},
        {"FLOOR(-0.01)", "\"-1\""},
        {"CEIL(1.20)", "\"2\""},
        {"FLOOR(5.00)", "\"5\""},
        {"CEIL(5)", "5"},
        {"FLOOR(CAST('12345678901234567890.5' AS DECIMAL(38, 1)))", "\"12345678901234567890\""},
        {"ROUND(2.5)", "\"3\""},
        {"ROUND(-2.5)", "\"-3\""},
        {"ROUND(2.345, #2)", "\"2.35\""},
        {"ROUND(-2.345, #2)", "\"-2.35\""},
        {"ROUND(12345, -2)", "12300"},
        {"ROUND(12355, -1)", "12360"},
        {"ROUND(CAST(2.345 AS DOUBLE), 2)", "2.35"},
        {"ROUND(1.005e0, 2)", "1.01"},
        {"ROUND(99.995e0, 2)", "100.0"},
        {"ROUND(-1.5e0)", "-2.0"},
        {"ROUND(1e20, 2)", "1e+20"},
        {"ROUND(0.004e0, 2)", "0.0"},
        {"ROUND(-0.04e0, 1)", "0.0"},
        {"TRUNCATE(-0.05e0, 1)", "0.0"},
        {"ROUND(0.006e0, 2)", "0.01"},
        {"ROUND(123.456, #-1)", "\"120\""},
        {"ROUND(155.5, #-2)", "\"200\""},
        {"ROUND(2.345, CAST(NULL AS INT))", "null"},
        {"ROUND('a')", "refused 4103"},
        {"TRUNCATE(42.345, #2)", "\"42.34\""},
        {"TRUNCATE(-42.345, #2)", "\"-42.34\""},
        {"TRUNCATE(42.345)", "\"42\""},
        {"TRUNCATE(1299, -2)", "1200"},
        {"TRUNCATE(CAST(42.345 AS DOUBLE), 2)", "42.34"},
        {"TRUNCATE(CAST(-0.999 AS DOUBLE), 1)", "-0.9"},
        {"RAND_INTEGER(0)", "error 4004"},
    }));

// Rows draw different numbers, so these are checked on their own.
TEST(RandomFunction, SeededSequencesAreJavas) {
  EXPECT_EQ(EvaluateRows("RAND(1)", 2),
            (std::vector<std::string>{"0.7308781907032909", "0.41008081149220166"}));
  EXPECT_EQ(EvaluateRows("RAND_INTEGER(1, 100)", 2), (std::vector<std::string>{"85", "88"}));
}

TEST(RandomFunction, DrawsWithinBounds) {
  const std::string uuid = EvaluateText("`||`(UUID(), '')", LiteralMode::kConstant);
  EXPECT_NE(uuid.find("differs"), std::string::npos) << uuid;
  EXPECT_EQ(EvaluateText("CHAR_LENGTH(UUID())", LiteralMode::kConstant), "36");
  EXPECT_EQ(EvaluateText("AND(`>=`(RAND(), 0e0), `<`(RAND(), 1e0))", LiteralMode::kConstant), "true");
  EXPECT_EQ(EvaluateText("AND(`>=`(RAND_INTEGER(7), 0), `<`(RAND_INTEGER(7), 7))", LiteralMode::kConstant),
            "true");
}

INSTANTIATE_TEST_SUITE_P(Math, TypeTest,
                         testing::ValuesIn(std::vector<FunctionCase>{
                             {"ROUND(CAST(1 AS DECIMAL(10, 2)), 1)", "DECIMAL(10, 1) NOT NULL"},
                             {"ROUND(2.345, 2)", "DECIMAL(4, 2) NOT NULL"},
                             {"ROUND(12345, -2)", "INT NOT NULL"},
                             {"FLOOR(CAST(1 AS DECIMAL(10, 2)))", "DECIMAL(10, 0) NOT NULL"},
                             {"SQRT(4)", "DOUBLE NOT NULL"},
                             {"UUID()", "CHAR(36) NOT NULL"},
                         }));

}  // namespace
}  // namespace millrace
