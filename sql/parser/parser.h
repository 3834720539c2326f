#pragma once

#include <optional>
#include <string_view>

#include "core/status.h"
#include "sql/ast/statement.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// A statement with its text, which is a piece of the script and lives as long as it.
struct ParsedStatement {
  StatementPtr statement;
  std::string_view text;  // without the semicolon
  int index = 0;          // counted from 1
};

/// Reads a script statement by statement, so that those before an error can run. Not thread-safe; the script
/// must outlive the parser.
class ScriptParser {
 public:
  explicit ScriptParser(std::string_view script) : tokens_(script) {}

  /// The next statement, nothing at the end of the script, or an error with its place; the error is returned
  /// by every later call too. Empty statements are passed over. A statement set is one statement.
  Result<std::optional<ParsedStatement>> Next();

  /// The number of the statement that Next returned last, or in which it failed; counted from 1.
  int statement_index() const { return index_; }

 private:
  Result<std::optional<ParsedStatement>> ParseNext();

  TokenStream tokens_;
  int index_ = 0;
  bool checked_ = false;
  Status error_;
};

/// Reads a text of exactly one statement; a semicolon may follow it.
Result<StatementPtr> ParseStatementText(std::string_view text);

// Read a text that is one expression, query or data type as a whole.
Result<ExpressionPtr> ParseExpressionText(std::string_view text);
Result<QueryPtr> ParseQueryText(std::string_view text);
Result<TypePtr> ParseTypeText(std::string_view text);

enum class InputState : uint8_t {
  kEmpty,       // blanks and comments only
  kIncomplete,  // an open string, comment or statement set, or no semicolon at the end
  kComplete,    // statements that all end with a semicolon; they may still be wrong
};

/// Whether a shell should read another line before it runs `input`.
InputState CheckInput(std::string_view input);

}  // namespace millrace::sql
