#include "core/expr/expr_traits.h"

#include <algorithm>

#include "core/column/column.h"

namespace millrace {
namespace {

constexpr std::string_view kLogic[] = {"=",
                                       "<>",
                                       "<",
                                       "<=",
                                       ">",
                                       ">=",
                                       "AND",
                                       "OR",
                                       "NOT",
                                       "IS NULL",
                                       "IS NOT NULL",
                                       "IS TRUE",
                                       "IS NOT TRUE",
                                       "IS FALSE",
                                       "IS NOT FALSE",
                                       "IS UNKNOWN",
                                       "IS NOT UNKNOWN"};
constexpr std::string_view kNeverFailing[] = {
    "IN", "LOWER", "UPPER", "CHAR_LENGTH", "CHARACTER_LENGTH", "SPLIT_INDEX"};
constexpr std::string_view kRegexps[] = {"REGEXP",       "REGEXP_EXTRACT", "REGEXP_REPLACE",
                                         "REGEXP_COUNT", "REGEXP_INSTR",   "REGEXP_SUBSTR"};

bool Holds(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Whether a value is compared in some instructions.
bool IsFixed(const DataType& type) {
  return type.physical() != PhysicalType::kString && PhysicalSize(type.physical()) > 0;
}

}  // namespace

void ExprTraits::Include(const ExprTraits& input) {
  may_fail |= input.may_fail;
  cost = std::max(cost, input.cost);
}

ExprTraits TraitsOfFunction(std::string_view upper_case_name, std::span<const DataType> arguments) {
  if (Holds(kLogic, upper_case_name)) {
    const bool all_fixed = std::all_of(arguments.begin(), arguments.end(), IsFixed);
    return {.may_fail = false, .cost = all_fixed ? ExprTraits::Cost::kLow : ExprTraits::Cost::kSome};
  }
  if (Holds(kNeverFailing, upper_case_name)) return {.may_fail = false, .cost = ExprTraits::Cost::kSome};
  if (Holds(kRegexps, upper_case_name)) return {.may_fail = false, .cost = ExprTraits::Cost::kHigh};
  return {.may_fail = true,
          .cost = upper_case_name.starts_with("JSON_") ? ExprTraits::Cost::kHigh : ExprTraits::Cost::kSome};
}

}  // namespace millrace
