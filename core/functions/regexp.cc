#include "core/functions/regexp.h"

#include <re2/re2.h>

#include <memory>

#include "core/functions/function_entry.h"

namespace millrace {
namespace {

std::string_view ViewOf(re2::StringPiece piece) {
  return {piece.data(), piece.size()};
}

/// Adds a function whose second argument is a regular expression. `fn(Row&, const Regexp*)` gets null for
/// what is no pattern; one that RE2 cannot express is refused when it is constant.
template <class Fn>
void AddRegexp(FunctionFamily* family, std::string_view signature, std::string_view description,
               ArgumentRule rule, ResultRule result, Fn fn) {
  family->AddPrepared(
      signature, description, std::move(rule), std::move(result),
      [fn](const ResolvedCall&, std::span<const ArgumentInfo> arguments,
           const SessionSettings&) -> Result<Kernel> {
        if (arguments[1].literal == nullptr) {
          return RowKernel([fn](Row& row) { fn(row, Regexp::FindOrCompile(row.Text(1)).get()); });
        }
        RegexpPtr compiled;
        if (const std::optional<std::string> pattern = LiteralText(arguments[1])) {
          Result<RegexpPtr> made = Regexp::Compile(*pattern);
          if (!made.ok() && IsBeyondRe2(*pattern)) return made.status();
          if (made.ok()) compiled = *made;
        }
        return RowKernel([fn, compiled](Row& row) { fn(row, compiled.get()); });
      });
}

void Matches(Row& row, const Regexp* regexp) {
  if (regexp == nullptr || row.Text(1).empty()) return row.ReturnBool(false);
  re2::StringPiece match;
  row.ReturnBool(regexp->Find(row.Text(0), 0, 0, &match));
}

void Replace(Row& row, const Regexp* regexp) {
  if (regexp == nullptr) return row.ReturnNull();
  // The replacement is literal text: backslashes would be references to groups.
  std::string rewrite;
  for (char c : row.Text(2)) {
    if (c == '\\') rewrite += c;
    rewrite += c;
  }
  std::string& out = row.Scratch();
  out = row.Text(0);
  if (re2::RE2::GlobalReplace(&out, regexp->re2(), rewrite) == 0) return row.ReturnPart(0, row.Text(0));
  row.ReturnText(out);
}

constexpr int kGroupsMax = 32;

bool IsGroup(const Regexp& regexp, int64_t group) {
  return group >= 0 && group <= regexp.re2().NumberOfCapturingGroups() && group < kGroupsMax;
}

template <int kNumGroups>
void ExtractGroup(Row& row, const Regexp& regexp, int group) {
  re2::StringPiece groups[kNumGroups];
  if (!regexp.Find(row.Text(0), 0, group, groups) || groups[group].data() == nullptr) return row.ReturnNull();
  row.ReturnPart(0, ViewOf(groups[group]));
}

void Extract(Row& row, const Regexp* regexp) {
  // It is one of the first mostly, and clearing room for all costs as much as a match.
  constexpr int kFewGroups = 4;
  const int64_t group = row.num_arguments() > 2 ? row.Long(2) : 0;
  if (regexp == nullptr || !IsGroup(*regexp, group)) return row.ReturnNull();
  if (group < kFewGroups) return ExtractGroup<kFewGroups>(row, *regexp, static_cast<int>(group));
  ExtractGroup<kGroupsMax>(row, *regexp, static_cast<int>(group));
}

/// Calls `on_match(groups)` for each match from left to right, as Java's Matcher.find does.
template <class OnMatch>
void ForEachMatch(const Regexp& regexp, std::string_view text, int group, OnMatch on_match) {
  re2::StringPiece groups[kGroupsMax];
  for (size_t at = 0; at <= text.size() && regexp.Find(text, at, group, groups);) {
    on_match(groups);
    const auto end = static_cast<size_t>(groups[0].data() - text.data()) + groups[0].size();
    at = groups[0].empty() ? end + 1 : end;
  }
}

void ExtractAll(Row& row, const Regexp* regexp) {
  const int64_t group = row.num_arguments() > 2 ? row.Long(2) : 1;
  if (regexp == nullptr || !IsGroup(*regexp, group)) return row.ReturnNull();
  ColumnBuilder& found = row.builder().child(0);
  ForEachMatch(*regexp, row.Text(0), static_cast<int>(group), [&](const re2::StringPiece* groups) {
    groups[group].data() == nullptr ? found.AppendNull() : found.AppendString(ViewOf(groups[group]));
  });
  row.builder().AppendNested();
}

void Count(Row& row, const Regexp* regexp) {
  if (regexp == nullptr) return row.ReturnNull();
  int32_t count = 0;
  ForEachMatch(*regexp, row.Text(0), 0, [&](const re2::StringPiece*) { ++count; });
  row.ReturnInt(count);
}

void Instr(Row& row, const Regexp* regexp) {
  re2::StringPiece match;
  const std::string_view text = row.Text(0);
  if (regexp == nullptr) return row.ReturnNull();
  if (!regexp->Find(text, 0, 0, &match)) return row.ReturnInt(0);
  int32_t place = 1;
  for (const char* at = text.data(); at < match.data(); ++at) place += (*at & 0xc0) != 0x80;
  row.ReturnInt(place);
}

void Substring(Row& row, const Regexp* regexp) {
  re2::StringPiece match;
  if (regexp == nullptr || !regexp->Find(row.Text(0), 0, 0, &match)) return row.ReturnNull();
  row.ReturnPart(0, ViewOf(match));
}

}  // namespace

void AddRegexpFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "regexp");
  const ArgumentRule text_and_pattern{Takes::kString, Takes::kString};
  const ResultRule nullable_text = GivesNullable(DataType::String());
  AddRegexp(&family, "REGEXP(string, pattern)", "Whether a regular expression matches somewhere in the text",
            text_and_pattern, Gives(DataType::Boolean()), Matches);
  AddRegexp(&family, "REGEXP_REPLACE(string, pattern, replacement)", "The text with every match replaced",
            {Takes::kString, Takes::kString, Takes::kString}, nullable_text, Replace);
  AddRegexp(&family, "REGEXP_EXTRACT(string, pattern [, group])", "The group (0: all) of the first match",
            ArgumentRule(text_and_pattern).Optional({Takes::kInteger}), nullable_text, Extract);
  AddRegexp(&family, "REGEXP_EXTRACT_ALL(string, pattern [, group])",
            "The group (1 unless said) of every match",
            ArgumentRule(text_and_pattern).Optional({Takes::kInteger}),
            GivesNullable(DataType::Array(DataType::String())), ExtractAll);
  AddRegexp(&family, "REGEXP_COUNT(string, pattern)", "The number of matches", text_and_pattern,
            GivesNullable(DataType::Integer()), Count);
  AddRegexp(&family, "REGEXP_INSTR(string, pattern)", "The place (from 1) of the first match, 0 without one",
            text_and_pattern, GivesNullable(DataType::Integer()), Instr);
  AddRegexp(&family, "REGEXP_SUBSTR(string, pattern)", "The first match", text_and_pattern, nullable_text,
            Substring);
}

}  // namespace millrace
