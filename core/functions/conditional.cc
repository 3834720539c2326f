#include <fmt/format.h>

#include "core/expr/cast.h"
#include "core/expr/value_compare.h"
#include "core/functions/comparison_types.h"
#include "core/functions/function_entry.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

/// All arguments cast to their common type.
Result<ResolvedCall> ResolveCommon(const char* name, std::span<const ArgumentInfo> arguments) {
  std::vector<DataType> types;
  for (const ArgumentInfo& argument : arguments) types.push_back(argument.type);
  std::optional<DataType> common = CommonType(types);
  if (!common) {
    return Status(kWrongArgumentType, fmt::format("Arguments of {} have no common type: {} and {}", name,
                                                  types.front().ToStringWithoutNullability(),
                                                  types.back().ToStringWithoutNullability()));
  }
  ResolvedCall call;
  for (const DataType& type : types) call.argument_types.push_back(common->WithNullable(type.nullable()));
  call.result_type = *common;
  return call;
}

Result<ResolvedCall> ResolveCoalesce(const char* name, std::span<const ArgumentInfo> arguments,
                                     size_t num_min, size_t num_max) {
  if (arguments.size() < num_min || arguments.size() > num_max) {
    return WrongArgumentCount(name, arguments.size(), num_min == num_max ? "2" : "1 or more");
  }
  ASSIGN_OR_RETURN(ResolvedCall call, ResolveCommon(name, arguments));
  bool nullable = true;
  for (const ArgumentInfo& argument : arguments) nullable = nullable && argument.type.nullable();
  call.result_type = call.result_type.WithNullable(nullable);
  return call;
}

Result<ResolvedCall> ResolveIf(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 3) return WrongArgumentCount("IF", arguments.size(), "3");
  const DataType& condition = arguments[0].type;
  if (condition.kind() != TypeKind::kBoolean && condition.kind() != TypeKind::kNull) {
    return WrongArgumentType("IF", 0, condition, "a BOOLEAN");
  }
  ASSIGN_OR_RETURN(ResolvedCall call, ResolveCommon("IF", arguments.subspan(1)));
  call.argument_types.insert(call.argument_types.begin(),
                             DataType::Boolean().WithNullable(condition.nullable()));
  return call;
}

Result<ResolvedCall> ResolveNullIf(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2) return WrongArgumentCount("NULLIF", arguments.size(), "2");
  const auto types = ComparisonTypes(arguments);
  if (!types) return CannotCompare(arguments[0].type, arguments[1].type);
  // The first argument is also the result, so it keeps its type; the kernel compares in another one where
  // needed.
  return ResolvedCall{{arguments[0].type, (*types)[1]}, arguments[0].type.WithNullable(true)};
}

Result<Kernel> PrepareNullIf(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                             const SessionSettings& session) {
  const ArgumentInfo infos[] = {{call.argument_types[0], nullptr}, {call.argument_types[1], nullptr}};
  const auto types = ComparisonTypes(infos);
  CHECK(types.has_value());
  std::vector<Kernel> casts(2);
  for (size_t i = 0; i < 2; ++i) {
    if (call.argument_types[i].EqualsIgnoringNullability((*types)[i])) continue;
    ASSIGN_OR_RETURN(casts[i], PrepareCast(call.argument_types[i], (*types)[i], false, session));
  }
  Kernel compare = ComparisonKernel(ComparisonOp::kEqual, (*types)[0], (*types)[1]);
  return Kernel([casts, compare, types = *types](const KernelCall& kernel_call) {
    EvalContext& context = kernel_call.context;
    std::vector<ColumnPtr> operands(kernel_call.arguments.begin(), kernel_call.arguments.end());
    for (size_t i = 0; i < 2; ++i) {
      if (casts[i]) operands[i] = casts[i]({{&kernel_call.arguments[i], 1}, types[i], context});
    }
    const ColumnPtr equality = compare({operands, DataType::Boolean(), context});
    const ColumnReader same(*equality);
    Branch kept{kernel_call.arguments[0], {}};
    for (uint32_t row : context.rows) {
      if (same.IsNull(row) || same.Value<uint8_t>(row) == 0) kept.rows.push_back(row);
    }
    return MergeBranches(kernel_call.result_type, context.batch.num_rows, context.rows.size(),
                         {std::move(kept)});
  });
}

/// GREATEST (sign 1) and LEAST (sign -1): NULL when an argument is.
Kernel ExtremeKernel(int sign) {
  return [sign](const KernelCall& call) {
    std::vector<ColumnReader> readers;
    for (const ColumnPtr& argument : call.arguments) readers.emplace_back(*argument);
    std::vector<Branch> branches;
    for (const ColumnPtr& argument : call.arguments) branches.push_back({argument, {}});
    for (uint32_t row : call.context.rows) {
      size_t best = 0;
      bool null = readers[0].IsNull(row);
      for (size_t i = 1; i < readers.size() && !null; ++i) {
        null = readers[i].IsNull(row);
        if (!null && CompareValues(readers[i], row, readers[best], row) * sign > 0) best = i;
      }
      if (!null) branches[best].rows.push_back(row);
    }
    return MergeBranches(call.result_type, call.context.batch.num_rows, call.context.rows.size(), branches);
  };
}

void AddExtreme(FunctionFamily* family, const char* signature, const char* name, const char* description,
                int sign) {
  family->AddResolved(
      signature, description,
      [name](std::span<const ArgumentInfo> arguments) -> Result<ResolvedCall> {
        if (arguments.empty()) return WrongArgumentCount(name, 0, "1 or more");
        ASSIGN_OR_RETURN(ResolvedCall call, ResolveCommon(name, arguments));
        if (call.result_type.IsNested())
          return WrongArgumentType(name, 0, call.result_type, "a value with an order");
        return call;
      },
      [sign](const ResolvedCall&, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return ExtremeKernel(sign);
      });
}

}  // namespace

void AddConditionalFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "conditional");
  family.AddSpecialForm("COALESCE(value, ...)", "The first argument that is not NULL",
                        [](std::span<const ArgumentInfo> arguments) {
                          return ResolveCoalesce("COALESCE", arguments, 1, SIZE_MAX);
                        });
  family.AddSpecialForm(
      "IFNULL(value, replacement)", "The first argument, or the second when the first is NULL",
      [](std::span<const ArgumentInfo> arguments) { return ResolveCoalesce("IFNULL", arguments, 2, 2); });
  family.AddSpecialForm("IF(condition, then, else)",
                        "The second argument when the condition is TRUE, else the third", ResolveIf);
  family.AddResolved("NULLIF(value, other)", "NULL when both arguments are equal, else the first",
                     ResolveNullIf, PrepareNullIf);
  AddExtreme(&family, "GREATEST(value, ...)", "GREATEST", "The greatest argument; NULL when one is NULL", 1);
  AddExtreme(&family, "LEAST(value, ...)", "LEAST", "The smallest argument; NULL when one is NULL", -1);
}

}  // namespace millrace
