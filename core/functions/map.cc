#include <fmt/format.h>

#include "core/expr/value_compare.h"
#include "core/functions/function_entry.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

void AppendChildren(Row& row, size_t child) {
  const ColumnReader values(row.Child(0, child));
  const auto [begin, end] = row.ChildRange(0);
  for (uint32_t i = begin; i < end; ++i) row.builder().child(0).AppendFrom(values, i);
  row.builder().AppendNested();
}

void Entries(Row& row) {
  const ColumnReader keys(row.Child(0, 0));
  const ColumnReader values(row.Child(0, 1));
  const auto [begin, end] = row.ChildRange(0);
  ColumnBuilder& entries = row.builder().child(0);
  for (uint32_t i = begin; i < end; ++i) {
    entries.child(0).AppendFrom(keys, i);
    entries.child(1).AppendFrom(values, i);
    entries.AppendNested();
  }
  row.builder().AppendNested();
}

void FromArrays(Row& row) {
  const auto [key_begin, key_end] = row.ChildRange(0);
  const auto [value_begin, value_end] = row.ChildRange(1);
  const uint32_t size = key_end - key_begin;
  if (size != value_end - value_begin) {
    return row.Fail(kInvalidArgument,
                    fmt::format("MAP_FROM_ARRAYS of {} keys and {} values", size, value_end - value_begin));
  }
  const ColumnReader keys(row.Child(0, 0));
  const ColumnReader values(row.Child(1, 0));
  for (uint32_t i = 0; i < size; ++i) {
    row.builder().child(0).AppendFrom(keys, key_begin + i);
    row.builder().child(1).AppendFrom(values, value_begin + i);
  }
  row.builder().AppendNested();
}

void FromEntries(Row& row) {
  const Column& entries = row.Child(0, 0);
  const ColumnReader reader(entries);
  const ColumnReader keys(*reader.payload().parts().children[0]);
  const ColumnReader values(*reader.payload().parts().children[1]);
  const auto [begin, end] = row.ChildRange(0);
  for (uint32_t i = begin; i < end; ++i) {
    if (reader.IsNull(i)) return row.Fail(kInvalidArgument, "MAP_FROM_ENTRIES of an entry that is NULL");
  }
  for (uint32_t i = begin; i < end; ++i) {
    row.builder().child(0).AppendFrom(keys, reader.PayloadRow(i));
    row.builder().child(1).AppendFrom(values, reader.PayloadRow(i));
  }
  row.builder().AppendNested();
}

/// Whether a later map has the key too.
bool IsReplaced(const Row& row, size_t argument, const ColumnReader& keys, uint32_t at) {
  for (size_t later = argument + 1; later < row.num_arguments(); ++later) {
    const ColumnReader later_keys(row.Child(later, 0));
    const auto [begin, end] = row.ChildRange(later);
    for (uint32_t i = begin; i < end; ++i) {
      if (AreValuesEqual(keys, at, later_keys, i)) return true;
    }
  }
  return false;
}

void Union(Row& row) {
  for (size_t argument = 0; argument < row.num_arguments(); ++argument) {
    const ColumnReader keys(row.Child(argument, 0));
    const ColumnReader values(row.Child(argument, 1));
    const auto [begin, end] = row.ChildRange(argument);
    for (uint32_t i = begin; i < end; ++i) {
      if (IsReplaced(row, argument, keys, i)) continue;
      row.builder().child(0).AppendFrom(keys, i);
      row.builder().child(1).AppendFrom(values, i);
    }
  }
  row.builder().AppendNested();
}

Result<ResolvedCall> ResolveUnion(std::span<const ArgumentInfo> arguments) {
  if (arguments.empty()) return WrongArgumentCount("MAP_UNION", 0, "1 or more");
  std::vector<DataType> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].type.kind() != TypeKind::kMap)
      return WrongArgumentType("MAP_UNION", i, arguments[i].type, "a MAP");
    types.push_back(arguments[i].type);
  }
  const std::optional<DataType> common = CommonType(types);
  if (!common) return WrongArgumentType("MAP_UNION", 1, types[1], types[0].ToString());
  ResolvedCall call{{}, *common};
  for (const DataType& type : types) call.argument_types.push_back(common->WithNullable(type.nullable()));
  return call;
}

Result<DataType> EntriesType(std::span<const DataType> types) {
  const DataType entry = DataType::Row({{"key", types[0].map_key()}, {"value", types[0].map_value()}});
  return DataType::Array(entry).WithNullable(types[0].nullable());
}

Result<DataType> FromEntriesType(std::span<const DataType> types) {
  const DataType& entry = types[0].element();
  if (entry.kind() != TypeKind::kRow || entry.fields().size() != 2) {
    return WrongArgumentType("MAP_FROM_ENTRIES", 0, types[0], "an ARRAY of ROW of two fields");
  }
  return DataType::Map(entry.fields()[0].type, entry.fields()[1].type).WithNullable(types[0].nullable());
}

}  // namespace

void AddMapFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "collection");
  family.Add(
      "MAP_KEYS(map)", "The keys as an array", {Takes::kMap},
      [](std::span<const DataType> types) -> Result<DataType> {
        return DataType::Array(types[0].map_key()).WithNullable(types[0].nullable());
      },
      [](Row& row) { AppendChildren(row, 0); });
  family.Add(
      "MAP_VALUES(map)", "The values as an array", {Takes::kMap},
      [](std::span<const DataType> types) -> Result<DataType> {
        return DataType::Array(types[0].map_value()).WithNullable(types[0].nullable());
      },
      [](Row& row) { AppendChildren(row, 1); });
  family.Add("MAP_ENTRIES(map)", "The entries as an array of rows", {Takes::kMap}, EntriesType, Entries);
  family.Add(
      "MAP_FROM_ARRAYS(keys, values)", "A map of an array of keys and one of values",
      {Takes::kArray, Takes::kArray},
      [](std::span<const DataType> types) -> Result<DataType> {
        return DataType::Map(types[0].element(), types[1].element())
            .WithNullable(types[0].nullable() || types[1].nullable());
      },
      FromArrays);
  family.Add("MAP_FROM_ENTRIES(entries)", "A map of an array of rows of key and value", {Takes::kArray},
             FromEntriesType, FromEntries);
  family.AddResolved("MAP_UNION(map, ...)", "The entries of all maps; of equal keys the last counts",
                     ResolveUnion,
                     [](const ResolvedCall&, std::span<const ArgumentInfo>,
                        const SessionSettings&) -> Result<Kernel> { return RowKernel(Union); });
}

}  // namespace millrace
