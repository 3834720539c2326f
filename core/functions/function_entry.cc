#include "core/functions/function_entry.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"

namespace millrace {
namespace {

std::string_view NameOf(std::string_view signature) {
  return signature.substr(0, signature.find('('));
}

struct TakesInfo {
  std::string_view words;
  bool (*accepts)(const DataType&);
};

TakesInfo InfoOf(Takes takes) {
  switch (takes) {
    case Takes::kString:
      return {"a STRING", [](const DataType& t) { return t.IsCharacter(); }};
    case Takes::kBytes:
      return {"a STRING or BYTES", [](const DataType& t) { return t.IsCharacter() || t.IsBinary(); }};
    case Takes::kInteger:
      return {"an integer", [](const DataType& t) { return t.IsInteger(); }};
    case Takes::kDouble:
    case Takes::kNumber:
      return {"a number", [](const DataType& t) { return t.IsNumeric(); }};
    case Takes::kBoolean:
      return {"a BOOLEAN", [](const DataType& t) { return t.kind() == TypeKind::kBoolean; }};
    case Takes::kArray:
      return {"an ARRAY", [](const DataType& t) { return t.kind() == TypeKind::kArray; }};
    case Takes::kMap:
      return {"a MAP", [](const DataType& t) { return t.kind() == TypeKind::kMap; }};
    case Takes::kAny:
      return {"any value", [](const DataType&) { return true; }};
  }
  return {"", nullptr};
}

DataType CastTypeOf(Takes takes, const DataType& given) {
  const bool is_null = given.kind() == TypeKind::kNull;
  switch (takes) {
    case Takes::kString:
      return is_null ? DataType::String() : given;
    case Takes::kBytes:
      return is_null ? DataType::Bytes() : given;
    case Takes::kInteger:
      return DataType::Bigint().WithNullable(given.nullable());
    case Takes::kDouble:
      return DataType::Double().WithNullable(given.nullable());
    case Takes::kNumber:
      return is_null ? DataType::Integer() : given;
    case Takes::kBoolean:
      return DataType::Boolean().WithNullable(given.nullable());
    default:
      return given;
  }
}

Result<ResolvedCall> ResolveByRule(std::string_view name, const ArgumentRule& rule, const ResultRule& result,
                                   std::span<const ArgumentInfo> arguments) {
  const size_t num_min = rule.required.size();
  const size_t num_max = num_min + rule.optional.size();
  if (arguments.size() < num_min || (arguments.size() > num_max && rule.repeated.empty())) {
    std::string expected = std::to_string(num_min);
    if (!rule.repeated.empty()) {
      expected += " or more";
    } else if (num_max > num_min) {
      expected += fmt::format(" to {}", num_max);
    }
    return WrongArgumentCount(name, arguments.size(), expected);
  }
  ResolvedCall call;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Takes takes = i < num_min   ? rule.required[i]
                        : i < num_max ? rule.optional[i - num_min]
                                      : rule.repeated.front();
    const DataType& given = arguments[i].type;
    const TakesInfo info = InfoOf(takes);
    const bool is_untyped_null =
        given.kind() == TypeKind::kNull && takes != Takes::kArray && takes != Takes::kMap;
    if (!is_untyped_null && !info.accepts(given)) return WrongArgumentType(name, i, given, info.words);
    call.argument_types.push_back(CastTypeOf(takes, given));
  }
  ASSIGN_OR_RETURN(call.result_type, result(call.argument_types));
  return call;
}

bool AnyNullableType(std::span<const DataType> types) {
  return std::any_of(types.begin(), types.end(), [](const DataType& type) { return type.nullable(); });
}

}  // namespace

ResultRule Gives(DataType type) {
  return [type = std::move(type)](std::span<const DataType> arguments) -> Result<DataType> {
    return type.WithNullable(AnyNullableType(arguments));
  };
}

ResultRule GivesNullable(DataType type) {
  return [type = std::move(type)](std::span<const DataType>) -> Result<DataType> {
    return type.WithNullable(true);
  };
}

ResultRule GivesNotNull(DataType type) {
  return [type = std::move(type)](std::span<const DataType>) -> Result<DataType> { return type.NotNull(); };
}

ResultRule GivesArgument(size_t index) {
  return [index](std::span<const DataType> arguments) -> Result<DataType> {
    return arguments[index].WithNullable(AnyNullableType(arguments));
  };
}

ScalarFunction FunctionFamily::Describe(std::string_view signature, std::string_view description) const {
  ScalarFunction function;
  function.name = NameOf(signature);
  function.signature = signature;
  function.description = description;
  function.family = family_;
  return function;
}

void FunctionFamily::AddKernel(std::string_view signature, std::string_view description,
                               ArgumentRule arguments, ResultRule result, Kernel kernel) {
  AddPrepared(signature, description, std::move(arguments), std::move(result),
              [kernel = std::move(kernel)](const ResolvedCall&, std::span<const ArgumentInfo>,
                                           const SessionSettings&) -> Result<Kernel> { return kernel; });
}

void FunctionFamily::AddPrepared(std::string_view signature, std::string_view description,
                                 ArgumentRule arguments, ResultRule result, Prepare prepare,
                                 bool deterministic) {
  ScalarFunction function = Describe(signature, description);
  function.deterministic = deterministic;
  function.resolve = [name = function.name, rule = std::move(arguments),
                      result = std::move(result)](std::span<const ArgumentInfo> infos) {
    return ResolveByRule(name, rule, result, infos);
  };
  function.prepare = std::move(prepare);
  registry_->Add(std::move(function));
}

void FunctionFamily::AddResolved(std::string_view signature, std::string_view description, Resolve resolve,
                                 Prepare prepare, bool deterministic) {
  ScalarFunction function = Describe(signature, description);
  function.deterministic = deterministic;
  function.resolve = std::move(resolve);
  function.prepare = std::move(prepare);
  registry_->Add(std::move(function));
}

void FunctionFamily::AddSpecialForm(std::string_view signature, std::string_view description,
                                    Resolve resolve) {
  ScalarFunction function = Describe(signature, description);
  function.special_form = true;
  function.resolve = std::move(resolve);
  registry_->Add(std::move(function));
}

void FunctionFamily::AddAlias(std::string_view alias, std::string_view name) {
  const ScalarFunction* original = registry_->Find(name);
  CHECK(original != nullptr);
  ScalarFunction function = *original;
  function.name = alias;
  function.signature = std::string(alias) + original->signature.substr(name.size());
  registry_->Add(std::move(function));
}

Status WrongArgumentCount(std::string_view name, size_t num_given, std::string_view expected) {
  return Status(kWrongArgumentCount, fmt::format("Wrong number of arguments for {}: it takes {}, not {}",
                                                 name, expected, num_given));
}

Status WrongArgumentType(std::string_view name, size_t index, const DataType& given,
                         std::string_view expected) {
  return Status(kWrongArgumentType,
                fmt::format("Wrong type of argument {} of {}: it takes {}, not {}", index + 1, name, expected,
                            given.ToStringWithoutNullability()));
}

bool AnyNullable(std::span<const ArgumentInfo> arguments) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](const ArgumentInfo& argument) { return argument.type.nullable(); });
}

std::optional<std::string> LiteralText(const ArgumentInfo& argument) {
  if (argument.literal == nullptr || argument.literal->IsNull(0) ||
      argument.literal->physical() != PhysicalType::kString) {
    return std::nullopt;
  }
  return std::string(ColumnReader(*argument.literal).String(0));
}

std::optional<int64_t> LiteralInteger(const ArgumentInfo& argument) {
  if (argument.literal == nullptr || argument.literal->IsNull(0)) return std::nullopt;
  const ColumnReader reader(*argument.literal);
  switch (argument.type.kind()) {
    case TypeKind::kTinyint:
      return reader.Value<int8_t>(0);
    case TypeKind::kSmallint:
      return reader.Value<int16_t>(0);
    case TypeKind::kInteger:
      return reader.Value<int32_t>(0);
    case TypeKind::kBigint:
      return reader.Value<int64_t>(0);
    default:
      return std::nullopt;
  }
}

}  // namespace millrace
