#include "sql/parser/expression_parser.h"

#include "sql/lexer/error_codes.h"
#include "sql/parser/operators.h"
#include "sql/parser/query_parser.h"

namespace millrace::sql {
namespace {

/// NOT, + and - in front of an operand; otherwise the operand.
Result<ExpressionPtr> ParsePrefix(TokenStream& tokens, HeightScope& height) {
  UnaryOperator op;
  int precedence = kSignPrecedence;
  if (tokens.Is("NOT"_kw)) {
    op = UnaryOperator::kNot;
    precedence = kNotPrecedence;
  } else if (tokens.Is(TokenKind::kMinus)) {
    op = UnaryOperator::kNegate;
  } else if (tokens.Is(TokenKind::kPlus)) {
    op = UnaryOperator::kPlus;
  } else {
    return ParsePrimary(tokens);
  }
  const SourcePlace start = tokens.Take().place;
  ASSIGN_OR_RETURN(ExpressionPtr operand, ParseExpressionAbove(tokens, precedence));
  RETURN_IF_ERROR(height.AddLevel());
  return MakeExpression(tokens, start, UnaryExpression{op, std::move(operand)});
}

/// a[i], a.b behind an operand that is not a plain name.
Result<ExpressionPtr> ParsePostfixes(TokenStream& tokens, HeightScope& height, ExpressionPtr operand) {
  const SourcePlace start = operand->place;
  while (true) {
    if (tokens.Is(TokenKind::kLeftBracket)) {
      tokens.Take();
      ASSIGN_OR_RETURN(ExpressionPtr index, ParseExpression(tokens));
      RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightBracket));
      operand = MakeExpression(tokens, start, ItemAccess{std::move(operand), std::move(index)});
    } else if (tokens.Is(TokenKind::kDot)) {
      tokens.Take();
      ASSIGN_OR_RETURN(Identifier field, tokens.ExpectName("a field name"));
      if (tokens.Is(TokenKind::kLeftParen)) {
        return Status(kUnsupportedSyntax, "methods of values are not supported: " + field.text)
            .WithPlace(field.place)
            .WithSuggestion("write it as a function: " + field.text + "(value)");
      }
      operand = MakeExpression(tokens, start, FieldAccess{std::move(operand), std::move(field)});
    } else {
      return operand;
    }
    RETURN_IF_ERROR(height.AddLevel());
  }
}

Result<ExpressionPtr> ParseBetween(TokenStream& tokens, ExpressionPtr operand, bool negated) {
  const SourcePlace start = operand->place;
  BetweenPredicate between;
  between.negated = negated;
  between.operand = std::move(operand);
  if (tokens.Accept("SYMMETRIC"_kw)) {
    between.symmetric = true;
  } else {
    tokens.Accept("ASYMMETRIC"_kw);
  }
  ASSIGN_OR_RETURN(between.low, ParseExpressionAbove(tokens, kAndPrecedence + 1));
  RETURN_IF_ERROR(tokens.Expect("AND"_kw));
  ASSIGN_OR_RETURN(between.high, ParseExpressionAbove(tokens, kBetweenPrecedence + 1));
  return MakeExpression(tokens, start, std::move(between));
}

Result<ExpressionPtr> ParseLike(TokenStream& tokens, ExpressionPtr operand, LikeKind kind, bool negated) {
  const SourcePlace start = operand->place;
  LikePredicate like{kind, negated, std::move(operand), nullptr, nullptr};
  ASSIGN_OR_RETURN(like.pattern, ParseExpressionAbove(tokens, kBetweenPrecedence + 1));
  if (tokens.Accept("ESCAPE"_kw)) {
    ASSIGN_OR_RETURN(like.escape, ParseExpressionAbove(tokens, kBetweenPrecedence + 1));
  }
  return MakeExpression(tokens, start, std::move(like));
}

/// [NOT] IN, BETWEEN, LIKE and their kin. The current token is NOT or the word itself.
Result<ExpressionPtr> ParseWordPredicate(TokenStream& tokens, ExpressionPtr operand) {
  const SourcePlace start = operand->place;
  const bool negated = tokens.Accept("NOT"_kw);
  if (tokens.Accept("IN"_kw)) {
    InPredicate in;
    in.negated = negated;
    in.operand = std::move(operand);
    RETURN_IF_ERROR(ParseListOrQuery(tokens, in.list, in.query));
    return MakeExpression(tokens, start, std::move(in));
  }
  if (tokens.Accept("BETWEEN"_kw)) return ParseBetween(tokens, std::move(operand), negated);
  if (tokens.Accept("LIKE"_kw)) return ParseLike(tokens, std::move(operand), LikeKind::kLike, negated);
  if (tokens.Accept("ILIKE"_kw)) return ParseLike(tokens, std::move(operand), LikeKind::kILike, negated);
  if (tokens.Accept("RLIKE"_kw)) return ParseLike(tokens, std::move(operand), LikeKind::kRLike, negated);
  RETURN_IF_ERROR(tokens.ExpectWords({"SIMILAR"_kw, "TO"_kw}));
  return ParseLike(tokens, std::move(operand), LikeKind::kSimilarTo, negated);
}

bool AtWordPredicate(TokenStream& tokens) {
  const auto begins = [&](size_t ahead) {
    return tokens.NextIs("IN"_kw, ahead) || tokens.NextIs("BETWEEN"_kw, ahead) ||
           tokens.NextIs("LIKE"_kw, ahead) || tokens.NextIs("ILIKE"_kw, ahead) ||
           tokens.NextIs("RLIKE"_kw, ahead) || tokens.NextIs("SIMILAR"_kw, ahead);
  };
  return begins(0) || (tokens.Is("NOT"_kw) && begins(1));
}

Result<IsKind> ParseIsKind(TokenStream& tokens) {
  if (tokens.Accept("NULL"_kw)) return IsKind::kNull;
  if (tokens.Accept("TRUE"_kw)) return IsKind::kTrue;
  if (tokens.Accept("FALSE"_kw)) return IsKind::kFalse;
  if (tokens.Accept("UNKNOWN"_kw)) return IsKind::kUnknown;
  if (tokens.Accept("EMPTY"_kw)) return IsKind::kEmpty;
  if (tokens.AcceptWords({"A"_kw, "SET"_kw})) return IsKind::kASet;
  tokens.At("DISTINCT"_kw);
  RETURN_IF_ERROR(tokens.Expect("JSON"_kw));
  if (tokens.Accept("VALUE"_kw)) return IsKind::kJsonValue;
  if (tokens.Accept("OBJECT"_kw)) return IsKind::kJsonObject;
  if (tokens.Accept("ARRAY"_kw)) return IsKind::kJsonArray;
  if (tokens.Accept("SCALAR"_kw)) return IsKind::kJsonScalar;
  return IsKind::kJson;
}

Result<ExpressionPtr> ParseIs(TokenStream& tokens, ExpressionPtr operand) {
  const SourcePlace start = operand->place;
  RETURN_IF_ERROR(tokens.Expect("IS"_kw));
  const bool negated = tokens.Accept("NOT"_kw);
  ASSIGN_OR_RETURN(const IsKind kind, ParseIsKind(tokens));
  return MakeExpression(tokens, start, IsPredicate{kind, negated, std::move(operand)});
}

/// The right-hand side of a binary operator, ANY and ALL included. The operator is already taken.
Result<ExpressionPtr> ParseBinaryRest(TokenStream& tokens, ExpressionPtr left, BinaryOperator op,
                                      const SourcePlace& op_place) {
  const SourcePlace start = left->place;
  const bool any = tokens.Is("ANY"_kw) || tokens.Is("SOME"_kw);
  if (IsComparison(op) && (any || tokens.Is("ALL"_kw)) && tokens.NextIs(TokenKind::kLeftParen)) {
    tokens.Take();
    QuantifiedComparison comparison;
    comparison.op = op;
    comparison.all = !any;
    comparison.operand = std::move(left);
    RETURN_IF_ERROR(ParseListOrQuery(tokens, comparison.list, comparison.query));
    return MakeExpression(tokens, start, std::move(comparison));
  }
  ASSIGN_OR_RETURN(ExpressionPtr right, ParseExpressionAbove(tokens, PrecedenceOf(op) + 1));
  return MakeExpression(tokens, start, BinaryExpression{op, std::move(left), std::move(right), op_place});
}

}  // namespace

Result<ExpressionPtr> ParseExpression(TokenStream& tokens) {
  return ParseExpressionAbove(tokens, 0);
}

Result<ExpressionPtr> ParseExpressionAbove(TokenStream& tokens, int precedence) {
  const DepthScope depth(tokens);
  RETURN_IF_ERROR(depth.status());
  HeightScope height(tokens);
  ASSIGN_OR_RETURN(ExpressionPtr left, ParsePrefix(tokens, height));
  RETURN_IF_ERROR(height.AddLevel());
  ASSIGN_OR_RETURN(left, ParsePostfixes(tokens, height, std::move(left)));
  while (true) {
    if (const auto match = MatchBinaryOperator(tokens)) {
      if (PrecedenceOf(match->op) < precedence) return left;
      SourcePlace op_place = tokens.Here();
      for (int i = 0; i < match->num_tokens; ++i) tokens.Take();
      op_place = tokens.RangeFrom(op_place);
      ASSIGN_OR_RETURN(left, ParseBinaryRest(tokens, std::move(left), match->op, op_place));
    } else if (AtWordPredicate(tokens)) {
      if (kBetweenPrecedence < precedence) return left;
      ASSIGN_OR_RETURN(left, ParseWordPredicate(tokens, std::move(left)));
    } else if (tokens.Is("IS"_kw)) {
      if (kIsPrecedence < precedence) return left;
      ASSIGN_OR_RETURN(left, ParseIs(tokens, std::move(left)));
    } else {
      return left;
    }
    RETURN_IF_ERROR(height.AddLevel());
  }
}

Result<std::vector<ExpressionPtr>> ParseExpressionList(TokenStream& tokens) {
  std::vector<ExpressionPtr> list;
  do {
    ASSIGN_OR_RETURN(ExpressionPtr expression, ParseExpression(tokens));
    list.push_back(std::move(expression));
  } while (tokens.Accept(TokenKind::kComma));
  return list;
}

Result<std::vector<OrderItem>> ParseOrderItems(TokenStream& tokens) {
  std::vector<OrderItem> items;
  do {
    OrderItem item;
    ASSIGN_OR_RETURN(item.expression, ParseExpression(tokens));
    if (tokens.Accept("DESC"_kw)) {
      item.descending = true;
    } else {
      tokens.Accept("ASC"_kw);
    }
    if (tokens.AcceptWords({"NULLS"_kw, "FIRST"_kw})) {
      item.nulls = NullOrder::kFirst;
    } else if (tokens.AcceptWords({"NULLS"_kw, "LAST"_kw})) {
      item.nulls = NullOrder::kLast;
    }
    items.push_back(std::move(item));
  } while (tokens.Accept(TokenKind::kComma));
  return items;
}

Status ParseListOrQuery(TokenStream& tokens, std::vector<ExpressionPtr>& list, QueryPtr& query) {
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(ExpressionPtr first, ParseQueryOrExpression(tokens));
  if (!tokens.Is(TokenKind::kComma) && first->As<ScalarSubquery>() != nullptr) {
    query = std::move(first->As<ScalarSubquery>()->query);
    return tokens.Expect(TokenKind::kRightParen);
  }
  list.push_back(std::move(first));
  while (tokens.Accept(TokenKind::kComma)) {
    ASSIGN_OR_RETURN(ExpressionPtr expression, ParseExpression(tokens));
    list.push_back(std::move(expression));
  }
  return tokens.Expect(TokenKind::kRightParen);
}

bool AtQuery(TokenStream& tokens) {
  return tokens.Is("SELECT"_kw) || tokens.Is("WITH"_kw) || tokens.Is("VALUES"_kw) ||
         (tokens.Is("TABLE"_kw) && tokens.IsName(1));
}

}  // namespace millrace::sql
