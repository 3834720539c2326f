#include "sql/parser/table_definition_parser.h"

#include "sql/lexer/error_codes.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/type_parser.h"

namespace millrace::sql {
namespace {

constexpr int kBucketCountMax = 2147483647;

/// PRIMARY KEY or UNIQUE, with an optional CONSTRAINT name before it.
bool AtConstraint(TokenStream& tokens) {
  const bool primary = tokens.At("PRIMARY"_kw);
  return primary || tokens.At("CONSTRAINT"_kw) || tokens.At("UNIQUE"_kw);
}

/// With `column`, the constraint stands behind that column and has no list of its own.
Result<TableConstraint> ParseConstraint(TokenStream& tokens, const Identifier* column) {
  TableConstraint constraint;
  constraint.place = tokens.Here();
  if (tokens.Accept("CONSTRAINT"_kw)) {
    ASSIGN_OR_RETURN(constraint.name, tokens.ExpectName("the name of a constraint"));
  }
  if (tokens.Accept("UNIQUE"_kw)) {
    constraint.kind = ConstraintKind::kUnique;
  } else {
    RETURN_IF_ERROR(tokens.ExpectWords({"PRIMARY"_kw, "KEY"_kw}));
  }
  if (column != nullptr) {
    constraint.columns.push_back(*column);
  } else {
    ASSIGN_OR_RETURN(constraint.columns, tokens.ExpectNameList("a column name"));
  }
  if (tokens.Accept("ENFORCED"_kw)) {
    constraint.enforced = true;
  } else if (tokens.AcceptWords({"NOT"_kw, "ENFORCED"_kw})) {
    constraint.enforced = false;
  }
  constraint.place = tokens.RangeFrom(constraint.place);
  return constraint;
}

Status ParseWatermark(TokenStream& tokens, TableSchema& schema) {
  WatermarkDefinition watermark;
  watermark.place = tokens.Take().place;
  RETURN_IF_ERROR(tokens.Expect("FOR"_kw));
  ASSIGN_OR_RETURN(watermark.column, tokens.ExpectQualifiedName("a column name"));
  RETURN_IF_ERROR(tokens.Expect("AS"_kw));
  ASSIGN_OR_RETURN(watermark.expression, ParseExpression(tokens));
  watermark.place = tokens.RangeFrom(watermark.place);
  if (schema.watermark) {
    return Status(kDuplicateClause, "second WATERMARK of a table")
        .WithPlace(watermark.place)
        .WithSuggestion("a table has one event time");
  }
  schema.watermark = std::move(watermark);
  return Status::Ok();
}

/// METADATA [FROM 'key'] [VIRTUAL]
Status ParseMetadata(TokenStream& tokens, ColumnDefinition& column) {
  column.kind = ColumnKind::kMetadata;
  if (tokens.Accept("FROM"_kw)) {
    ASSIGN_OR_RETURN(column.metadata_key, tokens.ExpectString("the key of a metadata column"));
  }
  column.is_virtual = tokens.Accept("VIRTUAL"_kw);
  return Status::Ok();
}

Status ParsePosition(TokenStream& tokens, ColumnDefinition& column) {
  if (tokens.Accept("FIRST"_kw)) {
    column.position = ColumnPosition{true, std::nullopt};
  } else if (tokens.Accept("AFTER"_kw)) {
    ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a column name"));
    column.position = ColumnPosition{false, std::move(name)};
  }
  return Status::Ok();
}

/// What stands behind the name of a column.
Status ParseColumnRest(TokenStream& tokens, ColumnContext context, ColumnDefinition& column) {
  if (tokens.Accept("AS"_kw)) {
    column.kind = ColumnKind::kComputed;
    ASSIGN_OR_RETURN(column.expression, ParseExpression(tokens));
  } else if (context == ColumnContext::kCreate &&
             (tokens.Is(TokenKind::kComma) || tokens.Is(TokenKind::kRightParen))) {
    column.kind = ColumnKind::kNameOnly;
    return Status::Ok();
  } else {
    ASSIGN_OR_RETURN(column.type, ParseType(tokens));
    if (tokens.Accept("METADATA"_kw)) {
      RETURN_IF_ERROR(ParseMetadata(tokens, column));
    } else if (AtConstraint(tokens)) {
      ASSIGN_OR_RETURN(column.constraint, ParseConstraint(tokens, &column.name.parts.back()));
    }
  }
  ASSIGN_OR_RETURN(column.comment, ParseOptionalComment(tokens));
  return context == ColumnContext::kAlter ? ParsePosition(tokens, column) : Status::Ok();
}

Status ParseColumn(TokenStream& tokens, ColumnContext context, TableSchema& schema) {
  ColumnDefinition column;
  column.place = tokens.Here();
  if (context == ColumnContext::kAlter) {
    ASSIGN_OR_RETURN(column.name, tokens.ExpectQualifiedName("a column name"));
  } else {
    ASSIGN_OR_RETURN(Identifier name, tokens.ExpectName("a column name"));
    column.name.place = name.place;
    column.name.parts.push_back(std::move(name));
  }
  RETURN_IF_ERROR(ParseColumnRest(tokens, context, column));
  column.place = tokens.RangeFrom(column.place);
  if (column.constraint) schema.constraints.push_back(*column.constraint);
  schema.columns.push_back(std::move(column));
  return Status::Ok();
}

/// A literal, with its sign.
Result<ExpressionPtr> ParsePartitionValue(TokenStream& tokens) {
  const SourcePlace start = tokens.Here();
  const bool negative = tokens.Accept(TokenKind::kMinus);
  ASSIGN_OR_RETURN(ExpressionPtr value, ParsePrimary(tokens));
  if (value->As<Literal>() == nullptr) {
    return Status(kSyntaxError, "the value of a partition must be a literal").WithPlace(value->place);
  }
  if (!negative) return value;
  return MakeExpression(tokens, start, UnaryExpression{UnaryOperator::kNegate, std::move(value)});
}

Result<LikeFeature> ParseLikeFeature(TokenStream& tokens) {
  if (tokens.Accept("ALL"_kw)) return LikeFeature::kAll;
  if (tokens.Accept("CONSTRAINTS"_kw)) return LikeFeature::kConstraints;
  if (tokens.Accept("DISTRIBUTION"_kw)) return LikeFeature::kDistribution;
  if (tokens.Accept("GENERATED"_kw)) return LikeFeature::kGenerated;
  if (tokens.Accept("METADATA"_kw)) return LikeFeature::kMetadata;
  if (tokens.Accept("OPTIONS"_kw)) return LikeFeature::kOptions;
  if (tokens.Accept("PARTITIONS"_kw)) return LikeFeature::kPartitions;
  if (tokens.Accept("WATERMARKS"_kw)) return LikeFeature::kWatermarks;
  return tokens.Unexpected();
}

}  // namespace

Status ParseSchemaElement(TokenStream& tokens, ColumnContext context, TableSchema& schema) {
  if (AtConstraint(tokens)) {
    ASSIGN_OR_RETURN(TableConstraint constraint, ParseConstraint(tokens, nullptr));
    schema.constraints.push_back(std::move(constraint));
    return Status::Ok();
  }
  if (tokens.At("WATERMARK"_kw)) return ParseWatermark(tokens, schema);
  return ParseColumn(tokens, context, schema);
}

Result<TableSchema> ParseTableSchema(TokenStream& tokens, ColumnContext context) {
  TableSchema schema;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  do {
    RETURN_IF_ERROR(ParseSchemaElement(tokens, context, schema));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return schema;
}

Result<Distribution> ParseDistribution(TokenStream& tokens) {
  Distribution distribution;
  distribution.place = tokens.Here();
  const bool by = tokens.Accept("BY"_kw);
  if (by) {
    if (tokens.Accept("HASH"_kw)) {
      distribution.kind = DistributionKind::kHash;
    } else if (tokens.Accept("RANGE"_kw)) {
      distribution.kind = DistributionKind::kRange;
    }
    ASSIGN_OR_RETURN(distribution.columns, tokens.ExpectNameList("a column name"));
  }
  if (tokens.Accept("INTO"_kw)) {
    ASSIGN_OR_RETURN(distribution.bucket_count, tokens.ExpectInteger("a number of buckets", kBucketCountMax));
    RETURN_IF_ERROR(tokens.Expect("BUCKETS"_kw));
  } else if (!by) {
    return tokens.Unexpected();
  }
  distribution.place = tokens.RangeFrom(distribution.place);
  return distribution;
}

Result<std::vector<Property>> ParseProperties(TokenStream& tokens) {
  std::vector<Property> properties;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  if (tokens.Accept(TokenKind::kRightParen)) return properties;
  do {
    Property property;
    ASSIGN_OR_RETURN(property.key, tokens.ExpectString("an option in quotes: 'key' = 'value'"));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kEqual));
    ASSIGN_OR_RETURN(property.value, tokens.ExpectString("a value in quotes: 'key' = 'value'"));
    properties.push_back(std::move(property));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return properties;
}

Result<std::vector<StringValue>> ParsePropertyKeys(TokenStream& tokens) {
  std::vector<StringValue> keys;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  if (tokens.Accept(TokenKind::kRightParen)) return keys;
  do {
    ASSIGN_OR_RETURN(StringValue key, tokens.ExpectString("an option in quotes"));
    keys.push_back(std::move(key));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return keys;
}

Result<std::vector<Property>> ParseOptionalWith(TokenStream& tokens) {
  if (!tokens.Accept("WITH"_kw)) return std::vector<Property>();
  return ParseProperties(tokens);
}

Result<std::optional<StringValue>> ParseOptionalComment(TokenStream& tokens) {
  if (!tokens.Accept("COMMENT"_kw)) return std::optional<StringValue>();
  ASSIGN_OR_RETURN(StringValue comment, tokens.ExpectString("a comment in quotes"));
  return std::optional<StringValue>(std::move(comment));
}

Result<PartitionSpec> ParsePartitionSpec(TokenStream& tokens, PartitionKeys keys) {
  PartitionSpec spec;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  do {
    PartitionValue value;
    ASSIGN_OR_RETURN(value.key, tokens.ExpectName("a partition column"));
    const bool alone = keys == PartitionKeys::kAlone && !tokens.At(TokenKind::kEqual);
    if (!alone) {
      RETURN_IF_ERROR(tokens.Expect(TokenKind::kEqual));
      ASSIGN_OR_RETURN(value.value, ParsePartitionValue(tokens));
    }
    spec.push_back(std::move(value));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return spec;
}

Result<LikeClause> ParseLikeClause(TokenStream& tokens) {
  LikeClause like;
  ASSIGN_OR_RETURN(like.table, tokens.ExpectQualifiedName("a table name"));
  if (!tokens.Accept(TokenKind::kLeftParen)) return like;
  do {
    LikeOption option;
    option.place = tokens.Here();
    if (tokens.Accept("EXCLUDING"_kw)) {
      option.strategy = MergingStrategy::kExcluding;
    } else if (tokens.Accept("OVERWRITING"_kw)) {
      option.strategy = MergingStrategy::kOverwriting;
    } else {
      RETURN_IF_ERROR(tokens.Expect("INCLUDING"_kw));
    }
    ASSIGN_OR_RETURN(option.feature, ParseLikeFeature(tokens));
    option.place = tokens.RangeFrom(option.place);
    like.options.push_back(option);
  } while (!tokens.Accept(TokenKind::kRightParen));
  return like;
}

Result<ExpressionPtr> ParseFreshness(TokenStream& tokens) {
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kEqual));
  if (!tokens.At("INTERVAL"_kw)) return tokens.Unexpected();
  return ParsePrimary(tokens);
}

Result<RefreshMode> ParseRefreshMode(TokenStream& tokens) {
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kEqual));
  if (tokens.Accept("FULL"_kw)) return RefreshMode::kFull;
  RETURN_IF_ERROR(tokens.Expect("CONTINUOUS"_kw));
  return RefreshMode::kContinuous;
}

}  // namespace millrace::sql
