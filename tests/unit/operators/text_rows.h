#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/column/batch.h"

namespace millrace {

/// "k STRING, v INT NOT NULL, ts TIMESTAMP(3)*": names and types; * marks the event-time column.
SchemaPtr ParseSchema(std::string_view text);

/// A batch of rows such as "+ a, 1, 2026-03-02 10:00:05.000" or "- b, NULL, ..." ("+ " may be left out). Text
/// has no commas; '' is the empty string.
Batch ParseRows(const SchemaPtr& schema, const std::vector<std::string>& rows);

/// The selected rows as "+[...]" and "-[...]" in the value encoding of result files.
std::vector<std::string> FormatRows(const Batch& batch);

/// What is left of rows and retractions: row -> how often; rows that cancel out are not in it.
std::map<std::string, int> Fold(const std::vector<std::string>& formatted);

}  // namespace millrace
