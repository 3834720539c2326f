#include "operators/formats/csv/csv_options.h"

#include <cstdlib>
#include <string_view>

#include "core/descriptor/error_codes.h"

namespace millrace {
namespace {

Status BadValue(const std::string& key, const std::string& value, const std::string& problem,
                const std::string& suggestion) {
  return Status(kBadOptionValue, "option '" + key + "' of format csv " + problem + ": '" + value + "'")
      .WithSuggestion(suggestion);
}

/// Java's escapes: \t, \n, \\, \u0001, ...
std::string UnescapeJava(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain.push_back(text[i]);
      continue;
    }
    static constexpr std::string_view kNames = "tnrbf";
    static constexpr std::string_view kValues = "\t\n\r\b\f";
    const char c = text[++i];
    if (const size_t at = kNames.find(c); at != std::string_view::npos) {
      plain.push_back(kValues[at]);
    } else if (c == 'u' && i + 4 < text.size()) {
      plain.push_back(static_cast<char>(std::strtol(text.substr(i + 1, 4).c_str(), nullptr, 16)));
      i += 4;
    } else {
      plain.push_back(c);
    }
  }
  return plain;
}

Result<char> OneCharacter(const Options& options, const std::string& key, const std::string& otherwise) {
  const std::string value = OptionOr(options, key, otherwise);
  const std::string plain = key == "field-delimiter" ? UnescapeJava(value) : value;
  if (plain.size() == 1 && static_cast<signed char>(plain[0]) >= 0) return plain[0];
  return BadValue(key, value, "must be one ASCII character", "use ',' or '\\t', for example");
}

}  // namespace

Result<CsvOptions> CsvOptions::From(const Options& options) {
  CsvOptions result;
  ASSIGN_OR_RETURN(result.field_delimiter, OneCharacter(options, "field-delimiter", ","));
  ASSIGN_OR_RETURN(const bool no_quotes, ParseBoolean(OptionOr(options, "disable-quote-character", "false")));
  if (no_quotes && options.count("quote-character") > 0) {
    return Status(kBadOptionValue,
                  "options 'quote-character' and 'disable-quote-character' of format csv contradict "
                  "each other")
        .WithSuggestion("leave one of them out");
  }
  ASSIGN_OR_RETURN(const char quote, OneCharacter(options, "quote-character", "\""));
  result.quote = no_quotes ? std::nullopt : std::optional(quote);
  if (options.count("escape-character") > 0) {
    ASSIGN_OR_RETURN(result.escape, OneCharacter(options, "escape-character", ""));
  }
  if (result.quote == result.field_delimiter) {
    return BadValue("quote-character", std::string(1, quote), "is the field delimiter too",
                    "use another character");
  }
  ASSIGN_OR_RETURN(result.allow_comments, ParseBoolean(OptionOr(options, "allow-comments", "false")));
  ASSIGN_OR_RETURN(result.ignore_parse_errors,
                   ParseBoolean(OptionOr(options, "ignore-parse-errors", "false")));
  result.element_delimiter = OptionOr(options, "array-element-delimiter", ";");
  if (result.element_delimiter.empty()) {
    return BadValue("array-element-delimiter", "", "must not be empty", "use ';' or '|', for example");
  }
  if (const auto found = options.find("null-literal"); found != options.end())
    result.null_literal = found->second;
  ASSIGN_OR_RETURN(result.scientific_decimals,
                   ParseBoolean(OptionOr(options, "write-bigdecimal-in-scientific-notation", "true")));
  return result;
}

std::vector<OptionDescriptor> CsvOptionDescriptors() {
  using Type = OptionType;
  return {
      {"field-delimiter",
       Type::kString,
       ",",
       false,
       "The character between fields; backslash escapes such as '\\t' are understood.",
       {}},
      {"disable-quote-character", Type::kBoolean, "false", false, "Whether no character quotes fields.", {}},
      {"quote-character",
       Type::kString,
       "\"",
       false,
       "The character around fields that contain delimiters; inside it is written twice.",
       {}},
      {"allow-comments",
       Type::kBoolean,
       "false",
       false,
       "Whether records that begin with '#' are skipped.",
       {}},
      {"ignore-parse-errors",
       Type::kBoolean,
       "false",
       false,
       "Whether fields that do not fit or are missing become NULL and records that cannot be split are "
       "skipped, instead of "
       "failing.",
       {}},
      {"array-element-delimiter",
       Type::kString,
       ";",
       false,
       "The text between the elements of an array or the fields of a row inside a field.",
       {}},
      {"escape-character",
       Type::kString,
       "",
       false,
       "The character that takes the next one literally (or as \\n, \\t, \\r); none by default.",
       {}},
      {"null-literal", Type::kString, "", false, "The text that stands for NULL; none by default.", {}},
      {"write-bigdecimal-in-scientific-notation",
       Type::kBoolean,
       "true",
       false,
       "Whether decimals may be written with exponents (1E+2 for 100).",
       {}},
  };
}

}  // namespace millrace
