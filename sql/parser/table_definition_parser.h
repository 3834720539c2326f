#pragma once

#include <vector>

#include "core/status.h"
#include "sql/ast/ddl.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// Where columns are defined: ALTER TABLE also takes positions and nested fields.
enum class ColumnContext : uint8_t { kCreate, kAlter };

/// (column, constraint, watermark, ...)
Result<TableSchema> ParseTableSchema(TokenStream& tokens, ColumnContext context);

/// One element of such a list, without parentheses.
Status ParseSchemaElement(TokenStream& tokens, ColumnContext context, TableSchema& schema);

/// [HASH | RANGE] (columns) [INTO n BUCKETS], or INTO n BUCKETS; behind DISTRIBUTED or DISTRIBUTION.
Result<Distribution> ParseDistribution(TokenStream& tokens);

/// ('key' = 'value', ...), and the keys alone.
Result<std::vector<Property>> ParseProperties(TokenStream& tokens);
Result<std::vector<StringValue>> ParsePropertyKeys(TokenStream& tokens);

/// [WITH (...)]
Result<std::vector<Property>> ParseOptionalWith(TokenStream& tokens);

/// [COMMENT '...']
Result<std::optional<StringValue>> ParseOptionalComment(TokenStream& tokens);

/// (key = literal, ...); keys may stand alone when the statement takes that.
enum class PartitionKeys : uint8_t { kWithValues, kAlone };
Result<PartitionSpec> ParsePartitionSpec(TokenStream& tokens,
                                         PartitionKeys keys = PartitionKeys::kWithValues);

/// table (INCLUDING ALL ...), behind LIKE.
Result<LikeClause> ParseLikeClause(TokenStream& tokens);

/// = INTERVAL '..' unit, behind FRESHNESS; = FULL | CONTINUOUS, behind REFRESH_MODE.
Result<ExpressionPtr> ParseFreshness(TokenStream& tokens);
Result<RefreshMode> ParseRefreshMode(TokenStream& tokens);

}  // namespace millrace::sql
