#include "sql/parser/type_parser.h"

#include <fmt/format.h>

#include <limits>

#include "sql/lexer/error_codes.h"
#include "sql/parser/interval_parser.h"
#include "sql/parser/spelling.h"

namespace millrace::sql {
namespace {

constexpr int kIntMax = std::numeric_limits<int>::max();

struct SimpleType {
  Keyword keyword;
  TypeKind kind;
  bool has_precision;
};

constexpr SimpleType kSimpleTypes[] = {
    {"BOOLEAN"_kw, TypeKind::kBoolean, false},   {"TINYINT"_kw, TypeKind::kTinyInt, false},
    {"SMALLINT"_kw, TypeKind::kSmallInt, false}, {"INT"_kw, TypeKind::kInt, false},
    {"INTEGER"_kw, TypeKind::kInt, false},       {"BIGINT"_kw, TypeKind::kBigInt, false},
    {"FLOAT"_kw, TypeKind::kFloat, false},       {"REAL"_kw, TypeKind::kFloat, false},
    {"STRING"_kw, TypeKind::kString, false},     {"BYTES"_kw, TypeKind::kBytes, false},
    {"VARCHAR"_kw, TypeKind::kVarChar, true},    {"VARBINARY"_kw, TypeKind::kVarBinary, true},
    {"DATE"_kw, TypeKind::kDate, false},         {"TIMESTAMP_LTZ"_kw, TypeKind::kTimestampLtz, true},
    {"VARIANT"_kw, TypeKind::kVariant, false},   {"NULL"_kw, TypeKind::kNull, false},
};

Status ParsePrecision(TokenStream& tokens, TypeNode& type) {
  if (!tokens.Accept(TokenKind::kLeftParen)) return Status::Ok();
  ASSIGN_OR_RETURN(type.precision, tokens.ExpectInteger("a length or precision", kIntMax));
  return tokens.Expect(TokenKind::kRightParen);
}

Status ParseDecimal(TokenStream& tokens, TypeNode& type) {
  type.kind = TypeKind::kDecimal;
  if (!tokens.Accept(TokenKind::kLeftParen)) return Status::Ok();
  ASSIGN_OR_RETURN(type.precision, tokens.ExpectInteger("a precision", kIntMax));
  if (tokens.Accept(TokenKind::kComma)) {
    ASSIGN_OR_RETURN(type.scale, tokens.ExpectInteger("a scale", kIntMax));
  }
  return tokens.Expect(TokenKind::kRightParen);
}

/// TIME and TIMESTAMP with their precision and time zone.
Status ParseTimeType(TokenStream& tokens, TypeNode& type, bool is_timestamp) {
  type.kind = is_timestamp ? TypeKind::kTimestamp : TypeKind::kTime;
  RETURN_IF_ERROR(ParsePrecision(tokens, type));
  if (tokens.AcceptWords({"WITHOUT"_kw, "TIME"_kw, "ZONE"_kw})) return Status::Ok();
  if (!is_timestamp) return Status::Ok();
  if (tokens.AcceptWords({"WITH"_kw, "LOCAL"_kw, "TIME"_kw, "ZONE"_kw})) {
    type.kind = TypeKind::kTimestampLtz;
  } else if (tokens.AcceptWords({"WITH"_kw, "TIME"_kw, "ZONE"_kw})) {
    type.kind = TypeKind::kTimestampTz;
  }
  return Status::Ok();
}

/// The fields of ROW and STRUCTURED up to the closing token.
Status ParseFields(TokenStream& tokens, TokenKind close, TypeNode& type) {
  if (tokens.Accept(close)) return Status::Ok();
  do {
    TypeField field;
    ASSIGN_OR_RETURN(field.name, tokens.ExpectName("a field name"));
    ASSIGN_OR_RETURN(field.type, ParseType(tokens));
    if (tokens.IsString()) {
      ASSIGN_OR_RETURN(StringValue comment, tokens.ExpectString("a comment"));
      field.comment = std::move(comment.text);
    }
    type.fields.push_back(std::move(field));
  } while (tokens.Accept(TokenKind::kComma));
  return tokens.Expect(close);
}

Status ParseRow(TokenStream& tokens, TypeNode& type) {
  type.kind = TypeKind::kRow;
  if (tokens.Accept(TokenKind::kNotEqual)) return Status::Ok();  // ROW<>
  if (tokens.Accept(TokenKind::kLeftParen)) return ParseFields(tokens, TokenKind::kRightParen, type);
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLess));
  return ParseFields(tokens, TokenKind::kGreater, type);
}

/// STRUCTURED<'class', name TYPE, ...>
Status ParseStructured(TokenStream& tokens, TypeNode& type) {
  type.kind = TypeKind::kStructured;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLess));
  ASSIGN_OR_RETURN(StringValue name, tokens.ExpectString("a class name"));
  type.class_name = std::move(name.text);
  if (tokens.Accept(TokenKind::kComma)) return ParseFields(tokens, TokenKind::kGreater, type);
  return tokens.Expect(TokenKind::kGreater);
}

/// RAW('class', 'serializer')
Status ParseRaw(TokenStream& tokens, TypeNode& type) {
  type.kind = TypeKind::kRaw;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(StringValue name, tokens.ExpectString("a class name"));
  type.class_name = std::move(name.text);
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kComma));
  ASSIGN_OR_RETURN(StringValue serializer, tokens.ExpectString("a serializer"));
  type.serializer = std::move(serializer.text);
  return tokens.Expect(TokenKind::kRightParen);
}

/// ARRAY<t>, MULTISET<t>, MAP<k, v>
Status ParseCollection(TokenStream& tokens, TypeKind kind, TypeNode& type) {
  type.kind = kind;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLess));
  if (kind == TypeKind::kMap) {
    ASSIGN_OR_RETURN(type.key, ParseType(tokens));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kComma));
  }
  ASSIGN_OR_RETURN(type.element, ParseType(tokens));
  return tokens.Expect(TokenKind::kGreater);
}

/// CHAR and BINARY; VARYING makes their length variable.
Status ParseFixedLength(TokenStream& tokens, TypeKind fixed, TypeKind varying, TypeNode& type) {
  type.kind = tokens.Accept("VARYING"_kw) ? varying : fixed;
  return ParsePrecision(tokens, type);
}

/// A slip in a type name reads as the name of a user-defined type; say so when a known one is near.
Status CheckTypeName(const QualifiedName& name) {
  if (!name.is_simple() || name.parts[0].quoted) return Status::Ok();
  const std::string_view text = name.last();
  static constexpr Keyword kMore[] = {"DECIMAL"_kw, "NUMERIC"_kw, "DOUBLE"_kw, "CHAR"_kw, "TIMESTAMP"_kw,
                                      "TIME"_kw,    "ARRAY"_kw,   "MAP"_kw,    "ROW"_kw};
  const auto check = [&](Keyword keyword) {
    if (!IsLikelyMisspelling(text, KeywordText(keyword))) return Status::Ok();
    return Status(kUnknownWord, fmt::format("unknown type: {}", text))
        .WithPlace(name.place)
        .WithSuggestion(fmt::format("did you mean {}?", KeywordText(keyword)));
  };
  for (const SimpleType& simple : kSimpleTypes) RETURN_IF_ERROR(check(simple.keyword));
  for (Keyword keyword : kMore) RETURN_IF_ERROR(check(keyword));
  return Status::Ok();
}

Status ParseBaseType(TokenStream& tokens, TypeNode& type) {
  for (const SimpleType& simple : kSimpleTypes) {
    if (!tokens.Is(simple.keyword)) continue;
    tokens.Take();
    type.kind = simple.kind;
    return simple.has_precision ? ParsePrecision(tokens, type) : Status::Ok();
  }
  const Token token = tokens.Peek();
  if (token.keyword) {
    switch (*token.keyword) {
      case "DECIMAL"_kw:
      case "DEC"_kw:
      case "NUMERIC"_kw:
        tokens.Take();
        return ParseDecimal(tokens, type);
      case "DOUBLE"_kw:
        tokens.Take();
        tokens.Accept("PRECISION"_kw);
        type.kind = TypeKind::kDouble;
        return Status::Ok();
      case "CHAR"_kw:
      case "CHARACTER"_kw:
        tokens.Take();
        return ParseFixedLength(tokens, TypeKind::kChar, TypeKind::kVarChar, type);
      case "BINARY"_kw:
        tokens.Take();
        return ParseFixedLength(tokens, TypeKind::kBinary, TypeKind::kVarBinary, type);
      case "TIME"_kw:
        tokens.Take();
        return ParseTimeType(tokens, type, false);
      case "TIMESTAMP"_kw:
        tokens.Take();
        return ParseTimeType(tokens, type, true);
      case "ROW"_kw:
        tokens.Take();
        return ParseRow(tokens, type);
      case "RAW"_kw:
        tokens.Take();
        return ParseRaw(tokens, type);
      case "STRUCTURED"_kw:
        tokens.Take();
        return ParseStructured(tokens, type);
      case "ARRAY"_kw:
        tokens.Take();
        return ParseCollection(tokens, TypeKind::kArray, type);
      case "MULTISET"_kw:
        tokens.Take();
        return ParseCollection(tokens, TypeKind::kMultiset, type);
      case "INTERVAL"_kw: {
        tokens.Take();
        type.kind = TypeKind::kInterval;
        ASSIGN_OR_RETURN(type.interval, ParseIntervalQualifier(tokens, false));
        return Status::Ok();
      }
      case "MAP"_kw:
        if (!tokens.NextIs(TokenKind::kLess)) break;
        tokens.Take();
        return ParseCollection(tokens, TypeKind::kMap, type);
      default:
        break;
    }
  }
  if (!tokens.IsName()) return tokens.Unexpected("a data type");
  type.kind = TypeKind::kNamed;
  ASSIGN_OR_RETURN(type.name, tokens.ExpectQualifiedName("a data type"));
  return CheckTypeName(type.name);
}

/// NULL or NOT NULL, but not the NULL of a longer clause such as NULL ON EMPTY.
std::optional<bool> ParseNullability(TokenStream& tokens) {
  if (tokens.AcceptWords({"NOT"_kw, "NULL"_kw})) return false;
  if (tokens.Is("NULL"_kw) && !tokens.NextIs("ON"_kw)) {
    tokens.Take();
    return true;
  }
  return std::nullopt;
}

}  // namespace

Result<TypePtr> ParseType(TokenStream& tokens) {
  const DepthScope depth(tokens);
  RETURN_IF_ERROR(depth.status());
  HeightScope height(tokens);
  const SourcePlace start = tokens.Here();
  auto type = std::make_unique<TypeNode>();
  RETURN_IF_ERROR(ParseBaseType(tokens, *type));
  RETURN_IF_ERROR(height.AddLevel());
  type->nullable = ParseNullability(tokens);
  type->place = tokens.RangeFrom(start);
  // INT ARRAY is ARRAY<INT>.
  while (tokens.Is("ARRAY"_kw) || tokens.Is("MULTISET"_kw)) {
    RETURN_IF_ERROR(height.AddLevel());
    auto collection = std::make_unique<TypeNode>();
    collection->kind = tokens.Take().keyword == "ARRAY"_kw ? TypeKind::kArray : TypeKind::kMultiset;
    collection->element = std::move(type);
    collection->nullable = ParseNullability(tokens);
    collection->place = tokens.RangeFrom(start);
    type = std::move(collection);
  }
  return type;
}

}  // namespace millrace::sql
