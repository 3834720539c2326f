#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/column/column.h"
#include "core/status.h"
#include "core/types/data_type.h"

namespace millrace {

/// Hive's directories of a partitioned table: "day=2026-03-01/hour=7". Pure and thread-safe.

/// Keys and values of the directories between `root` and the file; other directories are passed over.
std::map<std::string, std::string> PartitionOf(const std::string& root, const std::string& file);

/// A value's text as part of a path: characters with a meaning there become %XX.
std::string EscapePathName(std::string_view name);
/// The reverse.
std::string UnescapePathName(std::string_view name);

/// The directory (with a '/' at its end, "" without keys) of one row; NULL and "" become `default_name`.
std::string PartitionDirectory(const std::vector<std::string>& keys,
                               const std::vector<const Column*>& columns, uint32_t row,
                               const std::string& default_name);

/// A one-row column of the value that a path holds; `default_name` is NULL. kBadRecord when it is not of the
/// type.
Result<ColumnPtr> PartitionValue(const Field& column, const std::string& text,
                                 const std::string& default_name);

}  // namespace millrace
