#include "sql/parser/parser.h"

#include "sql/lexer/error_codes.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/query_parser.h"
#include "sql/parser/statement_parser.h"
#include "sql/parser/type_parser.h"

namespace millrace::sql {
namespace {

/// Runs `parse` on the whole of `text`.
template <class Parse>
auto ParseWhole(std::string_view text, Parse parse) -> decltype(parse(std::declval<TokenStream&>())) {
  RETURN_IF_ERROR(CheckScriptText(text));
  TokenStream tokens(text);
  auto result = parse(tokens);
  if (result.ok() && !tokens.At(TokenKind::kEnd)) return tokens.Unexpected();
  return result;
}

/// Follows the statement sets of a script token by token, to know which semicolons end a statement.
class StatementSetTracker {
 public:
  void See(const Token& token) {
    if (token.kind == TokenKind::kSemicolon) {
      if (in_set_ && ends_) in_set_ = false;
      if (in_set_ || begins_set_) in_set_ = true;
      begins_set_ = ends_ = false;
      num_words_ = 0;
      return;
    }
    ++num_words_;
    if (num_words_ == 1) ends_ = in_set_ && token.keyword == "END"_kw;
    // BEGIN STATEMENT SET; and ... STATEMENT SET BEGIN, behind which the first INSERT follows at once.
    if (before_last_ == "BEGIN"_kw && last_ == "STATEMENT"_kw && token.keyword == "SET"_kw)
      begins_set_ = true;
    if (before_last_ == "STATEMENT"_kw && last_ == "SET"_kw && token.keyword == "BEGIN"_kw)
      begins_set_ = true;
    before_last_ = last_;
    last_ = token.keyword;
  }
  bool in_set() const { return in_set_; }

 private:
  std::optional<Keyword> before_last_;
  std::optional<Keyword> last_;
  int num_words_ = 0;
  bool in_set_ = false;
  bool begins_set_ = false;
  bool ends_ = false;
};

}  // namespace

Result<std::optional<ParsedStatement>> ScriptParser::Next() {
  if (!error_.ok()) return error_;
  auto result = ParseNext();
  if (!result.ok()) error_ = result.status();
  return result;
}

Result<std::optional<ParsedStatement>> ScriptParser::ParseNext() {
  if (!checked_) {
    checked_ = true;
    RETURN_IF_ERROR(CheckScriptText(tokens_.script()));
  }
  while (tokens_.Is(TokenKind::kSemicolon)) tokens_.Take();
  if (tokens_.Is(TokenKind::kEnd)) return std::optional<ParsedStatement>();
  ++index_;
  ASSIGN_OR_RETURN(StatementPtr statement, ParseStatement(tokens_));
  const std::string_view text = tokens_.TextOf(statement->place);
  if (!tokens_.At(TokenKind::kSemicolon) && !tokens_.At(TokenKind::kEnd)) return tokens_.Unexpected();
  return std::optional(ParsedStatement{std::move(statement), text, index_});
}

Result<StatementPtr> ParseStatementText(std::string_view text) {
  return ParseWhole(text, [](TokenStream& tokens) -> Result<StatementPtr> {
    ASSIGN_OR_RETURN(StatementPtr statement, ParseStatement(tokens));
    while (tokens.Accept(TokenKind::kSemicolon)) continue;
    return statement;
  });
}

Result<ExpressionPtr> ParseExpressionText(std::string_view text) {
  return ParseWhole(text, [](TokenStream& tokens) { return ParseExpression(tokens); });
}

Result<QueryPtr> ParseQueryText(std::string_view text) {
  return ParseWhole(text, [](TokenStream& tokens) { return ParseQuery(tokens); });
}

Result<TypePtr> ParseTypeText(std::string_view text) {
  return ParseWhole(text, [](TokenStream& tokens) { return ParseType(tokens); });
}

InputState CheckInput(std::string_view input) {
  Lexer lexer(input);
  StatementSetTracker sets;
  TokenKind last = TokenKind::kEnd;
  while (true) {
    const Result<Token> token = lexer.Next();
    if (!token.ok()) {
      const ErrorCode code = token.status().code();
      const bool unclosed = code == kUnclosedString || code == kUnclosedComment;
      return unclosed ? InputState::kIncomplete : InputState::kComplete;
    }
    if (token->kind == TokenKind::kEnd) break;
    last = token->kind;
    sets.See(*token);
  }
  if (last == TokenKind::kEnd) return InputState::kEmpty;
  return last == TokenKind::kSemicolon && !sets.in_set() ? InputState::kComplete : InputState::kIncomplete;
}

}  // namespace millrace::sql
