#include "sql/error_rendering.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sql/lexer/utf8.h"

namespace millrace::sql {
namespace {

constexpr size_t kShownCharactersMax = 120;
constexpr size_t kShownBeforeMax = 60;

struct Excerpt {
  std::string text;   // one line, tabs made blanks
  size_t before = 0;  // characters in front of the place
  size_t marked = 1;  // characters of the place
};

/// The characters of `line`, each with its bytes; a tab becomes one blank, so that columns keep their place.
std::vector<std::string_view> Characters(std::string_view line) {
  std::vector<std::string_view> characters;
  for (size_t i = 0; i < line.size();) {
    const size_t bytes = std::max<size_t>(1, DecodeUtf8(line.substr(i)).num_bytes);
    characters.push_back(line[i] == '\t' || line[i] == '\r' ? std::string_view(" ") : line.substr(i, bytes));
    i += bytes;
  }
  return characters;
}

/// Cuts the line that holds `place` down to what a terminal shows.
Excerpt CutExcerpt(std::string_view source, const SourcePlace& place) {
  const size_t previous = place.offset == 0 ? std::string_view::npos : source.rfind('\n', place.offset - 1);
  const size_t begin = previous == std::string_view::npos ? 0 : previous + 1;
  const size_t end = std::min(source.find('\n', place.offset), source.size());
  Excerpt excerpt;
  excerpt.before = Characters(source.substr(begin, place.offset - begin)).size();
  const size_t length = std::min(place.length, end - place.offset);
  excerpt.marked = std::max<size_t>(1, Characters(source.substr(place.offset, length)).size());
  const std::vector<std::string_view> line = Characters(source.substr(begin, end - begin));
  const bool cut_front = line.size() > kShownCharactersMax && excerpt.before > kShownBeforeMax;
  const size_t first = cut_front ? excerpt.before - kShownBeforeMax : 0;
  const size_t last = std::min(line.size(), first + kShownCharactersMax);
  if (first != 0) excerpt.text = "...";
  for (size_t i = first; i < last; ++i) excerpt.text += line[i];
  if (last != line.size()) excerpt.text += "...";
  const size_t room = last > excerpt.before ? last - excerpt.before : 1;
  excerpt.marked = std::min(excerpt.marked, room);
  excerpt.before = excerpt.before - first + (first != 0 ? 3 : 0);
  return excerpt;
}

}  // namespace

std::string RenderError(const Status& status, std::string_view source, std::string_view name) {
  std::string text = fmt::format("error {}: {}", FormatErrorNumber(status.code()), status.message());
  const auto& place = status.place();
  if (place && place->line > 0 && place->offset <= source.size()) {
    const Excerpt excerpt = CutExcerpt(source, *place);
    const std::string number = std::to_string(place->line);
    const std::string margin(number.size(), ' ');
    text +=
        fmt::format("\n{} --> {}{}{}:{}", margin, name, name.empty() ? "" : ":", place->line, place->column);
    text += fmt::format("\n{} | {}", number, excerpt.text);
    text += fmt::format("\n{} | {}{}", margin, std::string(excerpt.before, ' '),
                        std::string(excerpt.marked, '^'));
  }
  if (!status.suggestion().empty()) text += fmt::format("\nhelp: {}", status.suggestion());
  return text;
}

}  // namespace millrace::sql
