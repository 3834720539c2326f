#pragma once

#include "core/status.h"
#include "sql/ast/query.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// SELECT ... up to QUALIFY, without ORDER BY and limits.
Result<Select> ParseSelect(TokenStream& tokens);

}  // namespace millrace::sql
