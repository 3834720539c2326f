#include "sql/lexer/token.h"

#include <fmt/format.h>

#include "sql/lexer/error_codes.h"
#include "sql/lexer/utf8.h"

namespace millrace::sql {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Reads `num_digits` hexadecimal digits of `text` at `from`; -1 when there are not as many.
int64_t ReadHex(std::string_view text, size_t from, size_t num_digits) {
  if (from + num_digits > text.size()) return -1;
  int64_t value = 0;
  for (size_t i = from; i < from + num_digits; ++i) {
    const int digit = HexValue(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// The text between the quotes, doubled quotes made one.
std::string Unquote(std::string_view text) {
  const char quote = text.back();
  const size_t begin = text.find(quote) + 1;
  std::string value;
  value.reserve(text.size() - begin);
  for (size_t i = begin; i + 1 < text.size(); ++i) {
    value.push_back(text[i]);
    if (text[i] == quote) ++i;
  }
  return value;
}

Status BadEscape(const Token& token, std::string_view what) {
  return Status(kBadEscape, fmt::format("malformed escape in a string: {}", what)).WithPlace(token.place);
}

/// Appends a character that an escape names; refuses what UTF-8 cannot hold. UTF-16 pairs are joined.
Status AppendEscaped(const Token& token, int64_t value, std::string_view what, uint32_t& high_surrogate,
                     std::string& out) {
  if (value >= 0xD800 && value <= 0xDBFF && high_surrogate == 0) {
    high_surrogate = static_cast<uint32_t>(value);
    return Status::Ok();
  }
  if (value >= 0xDC00 && value <= 0xDFFF && high_surrogate != 0) {
    value = 0x10000 + ((high_surrogate - 0xD800) << 10) + (value - 0xDC00);
    high_surrogate = 0;
  }
  if (value < 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF) || high_surrogate != 0) {
    return BadEscape(token, what);
  }
  AppendUtf8(static_cast<uint32_t>(value), out);
  return Status::Ok();
}

/// \XXXX, \+XXXXXX and \\ of U&'...'.
Result<std::string> DecodeUnicode(const Token& token, char escape) {
  const std::string text = Unquote(token.text);
  std::string value;
  uint32_t high_surrogate = 0;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != escape) {
      if (high_surrogate != 0) return BadEscape(token, text.substr(0, i));
      value.push_back(text[i++]);
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == escape) {
      value.push_back(escape);
      i += 2;
      continue;
    }
    const bool is_long = i + 1 < text.size() && text[i + 1] == '+';
    const size_t digits = is_long ? 6 : 4;
    const size_t from = i + (is_long ? 2 : 1);
    const std::string what = text.substr(i, from - i + digits);
    RETURN_IF_ERROR(AppendEscaped(token, ReadHex(text, from, digits), what, high_surrogate, value));
    i = from + digits;
  }
  if (high_surrogate != 0) return BadEscape(token, text);
  return value;
}

/// The escapes of E'...': \n, \t, \', \\, \ooo, \xhh, \uXXXX, \UXXXXXXXX.
Result<std::string> DecodeBackslashes(const Token& token) {
  const std::string_view text = token.text.substr(2, token.text.size() - 3);
  std::string value;
  uint32_t high_surrogate = 0;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '\'') {
      value.push_back('\'');
      i += 2;
      continue;
    }
    if (text[i] != '\\' || i + 1 >= text.size()) {
      value.push_back(text[i++]);
      continue;
    }
    const char c = text[i + 1];
    const size_t digits = c == 'u' ? 4 : c == 'U' ? 8 : c == 'x' ? 2 : 0;
    if (digits != 0) {
      const std::string_view what = text.substr(i, digits + 2);
      RETURN_IF_ERROR(AppendEscaped(token, ReadHex(text, i + 2, digits), what, high_surrogate, value));
      i += digits + 2;
    } else if (c >= '0' && c <= '7') {
      int64_t code = 0;
      size_t end = i + 1;
      while (end < text.size() && end < i + 4 && text[end] >= '0' && text[end] <= '7')
        code = code * 8 + (text[end++] - '0');
      RETURN_IF_ERROR(AppendEscaped(token, code, text.substr(i, end - i), high_surrogate, value));
      i = end;
    } else {
      static constexpr std::string_view kLetters = "bfnrt";
      static constexpr std::string_view kValues = "\b\f\n\r\t";
      const size_t letter = kLetters.find(c);
      value.push_back(letter == std::string_view::npos ? c : kValues[letter]);
      i += 2;
    }
    if (high_surrogate != 0 && text.substr(i, 2) != "\\u")
      return BadEscape(token, "half of a surrogate pair");
  }
  return value;
}

Result<std::string> DecodeBinary(const Token& token) {
  std::string digits = Unquote(token.text);
  for (char c : digits) {
    if (HexValue(c) < 0) {
      return Status(kBadEscape, fmt::format("binary string has a character that is not hexadecimal: {}", c))
          .WithPlace(token.place);
    }
  }
  if (digits.size() % 2 != 0) {
    return Status(kBadEscape, "binary string has an odd number of digits")
        .WithPlace(token.place)
        .WithSuggestion("write two digits for each byte");
  }
  return digits;
}

}  // namespace

std::string_view TokenKindName(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEnd:
      return "the end of the script";
    case TokenKind::kInvalid:
      return "an unreadable character";
    case TokenKind::kWord:
      return "a word";
    case TokenKind::kQuotedName:
      return "a quoted name";
    case TokenKind::kString:
    case TokenKind::kEscapedString:
    case TokenKind::kUnicodeString:
      return "a string";
    case TokenKind::kBinaryString:
      return "a binary string";
    case TokenKind::kInteger:
      return "an integer";
    case TokenKind::kDecimal:
    case TokenKind::kDouble:
      return "a number";
    case TokenKind::kHintBegin:
      return "'/*+'";
    case TokenKind::kHintEnd:
      return "'*/'";
    case TokenKind::kLeftParen:
      return "'('";
    case TokenKind::kRightParen:
      return "')'";
    case TokenKind::kLeftBracket:
      return "'['";
    case TokenKind::kRightBracket:
      return "']'";
    case TokenKind::kLeftBrace:
      return "'{'";
    case TokenKind::kRightBrace:
      return "'}'";
    case TokenKind::kComma:
      return "','";
    case TokenKind::kSemicolon:
      return "';'";
    case TokenKind::kDot:
      return "'.'";
    case TokenKind::kColon:
      return "':'";
    case TokenKind::kQuestion:
      return "'?'";
    case TokenKind::kPipe:
      return "'|'";
    case TokenKind::kCaret:
      return "'^'";
    case TokenKind::kDollar:
      return "'$'";
    case TokenKind::kStar:
      return "'*'";
    case TokenKind::kPlus:
      return "'+'";
    case TokenKind::kMinus:
      return "'-'";
    case TokenKind::kSlash:
      return "'/'";
    case TokenKind::kPercent:
      return "'%'";
    case TokenKind::kConcat:
      return "'||'";
    case TokenKind::kEqual:
      return "'='";
    case TokenKind::kNotEqual:
      return "'<>'";
    case TokenKind::kBangEqual:
      return "'!='";
    case TokenKind::kLess:
      return "'<'";
    case TokenKind::kLessOrEqual:
      return "'<='";
    case TokenKind::kGreater:
      return "'>'";
    case TokenKind::kGreaterOrEqual:
      return "'>='";
    case TokenKind::kArrow:
      return "'=>'";
  }
  return "a token";
}

Result<std::string> TokenValue(const Token& token, char unicode_escape) {
  switch (token.kind) {
    case TokenKind::kString:
      return Unquote(token.text);
    case TokenKind::kQuotedName: {
      std::string name = Unquote(token.text);
      if (!name.empty()) return name;
      return Status(kUnclosedName, "quoted name is empty").WithPlace(token.place);
    }
    case TokenKind::kUnicodeString:
      return DecodeUnicode(token, unicode_escape);
    case TokenKind::kEscapedString:
      return DecodeBackslashes(token);
    case TokenKind::kBinaryString:
      return DecodeBinary(token);
    default:
      return std::string(token.text);
  }
}

}  // namespace millrace::sql
