#include <fmt/format.h>

#include <memory>

#include "core/functions/function_entry.h"
#include "core/functions/like_pattern.h"
#include "core/functions/regexp.h"

namespace millrace {
namespace {

/// The ESCAPE argument of a row, which is one byte long.
Result<std::optional<char>> EscapeOf(size_t num_arguments, std::string_view text) {
  if (num_arguments < 3) return std::optional<char>();
  if (text.size() != 1) {
    return Status(kInvalidArgument, fmt::format("ESCAPE takes one character: {}", text));
  }
  return std::optional<char>(text[0]);
}

/// Prepares `compile(pattern, escape) -> Result<Matcher>` for constant patterns, else calls it for every row.
/// Matcher is copyable and says whether a text matches.
template <class Compile>
Result<Kernel> PreparePattern(std::span<const ArgumentInfo> arguments, Compile compile) {
  const std::optional<std::string> pattern = LiteralText(arguments[1]);
  const std::optional<std::string> escape = arguments.size() > 2 ? LiteralText(arguments[2]) : std::string();
  if (pattern && escape) {
    ASSIGN_OR_RETURN(const std::optional<char> escape_char, EscapeOf(arguments.size(), *escape));
    ASSIGN_OR_RETURN(auto matcher, compile(*pattern, escape_char));
    return RowKernel([matcher](Row& row) { row.ReturnBool(matcher(row.Text(0))); });
  }
  return RowKernel([compile](Row& row) {
    const auto escape_char = EscapeOf(row.num_arguments(), row.num_arguments() > 2 ? row.Text(2) : "");
    if (!escape_char.ok()) return row.Fail(kInvalidArgument, escape_char.status().message());
    const auto matcher = compile(row.Text(1), *escape_char);
    if (!matcher.ok()) return row.Fail(kInvalidArgument, matcher.status().message());
    row.ReturnBool((*matcher)(row.Text(0)));
  });
}

using Matcher = std::function<bool(std::string_view)>;

Result<Matcher> CompileLike(std::string_view pattern, std::optional<char> escape) {
  ASSIGN_OR_RETURN(LikePattern compiled, LikePattern::Compile(pattern, escape));
  return Matcher([like = std::make_shared<const LikePattern>(std::move(compiled))](std::string_view text) {
    return like->Matches(text);
  });
}

Result<Matcher> CompileSimilar(std::string_view pattern, std::optional<char> escape) {
  ASSIGN_OR_RETURN(const std::string regexp,
                   SimilarToRegexp(pattern, escape.value_or('\0'), escape.has_value()));
  ASSIGN_OR_RETURN(RegexpPtr compiled, Regexp::Compile(regexp));
  return Matcher(
      [compiled = std::move(compiled)](std::string_view text) { return compiled->MatchesAll(text); });
}

}  // namespace

void AddPatternOperators(FunctionRegistry* registry) {
  FunctionFamily family(registry, "comparison");
  family.AddPrepared("LIKE", "Whether a text has the form of a pattern with % and _",
                     ArgumentRule{Takes::kString, Takes::kString}.Optional({Takes::kString}),
                     Gives(DataType::Boolean()),
                     [](const ResolvedCall&, std::span<const ArgumentInfo> arguments,
                        const SessionSettings&) { return PreparePattern(arguments, CompileLike); });
  family.AddPrepared("SIMILAR TO", "Whether a text has the form of an SQL regular expression",
                     ArgumentRule{Takes::kString, Takes::kString}.Optional({Takes::kString}),
                     Gives(DataType::Boolean()),
                     [](const ResolvedCall&, std::span<const ArgumentInfo> arguments,
                        const SessionSettings&) { return PreparePattern(arguments, CompileSimilar); });
}

}  // namespace millrace
