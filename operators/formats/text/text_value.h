#pragma once

#include <string_view>

#include "core/column/column_builder.h"

namespace millrace {

/// Appends a scalar read from its text, as csv fields and names of partition directories hold it: numbers
/// with spaces around, anything but "true" is FALSE, dates of one-digit months and days, "07:58" for a TIME,
/// timestamps as "2026-03-02 07:58:30.123" (TIMESTAMP_LTZ: and "Z"), bytes in base64; decimals are rounded,
/// too large ones are NULL. False, and nothing appended, when the text is not of the type. Not for nested
/// types.
bool AppendTextValue(const DataType& type, std::string_view text, ColumnBuilder* builder);

}  // namespace millrace
