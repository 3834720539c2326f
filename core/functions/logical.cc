#include "core/functions/binary_kernel.h"
#include "core/functions/function_entry.h"

namespace millrace {
namespace {

Result<ResolvedCall> ResolveBooleans(const char* name, std::span<const ArgumentInfo> arguments) {
  if (arguments.size() < 2) return WrongArgumentCount(name, arguments.size(), "2 or more");
  ResolvedCall call;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const DataType& type = arguments[i].type;
    if (type.kind() != TypeKind::kBoolean && type.kind() != TypeKind::kNull) {
      return WrongArgumentType(name, i, type, "a BOOLEAN");
    }
    call.argument_types.push_back(DataType::Boolean().WithNullable(type.nullable()));
  }
  call.result_type = DataType::Boolean().WithNullable(AnyNullable(arguments));
  return call;
}

/// A test that is never NULL: its value for TRUE, FALSE and NULL.
void AddBooleanTest(FunctionFamily* family, const char* name, const char* description, bool of_true,
                    bool of_false, bool of_null) {
  family->Add(
      name, description, {Takes::kBoolean}, GivesNotNull(DataType::Boolean()),
      [=](Row& row) {
        row.ReturnBool(row.IsNull(0) ? of_null : row.Bool(0) ? of_true : of_false);
      },
      OnNull::kCall);
}

void AddNullTest(FunctionFamily* family, const char* name, const char* description, bool of_null) {
  family->AddPrepared(name, description, {Takes::kAny}, GivesNotNull(DataType::Boolean()),
                      [of_null](const ResolvedCall&, std::span<const ArgumentInfo>,
                                const SessionSettings&) -> Result<Kernel> {
                        return Kernel([of_null](const KernelCall& call) {
                          const ColumnReader reader(*call.arguments[0]);
                          OutputColumn out(call.result_type, call.context.batch.num_rows);
                          uint8_t* values = out.Values<uint8_t>();
                          for (uint32_t row : call.context.rows) values[row] = reader.IsNull(row) == of_null;
                          return out.Finish();
                        });
                      });
}

}  // namespace

void AddLogicalOperators(FunctionRegistry* registry) {
  FunctionFamily family(registry, "logical");
  family.AddSpecialForm("AND", "TRUE when all operands are", [](std::span<const ArgumentInfo> arguments) {
    return ResolveBooleans("AND", arguments);
  });
  family.AddSpecialForm("OR", "TRUE when one operand is", [](std::span<const ArgumentInfo> arguments) {
    return ResolveBooleans("OR", arguments);
  });
  family.AddPrepared(
      "NOT", "TRUE for FALSE and FALSE for TRUE", {Takes::kBoolean}, Gives(DataType::Boolean()),
      [](const ResolvedCall&, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return UnaryKernel<uint8_t, uint8_t>([](uint8_t a) { return static_cast<uint8_t>(a ^ 1); });
      });
  AddNullTest(&family, "IS NULL", "Whether the value is NULL", true);
  AddNullTest(&family, "IS NOT NULL", "Whether the value is not NULL", false);
  AddBooleanTest(&family, "IS TRUE", "Whether the value is TRUE", true, false, false);
  AddBooleanTest(&family, "IS NOT TRUE", "Whether the value is FALSE or NULL", false, true, true);
  AddBooleanTest(&family, "IS FALSE", "Whether the value is FALSE", false, true, false);
  AddBooleanTest(&family, "IS NOT FALSE", "Whether the value is TRUE or NULL", true, false, true);
  AddBooleanTest(&family, "IS UNKNOWN", "Whether the BOOLEAN is NULL", false, false, true);
  AddBooleanTest(&family, "IS NOT UNKNOWN", "Whether the BOOLEAN is not NULL", true, true, false);
}

}  // namespace millrace
