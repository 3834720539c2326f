#pragma once

#include <string>

#include "core/functions/json_document.h"
#include "operators/formats/json/json_cursor.h"

namespace millrace {

/// Appends the object or array at the cursor as Flink prints it when a STRING column meets one: no spaces, of
/// equal keys the last value at the first one's place, numbers and strings in their shortest form.
/// `exact_decimals` (the table has a DECIMAL column): fractions are printed as BigDecimal ("1E+3"), else as
/// double ("1000.0"). False on a syntax error.
bool AppendTreeText(JsonCursor* cursor, bool exact_decimals, std::string* out, int depth = 0);

}  // namespace millrace
