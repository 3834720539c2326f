#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// The values of a row's JSON array as a person reads them: strings without quotes and escapes, NULL as
/// <NULL>, nested values as JSON.
std::vector<std::string> CellsOf(std::string_view row_json);

/// Columns that UTF-8 text takes in a terminal, one per code point.
size_t DisplayWidth(std::string_view text);

/// Widths of the columns of a table: of the names and the cells, each at most `width_max`.
std::vector<size_t> ColumnWidths(const std::vector<std::string>& names,
                                 const std::vector<std::vector<std::string>>& rows, size_t width_max);

/// "+----+---+\n" and "| a  | b |\n". A cell wider than its column shifts the rest.
std::string RuleLine(const std::vector<size_t>& widths);
std::string CellsLine(const std::vector<std::string>& cells, const std::vector<size_t>& widths);

}  // namespace millrace
