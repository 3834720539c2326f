#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/unit/core/expression_text.h"

namespace millrace {

/// An expression in the language of expression_text.h and its value as JSON (or its type).
struct FunctionCase {
  std::string expression;
  std::string expected;
  friend std::ostream& operator<<(std::ostream& out, const FunctionCase& test) {
    return out << test.expression;
  }
};

/// Evaluates a case over constants, flat columns and dictionaries: the value is the same.
class FunctionTest : public testing::TestWithParam<FunctionCase> {};
/// Checks the type of a case.
class TypeTest : public testing::TestWithParam<FunctionCase> {};

}  // namespace millrace
