#include "sql/parser/token_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sql/ast/unparse.h"
#include "sql/lexer/error_codes.h"
#include "sql/parser/spelling.h"

namespace millrace::sql {
namespace {

constexpr size_t kExpectedShownMax = 10;
constexpr size_t kFoundShownMax = 40;

std::string Shown(const Token& token) {
  if (token.kind == TokenKind::kEnd) return "the end of the script";
  std::string text(token.text.substr(0, kFoundShownMax));
  if (token.text.size() > kFoundShownMax) text += "...";
  return text;
}

/// Words that begin a clause: what an alias without AS may be a slip for.
constexpr Keyword kClauseWords[] = {
    "FROM"_kw,   "WHERE"_kw, "GROUP"_kw,  "HAVING"_kw,    "ORDER"_kw,  "LIMIT"_kw,
    "OFFSET"_kw, "FETCH"_kw, "JOIN"_kw,   "LEFT"_kw,      "RIGHT"_kw,  "INNER"_kw,
    "CROSS"_kw,  "UNION"_kw, "EXCEPT"_kw, "INTERSECT"_kw, "WINDOW"_kw, "BETWEEN"_kw,
};

/// Words that begin a statement and stand nowhere else at the end of one.
constexpr Keyword kStatementWords[] = {
    "SELECT"_kw,   "INSERT"_kw,  "CREATE"_kw, "DROP"_kw,    "ALTER"_kw,    "SHOW"_kw,
    "DESCRIBE"_kw, "EXPLAIN"_kw, "USE"_kw,    "EXECUTE"_kw, "BEGIN"_kw,    "VALUES"_kw,
    "SET"_kw,      "RESET"_kw,   "DELETE"_kw, "UPDATE"_kw,  "TRUNCATE"_kw, "CALL"_kw,
};

}  // namespace

const Token& TokenStream::Peek(size_t ahead) {
  while (ahead >= ahead_.size()) {
    if (!ahead_.empty() && ahead_.back().kind == TokenKind::kInvalid) return ahead_.back();
    Result<Token> token = lexer_.Next();
    if (token.ok()) {
      ahead_.push_back(*token);
    } else {
      lexer_error_ = token.status();
      ahead_.push_back(
          Token{TokenKind::kInvalid, std::nullopt, {}, lexer_error_.place().value_or(SourcePlace{})});
    }
  }
  return ahead_[ahead];
}

bool TokenStream::At(TokenKind kind) {
  if (Is(kind)) return true;
  expected_.push_back({std::nullopt, kind});
  return false;
}

bool TokenStream::At(Keyword keyword) {
  if (Is(keyword)) return true;
  expected_.push_back({keyword, TokenKind::kWord});
  return false;
}

bool TokenStream::AtWords(std::initializer_list<Keyword> keywords) {
  if (!At(*keywords.begin())) return false;
  size_t ahead = 0;
  return std::all_of(keywords.begin(), keywords.end(),
                     [&](Keyword keyword) { return NextIs(keyword, ahead++); });
}

bool TokenStream::IsName(size_t ahead) {
  const Token& token = Peek(ahead);
  if (token.kind == TokenKind::kQuotedName) return true;
  return token.kind == TokenKind::kWord && !(token.keyword && IsReserved(*token.keyword));
}

bool TokenStream::IsString(size_t ahead) {
  const TokenKind kind = Peek(ahead).kind;
  return kind == TokenKind::kString || kind == TokenKind::kEscapedString || kind == TokenKind::kUnicodeString;
}

Token TokenStream::Take() {
  Token token = Peek();
  if (token.kind == TokenKind::kEnd || token.kind == TokenKind::kInvalid) return token;
  last_end_ = token.place.offset + token.place.length;
  last_kind_ = token.kind;
  expected_.clear();
  ahead_.pop_front();
  return token;
}

bool TokenStream::Accept(TokenKind kind) {
  if (!At(kind)) return false;
  Take();
  return true;
}

bool TokenStream::Accept(Keyword keyword) {
  if (!At(keyword)) return false;
  Take();
  return true;
}

bool TokenStream::AcceptWords(std::initializer_list<Keyword> keywords) {
  if (!AtWords(keywords)) return false;
  for (size_t i = 0; i < keywords.size(); ++i) Take();
  return true;
}

Status TokenStream::Expect(TokenKind kind) {
  return Accept(kind) ? Status::Ok() : Unexpected();
}

Status TokenStream::Expect(Keyword keyword) {
  return Accept(keyword) ? Status::Ok() : Unexpected();
}

Status TokenStream::ExpectWords(std::initializer_list<Keyword> keywords) {
  for (Keyword keyword : keywords) RETURN_IF_ERROR(Expect(keyword));
  return Status::Ok();
}

Result<Identifier> TokenStream::ExpectName(std::string_view what) {
  const Token& token = Peek();
  if (token.kind == TokenKind::kWord && !IsName()) return ReservedWordError(token);
  if (!IsName()) return Unexpected(what);
  Identifier name;
  ASSIGN_OR_RETURN(name.text, TokenValue(token));
  name.quoted = token.kind == TokenKind::kQuotedName;
  name.place = token.place;
  Take();
  return name;
}

Result<QualifiedName> TokenStream::ExpectQualifiedName(std::string_view what) {
  QualifiedName name;
  name.place = Here();
  do {
    ASSIGN_OR_RETURN(Identifier part, ExpectName(what));
    name.parts.push_back(std::move(part));
  } while (Accept(TokenKind::kDot));
  name.place = RangeFrom(name.place);
  return name;
}

Result<std::vector<Identifier>> TokenStream::ExpectNameList(std::string_view what) {
  RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  std::vector<Identifier> names;
  do {
    ASSIGN_OR_RETURN(Identifier name, ExpectName(what));
    names.push_back(std::move(name));
  } while (Accept(TokenKind::kComma));
  RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return names;
}

Result<StringValue> TokenStream::ExpectString(std::string_view what) {
  if (!IsString()) return Unexpected(what);
  StringValue value;
  value.place = Here();
  char escape = '\\';
  // UESCAPE stands behind the string but says how to read it.
  if (Is(TokenKind::kUnicodeString) && NextIs("UESCAPE"_kw) && NextIs(TokenKind::kString, 2)) {
    ASSIGN_OR_RETURN(const std::string text, TokenValue(Peek(2)));
    if (text.size() != 1) {
      return Status(kBadEscape, "UESCAPE takes one character").WithPlace(Peek(2).place);
    }
    escape = text[0];
  }
  ASSIGN_OR_RETURN(value.text, TokenValue(Peek(), escape));
  Token last = Take();
  if (Is("UESCAPE"_kw) && last.kind == TokenKind::kUnicodeString) {
    Take();
    if (!IsString()) return Unexpected("a string of one character");
    Take();
  }
  while (IsString() && Here().line > last.place.line) {
    ASSIGN_OR_RETURN(const std::string more, TokenValue(Peek(), escape));
    value.text += more;
    last = Take();
  }
  value.place = RangeFrom(value.place);
  return value;
}

Result<int> TokenStream::ExpectInteger(std::string_view what, int maximum) {
  if (!Is(TokenKind::kInteger)) return Unexpected(what);
  const std::string_view text = Peek().text;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > maximum) {
    return Status(kBadNumber, fmt::format("number out of range, {} is at most {}: {}", what, maximum, text))
        .WithPlace(Here());
  }
  Take();
  return value;
}

std::string TokenStream::ExpectedText(std::string_view what) const {
  if (!what.empty()) return std::string(what);
  std::vector<std::string> names;
  for (const Expected& expected : expected_) {
    std::string name(expected.keyword ? KeywordText(*expected.keyword) : TokenKindName(expected.kind));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  if (names.empty() || names.size() > kExpectedShownMax) return "";
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i != 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

std::optional<Keyword> TokenStream::NearestExpected(std::string_view text) const {
  std::optional<Keyword> nearest;
  for (const Expected& expected : expected_) {
    if (!expected.keyword || !IsLikelyMisspelling(text, KeywordText(*expected.keyword))) continue;
    const auto distance = [&](Keyword keyword) { return EditDistance(text, KeywordText(keyword)); };
    if (!nearest || distance(*expected.keyword) < distance(*nearest)) nearest = expected.keyword;
  }
  return nearest;
}

std::string TokenStream::Suggestion(const Token& found) {
  if (found.kind == TokenKind::kWord) {
    const bool may_end = std::any_of(expected_.begin(), expected_.end(), [](const Expected& expected) {
      return expected.kind == TokenKind::kSemicolon;
    });
    const auto* end = std::end(kStatementWords);
    if (may_end && found.keyword && std::find(std::begin(kStatementWords), end, *found.keyword) != end) {
      return "put ; between two statements";
    }
    if (const auto nearest = NearestExpected(found.text))
      return fmt::format("did you mean {}?", KeywordText(*nearest));
    if (found.keyword && IsReserved(*found.keyword) && !IsStructuralWord(*found.keyword)) {
      return fmt::format("{} is a reserved word; if it is meant as a name, write {}",
                         KeywordText(*found.keyword), QuoteName(found.text));
    }
  }
  if (found.kind == TokenKind::kBangEqual) return "use <> for not equal";
  if (found.kind == TokenKind::kEqual && last_kind_ == TokenKind::kEqual) return "use a single = to compare";
  return "";
}

Status TokenStream::Unexpected(std::string_view what) {
  const Token found = Peek();
  if (found.kind == TokenKind::kInvalid) return lexer_error_;
  // A misspelt clause word reads as an alias, and the error shows one token later: point at the word.
  if (bare_alias_ && bare_alias_->place.offset + bare_alias_->place.length == last_end_) {
    for (Keyword word : kClauseWords) {
      if (!IsLikelyMisspelling(bare_alias_->text, KeywordText(word))) continue;
      return Status(kSyntaxError, fmt::format("syntax error at: {}", bare_alias_->text))
          .WithPlace(bare_alias_->place)
          .WithSuggestion(fmt::format("did you mean {}?", KeywordText(word)));
    }
  }
  const std::string expected = ExpectedText(what);
  const bool at_end = found.kind == TokenKind::kEnd;
  std::string message = at_end ? "statement ends too early" : "syntax error";
  if (!expected.empty()) message += fmt::format(", expected {}", expected);
  if (!at_end) message += fmt::format("{}: {}", expected.empty() ? " at" : ", found", Shown(found));
  return Status(at_end ? kUnexpectedEnd : kSyntaxError, message)
      .WithPlace(found.place)
      .WithSuggestion(Suggestion(found));
}

Status TokenStream::ReservedWordError(const Token& token) {
  return Status(kReservedWord, fmt::format("reserved word where a name is expected: {}", token.text))
      .WithPlace(token.place)
      .WithSuggestion(fmt::format("write {}", QuoteName(token.text)));
}

SourcePlace TokenStream::RangeFrom(const SourcePlace& start) const {
  SourcePlace range = start;
  range.length = last_end_ > start.offset ? last_end_ - start.offset : 0;
  return range;
}

Status DepthScope::status() const {
  if (tokens_.nesting_depth <= kNestingDepthMax) return Status::Ok();
  return Status(kNestingTooDeep, fmt::format("nested too deeply, at most {} levels", kNestingDepthMax))
      .WithPlace(tokens_.Here())
      .WithSuggestion("split it, for example with WITH or views");
}

Status HeightScope::AddLevel() {
  if (++tokens_.tree_height <= kExpressionDepthMax) return Status::Ok();
  return Status(kNestingTooDeep,
                fmt::format("chained or nested too long, at most {} levels", kExpressionDepthMax))
      .WithPlace(tokens_.Here())
      .WithSuggestion("use IN for a list of values, or split it with WITH");
}

}  // namespace millrace::sql
