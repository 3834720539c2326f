#include "sql/lexer/error_codes.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/table_reference_parser.h"

namespace millrace::sql {
namespace {

constexpr int kPatternRepeatMax = 2147483647;

Result<PatternNode> ParseAlternation(TokenStream& tokens);

/// A, (pattern), {- pattern -}, PERMUTE(a, b)
Result<PatternNode> ParsePatternPrimary(TokenStream& tokens) {
  PatternNode node;
  node.place = tokens.Here();
  if (tokens.Accept(TokenKind::kLeftParen)) {
    if (tokens.Accept(TokenKind::kRightParen)) {
      node.kind = PatternKind::kEmpty;
    } else {
      ASSIGN_OR_RETURN(node, ParseAlternation(tokens));
      RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
    }
  } else if (tokens.Accept(TokenKind::kLeftBrace)) {
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kMinus));
    node.kind = PatternKind::kExclusion;
    ASSIGN_OR_RETURN(PatternNode inner, ParseAlternation(tokens));
    node.children.push_back(std::move(inner));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kMinus));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightBrace));
  } else if (tokens.Accept("PERMUTE"_kw)) {
    node.kind = PatternKind::kPermute;
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
    do {
      ASSIGN_OR_RETURN(PatternNode inner, ParseAlternation(tokens));
      node.children.push_back(std::move(inner));
    } while (tokens.Accept(TokenKind::kComma));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  } else {
    ASSIGN_OR_RETURN(node.variable, tokens.ExpectName("a pattern variable"));
  }
  node.place = tokens.RangeFrom(node.place);
  return node;
}

/// {n}, {n,}, {n,m}, {,m}; the brace is taken.
Status ParseRepeat(TokenStream& tokens, PatternNode& node) {
  if (tokens.Is(TokenKind::kInteger)) {
    ASSIGN_OR_RETURN(const int minimum, tokens.ExpectInteger("a number of repetitions", kPatternRepeatMax));
    node.minimum = static_cast<uint64_t>(minimum);
    if (!tokens.Is(TokenKind::kComma)) node.maximum = node.minimum;
  } else if (!tokens.Is(TokenKind::kComma)) {
    return tokens.Unexpected("a number of repetitions");
  }
  if (tokens.Accept(TokenKind::kComma) && tokens.Is(TokenKind::kInteger)) {
    ASSIGN_OR_RETURN(const int maximum, tokens.ExpectInteger("a number of repetitions", kPatternRepeatMax));
    node.maximum = static_cast<uint64_t>(maximum);
  }
  return tokens.Expect(TokenKind::kRightBrace);
}

/// A pattern with an optional quantifier.
Result<PatternNode> ParseFactor(TokenStream& tokens) {
  ASSIGN_OR_RETURN(PatternNode primary, ParsePatternPrimary(tokens));
  PatternNode node;
  node.kind = PatternKind::kQuantified;
  node.place = primary.place;
  if (tokens.Accept(TokenKind::kStar)) {
    node.minimum = 0;
  } else if (tokens.Accept(TokenKind::kPlus)) {
    node.minimum = 1;
  } else if (tokens.Accept(TokenKind::kQuestion)) {
    node.maximum = 1;
  } else if (tokens.Is(TokenKind::kLeftBrace) && !tokens.NextIs(TokenKind::kMinus)) {
    tokens.Take();
    RETURN_IF_ERROR(ParseRepeat(tokens, node));
  } else {
    return primary;
  }
  node.reluctant = tokens.Accept(TokenKind::kQuestion);
  node.children.push_back(std::move(primary));
  node.place = tokens.RangeFrom(node.place);
  return node;
}

bool AtPatternPrimary(TokenStream& tokens) {
  return tokens.IsName() || tokens.Is(TokenKind::kLeftParen) || tokens.Is(TokenKind::kLeftBrace) ||
         tokens.Is("PERMUTE"_kw);
}

/// A B C
Result<PatternNode> ParseConcatenation(TokenStream& tokens) {
  ASSIGN_OR_RETURN(PatternNode first, ParseFactor(tokens));
  if (!AtPatternPrimary(tokens)) return first;
  PatternNode node;
  node.kind = PatternKind::kConcatenation;
  node.place = first.place;
  node.children.push_back(std::move(first));
  while (AtPatternPrimary(tokens)) {
    ASSIGN_OR_RETURN(PatternNode next, ParseFactor(tokens));
    node.children.push_back(std::move(next));
  }
  node.place = tokens.RangeFrom(node.place);
  return node;
}

/// A | B
Result<PatternNode> ParseAlternation(TokenStream& tokens) {
  const DepthScope depth(tokens);
  RETURN_IF_ERROR(depth.status());
  ASSIGN_OR_RETURN(PatternNode first, ParseConcatenation(tokens));
  if (!tokens.Is(TokenKind::kPipe)) return first;
  PatternNode node;
  node.kind = PatternKind::kAlternation;
  node.place = first.place;
  node.children.push_back(std::move(first));
  while (tokens.Accept(TokenKind::kPipe)) {
    ASSIGN_OR_RETURN(PatternNode next, ParseConcatenation(tokens));
    node.children.push_back(std::move(next));
  }
  node.place = tokens.RangeFrom(node.place);
  return node;
}

/// expression AS name, ...
Status ParseMeasures(TokenStream& tokens, MatchRecognize& match) {
  do {
    NamedExpression measure;
    ASSIGN_OR_RETURN(measure.expression, ParseExpression(tokens));
    RETURN_IF_ERROR(tokens.Expect("AS"_kw));
    ASSIGN_OR_RETURN(measure.name, tokens.ExpectName("the name of a measure"));
    match.measures.push_back(std::move(measure));
  } while (tokens.Accept(TokenKind::kComma));
  return Status::Ok();
}

/// What follows AFTER MATCH SKIP.
Status ParseAfterMatch(TokenStream& tokens, MatchRecognize& match) {
  if (tokens.AcceptWords({"PAST"_kw, "LAST"_kw, "ROW"_kw})) {
    match.after_match = AfterMatchSkip::kPastLastRow;
    return Status::Ok();
  }
  RETURN_IF_ERROR(tokens.Expect("TO"_kw));
  if (tokens.AcceptWords({"NEXT"_kw, "ROW"_kw})) {
    match.after_match = AfterMatchSkip::kToNextRow;
    return Status::Ok();
  }
  match.after_match = AfterMatchSkip::kToLast;
  if (tokens.Is("FIRST"_kw) && tokens.IsName(1)) {
    tokens.Take();
    match.after_match = AfterMatchSkip::kToFirst;
  } else if (tokens.Is("LAST"_kw) && tokens.IsName(1)) {
    tokens.Take();
  }
  ASSIGN_OR_RETURN(match.skip_variable, tokens.ExpectName("a pattern variable"));
  return Status::Ok();
}

Status ParsePattern(TokenStream& tokens, MatchRecognize& match) {
  RETURN_IF_ERROR(tokens.Expect("PATTERN"_kw));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  match.anchored_at_start = tokens.Accept(TokenKind::kCaret);
  ASSIGN_OR_RETURN(match.pattern, ParseAlternation(tokens));
  match.anchored_at_end = tokens.Accept(TokenKind::kDollar);
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  if (tokens.Accept("WITHIN"_kw)) {
    if (!tokens.At("INTERVAL"_kw)) return tokens.Unexpected();
    ASSIGN_OR_RETURN(match.within, ParsePrimary(tokens));
  }
  return Status::Ok();
}

/// name = (a, b), ...
Status ParseSubsets(TokenStream& tokens, MatchRecognize& match) {
  do {
    PatternSubset subset;
    ASSIGN_OR_RETURN(subset.name, tokens.ExpectName("the name of a subset"));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kEqual));
    ASSIGN_OR_RETURN(subset.variables, tokens.ExpectNameList("a pattern variable"));
    match.subsets.push_back(std::move(subset));
  } while (tokens.Accept(TokenKind::kComma));
  return Status::Ok();
}

/// name AS condition, ...
Status ParseDefines(TokenStream& tokens, MatchRecognize& match) {
  RETURN_IF_ERROR(tokens.Expect("DEFINE"_kw));
  do {
    NamedExpression define;
    ASSIGN_OR_RETURN(define.name, tokens.ExpectName("a pattern variable"));
    RETURN_IF_ERROR(tokens.Expect("AS"_kw));
    ASSIGN_OR_RETURN(define.expression, ParseExpression(tokens));
    match.defines.push_back(std::move(define));
  } while (tokens.Accept(TokenKind::kComma));
  return Status::Ok();
}

}  // namespace

Result<TableReferencePtr> ParseMatchRecognize(TokenStream& tokens, TableReferencePtr input) {
  const SourcePlace start = input->place;
  MatchRecognize match;
  match.input = std::move(input);
  RETURN_IF_ERROR(tokens.Expect("MATCH_RECOGNIZE"_kw));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  if (tokens.Accept("PARTITION"_kw)) {
    RETURN_IF_ERROR(tokens.Expect("BY"_kw));
    ASSIGN_OR_RETURN(match.partition_by, ParseExpressionList(tokens));
  }
  if (tokens.Accept("ORDER"_kw)) {
    RETURN_IF_ERROR(tokens.Expect("BY"_kw));
    ASSIGN_OR_RETURN(match.order_by, ParseOrderItems(tokens));
  }
  if (tokens.Accept("MEASURES"_kw)) RETURN_IF_ERROR(ParseMeasures(tokens, match));
  if (tokens.Accept("ONE"_kw)) {
    RETURN_IF_ERROR(tokens.ExpectWords({"ROW"_kw, "PER"_kw, "MATCH"_kw}));
    match.rows_per_match = RowsPerMatch::kOneRow;
  } else if (tokens.Accept("ALL"_kw)) {
    RETURN_IF_ERROR(tokens.ExpectWords({"ROWS"_kw, "PER"_kw, "MATCH"_kw}));
    match.rows_per_match = RowsPerMatch::kAllRows;
  }
  if (tokens.Accept("AFTER"_kw)) {
    RETURN_IF_ERROR(tokens.ExpectWords({"MATCH"_kw, "SKIP"_kw}));
    RETURN_IF_ERROR(ParseAfterMatch(tokens, match));
  }
  RETURN_IF_ERROR(ParsePattern(tokens, match));
  if (tokens.Accept("SUBSET"_kw)) RETURN_IF_ERROR(ParseSubsets(tokens, match));
  RETURN_IF_ERROR(ParseDefines(tokens, match));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return std::make_unique<TableReference>(std::move(match), tokens.RangeFrom(start));
}

}  // namespace millrace::sql
