#pragma once

#include <string_view>

#include "core/status.h"
#include "sql/lexer/token.h"

namespace millrace::sql {

/// Scripts above this size are refused.
inline constexpr size_t kScriptBytesMax = 16 << 20;

/// Checks what must hold before a script is read: its size, and that it is UTF-8.
Status CheckScriptText(std::string_view script);

/// Cuts a script into tokens, skipping blanks and the comments --, // and /* */. Columns count characters,
/// not bytes. Not thread-safe; the script must outlive the lexer and its tokens.
class Lexer {
 public:
  explicit Lexer(std::string_view script) : script_(script) {}

  /// The next token; kEnd for ever at the end. An error (unclosed quote or comment, unknown character) has a
  /// place, and is returned again by every later call.
  Result<Token> Next();

 private:
  char At(size_t ahead) const { return offset_ + ahead < script_.size() ? script_[offset_ + ahead] : '\0'; }
  bool StartsWith(std::string_view text) const { return script_.substr(offset_).starts_with(text); }
  void Advance(size_t num_bytes);
  SourcePlace Here() const { return SourcePlace{line_, column_, offset_, 0}; }
  Token Make(TokenKind kind, size_t num_bytes);

  Status SkipBlanks();
  Result<Token> ReadToken();
  Token ReadWord();
  Token ReadNumber();
  Token ReadSymbol();
  /// Reads up to the closing quote; a doubled quote stands for one. `prefix` bytes come before the opening
  /// one.
  Result<Token> ReadQuoted(TokenKind kind, size_t prefix);

  std::string_view script_;
  size_t offset_ = 0;
  int line_ = 1;
  int column_ = 1;
  bool in_hint_ = false;
  Status error_;
};

}  // namespace millrace::sql
