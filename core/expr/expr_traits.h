#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/types/data_type.h"

namespace millrace {

/// What it takes to evaluate an expression, its inputs included.
struct ExprTraits {
  enum class Cost : uint8_t {
    kLow,   // some instructions a row: comparisons of numbers, logic
    kSome,  // what is not known better
    kHigh,  // several times as much: regular expressions, JSON
  };
  bool may_fail = false;  // some row may be in error
  Cost cost = Cost::kLow;

  void Include(const ExprTraits& input);
};

/// Those of a call itself, for arguments of these types (after the implicit casts).
ExprTraits TraitsOfFunction(std::string_view upper_case_name, std::span<const DataType> arguments);

}  // namespace millrace
