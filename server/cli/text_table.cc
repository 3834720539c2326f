#include "server/cli/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace {

void TextTable::Print(std::FILE* out) const {
  std::vector<size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(heading.size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto print_row = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) line += fmt::format("{:<{}}  ", cells[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print(out, "{}\n", line);
  };
  print_row(headings_);
  for (const auto& row : rows_) print_row(row);
}

}  // namespace millrace
