#pragma once

#include "core/status.h"
#include "sql/ast/statement.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

// Each reads one statement that asks for or changes the session, the catalog view or the jobs. The first word
// is the current token.
Result<Statement::Node> ParseShow(TokenStream& tokens);
Result<Statement::Node> ParseDescribe(TokenStream& tokens);
Result<Statement::Node> ParseUse(TokenStream& tokens);
Result<Statement::Node> ParseSet(TokenStream& tokens);
Result<Statement::Node> ParseReset(TokenStream& tokens);
Result<Statement::Node> ParseLoadModule(TokenStream& tokens);
Result<Statement::Node> ParseUnloadModule(TokenStream& tokens);
Result<Statement::Node> ParseJar(TokenStream& tokens);
Result<Statement::Node> ParseStopJob(TokenStream& tokens);
Result<Statement::Node> ParseCall(TokenStream& tokens);
Result<Statement::Node> ParseAnalyze(TokenStream& tokens);

}  // namespace millrace::sql
