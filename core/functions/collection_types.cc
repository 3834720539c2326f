#include "core/functions/collection_types.h"

#include <algorithm>

#include "core/types/type_rules.h"

namespace millrace {
namespace {

bool AnyNullableType(std::span<const DataType> types) {
  return std::any_of(types.begin(), types.end(), [](const DataType& type) { return type.nullable(); });
}

}  // namespace

DataType GivesBoolean(const DataType&, std::span<const DataType> arguments) {
  return DataType::Boolean().WithNullable(arguments[0].nullable());
}

DataType GivesInteger(const DataType&, std::span<const DataType> arguments) {
  return DataType::Integer().WithNullable(AnyNullableType(arguments));
}

DataType GivesFirstArray(const DataType& array, std::span<const DataType> arguments) {
  return array.WithNullable(AnyNullableType(arguments));
}

DataType GivesWidenedArray(const DataType& array, std::span<const DataType> arguments) {
  return array.WithNullable(arguments[0].nullable());
}

Result<ResolvedCall> ResolveArrays(std::string_view signature, ArrayShape shape, ArrayResult result,
                                   std::span<const ArgumentInfo> arguments) {
  const std::string_view name = signature.substr(0, signature.find('('));
  const bool right_count = shape == ArrayShape::kArrays ? !arguments.empty() : arguments.size() == 2;
  if (!right_count)
    return WrongArgumentCount(name, arguments.size(), shape == ArrayShape::kArrays ? "1 or more" : "2");
  std::vector<DataType> elements;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const DataType& type = arguments[i].type;
    if (shape == ArrayShape::kElement && i == 1) {
      elements.push_back(type);
      continue;
    }
    if (type.kind() != TypeKind::kArray) return WrongArgumentType(name, i, type, "an ARRAY");
    elements.push_back(type.element());
  }
  const std::optional<DataType> element = CommonType(elements);
  if (!element)
    return WrongArgumentType(name, 1, arguments[1].type, "a value as in " + arguments[0].type.ToString());
  const DataType array = DataType::Array(*element);
  ResolvedCall call;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool nullable = arguments[i].type.nullable();
    const bool is_element = shape == ArrayShape::kElement && i == 1;
    call.argument_types.push_back((is_element ? *element : array).WithNullable(nullable));
  }
  call.result_type = result(array, call.argument_types);
  return call;
}

}  // namespace millrace
