#pragma once

#include "core/expr/function_registry.h"

namespace millrace {

/// The kernel of CAST(from AS to), or of TRY_CAST (failed rows become NULL instead of row errors). Flink's
/// rules for every pair of types: trimming of CHAR/VARCHAR, rounding of DECIMAL, text forms of temporal
/// types, nested types. kUnsupportedCast when Flink has no such cast.
Result<Kernel> PrepareCast(const DataType& from, const DataType& to, bool try_cast,
                           const SessionSettings& session);

/// Text of a value as CAST(v AS STRING) gives it.
void AppendValueText(const Column& column, uint32_t row, const SessionSettings& session, std::string* out);

}  // namespace millrace
