#include "sql/parser/operators.h"

namespace millrace::sql {
namespace {

std::optional<OperatorMatch> MatchMultisetOperator(TokenStream& tokens) {
  const bool all = tokens.NextIs("ALL"_kw, 2);
  const int num_tokens = all || tokens.NextIs("DISTINCT"_kw, 2) ? 3 : 2;
  if (tokens.NextIs("UNION"_kw)) {
    return OperatorMatch{all ? BinaryOperator::kMultisetUnionAll : BinaryOperator::kMultisetUnion,
                         num_tokens};
  }
  if (tokens.NextIs("INTERSECT"_kw)) {
    return OperatorMatch{all ? BinaryOperator::kMultisetIntersectAll : BinaryOperator::kMultisetIntersect,
                         num_tokens};
  }
  if (tokens.NextIs("EXCEPT"_kw)) {
    return OperatorMatch{all ? BinaryOperator::kMultisetExceptAll : BinaryOperator::kMultisetExcept,
                         num_tokens};
  }
  return std::nullopt;
}

std::optional<OperatorMatch> MatchWordOperator(TokenStream& tokens, Keyword keyword) {
  using enum BinaryOperator;
  switch (keyword) {
    case "OR"_kw:
      return OperatorMatch{kOr, 1};
    case "AND"_kw:
      return OperatorMatch{kAnd, 1};
    case "OVERLAPS"_kw:
      return OperatorMatch{kOverlaps, 1};
    case "CONTAINS"_kw:
      return OperatorMatch{kContains, 1};
    case "EQUALS"_kw:
      return OperatorMatch{kPeriodEquals, 1};
    case "PRECEDES"_kw:
      return OperatorMatch{kPrecedes, 1};
    case "SUCCEEDS"_kw:
      return OperatorMatch{kSucceeds, 1};
    case "IMMEDIATELY"_kw:
      if (tokens.NextIs("PRECEDES"_kw)) return OperatorMatch{kImmediatelyPrecedes, 2};
      if (tokens.NextIs("SUCCEEDS"_kw)) return OperatorMatch{kImmediatelySucceeds, 2};
      return std::nullopt;
    case "MEMBER"_kw:
      if (tokens.NextIs("OF"_kw)) return OperatorMatch{kMemberOf, 2};
      return std::nullopt;
    case "SUBMULTISET"_kw:
      if (tokens.NextIs("OF"_kw)) return OperatorMatch{kSubmultisetOf, 2};
      return std::nullopt;
    case "NOT"_kw:
      if (tokens.NextIs("SUBMULTISET"_kw) && tokens.NextIs("OF"_kw, 2))
        return OperatorMatch{kNotSubmultisetOf, 3};
      if (tokens.NextIs("MEMBER"_kw) && tokens.NextIs("OF"_kw, 2)) return OperatorMatch{kNotMemberOf, 3};
      return std::nullopt;
    case "IS"_kw:
      if (tokens.NextIs("DISTINCT"_kw) && tokens.NextIs("FROM"_kw, 2))
        return OperatorMatch{kIsDistinctFrom, 3};
      if (tokens.NextIs("NOT"_kw) && tokens.NextIs("DISTINCT"_kw, 2) && tokens.NextIs("FROM"_kw, 3)) {
        return OperatorMatch{kIsNotDistinctFrom, 4};
      }
      return std::nullopt;
    case "MULTISET"_kw:
      return MatchMultisetOperator(tokens);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<OperatorMatch> MatchBinaryOperator(TokenStream& tokens) {
  using enum BinaryOperator;
  const Token& token = tokens.Peek();
  switch (token.kind) {
    case TokenKind::kWord:
      return token.keyword ? MatchWordOperator(tokens, *token.keyword) : std::nullopt;
    case TokenKind::kEqual:
      return OperatorMatch{kEqual, 1};
    case TokenKind::kNotEqual:
      return OperatorMatch{kNotEqual, 1};
    case TokenKind::kLess:
      return OperatorMatch{kLess, 1};
    case TokenKind::kLessOrEqual:
      return OperatorMatch{kLessOrEqual, 1};
    case TokenKind::kGreater:
      return OperatorMatch{kGreater, 1};
    case TokenKind::kGreaterOrEqual:
      return OperatorMatch{kGreaterOrEqual, 1};
    case TokenKind::kPlus:
      return OperatorMatch{kAdd, 1};
    case TokenKind::kMinus:
      return OperatorMatch{kSubtract, 1};
    case TokenKind::kStar:
      return OperatorMatch{kMultiply, 1};
    case TokenKind::kSlash:
      return OperatorMatch{kDivide, 1};
    case TokenKind::kPercent:
      return OperatorMatch{kModulo, 1};
    case TokenKind::kConcat:
      return OperatorMatch{kConcat, 1};
    default:
      return std::nullopt;
  }
}

}  // namespace millrace::sql
