#pragma once

#include "core/status.h"
#include "sql/ast/statement.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

// Each reads one statement of its kind; its first word is the current token.
Result<Statement::Node> ParseCreate(TokenStream& tokens);
Result<Statement::Node> ParseReplace(TokenStream& tokens);
Result<Statement::Node> ParseDrop(TokenStream& tokens);
Result<Statement::Node> ParseAlter(TokenStream& tokens);

/// [LANGUAGE JAVA | SCALA | SQL | PYTHON]; empty when absent.
Result<std::string> ParseOptionalLanguage(TokenStream& tokens);

/// TABLE, VIEW, MATERIALIZED TABLE, MODEL, FUNCTION, DATABASE or CATALOG.
Result<ObjectKind> ParseObjectKind(TokenStream& tokens);

}  // namespace millrace::sql
