#include "server/cli/result_printer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "core/descriptor/option_text.h"
#include "core/row/value_json.h"
#include "server/cli/live_table.h"
#include "server/cli/row_cells.h"
#include "sql/error_rendering.h"

namespace millrace {
namespace {

constexpr size_t kCellWidthMax = 60;

/// One JSON object a line, in order of emission.
class NdjsonPrinter final : public ResultPrinter {
 public:
  explicit NdjsonPrinter(std::FILE* out) : out_(out) {}
  void BeginQuery(uint32_t query, const Schema& schema, ResultMode mode) override { query_ = query; }
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

/// A bordered table; widths are fixed by the header and the first rows, so that rows can be printed as they
/// come. On a terminal an updating query is a table that changes in place.
class TablePrinter final : public ResultPrinter {
 public:
  explicit TablePrinter(std::FILE* out) : out_(out), is_terminal_(isatty(fileno(out)) != 0) {}

  void BeginQuery(uint32_t query, const Schema& schema, ResultMode mode) override {
    names_.clear();
    widths_.clear();
    num_rows_ = 0;
    const bool is_live = mode == ResultMode::kTable && is_terminal_;
    shows_op_ = mode != ResultMode::kAppend && !is_live;
    if (shows_op_) names_.push_back("op");
    for (const Field& field : schema.fields) names_.push_back(field.name);
    if (is_live) live_.emplace(out_, names_);
  }

  void PrintRows(const std::vector<RowChange>& rows) override {
    if (live_) return live_->Apply(rows);
    std::vector<std::vector<std::string>> printed;
    for (const RowChange& row : rows) {
      printed.push_back(CellsOf(row.row_json));
      if (shows_op_) printed.back().insert(printed.back().begin(), row.op);
    }
    if (!printed.empty()) Print(printed);
  }

  void EndQuery() override {
    if (live_) {
      live_->Finish();
      live_.reset();
      return;
    }
    if (widths_.empty()) Print({});
    fmt::print(out_, "{}{} row{}\n\n", RuleLine(widths_), num_rows_, num_rows_ == 1 ? "" : "s");
    std::fflush(out_);
  }

  void PrintError(const Status& error, int statement, const std::string& script) override {
    fmt::print(stderr, "{}\n", sql::RenderError(error, script));
  }

 private:
  void Print(const std::vector<std::vector<std::string>>& rows) {
    if (widths_.empty()) {
      widths_ = ColumnWidths(names_, rows, kCellWidthMax);
      const std::string rule = RuleLine(widths_);
      fmt::print(out_, "{}{}{}", rule, CellsLine(names_, widths_), rule);
    }
    for (const auto& cells : rows) fmt::print(out_, "{}", CellsLine(cells, widths_));
    num_rows_ += rows.size();
    std::fflush(out_);
  }

  std::FILE* const out_;
  const bool is_terminal_;
  bool shows_op_ = false;
  std::vector<std::string> names_;
  std::vector<size_t> widths_;
  size_t num_rows_ = 0;
  std::optional<LiveTable> live_;
};

/// One JSON object with every query's columns and rows when it ends.
class JsonPrinter final : public ResultPrinter {
 public:
  explicit JsonPrinter(std::FILE* out) : out_(out) {}
  void BeginQuery(uint32_t query, const Schema& schema, ResultMode mode) override {
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

ResultMode ResultModeOf(bool updating, std::string_view option) {
  if (!updating) return ResultMode::kAppend;
  return option.empty() || EqualsIgnoringCase(option, "TABLE") ? ResultMode::kTable : ResultMode::kChangelog;
}

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
