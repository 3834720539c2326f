#pragma once

#include "core/status.h"
#include "sql/ast/statement.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// One statement without its semicolon. A statement set is one statement with the semicolons inside of it.
Result<StatementPtr> ParseStatement(TokenStream& tokens);

}  // namespace millrace::sql
