#include "server/cli/live_table.h"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "server/cli/row_cells.h"

namespace millrace {
namespace {

constexpr std::chrono::milliseconds kBetweenDrawings{200};
constexpr size_t kCellWidthMax = 60;
constexpr size_t kLinesBesideRows = 6;  // rules, names, what is left out, footer, prompt

/// A line cut to `columns_max` code points.
std::string Cut(const std::string& line, size_t columns_max) {
  size_t columns = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if ((line[i] & 0xC0) == 0x80 || line[i] == '\n') continue;
    if (++columns > columns_max) return line.substr(0, i) + "\n";
  }
  return line;
}

}  // namespace

void LiveTable::Apply(const std::vector<RowChange>& changes) {
  for (const RowChange& change : changes) Change(change);
  num_changes_ += changes.size();
  is_drawn_ = is_drawn_ && changes.empty();
  const auto now = std::chrono::steady_clock::now();
  if (is_drawn_ || now - last_drawn_ < kBetweenDrawings) return;
  Erase();
  Draw();
  last_drawn_ = now;
}

void LiveTable::Change(const RowChange& change) {
  if (change.op == "+I" || change.op == "+U") {
    const auto where = change.op == "+U" && vacated_ ? *vacated_ : rows_.end();
    const auto place = rows_.insert(where, change.row_json);
    places_.emplace(change.row_json, place);
    vacated_.reset();
    return;
  }
  const auto found = places_.find(change.row_json);
  vacated_.reset();
  if (found == places_.end()) return;  // a row of before this table began
  const auto next = rows_.erase(found->second);
  if (change.op == "-U") vacated_ = next;
  places_.erase(found);
}

std::string LiveTable::Text(size_t rows_max, size_t columns_max) const {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& row : rows_) {
    if (rows_max > 0 && rows.size() == rows_max) break;
    rows.push_back(CellsOf(row));
  }
  const std::vector<size_t> widths = ColumnWidths(names_, rows, kCellWidthMax);
  const auto cut = [columns_max](std::string line) {
    return columns_max == 0 ? line : Cut(line, columns_max);
  };
  const std::string rule = cut(RuleLine(widths));
  std::string text = rule + cut(CellsLine(names_, widths)) + rule;
  for (const auto& cells : rows) text += cut(CellsLine(cells, widths));
  text += rule;
  if (rows.size() < rows_.size()) text += cut(fmt::format("and {} more\n", rows_.size() - rows.size()));
  return text + cut(fmt::format("{} row{}, {} change{}\n", rows_.size(), rows_.size() == 1 ? "" : "s",
                                num_changes_, num_changes_ == 1 ? "" : "s"));
}

void LiveTable::Draw() {
  winsize size{};
  if (ioctl(fileno(terminal_), TIOCGWINSZ, &size) != 0 || size.ws_row == 0) size = {24, 80, 0, 0};
  const size_t rows_max = size.ws_row > kLinesBesideRows + 1 ? size.ws_row - kLinesBesideRows : 1;
  const std::string text = Text(rows_max, size.ws_col);
  fmt::print(terminal_, "{}", text);
  std::fflush(terminal_);
  lines_on_screen_ = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  is_drawn_ = true;
}

void LiveTable::Erase() {
  if (lines_on_screen_ > 0) fmt::print(terminal_, "\r\x1b[{}A\x1b[J", lines_on_screen_);
  lines_on_screen_ = 0;
}

void LiveTable::Finish() {
  Erase();
  fmt::print(terminal_, "{}\n", Text(0, 0));
  std::fflush(terminal_);
}

}  // namespace millrace
