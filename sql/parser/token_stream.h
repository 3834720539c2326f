#pragma once

#include <deque>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "sql/ast/identifier.h"
#include "sql/lexer/lexer.h"
#include "sql/parser/limits.h"

namespace millrace::sql {

/// The tokens of a script with look-ahead, and the writer of syntax errors: it remembers what was asked for
/// at the current token, so that an error can say what was expected. All parsing functions share one stream.
/// Not thread-safe; the script must outlive it.
class TokenStream {
 public:
  explicit TokenStream(std::string_view script) : lexer_(script), script_(script) {}

  /// The token `ahead` places further on; the reference holds until that token is taken. An unreadable one is
  /// kInvalid, and its error comes out of Unexpected.
  const Token& Peek(size_t ahead = 0);

  /// Tests of the current token. `At` also notes the token as expected here; `Is` does not.
  bool Is(TokenKind kind) { return Peek().kind == kind; }
  bool Is(Keyword keyword) { return Peek().keyword == keyword; }
  bool At(TokenKind kind);
  bool At(Keyword keyword);
  bool NextIs(TokenKind kind, size_t ahead = 1) { return Peek(ahead).kind == kind; }
  bool NextIs(Keyword keyword, size_t ahead = 1) { return Peek(ahead).keyword == keyword; }
  /// Whether the current tokens are these words. Notes the first as expected.
  bool AtWords(std::initializer_list<Keyword> keywords);
  /// Whether the token could be a name: quoted, or a word that is not reserved.
  bool IsName(size_t ahead = 0);
  bool IsString(size_t ahead = 0);

  /// Moves on; returns the token that was current.
  Token Take();
  bool Accept(TokenKind kind);
  bool Accept(Keyword keyword);
  /// Takes all of the words, or none.
  bool AcceptWords(std::initializer_list<Keyword> keywords);
  Status Expect(TokenKind kind);
  Status Expect(Keyword keyword);
  Status ExpectWords(std::initializer_list<Keyword> keywords);

  /// A name; `what` calls it in the error ("a table name").
  Result<Identifier> ExpectName(std::string_view what);
  Result<QualifiedName> ExpectQualifiedName(std::string_view what);
  /// (a, b, c)
  Result<std::vector<Identifier>> ExpectNameList(std::string_view what);
  /// A string of any form. Strings on following lines continue it.
  Result<StringValue> ExpectString(std::string_view what);
  /// An integer from 0 to `maximum`.
  Result<int> ExpectInteger(std::string_view what, int maximum);

  /// The error for the current token: found this, expected `what` or what was tested for; did you mean.
  Status Unexpected(std::string_view what = {});
  /// The error for a reserved word where a name belongs.
  Status ReservedWordError(const Token& token);
  /// An alias without AS: when the statement fails right behind it, it may be a misspelt keyword.
  void NoteBareAlias(const Token& token) { bare_alias_ = token; }

  /// From the start of `start` to the end of the token before the current one.
  SourcePlace RangeFrom(const SourcePlace& start) const;
  SourcePlace Here() { return Peek().place; }
  std::string_view TextOf(const SourcePlace& place) const {
    return script_.substr(place.offset, place.length);
  }
  std::string_view script() const { return script_; }

  /// See DepthScope and HeightScope.
  int nesting_depth = 0;
  int tree_height = 0;

 private:
  struct Expected {
    std::optional<Keyword> keyword;
    TokenKind kind;
  };
  std::string ExpectedText(std::string_view what) const;
  std::string Suggestion(const Token& found);
  /// The expected word that `text` may be meant for.
  std::optional<Keyword> NearestExpected(std::string_view text) const;

  Lexer lexer_;
  std::string_view script_;
  std::deque<Token> ahead_;  // tokens read but not taken
  size_t last_end_ = 0;      // of the token taken last
  TokenKind last_kind_ = TokenKind::kEnd;
  Status lexer_error_;
  std::vector<Expected> expected_;  // what was tested for at the current token
  std::optional<Token> bare_alias_;
};

/// Counts one level of nesting while it lives; `status` fails beyond kNestingDepthMax.
class DepthScope {
 public:
  explicit DepthScope(TokenStream& tokens) : tokens_(tokens) { ++tokens_.nesting_depth; }
  ~DepthScope() { --tokens_.nesting_depth; }
  DepthScope(const DepthScope&) = delete;
  DepthScope& operator=(const DepthScope&) = delete;
  Status status() const;

 private:
  TokenStream& tokens_;
};

/// Measures the height of the tree that a function builds: the trees finished meanwhile count as children.
/// `AddLevel` puts one node above all of them and fails beyond kExpressionDepthMax.
class HeightScope {
 public:
  explicit HeightScope(TokenStream& tokens) : tokens_(tokens), outer_(tokens.tree_height) {
    tokens_.tree_height = 0;
  }
  ~HeightScope() { tokens_.tree_height = tokens_.tree_height > outer_ ? tokens_.tree_height : outer_; }
  HeightScope(const HeightScope&) = delete;
  HeightScope& operator=(const HeightScope&) = delete;
  Status AddLevel();

 private:
  TokenStream& tokens_;
  int outer_;
};

}  // namespace millrace::sql
