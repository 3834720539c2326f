#include "sql/error_rendering.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::sql {
namespace {

constexpr size_t kLineBytesMax = 200;

/// Columns a text takes in a terminal, a tab as one.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string SourceExcerpt(const SourcePlace& place, std::string_view text) {
  const size_t at = std::min(place.offset, text.size());
  const size_t newline_before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const size_t begin = newline_before == std::string_view::npos ? 0 : newline_before + 1;
  const size_t end = std::min({text.find('\n', at), text.size(), begin + kLineBytesMax});
  if (at > end) return {};  // on a line too long to show
  std::string line(text.substr(begin, end - begin));
  std::replace(line.begin(), line.end(), '\t', ' ');
  const size_t marked = std::max<size_t>(1, Width(text.substr(at, std::min(place.length, end - at))));
  const std::string number = std::to_string(place.line);
  const std::string margin(number.size(), ' ');
  return fmt::format("\n{} |\n{} | {}\n{} | {}{}", margin, number, line, margin,
                     std::string(Width(text.substr(begin, at - begin)), ' '), std::string(marked, '^'));
}

}  // namespace

std::string RenderError(const Status& error, std::string_view text) {
  std::string rendered = fmt::format("{}: {}", FormatErrorNumber(error.code()), error.message());
  if (error.place()) {
    rendered += fmt::format("\n  at line {}, column {}", error.place()->line, error.place()->column);
    rendered += SourceExcerpt(*error.place(), text);
  }
  if (!error.suggestion().empty()) rendered += fmt::format("\n  {}", error.suggestion());
  return rendered;
}

}  // namespace millrace::sql
