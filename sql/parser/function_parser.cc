#include "sql/parser/function_parser.h"

#include <algorithm>

#include "sql/ast/precedence.h"
#include "sql/parser/argument_parser.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/interval_parser.h"
#include "sql/parser/query_parser.h"

namespace millrace::sql {
namespace {

QualifiedName NameOf(const Token& token, std::string_view text) {
  return QualifiedName{{Identifier{std::string(text), false, token.place}}, token.place};
}

void Add(FunctionCall& call, ExpressionPtr value) {
  call.arguments.push_back(FunctionArgument{std::nullopt, std::move(value)});
}

Status AddExpression(TokenStream& tokens, FunctionCall& call) {
  ASSIGN_OR_RETURN(ExpressionPtr value, ParseExpression(tokens));
  Add(call, std::move(value));
  return Status::Ok();
}

Status AddTimeUnit(TokenStream& tokens, FunctionCall& call) {
  const SourcePlace start = tokens.Here();
  ASSIGN_OR_RETURN(const TimeUnit unit, ParseTimeUnit(tokens));
  Add(call, MakeExpression(tokens, start, TimeUnitArgument{unit}));
  return Status::Ok();
}

void AddSymbol(FunctionCall& call, const SourcePlace& place, std::string_view text) {
  Add(call, std::make_unique<Expression>(SymbolArgument{std::string(text)}, place));
}

/// The words that are read by ParseSpecialForm.
bool IsSpecialForm(Keyword keyword) {
  switch (keyword) {
    case "EXTRACT"_kw:
    case "POSITION"_kw:
    case "OVERLAY"_kw:
    case "SUBSTRING"_kw:
    case "TRIM"_kw:
    case "FLOOR"_kw:
    case "CEIL"_kw:
    case "CEILING"_kw:
    case "CONVERT"_kw:
    case "TRANSLATE"_kw:
    case "TIMESTAMPADD"_kw:
    case "TIMESTAMPDIFF"_kw:
      return true;
    default:
      return false;
  }
}

/// Reserved words that name functions beyond those that the table marks.
bool IsCallableWord(Keyword keyword) {
  static constexpr Keyword kWords[] = {
      "DATE"_kw, "TIME"_kw, "TIMESTAMP"_kw,  "CLASSIFIER"_kw,   "MATCH_NUMBER"_kw,
      "PREV"_kw, "NEXT"_kw, "STRING_AGG"_kw, "GROUP_CONCAT"_kw, "ARRAY_CONCAT_AGG"_kw,
  };
  const WordUse use = KeywordUse(keyword);
  if (use == WordUse::F || use == WordUse::V) return true;
  return std::find(std::begin(kWords), std::end(kWords), keyword) != std::end(kWords);
}

/// x PLACING y FROM m [FOR n]
Status ParseOverlay(TokenStream& tokens, FunctionCall& call) {
  RETURN_IF_ERROR(AddExpression(tokens, call));
  RETURN_IF_ERROR(tokens.Expect("PLACING"_kw));
  RETURN_IF_ERROR(AddExpression(tokens, call));
  RETURN_IF_ERROR(tokens.Expect("FROM"_kw));
  RETURN_IF_ERROR(AddExpression(tokens, call));
  return tokens.Accept("FOR"_kw) ? AddExpression(tokens, call) : Status::Ok();
}

/// x FROM m [FOR n], or x, m [, n]
Status ParseSubstring(TokenStream& tokens, FunctionCall& call) {
  RETURN_IF_ERROR(AddExpression(tokens, call));
  if (!tokens.Accept("FROM"_kw)) RETURN_IF_ERROR(tokens.Expect(TokenKind::kComma));
  RETURN_IF_ERROR(AddExpression(tokens, call));
  if (tokens.Accept("FOR"_kw) || tokens.Accept(TokenKind::kComma)) return AddExpression(tokens, call);
  return Status::Ok();
}

/// [BOTH | LEADING | TRAILING] [y] [FROM] x
Status ParseTrim(TokenStream& tokens, FunctionCall& call) {
  const SourcePlace start = tokens.Here();
  std::string_view side = "BOTH";
  for (Keyword keyword : {"BOTH"_kw, "LEADING"_kw, "TRAILING"_kw}) {
    if (!tokens.Accept(keyword)) continue;
    side = KeywordText(keyword);
    break;
  }
  AddSymbol(call, tokens.RangeFrom(start), side);
  auto blank = std::make_unique<Expression>(Literal{LiteralKind::kString, " "}, SourcePlace{});
  if (tokens.Accept("FROM"_kw)) {
    Add(call, std::move(blank));
    return AddExpression(tokens, call);
  }
  ASSIGN_OR_RETURN(ExpressionPtr first, ParseExpression(tokens));
  if (tokens.Accept("FROM"_kw)) {
    Add(call, std::move(first));
    return AddExpression(tokens, call);
  }
  blank->place = first->place;
  Add(call, std::move(blank));
  Add(call, std::move(first));
  return Status::Ok();
}

/// x IN y [FROM n]; x stops before IN.
Status ParsePosition(TokenStream& tokens, FunctionCall& call) {
  ASSIGN_OR_RETURN(ExpressionPtr needle, ParseExpressionAbove(tokens, kAddPrecedence));
  Add(call, std::move(needle));
  RETURN_IF_ERROR(tokens.Expect("IN"_kw));
  RETURN_IF_ERROR(AddExpression(tokens, call));
  return tokens.Accept("FROM"_kw) ? AddExpression(tokens, call) : Status::Ok();
}

/// x USING c, or x, y, z
Status ParseConvert(TokenStream& tokens, FunctionCall& call) {
  RETURN_IF_ERROR(AddExpression(tokens, call));
  if (tokens.Accept("USING"_kw)) {
    call.special_form = true;
    ASSIGN_OR_RETURN(Identifier name, tokens.ExpectName("a character set"));
    AddSymbol(call, name.place, name.text);
    return Status::Ok();
  }
  while (tokens.Accept(TokenKind::kComma)) RETURN_IF_ERROR(AddExpression(tokens, call));
  return Status::Ok();
}

Status ParseSpecialArguments(TokenStream& tokens, Keyword keyword, FunctionCall& call) {
  call.special_form = true;
  switch (keyword) {
    case "EXTRACT"_kw:
      RETURN_IF_ERROR(AddTimeUnit(tokens, call));
      RETURN_IF_ERROR(tokens.Expect("FROM"_kw));
      return AddExpression(tokens, call);
    case "POSITION"_kw:
      return ParsePosition(tokens, call);
    case "OVERLAY"_kw:
      return ParseOverlay(tokens, call);
    case "TRIM"_kw:
      return ParseTrim(tokens, call);
    case "SUBSTRING"_kw:
      call.special_form = false;
      return ParseSubstring(tokens, call);
    case "TIMESTAMPADD"_kw:
    case "TIMESTAMPDIFF"_kw:
      call.special_form = false;
      RETURN_IF_ERROR(AddTimeUnit(tokens, call));
      RETURN_IF_ERROR(tokens.Expect(TokenKind::kComma));
      RETURN_IF_ERROR(AddExpression(tokens, call));
      RETURN_IF_ERROR(tokens.Expect(TokenKind::kComma));
      return AddExpression(tokens, call);
    case "CONVERT"_kw:
    case "TRANSLATE"_kw:
      call.special_form = false;
      return ParseConvert(tokens, call);
    default:  // FLOOR, CEIL, CEILING
      RETURN_IF_ERROR(AddExpression(tokens, call));
      call.special_form = tokens.Accept("TO"_kw);
      return call.special_form ? AddTimeUnit(tokens, call) : Status::Ok();
  }
}

/// What may follow the closing parenthesis of a call.
Status ParseCallSuffixes(TokenStream& tokens, FunctionCall& call) {
  if (tokens.AcceptWords({"IGNORE"_kw, "NULLS"_kw})) {
    call.null_treatment = NullTreatment::kIgnore;
  } else if (tokens.AcceptWords({"RESPECT"_kw, "NULLS"_kw})) {
    call.null_treatment = NullTreatment::kRespect;
  }
  if (tokens.AcceptWords({"WITHIN"_kw, "GROUP"_kw})) {
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
    RETURN_IF_ERROR(tokens.ExpectWords({"ORDER"_kw, "BY"_kw}));
    ASSIGN_OR_RETURN(call.within_group, ParseOrderItems(tokens));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  }
  RETURN_IF_ERROR(ParseFilter(tokens, call.filter));
  return ParseOver(tokens, call.over);
}

Result<ExpressionPtr> FinishCall(TokenStream& tokens, FunctionCall call) {
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  RETURN_IF_ERROR(ParseCallSuffixes(tokens, call));
  const SourcePlace start = call.name.place;
  return MakeExpression(tokens, start, std::move(call));
}

/// DESCRIPTOR(a, b): the opening parenthesis is taken.
Result<ExpressionPtr> ParseDescriptor(TokenStream& tokens, const SourcePlace& start) {
  Descriptor descriptor;
  do {
    ASSIGN_OR_RETURN(Identifier column, tokens.ExpectName("a column name"));
    descriptor.columns.push_back(std::move(column));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return MakeExpression(tokens, start, std::move(descriptor));
}

}  // namespace

bool AtReservedCall(TokenStream& tokens) {
  const Token& token = tokens.Peek();
  if (!token.keyword) return false;
  const Keyword keyword = *token.keyword;
  return (IsSpecialForm(keyword) || IsCallableWord(keyword)) && tokens.NextIs(TokenKind::kLeftParen);
}

Result<ExpressionPtr> ParseReservedCall(TokenStream& tokens) {
  const Token word = tokens.Take();
  if (!IsSpecialForm(*word.keyword)) return ParseCallRest(tokens, NameOf(word, word.text));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  FunctionCall call;
  call.name = NameOf(word, word.keyword == "CEILING"_kw ? "CEIL" : KeywordText(*word.keyword));
  RETURN_IF_ERROR(ParseSpecialArguments(tokens, *word.keyword, call));
  return FinishCall(tokens, std::move(call));
}

Result<ExpressionPtr> ParseCallRest(TokenStream& tokens, QualifiedName name) {
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  if (name.is_simple() && !name.parts[0].quoted && FindKeyword(name.last()) == "DESCRIPTOR"_kw) {
    return ParseDescriptor(tokens, name.place);
  }
  FunctionCall call;
  call.name = std::move(name);
  RETURN_IF_ERROR(ParseArguments(tokens, call));
  return FinishCall(tokens, std::move(call));
}

bool AtNiladicFunction(TokenStream& tokens) {
  const Token& token = tokens.Peek();
  if (!token.keyword || tokens.NextIs(TokenKind::kLeftParen)) return false;
  const WordUse use = KeywordUse(*token.keyword);
  return use == WordUse::V || use == WordUse::C;
}

Status ParseFilter(TokenStream& tokens, ExpressionPtr& filter) {
  if (!tokens.Accept("FILTER"_kw)) return Status::Ok();
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  RETURN_IF_ERROR(tokens.Expect("WHERE"_kw));
  ASSIGN_OR_RETURN(filter, ParseExpression(tokens));
  return tokens.Expect(TokenKind::kRightParen);
}

Status ParseOver(TokenStream& tokens, std::unique_ptr<WindowSpecification>& over) {
  if (!tokens.Accept("OVER"_kw)) return Status::Ok();
  over = std::make_unique<WindowSpecification>();
  if (tokens.At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(*over, ParseWindowSpecification(tokens));
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(over->base, tokens.ExpectName("a window name or '('"));
  over->name_only = true;
  over->place = over->base->place;
  return Status::Ok();
}

}  // namespace millrace::sql
