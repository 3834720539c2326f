#include "sql/parser/json_parser.h"

#include "sql/lexer/error_codes.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/function_parser.h"
#include "sql/parser/type_parser.h"

namespace millrace::sql {
namespace {

std::optional<JsonFunctionKind> KindOf(TokenStream& tokens) {
  const Token& token = tokens.Peek();
  if (!token.keyword) return std::nullopt;
  switch (*token.keyword) {
    case "JSON_EXISTS"_kw:
      return JsonFunctionKind::kExists;
    case "JSON_VALUE"_kw:
      return JsonFunctionKind::kValue;
    case "JSON_QUERY"_kw:
      return JsonFunctionKind::kQuery;
    case "JSON_OBJECT"_kw:
      return JsonFunctionKind::kObject;
    case "JSON_ARRAY"_kw:
      return JsonFunctionKind::kArray;
    case "JSON_OBJECTAGG"_kw:
      return JsonFunctionKind::kObjectAgg;
    case "JSON_ARRAYAGG"_kw:
      return JsonFunctionKind::kArrayAgg;
    default:
      return std::nullopt;
  }
}

/// [FORMAT JSON [ENCODING UTF8]]
Result<bool> ParseFormatJson(TokenStream& tokens) {
  if (!tokens.AcceptWords({"FORMAT"_kw, "JSON"_kw})) return false;
  if (!tokens.Accept("ENCODING"_kw)) return true;
  if (tokens.Accept("UTF8"_kw) || tokens.Accept("UTF16"_kw) || tokens.Accept("UTF32"_kw)) return true;
  return tokens.Unexpected();
}

/// input, path [PASSING value AS name, ...]
Status ParseInputAndPath(TokenStream& tokens, JsonFunction& call) {
  ASSIGN_OR_RETURN(call.input, ParseExpression(tokens));
  RETURN_IF_ERROR(ParseFormatJson(tokens).status());
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kComma));
  ASSIGN_OR_RETURN(call.path, ParseExpression(tokens));
  if (!tokens.Accept("PASSING"_kw)) return Status::Ok();
  do {
    ASSIGN_OR_RETURN(ExpressionPtr value, ParseExpression(tokens));
    RETURN_IF_ERROR(tokens.Expect("AS"_kw));
    ASSIGN_OR_RETURN(Identifier name, tokens.ExpectName("a name"));
    call.passing.emplace_back(std::move(value), std::move(name));
  } while (tokens.Accept(TokenKind::kComma));
  return Status::Ok();
}

Result<JsonClause> ParseBehavior(TokenStream& tokens, JsonFunctionKind kind) {
  JsonClause clause;
  if (tokens.Accept("ERROR"_kw)) {
    clause.behavior = JsonBehavior::kError;
  } else if (kind == JsonFunctionKind::kExists && tokens.Accept("TRUE"_kw)) {
    clause.behavior = JsonBehavior::kTrue;
  } else if (kind == JsonFunctionKind::kExists && tokens.Accept("FALSE"_kw)) {
    clause.behavior = JsonBehavior::kFalse;
  } else if (kind == JsonFunctionKind::kExists && tokens.Accept("UNKNOWN"_kw)) {
    clause.behavior = JsonBehavior::kUnknown;
  } else if (kind != JsonFunctionKind::kExists && tokens.Accept("NULL"_kw)) {
    clause.behavior = JsonBehavior::kNull;
  } else if (kind == JsonFunctionKind::kValue && tokens.Accept("DEFAULT"_kw)) {
    clause.behavior = JsonBehavior::kDefault;
    ASSIGN_OR_RETURN(clause.value, ParseExpression(tokens));
  } else if (kind == JsonFunctionKind::kQuery && tokens.AcceptWords({"EMPTY"_kw, "ARRAY"_kw})) {
    clause.behavior = JsonBehavior::kEmptyArray;
  } else if (kind == JsonFunctionKind::kQuery && tokens.AcceptWords({"EMPTY"_kw, "OBJECT"_kw})) {
    clause.behavior = JsonBehavior::kEmptyObject;
  } else {
    return tokens.Unexpected();
  }
  return clause;
}

/// NULL ON EMPTY, ERROR ON ERROR, ... in any order up to the closing parenthesis.
Status ParseBehaviors(TokenStream& tokens, JsonFunction& call) {
  while (!tokens.At(TokenKind::kRightParen)) {
    const SourcePlace start = tokens.Here();
    ASSIGN_OR_RETURN(JsonClause clause, ParseBehavior(tokens, call.kind));
    RETURN_IF_ERROR(tokens.Expect("ON"_kw));
    const bool on_empty = call.kind != JsonFunctionKind::kExists && tokens.Accept("EMPTY"_kw);
    if (!on_empty) RETURN_IF_ERROR(tokens.Expect("ERROR"_kw));
    JsonClause& target = on_empty ? call.on_empty : call.on_error;
    if (target.behavior != JsonBehavior::kUnspecified) {
      return Status(kDuplicateClause, on_empty ? "second ON EMPTY clause" : "second ON ERROR clause")
          .WithPlace(start);
    }
    target = std::move(clause);
  }
  return Status::Ok();
}

/// [WITH | WITHOUT ... WRAPPER] [KEEP | OMIT QUOTES]
Status ParseWrapper(TokenStream& tokens, JsonFunction& call) {
  if (tokens.Accept("WITHOUT"_kw)) {
    call.wrapper = JsonWrapper::kWithout;
  } else if (tokens.Accept("WITH"_kw)) {
    call.wrapper = JsonWrapper::kWithUnconditional;
    if (tokens.Accept("CONDITIONAL"_kw)) {
      call.wrapper = JsonWrapper::kWithConditional;
    } else {
      tokens.Accept("UNCONDITIONAL"_kw);
    }
  }
  if (call.wrapper != JsonWrapper::kUnspecified) {
    call.array_keyword = tokens.Accept("ARRAY"_kw);
    RETURN_IF_ERROR(tokens.Expect("WRAPPER"_kw));
  }
  for (const bool keep : {true, false}) {
    if (!tokens.Accept(keep ? "KEEP"_kw : "OMIT"_kw)) continue;
    call.keep_quotes = keep;
    return tokens.Expect("QUOTES"_kw);
  }
  return Status::Ok();
}

/// [RETURNING type [FORMAT JSON]]
Status ParseReturning(TokenStream& tokens, JsonFunction& call) {
  if (!tokens.Accept("RETURNING"_kw)) return Status::Ok();
  ASSIGN_OR_RETURN(call.returning, ParseType(tokens));
  return ParseFormatJson(tokens).status();
}

bool AtNullClause(TokenStream& tokens) {
  return (tokens.Is("NULL"_kw) || tokens.Is("ABSENT"_kw)) && tokens.NextIs("ON"_kw) &&
         tokens.NextIs("NULL"_kw, 2);
}

/// [NULL ON NULL | ABSENT ON NULL]
Status ParseNullClause(TokenStream& tokens, JsonFunction& call) {
  if (tokens.AcceptWords({"NULL"_kw, "ON"_kw, "NULL"_kw})) {
    call.null_clause = JsonNullClause::kNullOnNull;
  } else if (tokens.AcceptWords({"ABSENT"_kw, "ON"_kw, "NULL"_kw})) {
    call.null_clause = JsonNullClause::kAbsentOnNull;
  }
  return Status::Ok();
}

/// [KEY] key VALUE value [FORMAT JSON], or key : value
Result<JsonEntry> ParseEntry(TokenStream& tokens) {
  JsonEntry entry;
  const bool key_word = tokens.Is("KEY"_kw) && !tokens.NextIs("VALUE"_kw) &&
                        !tokens.NextIs(TokenKind::kColon) && !tokens.NextIs(TokenKind::kDot);
  if (key_word) tokens.Take();
  ASSIGN_OR_RETURN(entry.key, ParseExpression(tokens));
  if (key_word || !tokens.Accept(TokenKind::kColon)) RETURN_IF_ERROR(tokens.Expect("VALUE"_kw));
  ASSIGN_OR_RETURN(entry.value, ParseExpression(tokens));
  ASSIGN_OR_RETURN(entry.format_json, ParseFormatJson(tokens));
  return entry;
}

Result<JsonEntry> ParseElement(TokenStream& tokens) {
  JsonEntry entry;
  ASSIGN_OR_RETURN(entry.value, ParseExpression(tokens));
  ASSIGN_OR_RETURN(entry.format_json, ParseFormatJson(tokens));
  return entry;
}

Status ParseConstructor(TokenStream& tokens, JsonFunction& call) {
  const bool aggregate =
      call.kind == JsonFunctionKind::kObjectAgg || call.kind == JsonFunctionKind::kArrayAgg;
  const bool object = call.kind == JsonFunctionKind::kObject || call.kind == JsonFunctionKind::kObjectAgg;
  if (aggregate || (!tokens.Is(TokenKind::kRightParen) && !AtNullClause(tokens))) {
    do {
      ASSIGN_OR_RETURN(JsonEntry entry, object ? ParseEntry(tokens) : ParseElement(tokens));
      call.entries.push_back(std::move(entry));
    } while (!aggregate && tokens.Accept(TokenKind::kComma));
  }
  if (call.kind == JsonFunctionKind::kArrayAgg && tokens.AcceptWords({"ORDER"_kw, "BY"_kw})) {
    ASSIGN_OR_RETURN(call.order_by, ParseOrderItems(tokens));
  }
  return ParseNullClause(tokens, call);
}

Status ParseAggregateSuffixes(TokenStream& tokens, JsonFunction& call) {
  if (call.kind == JsonFunctionKind::kArrayAgg && tokens.AcceptWords({"WITHIN"_kw, "GROUP"_kw})) {
    if (!call.order_by.empty()) return Status(kDuplicateClause, "second ORDER BY").WithPlace(tokens.Here());
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
    RETURN_IF_ERROR(tokens.ExpectWords({"ORDER"_kw, "BY"_kw}));
    ASSIGN_OR_RETURN(call.order_by, ParseOrderItems(tokens));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  }
  RETURN_IF_ERROR(ParseFilter(tokens, call.filter));
  return ParseOver(tokens, call.over);
}

}  // namespace

bool AtJsonFunction(TokenStream& tokens) {
  return KindOf(tokens).has_value() && tokens.NextIs(TokenKind::kLeftParen);
}

Result<ExpressionPtr> ParseJsonFunction(TokenStream& tokens) {
  JsonFunction call;
  call.kind = *KindOf(tokens);
  const SourcePlace start = tokens.Take().place;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  switch (call.kind) {
    case JsonFunctionKind::kExists:
      RETURN_IF_ERROR(ParseInputAndPath(tokens, call));
      RETURN_IF_ERROR(ParseBehaviors(tokens, call));
      break;
    case JsonFunctionKind::kValue:
      RETURN_IF_ERROR(ParseInputAndPath(tokens, call));
      RETURN_IF_ERROR(ParseReturning(tokens, call));
      RETURN_IF_ERROR(ParseBehaviors(tokens, call));
      break;
    case JsonFunctionKind::kQuery:
      RETURN_IF_ERROR(ParseInputAndPath(tokens, call));
      RETURN_IF_ERROR(ParseReturning(tokens, call));
      RETURN_IF_ERROR(ParseWrapper(tokens, call));
      RETURN_IF_ERROR(ParseBehaviors(tokens, call));
      break;
    default:
      RETURN_IF_ERROR(ParseConstructor(tokens, call));
      break;
  }
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  if (call.kind == JsonFunctionKind::kObjectAgg || call.kind == JsonFunctionKind::kArrayAgg) {
    RETURN_IF_ERROR(ParseAggregateSuffixes(tokens, call));
  }
  return MakeExpression(tokens, start, std::move(call));
}

}  // namespace millrace::sql
