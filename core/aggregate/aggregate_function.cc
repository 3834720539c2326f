#include "core/aggregate/aggregate_function.h"

#include <algorithm>

#include "core/error_codes.h"

namespace millrace {
namespace {

using Types = std::span<const DataType>;

Status WrongCount(const AggregateFunction& function, size_t count) {
  return Status(kWrongArgumentCount,
                "Wrong number of arguments: " + function.name + " got " + std::to_string(count))
      .WithSuggestion("write " + function.signature);
}

Status WrongType(const std::string& name, const std::string& signature, const DataType& type) {
  return Status(kWrongArgumentType,
                "Aggregate does not take this type: " + name + " of " + type.ToStringWithoutNullability())
      .WithSuggestion("write " + signature);
}

/// NOT NULL only where every group has a row and no argument is NULL.
DataType NullableIfEmpty(DataType type, const DataType& argument, bool grouped) {
  return type.WithNullable(!grouped || argument.nullable());
}

DataType SumType(const DataType& argument) {
  return argument.kind() == TypeKind::kDecimal
             ? DataType::Decimal(DataType::kMaxDecimalPrecision, argument.scale())
             : argument;
}

DataType AverageType(const DataType& argument) {
  if (argument.kind() != TypeKind::kDecimal) return argument;
  return DataType::Decimal(DataType::kMaxDecimalPrecision, std::max(6, argument.scale()));
}

/// What AVG adds up in.
DataType AverageSumType(const DataType& argument) {
  if (argument.kind() == TypeKind::kDecimal) return SumType(argument);
  return argument.IsInteger() ? DataType::Bigint() : DataType::Double();
}

bool IsComparable(const DataType& type) {
  return !type.IsNested() && type.kind() != TypeKind::kNull;
}

AggregateFunction Count() {
  AggregateFunction function{.name = "COUNT",
                             .signature = "COUNT(*) or COUNT(value)",
                             .description = "Number of rows, or of rows in which the value is not NULL."};
  function.result_type = [](Types, bool) -> Result<DataType> { return DataType::Bigint().NotNull(); };
  function.accumulator_types = [](Types) { return std::vector<DataType>{DataType::Bigint().NotNull()}; };
  function.splits_with_retractions = true;
  return function;
}

/// A function of one argument; `accepts` says which types, `result` and `accumulator` what comes of them.
AggregateFunction OfOne(std::string name, std::string argument, std::string description,
                        bool (*accepts)(const DataType&), DataType (*result)(const DataType&),
                        std::vector<DataType> (*accumulator)(const DataType&)) {
  AggregateFunction function{
      .name = name, .signature = name + "(" + argument + ")", .description = std::move(description)};
  const AggregateFunction described = function;
  function.result_type = [described, accepts, result](Types types, bool grouped) -> Result<DataType> {
    if (types.size() != 1) return WrongCount(described, types.size());
    if (!accepts(types[0])) return WrongType(described.name, described.signature, types[0]);
    return NullableIfEmpty(result(types[0]), types[0], grouped);
  };
  function.accumulator_types = [accumulator](Types types) { return accumulator(types[0]); };
  return function;
}

bool IsNumeric(const DataType& type) {
  return type.IsNumeric();
}
DataType Same(const DataType& type) {
  return type;
}
std::vector<DataType> OneNullable(const DataType& type) {
  return {type.WithNullable(true)};
}
std::vector<DataType> SumAndCount(const DataType& type) {
  return {SumType(type).WithNullable(true), DataType::Bigint().NotNull()};
}
std::vector<DataType> AverageSumAndCount(const DataType& type) {
  return {AverageSumType(type).WithNullable(true), DataType::Bigint().NotNull()};
}
std::vector<DataType> CannotSplit(const DataType&) {
  return {};
}

/// A sample of one value has no variance: NULL.
AggregateFunction Variance(std::string name, std::string description) {
  const bool sample = name.ends_with("_SAMP");
  AggregateFunction function =
      OfOne(std::move(name), "number", std::move(description), IsNumeric, AverageType, CannotSplit);
  if (sample) {
    function.result_type = [inner = function.result_type](Types types, bool grouped) -> Result<DataType> {
      Result<DataType> type = inner(types, grouped);
      return type.ok() ? Result<DataType>(type->WithNullable(true)) : type;
    };
  }
  return function;
}

bool IsCharacter(const DataType& type) {
  return type.IsCharacter();
}
bool IsAny(const DataType& type) {
  return type.kind() != TypeKind::kNull;
}
DataType ArrayOf(const DataType& type) {
  return DataType::Array(type);
}
DataType MultisetOf(const DataType& type) {
  return DataType::Multiset(type);
}

/// In the order the rows come; `nullable`: NULL where there is no value.
AggregateFunction OfOrder(std::string name, std::string description, DataType (*result)(const DataType&),
                          bool nullable) {
  AggregateFunction function =
      OfOne(std::move(name), "value", std::move(description), IsAny, result, CannotSplit);
  function.result_type = [inner = function.result_type, nullable](Types types, bool) -> Result<DataType> {
    Result<DataType> type = inner(types, true);
    return type.ok() ? Result<DataType>(type->WithNullable(nullable)) : type;
  };
  return function;
}

AggregateFunction ListAgg() {
  AggregateFunction function =
      OfOne("LISTAGG", "string [, separator]", "Texts that are not NULL, joined by the separator (a comma).",
            IsCharacter, Same, CannotSplit);
  function.result_type = [described = function](Types types, bool) -> Result<DataType> {
    if (types.empty() || types.size() > 2) return WrongCount(described, types.size());
    for (const DataType& type : types) {
      if (!type.IsCharacter()) return WrongType(described.name, described.signature, type);
    }
    return DataType::String();
  };
  return function;
}

}  // namespace

AggregateRegistry::AggregateRegistry() {
  functions_.push_back(Count());
  functions_.push_back(
      OfOne("SUM", "number", "Sum of the values that are not NULL.", IsNumeric, SumType, SumAndCount));
  functions_.push_back(OfOne("AVG", "number", "Average of the values that are not NULL.", IsNumeric,
                             AverageType, AverageSumAndCount));
  functions_.push_back(
      OfOne("MIN", "value", "Smallest value that is not NULL.", IsComparable, Same, OneNullable));
  functions_.push_back(
      OfOne("MAX", "value", "Largest value that is not NULL.", IsComparable, Same, OneNullable));
  functions_.push_back(Variance("STDDEV_POP", "Square root of the population variance."));
  functions_.push_back(Variance("STDDEV_SAMP", "Square root of the sample variance."));
  functions_.push_back(Variance("VAR_POP", "Population variance: mean squared distance from the average."));
  functions_.push_back(Variance("VAR_SAMP", "Sample variance."));
  functions_.push_back(OfOrder("FIRST_VALUE", "First value that is not NULL.", Same, true));
  functions_.push_back(OfOrder("LAST_VALUE", "Last value that is not NULL.", Same, true));
  functions_.push_back(ListAgg());
  functions_.push_back(OfOrder("COLLECT", "Values that are not NULL, as a multiset.", MultisetOf, false));
  functions_.push_back(OfOrder("ARRAY_AGG", "All values, NULLs too, as an array.", ArrayOf, true));
}

const AggregateRegistry& AggregateRegistry::BuiltIn() {
  static const AggregateRegistry registry;
  return registry;
}

const AggregateFunction* AggregateRegistry::Find(std::string_view upper_case_name) const {
  for (const AggregateFunction& function : functions_) {
    if (function.name == upper_case_name) return &function;
  }
  return nullptr;
}

std::vector<std::string> AggregateRegistry::Names() const {
  std::vector<std::string> names;
  for (const AggregateFunction& function : functions_) names.push_back(function.name);
  return names;
}

}  // namespace millrace
