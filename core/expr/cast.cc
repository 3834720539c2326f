#include "core/expr/cast.h"

#include <fmt/format.h>

#include "core/expr/cast_rules.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

/// Whether values are the same in both types, so that only the type changes.
bool IsSameRepresentation(const DataType& from, const DataType& to) {
  if (from.EqualsIgnoringNullability(to)) return true;
  if (from.IsCharacter() && to.kind() == TypeKind::kVarchar) return from.length() <= to.length();
  if (from.IsBinary() && to.kind() == TypeKind::kVarbinary) return from.length() <= to.length();
  if (from.kind() != to.kind()) return false;
  if (from.kind() == TypeKind::kDecimal) {
    return from.scale() == to.scale() && from.precision() <= to.precision() &&
           from.physical() == to.physical();
  }
  if (from.kind() == TypeKind::kTime || from.IsTimestamp()) {
    return from.precision() <= to.precision() && from.physical() == to.physical();
  }
  if (!from.IsNested() || from.fields().size() != to.fields().size()) return false;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    if (!IsSameRepresentation(from.fields()[i].type, to.fields()[i].type)) return false;
  }
  return true;
}

Result<Kernel> PrepareByKind(const CastRequest& request) {
  const DataType& from = request.from;
  const DataType& to = request.to;
  if (to.IsCharacter()) return PrepareTextCast(request);
  if (to.IsBinary()) return PrepareBinaryCast(request);
  const bool to_datetime = to.kind() >= TypeKind::kDate && to.kind() <= TypeKind::kTimestampLtz;
  if (from.IsCharacter()) return to_datetime ? PrepareParseTemporalCast(request) : PrepareParseCast(request);
  if (to_datetime) return PrepareTemporalCast(request);
  if (to.IsNested()) return PrepareNestedCast(request);
  return PrepareNumericCast(request);
}

}  // namespace

void CastFailure::operator()(Row& row, std::string_view value) const {
  if (try_cast_) return row.ReturnNull();
  row.Fail(kCastFailed, fmt::format("Cannot cast a {} to {}: '{}'", from_, to_, value));
}

std::string_view TrimBlanks(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Result<Kernel> PrepareCast(const DataType& from, const DataType& to, bool try_cast,
                           const SessionSettings& session) {
  if (from.kind() == TypeKind::kNull) {
    return Kernel([](const KernelCall& call) {
      return Column::NullConstant(call.result_type, call.context.batch.num_rows);
    });
  }
  if (IsSameRepresentation(from, to)) {
    return Kernel([](const KernelCall& call) { return call.arguments[0]->WithType(call.result_type); });
  }
  const Status unsupported(kUnsupportedCast,
                           fmt::format("Cannot cast {} to {}", from.ToStringWithoutNullability(),
                                       to.ToStringWithoutNullability()));
  if (!CanCastExplicitly(from, to)) return unsupported;
  ASSIGN_OR_RETURN(Kernel kernel, PrepareByKind({from, to, try_cast, session}));
  if (!kernel) return unsupported;
  return kernel;
}

}  // namespace millrace
