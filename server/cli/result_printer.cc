#include "server/cli/result_printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/row/value_json.h"
#include "sql/error_rendering.h"

namespace millrace {
namespace {

/// One JSON object a line, in order of emission.
class NdjsonPrinter final : public ResultPrinter {
 public:
  explicit NdjsonPrinter(std::FILE* out) : out_(out) {}
  void BeginQuery(uint32_t query, const Schema& schema, bool updating) override { query_ = query; }
  void PrintRows(const std::vector<RowChange>& rows) override {
    for (const RowChange& row : rows) {
      fmt::print(out_, "{{\"query\":{},\"op\":\"{}\",\"row\":{}}}\n", query_, row.op, row.row_json);
    }
  }
  void EndQuery() override { std::fflush(out_); }
  void PrintError(const Status& error, int statement, const std::string& script) override {
    std::string line =
        fmt::format("{{\"error\":{{\"code\":\"{}\",\"message\":", FormatErrorNumber(error.code()));
    AppendJsonString(error.message(), &line);
    if (error.place())
      line += fmt::format(",\"line\":{},\"column\":{}", error.place()->line, error.place()->column);
    fmt::print(out_, "{}}},\"statement\":{}}}\n", line, statement);
    std::fflush(out_);
  }

 private:
  std::FILE* const out_;
  uint32_t query_ = 0;
};

/// The values of a row's JSON array, each as text without quotes.
std::vector<std::string> CellsOf(const std::string& row_json) {
  std::vector<std::string> cells;
  std::string cell;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 1; i + 1 < row_json.size(); ++i) {
    const char c = row_json[i];
    if (in_string && c == '\\') {
      cell += c;
      cell += row_json[++i];
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (!in_string && (c == '[' || c == '{')) ++depth;
    if (!in_string && (c == ']' || c == '}')) --depth;
    if (c == ',' && depth == 0 && !in_string) {
      cells.push_back(std::move(cell));
      cell.clear();
    } else {
      cell += c;
    }
  }
  cells.push_back(std::move(cell));
  for (std::string& text : cells) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    if (text == "null") text = "<NULL>";
  }
  return cells;
}

size_t DisplayWidth(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// A bordered table; widths are fixed by the header and the first rows, so that rows can be printed as they
/// come.
class TablePrinter final : public ResultPrinter {
 public:
  explicit TablePrinter(std::FILE* out) : out_(out) {}

  void BeginQuery(uint32_t query, const Schema& schema, bool updating) override {
    names_.clear();
    waiting_.clear();
    widths_.clear();
    num_rows_ = 0;
    updating_ = updating;
    if (updating) names_.push_back("op");
    for (const Field& field : schema.fields) names_.push_back(field.name);
  }

  void PrintRows(const std::vector<RowChange>& rows) override {
    for (const RowChange& row : rows) {
      std::vector<std::string> cells = CellsOf(row.row_json);
      if (updating_) cells.insert(cells.begin(), row.op);
      waiting_.push_back(std::move(cells));
    }
    if (!waiting_.empty()) Flush();
  }

  void EndQuery() override {
    if (widths_.empty()) Flush();
    PrintRule();
    fmt::print(out_, "{} row{}\n\n", num_rows_, num_rows_ == 1 ? "" : "s");
    std::fflush(out_);
  }

  void PrintError(const Status& error, int statement, const std::string& script) override {
    fmt::print(stderr, "{}\n", sql::RenderError(error, script));
  }

 private:
  void Flush() {
    if (widths_.empty()) {
      for (const std::string& name : names_) widths_.push_back(DisplayWidth(name));
      for (const auto& cells : waiting_) {
        for (size_t i = 0; i < cells.size() && i < widths_.size(); ++i) {
          widths_[i] = std::min<size_t>(std::max(widths_[i], DisplayWidth(cells[i])), 60);
        }
      }
      PrintRule();
      PrintCells(names_);
      PrintRule();
    }
    for (const auto& cells : waiting_) PrintCells(cells);
    num_rows_ += waiting_.size();
    waiting_.clear();
    std::fflush(out_);
  }
  void PrintRule() {
    for (size_t width : widths_) fmt::print(out_, "+{}", std::string(width + 2, '-'));
    fmt::print(out_, "+\n");
  }
  void PrintCells(const std::vector<std::string>& cells) {
    for (size_t i = 0; i < cells.size(); ++i) {
      const size_t width = i < widths_.size() ? widths_[i] : 0;
      const size_t used = DisplayWidth(cells[i]);
      fmt::print(out_, "| {}{} ", cells[i], std::string(width > used ? width - used : 0, ' '));
    }
    fmt::print(out_, "|\n");
  }

  std::FILE* const out_;
  bool updating_ = false;
  std::vector<std::string> names_;
  std::vector<size_t> widths_;
  std::vector<std::vector<std::string>> waiting_;
  size_t num_rows_ = 0;
};

/// One JSON object with every query's columns and rows when it ends.
class JsonPrinter final : public ResultPrinter {
 public:
  explicit JsonPrinter(std::FILE* out) : out_(out) {}
  void BeginQuery(uint32_t query, const Schema& schema, bool updating) override {
    text_ = fmt::format("{{\"query\":{},\"columns\":[", query);
    for (size_t i = 0; i < schema.size(); ++i) {
      text_ += i == 0 ? "{\"name\":" : ",{\"name\":";
      AppendJsonString(schema.fields[i].name, &text_);
      text_ += ",\"type\":";
      AppendJsonString(schema.type(i).ToString(), &text_);
      text_ += '}';
    }
    text_ += "],\"rows\":[";
    first_ = true;
  }
  void PrintRows(const std::vector<RowChange>& rows) override {
    for (const RowChange& row : rows) {
      text_ += fmt::format("{}{{\"op\":\"{}\",\"row\":{}}}", first_ ? "" : ",", row.op, row.row_json);
      first_ = false;
    }
  }
  void EndQuery() override {
    fmt::print(out_, "{}]}}\n", text_);
    std::fflush(out_);
  }
  void PrintError(const Status& error, int statement, const std::string& script) override {
    NdjsonPrinter(out_).PrintError(error, statement, script);
  }

 private:
  std::FILE* const out_;
  std::string text_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<ResultPrinter> ResultPrinter::Create(OutputFormat format, std::FILE* out) {
  switch (format) {
    case OutputFormat::kTable:
      return std::make_unique<TablePrinter>(out);
    case OutputFormat::kJson:
      return std::make_unique<JsonPrinter>(out);
    case OutputFormat::kNdjson:
      break;
  }
  return std::make_unique<NdjsonPrinter>(out);
}

}  // namespace millrace
