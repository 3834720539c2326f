#pragma once

#include "core/status.h"
#include "sql/ast/type.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// DAY(3) TO SECOND(6) and the like. With `single_unit`, no TO.
Result<IntervalQualifier> ParseIntervalQualifier(TokenStream& tokens, bool single_unit);

/// Whether the current token is a unit that intervals have: YEAR ... SECOND, also in the plural.
bool AtIntervalUnit(TokenStream& tokens);

/// The unit of EXTRACT, FLOOR, TIMESTAMPADD: all of TimeUnit, and the SQL_TSI_ names.
Result<TimeUnit> ParseTimeUnit(TokenStream& tokens);

}  // namespace millrace::sql
