#include <fmt/format.h>

#include "core/expr/value_compare.h"
#include "core/functions/function_entry.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

Result<DataType> CommonElement(const char* what, std::span<const DataType> types) {
  std::optional<DataType> common = CommonType(types);
  if (!common) {
    return Status(kWrongArgumentType, fmt::format("{} have no common type: {} and {}", what,
                                                  types.front().ToStringWithoutNullability(),
                                                  types.back().ToStringWithoutNullability()));
  }
  return std::move(*common);
}

std::vector<DataType> TypesOf(std::span<const ArgumentInfo> arguments) {
  std::vector<DataType> types;
  for (const ArgumentInfo& argument : arguments) types.push_back(argument.type);
  return types;
}

Result<ResolvedCall> ResolveRow(std::span<const ArgumentInfo> arguments) {
  if (arguments.empty()) return WrongArgumentCount("ROW", 0, "1 or more");
  std::vector<Field> fields;
  for (const ArgumentInfo& argument : arguments) {
    fields.push_back({fmt::format("EXPR${}", fields.size()), argument.type});
  }
  return ResolvedCall{TypesOf(arguments), DataType::Row(std::move(fields)).NotNull()};
}

/// The fields are the argument columns themselves.
ColumnPtr MakeRows(const KernelCall& call) {
  const uint32_t num_rows = call.context.batch.num_rows;
  Column::Parts parts;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    parts.children.push_back(call.arguments[i]->WithType(call.result_type.fields()[i].type));
  }
  return Column::Flat(call.result_type, num_rows, std::move(parts));
}

Result<ResolvedCall> ResolveArray(std::span<const ArgumentInfo> arguments) {
  if (arguments.empty()) return WrongArgumentCount("ARRAY", 0, "1 or more");
  const std::vector<DataType> types = TypesOf(arguments);
  ASSIGN_OR_RETURN(const DataType element, CommonElement("Elements of ARRAY", types));
  return ResolvedCall{std::vector<DataType>(arguments.size(), element), DataType::Array(element).NotNull()};
}

void AppendArray(Row& row) {
  ColumnBuilder& elements = row.builder().child(0);
  for (size_t i = 0; i < row.num_arguments(); ++i) elements.AppendFrom(row.Argument(i), row.index());
  row.builder().AppendNested();
}

Result<ResolvedCall> ResolveMap(std::span<const ArgumentInfo> arguments) {
  if (arguments.empty() || arguments.size() % 2 != 0) {
    return WrongArgumentCount("MAP", arguments.size(), "pairs of key and value");
  }
  std::vector<DataType> keys;
  std::vector<DataType> values;
  for (size_t i = 0; i < arguments.size(); i += 2) {
    keys.push_back(arguments[i].type);
    values.push_back(arguments[i + 1].type);
  }
  ASSIGN_OR_RETURN(const DataType key, CommonElement("Keys of MAP", keys));
  ASSIGN_OR_RETURN(const DataType value, CommonElement("Values of MAP", values));
  ResolvedCall call{{}, DataType::Map(key, value).NotNull()};
  for (size_t i = 0; i < arguments.size(); i += 2) {
    call.argument_types.push_back(key);
    call.argument_types.push_back(value);
  }
  return call;
}

/// Of equal keys the last value counts, at the place of the first.
void AppendMap(Row& row) {
  const uint32_t index = row.index();
  std::vector<size_t> keys;
  std::vector<size_t> values;
  for (size_t i = 0; i < row.num_arguments(); i += 2) {
    size_t at = 0;
    const ColumnReader key(row.Argument(i));
    while (at < keys.size() && !AreValuesEqual(ColumnReader(row.Argument(keys[at])), index, key, index)) ++at;
    if (at == keys.size()) {
      keys.push_back(i);
      values.push_back(i + 1);
    } else {
      values[at] = i + 1;
    }
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    row.builder().child(0).AppendFrom(row.Argument(keys[i]), index);
    row.builder().child(1).AppendFrom(row.Argument(values[i]), index);
  }
  row.builder().AppendNested();
}

FunctionFamily::Prepare Always(Kernel kernel) {
  return [kernel = std::move(kernel)](const ResolvedCall&, std::span<const ArgumentInfo>,
                                      const SessionSettings&) -> Result<Kernel> { return kernel; };
}

/// array[i] from 1, map[key]; NULL where there is none.
Result<ResolvedCall> ResolveItem(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2) return WrongArgumentCount("[]", arguments.size(), "2");
  const DataType& container = arguments[0].type;
  const DataType& index = arguments[1].type;
  if (container.kind() == TypeKind::kArray) {
    if (!index.IsInteger() && index.kind() != TypeKind::kNull)
      return WrongArgumentType("[]", 1, index, "an integer");
    return ResolvedCall{{container, DataType::Bigint().WithNullable(index.nullable())},
                        container.element().WithNullable(true)};
  }
  if (container.kind() != TypeKind::kMap) return WrongArgumentType("[]", 0, container, "an ARRAY or a MAP");
  const DataType& key = container.map_key();
  const bool fits = CanCastImplicitly(index, key) || (index.IsCharacter() && key.IsCharacter()) ||
                    (index.IsNumeric() && key.IsNumeric());
  if (!fits) return WrongArgumentType("[]", 1, index, "the key's type, " + key.ToStringWithoutNullability());
  return ResolvedCall{{container, key.WithNullable(index.nullable())},
                      container.map_value().WithNullable(true)};
}

/// The child row of the element, if there is one.
std::optional<uint32_t> FindItem(bool is_map, const ColumnReader& container, const ColumnReader& index,
                                 uint32_t row) {
  const auto [begin, end] = container.ChildRange(row);
  if (!is_map) {
    const int64_t position = index.Value<int64_t>(row);
    if (position < 1 || position > static_cast<int64_t>(end - begin)) return std::nullopt;
    return begin + static_cast<uint32_t>(position - 1);
  }
  const ColumnReader keys(*container.payload().parts().children[0]);
  for (uint32_t i = begin; i < end; ++i) {
    if (AreValuesEqual(keys, i, index, row)) return i;
  }
  return std::nullopt;
}

/// The elements are not copied: the result refers to the child column, with one row more that is NULL.
Kernel ItemKernel(bool is_map) {
  return [is_map](const KernelCall& call) {
    const ColumnReader container(*call.arguments[0]);
    const ColumnReader index(*call.arguments[1]);
    const ColumnPtr& child = container.payload().parts().children[is_map ? 1 : 0];
    const uint32_t num_rows = call.context.batch.num_rows;
    auto indices = std::make_shared<std::vector<uint32_t>>(num_rows, 0);
    Selection found;
    for (uint32_t row : call.context.rows) {
      if (container.IsNull(row) || index.IsNull(row)) continue;
      if (const auto at = FindItem(is_map, container, index, row)) {
        (*indices)[row] = *at;
        found.push_back(row);
      }
    }
    if (found.empty()) return Column::NullConstant(call.result_type, num_rows);
    ColumnPtr items = Column::Dictionary(child->WithType(call.result_type), std::move(indices));
    if (found.size() == num_rows) return items;
    return MergeBranches(call.result_type, num_rows, num_rows, {{std::move(items), std::move(found)}});
  };
}

}  // namespace

void AddConstructors(FunctionRegistry* registry) {
  FunctionFamily family(registry, "collection");
  family.AddResolved("ROW(value, ...)", "A row of the values", ResolveRow, Always(MakeRows));
  family.AddResolved("ARRAY(value, ...)", "An array of the values", ResolveArray,
                     Always(RowKernel(AppendArray, OnNull::kCall)));
  family.AddResolved("MAP(key, value, ...)", "A map of the pairs", ResolveMap,
                     Always(RowKernel(AppendMap, OnNull::kCall)));
  family.AddResolved(
      "[]", "The element of an array (from 1) or map; NULL when there is none", ResolveItem,
      [](const ResolvedCall& call, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return ItemKernel(call.argument_types[0].kind() == TypeKind::kMap);
      });
}

}  // namespace millrace
