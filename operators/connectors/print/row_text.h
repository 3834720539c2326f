#pragma once

#include <string>
#include <string_view>

#include "core/column/batch.h"

namespace millrace {

/// Appends a row as Flink's print connector writes it: "+I[1, text, null, 2026-03-02T07:58:30.120]". `kind`
/// is "+I", "-U",
/// "+U" or "-D". Values look as Java's Row.toString gives them: LocalDateTime and Instant for timestamps,
/// lists for arrays and bytes, {k=v} for maps, nested rows with their own "+I[...]".
void AppendRowText(const Batch& batch, uint32_t row, std::string_view kind, std::string* out);

/// One value in that form.
void AppendJavaText(const Column& column, uint32_t row, std::string* out);

}  // namespace millrace
