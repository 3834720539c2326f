#include "core/expr/function_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/check.h"
#include "core/error_codes.h"
#include "core/functions/function_entry.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

bool IsOperatorName(const std::string& name) {
  return !std::all_of(name.begin(), name.end(),
                      [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }) ||
         name == "AND" || name == "OR" || name == "NOT" || name == "LIKE" || name == "IN";
}

struct NameLess {
  bool operator()(const std::unique_ptr<ScalarFunction>& function, std::string_view name) const {
    return function->name < name;
  }
};

}  // namespace

const FunctionRegistry& FunctionRegistry::BuiltIn() {
  static const FunctionRegistry* const registry = [] {
    auto* built = new FunctionRegistry;
    for (auto add : {AddArithmeticOperators,    AddMathFunctions,
                     AddRoundingFunctions,      AddRandomFunctions,
                     AddComparisonOperators,    AddLogicalOperators,
                     AddConditionalFunctions,   AddInOperator,
                     AddPatternOperators,       AddStringFunctions,
                     AddStringSearchFunctions,  AddStringEncodingFunctions,
                     AddStringFormatFunctions,  AddRegexpFunctions,
                     AddUrlFunctions,           AddHashFunctions,
                     AddTemporalFieldFunctions, AddTemporalArithmeticFunctions,
                     AddTemporalTextFunctions,  AddTemporalNowFunctions,
                     AddConstructors,           AddArrayFunctions,
                     AddArraySetFunctions,      AddMapFunctions,
                     AddJsonPathFunctions,      AddJsonBuildFunctions,
                     AddTypeFunctions}) {
      add(built);
    }
    return built;
  }();
  return *registry;
}

const ScalarFunction* FunctionRegistry::Find(std::string_view upper_case_name) const {
  const auto at = std::lower_bound(functions_.begin(), functions_.end(), upper_case_name, NameLess());
  return at != functions_.end() && (*at)->name == upper_case_name ? at->get() : nullptr;
}

std::vector<std::string> FunctionRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& function : functions_) {
    if (!IsOperatorName(function->name)) names.push_back(function->name);
  }
  return names;
}

Result<ResolvedCall> FunctionRegistry::Resolve(std::string_view upper_case_name,
                                               std::span<const ArgumentInfo> arguments) const {
  const ScalarFunction* function = Find(upper_case_name);
  if (function == nullptr) {
    const std::string closest = ClosestName(upper_case_name, Names());
    return Status(kUnknownFunction, fmt::format("Unknown function {}", upper_case_name))
        .WithSuggestion(closest.empty() ? "SHOW FUNCTIONS lists them"
                                        : fmt::format("did you mean {}?", closest));
  }
  Result<ResolvedCall> resolved = function->resolve(arguments);
  if (resolved.ok()) return resolved;
  const Status error = resolved.status();
  return error.suggestion().empty() ? error.WithSuggestion("usage: " + function->signature) : error;
}

void FunctionRegistry::Add(ScalarFunction function) {
  const auto at = std::lower_bound(functions_.begin(), functions_.end(), function.name, NameLess());
  CHECK(at == functions_.end() || (*at)->name != function.name);
  functions_.insert(at, std::make_unique<ScalarFunction>(std::move(function)));
}

}  // namespace millrace
