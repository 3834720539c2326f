#include "core/types/type_rules.h"

#include <gtest/gtest.h>

#include "tests/unit/core/expression_text.h"

namespace millrace {
namespace {

struct TypesCase {
  std::vector<std::string> given;
  std::string expected;  // "" for none
};

TEST(TypeRules, CommonType) {
  const TypesCase cases[] = {
      {{"INT", "BIGINT"}, "BIGINT"},
      {{"INT NOT NULL", "TINYINT NOT NULL"}, "INT NOT NULL"},
      {{"INT NOT NULL", "TINYINT"}, "INT"},
      {{"INT", "DECIMAL(2, 1)"}, "DECIMAL(11, 1)"},
      {{"BIGINT", "DECIMAL(5, 2)"}, "DECIMAL(21, 2)"},
      {{"DECIMAL(38, 10)", "DECIMAL(38, 2)"}, "DECIMAL(38, 2)"},
      {{"FLOAT", "INT"}, "FLOAT"},
      {{"FLOAT", "DECIMAL(5, 2)"}, "DOUBLE"},
      {{"DECIMAL(5, 2)", "FLOAT"}, "FLOAT"},
      {{"FLOAT", "DOUBLE"}, "DOUBLE"},
      {{"CHAR(3)", "CHAR(3)"}, "CHAR(3)"},
      {{"CHAR(3)", "CHAR(5)"}, "VARCHAR(5)"},
      {{"CHAR(3)", "STRING"}, "STRING"},
      {{"VARCHAR(3)", "CHAR(5)"}, "VARCHAR(5)"},
      {{"BINARY(2)", "VARBINARY(3)"}, "VARBINARY(3)"},
      {{"TIMESTAMP(3)", "TIMESTAMP(6)"}, "TIMESTAMP(6)"},
      {{"TIMESTAMP(3)", "TIMESTAMP_LTZ(0)"}, "TIMESTAMP_LTZ(3)"},
      {{"DATE", "MONTHS"}, "DATE"},
      {{"DATE", "TIMESTAMP(3)"}, "DATE"},
      {{"ARRAY<INT>", "ARRAY<BIGINT NOT NULL>"}, "ARRAY<BIGINT>"},
      {{"MAP<STRING, INT>", "MAP<CHAR(2), DOUBLE>"}, "MAP<STRING, DOUBLE>"},
      {{"ROW<a INT>", "ROW<b BIGINT>"}, "ROW<`a` BIGINT>"},
      {{"ROW<a INT>", "ROW<a INT, b INT>"}, ""},
      {{"INT", "STRING"}, ""},
      {{"BOOLEAN", "INT"}, ""},
      {{"ARRAY<INT>", "INT"}, ""},
  };
  for (const TypesCase& test : cases) {
    std::vector<DataType> types;
    for (const std::string& text : test.given) types.push_back(ParseType(text));
    const auto common = CommonType(types);
    EXPECT_EQ(common ? common->ToString() : "", test.expected) << test.given[0] << " and " << test.given[1];
  }
}

TEST(TypeRules, CommonTypeOfNullIsTheOther) {
  const DataType types[] = {DataType::Null(), DataType::Integer().NotNull()};
  EXPECT_EQ(CommonType(types)->ToString(), "INT");
  const DataType nulls[] = {DataType::Null()};
  EXPECT_FALSE(CommonType(nulls).has_value());
}

TEST(TypeRules, DecimalResults) {
  using Rule = DataType (*)(const DataType&, const DataType&);
  const struct {
    Rule rule;
    const char *a, *b, *expected;
  } cases[] = {
      {DecimalAddType, "DECIMAL(10, 2)", "DECIMAL(8, 4)", "DECIMAL(13, 4)"},
      {DecimalAddType, "DECIMAL(38, 10)", "DECIMAL(38, 2)", "DECIMAL(38, 6)"},
      {DecimalMultiplyType, "DECIMAL(10, 2)", "DECIMAL(8, 4)", "DECIMAL(19, 6)"},
      {DecimalMultiplyType, "DECIMAL(30, 10)", "DECIMAL(30, 10)", "DECIMAL(38, 6)"},
      {DecimalDivideType, "DECIMAL(10, 2)", "DECIMAL(8, 4)", "DECIMAL(23, 11)"},
      {DecimalDivideType, "DECIMAL(38, 18)", "DECIMAL(38, 18)", "DECIMAL(38, 6)"},
      {DecimalModType, "DECIMAL(10, 2)", "DECIMAL(8, 4)", "DECIMAL(8, 4)"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(test.rule(ParseType(test.a), ParseType(test.b)).ToString(), test.expected)
        << test.a << " and " << test.b;
  }
  EXPECT_EQ(AsDecimal(ParseType("BIGINT NOT NULL")).ToString(), "DECIMAL(19, 0) NOT NULL");
}

TEST(TypeRules, Casts) {
  const struct {
    const char *from, *to;
    bool implicitly, explicitly;
  } cases[] = {
      {"INT", "BIGINT", true, true},
      {"BIGINT", "INT", false, true},
      {"INT", "STRING", false, true},
      {"STRING", "INT", false, true},
      {"CHAR(3)", "STRING", true, true},
      {"STRING", "CHAR(3)", false, true},
      {"DECIMAL(5, 2)", "DOUBLE", true, true},
      {"DOUBLE", "DECIMAL(5, 2)", true, true},
      {"DOUBLE", "FLOAT", false, true},
      {"BOOLEAN", "INT", false, true},
      {"INT", "BOOLEAN", false, true},
      {"DOUBLE", "BOOLEAN", false, true},
      {"DATE", "INT", false, false},
      {"INT", "TIMESTAMP(3)", false, false},
      {"DATE", "TIMESTAMP(3)", false, true},
      {"TIMESTAMP(3)", "DATE", true, true},
      {"TIMESTAMP(3)", "TIMESTAMP_LTZ(3)", true, true},
      {"ARRAY<INT>", "ARRAY<STRING>", false, true},
      {"ARRAY<INT>", "STRING", false, true},
      {"ARRAY<INT>", "MAP<INT, INT>", false, false},
      {"ROW<a INT>", "ROW<b BIGINT>", true, true},
      {"STRING", "BYTES", false, true},
      {"INT", "BYTES", false, false},
      {"MONTHS", "INT", false, false},
      {"MILLIS", "STRING", false, true},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(CanCastImplicitly(ParseType(test.from), ParseType(test.to)), test.implicitly)
        << test.from << " to " << test.to;
    EXPECT_EQ(CanCastExplicitly(ParseType(test.from), ParseType(test.to)), test.explicitly)
        << test.from << " to " << test.to;
  }
}

TEST(TypeRules, ClosestName) {
  const std::vector<std::string> names = {"SUBSTRING", "UPPER", "LOWER", "ABS"};
  EXPECT_EQ(ClosestName("SUBSTRNG", names), "SUBSTRING");
  EXPECT_EQ(ClosestName("uper", names), "UPPER");
  EXPECT_EQ(ClosestName("FROBNICATE", names), "");
  EXPECT_EQ(ClosestName("XY", names), "");
}

}  // namespace
}  // namespace millrace
