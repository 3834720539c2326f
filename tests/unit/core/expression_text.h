#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/expr/expr.h"
#include "core/types/data_type.h"

namespace millrace {

/// A small language in which tests write expressions: NAME(arguments), `+`(1, 2) for operators, 1,
/// 2147483648, 1.5, 1e3, 'text', X'00ff', TRUE, NULL, DATE '..', TIME '..', TIMESTAMP '..', LTZ '..' (UTC),
/// MONTHS n, MILLIS n, CAST(x AS type), TRY_CAST(x AS type), CASE(condition, result, ..., otherwise),
/// FIELD(row, index). A literal behind # stays a literal in every mode.
enum class LiteralMode {
  kConstant,    // literals as they are: everything is folded
  kFlat,        // each literal is a flat column
  kDictionary,  // each literal is a dictionary column
};

/// The type that `text` ("DECIMAL(10, 2)", "MAP<STRING, ARRAY<INT>>", "ROW<a INT, b STRING>") names.
DataType ParseType(std::string_view text);

/// The value of the expression as JSON (value_json.h); "error 4002" for a row error, "refused 4103" when it
/// does not build, with the message when `with_message`.
std::string EvaluateText(std::string_view text, LiteralMode mode, const SessionSettings& session = {},
                         bool with_message = false);

/// The values of an expression without columns in `num_rows` rows, evaluated once.
std::vector<std::string> EvaluateRows(std::string_view text, uint32_t num_rows);

/// The type of the expression as text, "refused ..." when it does not build.
std::string TypeOfText(std::string_view text);

}  // namespace millrace
