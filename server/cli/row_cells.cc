#include "server/cli/row_cells.h"

#include <algorithm>
#include <charconv>

#include "core/functions/utf8.h"

namespace millrace {
namespace {

/// The text of a JSON string literal. What would move a terminal's cursor stays escaped.
std::string Unquote(std::string_view literal) {
  std::string text;
  for (size_t i = 1; i + 1 < literal.size(); ++i) {
    if (literal[i] != '\\') {
      text += literal[i];
      continue;
    }
    const char escaped = literal[++i];
    if (escaped == '"' || escaped == '\\' || escaped == '/') {
      text += escaped;
      continue;
    }
    uint32_t code = 0;
    if (escaped == 'u' && i + 4 < literal.size()) {
      std::from_chars(literal.data() + i + 1, literal.data() + i + 5, code, 16);
    }
    if (code >= 0x20 && (code < 0xD800 || code > 0xDFFF)) {
      AppendCharacter(code, &text);
      i += 4;
    } else {
      text += '\\';
      text += escaped;
    }
  }
  return text;
}

std::string CellOf(std::string_view value) {
  if (value == "null") return "<NULL>";
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') return Unquote(value);
  return std::string(value);
}

}  // namespace

std::vector<std::string> CellsOf(std::string_view row_json) {
  std::vector<std::string> cells;
  if (row_json.size() <= 2) return cells;
  const std::string_view values = row_json.substr(1, row_json.size() - 2);
  int depth = 0;
  bool in_string = false;
  size_t begin = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const char c = values[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (c == ',' && depth == 0) {
      cells.push_back(CellOf(values.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  cells.push_back(CellOf(values.substr(begin)));
  return cells;
}

size_t DisplayWidth(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::vector<size_t> ColumnWidths(const std::vector<std::string>& names,
                                 const std::vector<std::vector<std::string>>& rows, size_t width_max) {
  std::vector<size_t> widths;
  for (const std::string& name : names) widths.push_back(DisplayWidth(name));
  for (const auto& cells : rows) {
    for (size_t i = 0; i < cells.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], std::min(DisplayWidth(cells[i]), width_max));
    }
  }
  return widths;
}

std::string RuleLine(const std::vector<size_t>& widths) {
  std::string line;
  for (size_t width : widths) line += "+" + std::string(width + 2, '-');
  return line + "+\n";
}

std::string CellsLine(const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const size_t width = i < widths.size() ? widths[i] : 0;
    const size_t used = DisplayWidth(cells[i]);
    line += "| " + cells[i] + std::string(width > used ? width - used : 0, ' ') + " ";
  }
  return line + "|\n";
}

}  // namespace millrace
