#pragma once

#include "core/status.h"
#include "sql/ast/query.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// What stands behind FROM: tables, sub-queries, table functions, and their joins.
Result<TableReferencePtr> ParseFrom(TokenStream& tokens);

/// MATCH_RECOGNIZE (...) behind `input`; the word is the current token.
Result<TableReferencePtr> ParseMatchRecognize(TokenStream& tokens, TableReferencePtr input);

}  // namespace millrace::sql
