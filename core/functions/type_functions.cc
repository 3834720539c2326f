#include "core/functions/function_entry.h"

namespace millrace {
namespace {

/// Flink knows the fields of intervals; here all are of the finest.
std::string TypeName(const DataType& type) {
  if (type.kind() == TypeKind::kIntervalYearMonth)
    return type.nullable() ? "INTERVAL MONTH" : "INTERVAL MONTH NOT NULL";
  if (type.kind() == TypeKind::kIntervalDayTime) {
    return type.nullable() ? "INTERVAL SECOND(3)" : "INTERVAL SECOND(3) NOT NULL";
  }
  return type.ToString();
}

}  // namespace

void AddTypeFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "type");
  family.AddPrepared(
      "TYPEOF(value)", "The type of a value as text", ArgumentRule{Takes::kAny}.Optional({Takes::kBoolean}),
      GivesNotNull(DataType::String()),
      [](const ResolvedCall& call, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return RowKernel([name = TypeName(call.argument_types[0])](Row& row) { row.ReturnText(name); },
                         OnNull::kCall);
      });
}

}  // namespace millrace
