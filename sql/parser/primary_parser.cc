#include <fmt/format.h>

#include "sql/lexer/error_codes.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/function_parser.h"
#include "sql/parser/interval_parser.h"
#include "sql/parser/json_parser.h"
#include "sql/parser/query_parser.h"
#include "sql/parser/type_parser.h"

namespace millrace::sql {
namespace {

Result<ExpressionPtr> TakeLiteral(TokenStream& tokens, LiteralKind kind, std::string text) {
  const SourcePlace start = tokens.Take().place;
  return MakeExpression(tokens, start, Literal{kind, std::move(text)});
}

/// A keyword followed by a string: DATE '2026-01-01'. The `num_words` words are taken.
Result<ExpressionPtr> ParseTypedString(TokenStream& tokens, LiteralKind kind, int num_words = 1) {
  const SourcePlace start = tokens.Here();
  for (int i = 0; i < num_words; ++i) tokens.Take();
  ASSIGN_OR_RETURN(StringValue value, tokens.ExpectString("a string"));
  return MakeExpression(tokens, start, Literal{kind, std::move(value.text)});
}

/// DECIMAL '1.5': digits with at most one point.
Result<ExpressionPtr> ParseDecimalString(TokenStream& tokens) {
  ASSIGN_OR_RETURN(ExpressionPtr literal, ParseTypedString(tokens, LiteralKind::kDecimal));
  const std::string& text = literal->As<Literal>()->text;
  const bool digits = text.find_first_not_of("0123456789.") == std::string::npos;
  if (digits && text.find_first_of("0123456789") != std::string::npos && text.find('.') == text.rfind('.'))
    return literal;
  return Status(kBadNumber, fmt::format("not a decimal number: {}", text)).WithPlace(literal->place);
}

/// INTERVAL '1' DAY, INTERVAL -'1' DAY, INTERVAL 3 DAY, INTERVAL x DAY, INTERVAL (a + b) DAY.
Result<ExpressionPtr> ParseInterval(TokenStream& tokens) {
  const SourcePlace start = tokens.Take().place;
  const bool negative = tokens.Accept(TokenKind::kMinus);
  if (!negative) tokens.Accept(TokenKind::kPlus);
  if (tokens.IsString()) {
    IntervalLiteral literal;
    literal.negative = negative;
    ASSIGN_OR_RETURN(StringValue value, tokens.ExpectString("a string"));
    literal.text = std::move(value.text);
    ASSIGN_OR_RETURN(literal.qualifier, ParseIntervalQualifier(tokens, false));
    return MakeExpression(tokens, start, std::move(literal));
  }
  IntervalExpression interval;
  const SourcePlace amount_start = tokens.Here();
  if (tokens.Accept(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(interval.amount, ParseExpression(tokens));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  } else if (tokens.Is(TokenKind::kInteger) || tokens.Is(TokenKind::kDecimal) ||
             tokens.Is(TokenKind::kDouble)) {
    ASSIGN_OR_RETURN(interval.amount, ParsePrimary(tokens));
  } else {
    ASSIGN_OR_RETURN(QualifiedName name,
                     tokens.ExpectQualifiedName("the amount of an interval, such as '5'"));
    interval.amount = MakeExpression(tokens, amount_start, ColumnReference{std::move(name)});
  }
  if (negative) {
    interval.amount = MakeExpression(tokens, amount_start,
                                     UnaryExpression{UnaryOperator::kNegate, std::move(interval.amount)});
  }
  ASSIGN_OR_RETURN(interval.qualifier, ParseIntervalQualifier(tokens, true));
  return MakeExpression(tokens, start, std::move(interval));
}

Result<ExpressionPtr> ParseCase(TokenStream& tokens) {
  const SourcePlace start = tokens.Take().place;
  CaseExpression node;
  if (!tokens.At("WHEN"_kw)) {
    ASSIGN_OR_RETURN(node.operand, ParseExpression(tokens));
  }
  RETURN_IF_ERROR(tokens.Expect("WHEN"_kw));
  do {
    WhenClause when;
    ASSIGN_OR_RETURN(when.condition, ParseExpression(tokens));
    while (tokens.Accept(TokenKind::kComma)) {
      ASSIGN_OR_RETURN(ExpressionPtr value, ParseExpression(tokens));
      when.further_values.push_back(std::move(value));
    }
    RETURN_IF_ERROR(tokens.Expect("THEN"_kw));
    ASSIGN_OR_RETURN(when.result, ParseExpression(tokens));
    node.whens.push_back(std::move(when));
  } while (tokens.Accept("WHEN"_kw));
  if (tokens.Accept("ELSE"_kw)) {
    ASSIGN_OR_RETURN(node.else_result, ParseExpression(tokens));
  }
  RETURN_IF_ERROR(tokens.Expect("END"_kw));
  return MakeExpression(tokens, start, std::move(node));
}

/// CAST and TRY_CAST.
Result<ExpressionPtr> ParseCast(TokenStream& tokens) {
  const Token name = tokens.Take();
  CastExpression node;
  node.try_cast = name.keyword == "TRY_CAST"_kw;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(node.operand, ParseExpression(tokens));
  RETURN_IF_ERROR(tokens.Expect("AS"_kw));
  ASSIGN_OR_RETURN(node.type, ParseType(tokens));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return MakeExpression(tokens, name.place, std::move(node));
}

/// ARRAY[...], MAP[...], MULTISET[...], or with a query in parentheses.
Result<ExpressionPtr> ParseCollection(TokenStream& tokens, CollectionKind kind) {
  const SourcePlace start = tokens.Take().place;
  CollectionConstructor node;
  node.kind = kind;
  if (tokens.Accept(TokenKind::kLeftBracket)) {
    if (!tokens.Is(TokenKind::kRightBracket)) {
      ASSIGN_OR_RETURN(node.items, ParseExpressionList(tokens));
    }
    const SourcePlace end = tokens.Here();
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightBracket));
    if (kind == CollectionKind::kMap && node.items.size() % 2 != 0) {
      return Status(kSyntaxError, "MAP constructor needs a value for each key").WithPlace(end);
    }
    return MakeExpression(tokens, start, std::move(node));
  }
  if (!tokens.At(TokenKind::kLeftParen)) {
    tokens.At(TokenKind::kLeftBracket);
    return tokens.Unexpected();
  }
  RETURN_IF_ERROR(ParseListOrQuery(tokens, node.items, node.query));
  if (node.query == nullptr) {
    return Status(kUnsupportedSyntax, "constructor with parentheses takes a query")
        .WithPlace(start)
        .WithSuggestion("write a list of values in brackets: ARRAY[1, 2], MAP['k', 1]");
  }
  return MakeExpression(tokens, start, std::move(node));
}

/// ROW(a, b) and PERIOD(a, b).
Result<ExpressionPtr> ParseRow(TokenStream& tokens) {
  const SourcePlace start = tokens.Take().place;
  RowConstructor row;
  row.explicit_row = true;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(row.items, ParseExpressionList(tokens));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return MakeExpression(tokens, start, std::move(row));
}

/// Whether `expression` is left - right, which (left - right) DAY needs.
bool IsSubtraction(const Expression& expression) {
  const auto* binary = expression.As<BinaryExpression>();
  return binary != nullptr && binary->op == BinaryOperator::kSubtract;
}

/// (expression), (query), (a, b) or (a - b) DAY.
Result<ExpressionPtr> ParseParenthesized(TokenStream& tokens) {
  const SourcePlace start = tokens.Take().place;
  ASSIGN_OR_RETURN(ExpressionPtr inner, ParseQueryOrExpression(tokens));
  if (tokens.Accept(TokenKind::kComma)) {
    RowConstructor row;
    row.items.push_back(std::move(inner));
    do {
      ASSIGN_OR_RETURN(ExpressionPtr item, ParseExpression(tokens));
      row.items.push_back(std::move(item));
    } while (tokens.Accept(TokenKind::kComma));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
    return MakeExpression(tokens, start, std::move(row));
  }
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  if (IsSubtraction(*inner) && AtIntervalUnit(tokens)) {
    auto* binary = inner->As<BinaryExpression>();
    IntervalDifference difference{std::move(binary->left), std::move(binary->right), {}};
    ASSIGN_OR_RETURN(difference.qualifier, ParseIntervalQualifier(tokens, false));
    return MakeExpression(tokens, start, std::move(difference));
  }
  inner->place = tokens.RangeFrom(start);
  return inner;
}

Result<ExpressionPtr> ParseExists(TokenStream& tokens) {
  const Token word = tokens.Take();
  ExistsPredicate exists;
  exists.unique = word.keyword == "UNIQUE"_kw;
  std::vector<ExpressionPtr> list;
  RETURN_IF_ERROR(ParseListOrQuery(tokens, list, exists.query));
  if (exists.query == nullptr) {
    return Status(kSyntaxError, fmt::format("{} takes a query", KeywordText(*word.keyword)))
        .WithPlace(list[0]->place);
  }
  return MakeExpression(tokens, word.place, std::move(exists));
}

/// RUNNING f(x), FINAL f(x) of MATCH_RECOGNIZE.
Result<ExpressionPtr> ParseRunningOrFinal(TokenStream& tokens) {
  const Token word = tokens.Take();
  ASSIGN_OR_RETURN(ExpressionPtr operand, ParsePrimary(tokens));
  const UnaryOperator op = word.keyword == "FINAL"_kw ? UnaryOperator::kFinal : UnaryOperator::kRunning;
  return MakeExpression(tokens, word.place, UnaryExpression{op, std::move(operand)});
}

/// a, a.b, a.b.*, and calls a.b(...).
Result<ExpressionPtr> ParseNameOrCall(TokenStream& tokens) {
  QualifiedName name;
  name.place = tokens.Here();
  do {
    if (!name.parts.empty() && tokens.Is(TokenKind::kStar)) {
      tokens.Take();
      return MakeExpression(tokens, name.place, Star{std::move(name.parts)});
    }
    ASSIGN_OR_RETURN(Identifier part, tokens.ExpectName("an expression"));
    name.parts.push_back(std::move(part));
    if (!tokens.Is(TokenKind::kDot)) break;
    tokens.Take();
  } while (true);
  name.place = tokens.RangeFrom(name.place);
  if (tokens.Is(TokenKind::kLeftParen)) return ParseCallRest(tokens, std::move(name));
  const SourcePlace start = name.place;
  return MakeExpression(tokens, start, ColumnReference{std::move(name)});
}

/// Literals and constructors that begin with a word. Null when the word begins none.
Result<ExpressionPtr> ParseWordPrimary(TokenStream& tokens, Keyword keyword) {
  const auto followed_by = [&](TokenKind kind) { return tokens.NextIs(kind); };
  switch (keyword) {
    case "NULL"_kw:
      return TakeLiteral(tokens, LiteralKind::kNull, "");
    case "TRUE"_kw:
      return TakeLiteral(tokens, LiteralKind::kBoolean, "true");
    case "FALSE"_kw:
      return TakeLiteral(tokens, LiteralKind::kBoolean, "false");
    case "UNKNOWN"_kw:
      return TakeLiteral(tokens, LiteralKind::kUnknown, "");
    case "DATE"_kw:
      if (tokens.IsString(1)) return ParseTypedString(tokens, LiteralKind::kDate);
      break;
    case "TIME"_kw:
      if (tokens.IsString(1)) return ParseTypedString(tokens, LiteralKind::kTime);
      break;
    case "TIMESTAMP"_kw:
      if (tokens.IsString(1)) return ParseTypedString(tokens, LiteralKind::kTimestamp);
      if (tokens.NextIs("WITH"_kw) && tokens.NextIs("LOCAL"_kw, 2) && tokens.IsString(5)) {
        return ParseTypedString(tokens, LiteralKind::kTimestampLtz, 5);
      }
      break;
    case "DECIMAL"_kw:
      if (tokens.IsString(1)) return ParseDecimalString(tokens);
      break;
    case "INTERVAL"_kw:
      return ParseInterval(tokens);
    case "CASE"_kw:
      return ParseCase(tokens);
    case "CAST"_kw:
    case "TRY_CAST"_kw:
      return ParseCast(tokens);
    case "ARRAY"_kw:
      return ParseCollection(tokens, CollectionKind::kArray);
    case "MULTISET"_kw:
      return ParseCollection(tokens, CollectionKind::kMultiset);
    case "MAP"_kw:
      if (followed_by(TokenKind::kLeftBracket) || followed_by(TokenKind::kLeftParen)) {
        return ParseCollection(tokens, CollectionKind::kMap);
      }
      break;
    case "ROW"_kw:
    case "PERIOD"_kw:
      return ParseRow(tokens);
    case "EXISTS"_kw:
    case "UNIQUE"_kw:
      return ParseExists(tokens);
    case "RUNNING"_kw:
    case "FINAL"_kw:
      if (tokens.Peek(1).kind == TokenKind::kWord && followed_by(TokenKind::kWord) &&
          tokens.NextIs(TokenKind::kLeftParen, 2)) {
        return ParseRunningOrFinal(tokens);
      }
      break;
    case "NEXT"_kw:
    case "CURRENT"_kw:
      if (tokens.NextIs("VALUE"_kw) && tokens.NextIs("FOR"_kw, 2)) {
        return Status(kUnsupportedSyntax, "sequences are not supported").WithPlace(tokens.Here());
      }
      break;
    default:
      break;
  }
  return ExpressionPtr();
}

}  // namespace

Result<ExpressionPtr> ParsePrimary(TokenStream& tokens) {
  const Token token = tokens.Peek();
  switch (token.kind) {
    case TokenKind::kInteger:
      return TakeLiteral(tokens, LiteralKind::kInteger, std::string(token.text));
    case TokenKind::kDecimal:
      return TakeLiteral(tokens, LiteralKind::kDecimal, std::string(token.text));
    case TokenKind::kDouble:
      return TakeLiteral(tokens, LiteralKind::kDouble, std::string(token.text));
    case TokenKind::kBinaryString: {
      ASSIGN_OR_RETURN(std::string digits, TokenValue(token));
      return TakeLiteral(tokens, LiteralKind::kBinary, std::move(digits));
    }
    case TokenKind::kString:
    case TokenKind::kEscapedString:
    case TokenKind::kUnicodeString: {
      ASSIGN_OR_RETURN(StringValue value, tokens.ExpectString("a string"));
      return MakeExpression(tokens, token.place, Literal{LiteralKind::kString, std::move(value.text)});
    }
    case TokenKind::kLeftParen:
      return ParseParenthesized(tokens);
    case TokenKind::kQuestion:
      return Status(kUnsupportedSyntax, "parameters are not supported: ?")
          .WithPlace(token.place)
          .WithSuggestion("write the value");
    case TokenKind::kWord:
      break;
    case TokenKind::kQuotedName:
      return ParseNameOrCall(tokens);
    default:
      return tokens.Unexpected("an expression");
  }
  if (token.keyword) {
    ASSIGN_OR_RETURN(ExpressionPtr primary, ParseWordPrimary(tokens, *token.keyword));
    if (primary != nullptr) return primary;
    if (AtJsonFunction(tokens)) return ParseJsonFunction(tokens);
    if (AtReservedCall(tokens)) return ParseReservedCall(tokens);
    if (AtNiladicFunction(tokens)) {
      FunctionCall call;
      call.name = QualifiedName{{Identifier{std::string(token.text), false, token.place}}, token.place};
      call.parentheses = false;
      tokens.Take();
      return MakeExpression(tokens, token.place, std::move(call));
    }
    if (IsReserved(*token.keyword)) {
      return IsStructuralWord(*token.keyword) ? tokens.Unexpected("an expression")
                                              : tokens.ReservedWordError(token);
    }
  }
  return ParseNameOrCall(tokens);
}

}  // namespace millrace::sql
