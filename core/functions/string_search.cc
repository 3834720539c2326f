#include <re2/re2.h>

#include <vector>

#include "core/expr/number_text.h"
#include "core/functions/function_entry.h"
#include "core/functions/regexp.h"
#include "core/functions/string_kernels.h"
#include "core/functions/utf8.h"

namespace millrace {
namespace {

/// The place (from 1) of the n-th occurrence at or after character `start` (from 1); 0 when there is none.
int32_t Locate(std::string_view search, std::string_view text, int64_t start, int64_t occurrence) {
  if (occurrence < 1) return 0;
  if (search.empty()) return 1;
  start = std::max<int64_t>(start, 1);
  const size_t from = ByteOfCharacter(text, static_cast<size_t>(start - 1));
  if (start > 1 && from == text.size() && static_cast<int64_t>(CountCharacters(text)) < start - 1) return 0;
  size_t found = text.find(search, from);
  for (; occurrence > 1 && found != std::string_view::npos; --occurrence) {
    found = found < text.size() ? text.find(search, found + Utf8Length(text, found)) : std::string_view::npos;
  }
  return found == std::string_view::npos ? 0
                                         : static_cast<int32_t>(CountCharacters(text.substr(0, found))) + 1;
}

int64_t LongOr(const Row& row, size_t argument, int64_t otherwise) {
  return row.num_arguments() > argument ? row.Long(argument) : otherwise;
}

void AddSplitIndex(FunctionFamily* family) {
  family->AddResolved(
      "SPLIT_INDEX(string, separator, index)", "The part of that index (from 0) between separators",
      [](std::span<const ArgumentInfo> arguments) -> Result<ResolvedCall> {
        if (arguments.size() != 3) return WrongArgumentCount("SPLIT_INDEX", arguments.size(), "3");
        const DataType types[] = {arguments[0].type, arguments[1].type, arguments[2].type};
        for (size_t i = 0; i < 3; ++i) {
          const bool is_null = types[i].kind() == TypeKind::kNull;
          const bool fits = i == 0   ? types[i].IsCharacter()
                            : i == 1 ? types[i].IsCharacter() || types[i].IsInteger()
                                     : types[i].IsInteger();
          if (!fits && !is_null)
            return WrongArgumentType("SPLIT_INDEX", i, types[i], i == 2 ? "an integer" : "a STRING");
        }
        return ResolvedCall{{types[0].IsCharacter() ? types[0] : DataType::String(),
                             types[1].IsInteger()     ? DataType::Bigint().WithNullable(types[1].nullable())
                             : types[1].IsCharacter() ? types[1]
                                                      : DataType::String(),
                             DataType::Bigint().WithNullable(types[2].nullable())},
                            DataType::String()};
      },
      [](const ResolvedCall& call, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        if (call.argument_types[1].IsCharacter()) return SplitIndexKernel();
        // The separator may be the number of a character.
        return RowKernel([](Row& row) {
          if (row.Long(1) < 0 || row.Long(1) > 255) return row.ReturnNull();
          std::string separator;
          AppendCharacter(static_cast<uint32_t>(row.Long(1)), &separator);
          const auto field = FieldOfIndex(row.Text(0), separator, row.Long(2));
          if (!field) return row.ReturnNull();
          row.ReturnPart(0, *field);
        });
      });
}

void Split(Row& row) {
  const std::string_view text = row.Text(0);
  const std::string_view separator = row.Text(1);
  ColumnBuilder& parts = row.builder().child(0);
  size_t at = 0;
  if (text.empty()) {
    // Nothing to split: no part.
  } else if (separator.empty()) {
    for (size_t length = 0; at < text.size(); at += length) {
      length = Utf8Length(text, at);
      parts.AppendString(text.substr(at, length));
    }
  } else {
    for (size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator, at)) {
      parts.AppendString(text.substr(at, end - at));
      at = end + separator.size();
    }
    parts.AppendString(text.substr(at));
  }
  row.builder().AppendNested();
}

/// The place and length of the first match of a delimiter, which is a regular expression.
class Delimiter {
 public:
  explicit Delimiter(std::string_view pattern) : pattern_(pattern) {
    if (pattern.find_first_of("\\.^$|()[]{}*+?") != std::string_view::npos)
      regexp_ = Regexp::FindOrCompile(pattern);
  }

  std::pair<size_t, size_t> Find(std::string_view text, size_t from) const {
    if (regexp_ == nullptr) return {text.find(pattern_, from), pattern_.size()};
    re2::StringPiece match;
    if (!regexp_->Find(text, from, 0, &match)) {
      return {std::string_view::npos, 0};
    }
    return {static_cast<size_t>(match.data() - text.data()), match.size()};
  }

 private:
  std::string_view pattern_;
  RegexpPtr regexp_;
};

void AppendEntry(std::string_view entry, const Delimiter& between,
                 std::vector<std::pair<std::string_view, std::optional<std::string_view>>>* entries) {
  const auto [at, length] = between.Find(entry, 0);
  const bool has_value = at != std::string_view::npos && length > 0;
  const std::string_view key = has_value ? entry.substr(0, at) : entry;
  std::optional<std::string_view> value;
  if (has_value) value = entry.substr(at + length);
  for (auto& [known, old] : *entries) {
    if (known == key) {
      old = value;
      return;
    }
  }
  entries->emplace_back(key, value);
}

void StrToMap(Row& row) {
  std::string_view text = row.Text(0);
  if (text.empty()) return row.builder().AppendNested();
  const Delimiter of_entries(row.num_arguments() > 1 ? row.Text(1) : ",");
  const Delimiter of_value(row.num_arguments() > 2 ? row.Text(2) : "=");
  std::vector<std::pair<std::string_view, std::optional<std::string_view>>> entries;
  while (true) {
    const auto [at, length] = of_entries.Find(text, 0);
    if (at == std::string_view::npos || length == 0) break;
    AppendEntry(text.substr(0, at), of_value, &entries);
    text.remove_prefix(at + length);
  }
  // Java's split drops an empty end.
  if (!text.empty() || entries.empty()) AppendEntry(text, of_value, &entries);
  for (const auto& [key, value] : entries) {
    row.builder().child(0).AppendString(key);
    value ? row.builder().child(1).AppendString(*value) : row.builder().child(1).AppendNull();
  }
  row.builder().AppendNested();
}

void Elt(Row& row) {
  if (row.IsNull(0)) return row.ReturnNull();
  const int64_t index = row.Long(0);
  if (index < 1 || index >= static_cast<int64_t>(row.num_arguments())) return row.ReturnNull();
  const auto argument = static_cast<size_t>(index);
  if (row.IsNull(argument)) return row.ReturnNull();
  row.ReturnPart(argument, row.Text(argument));
}

/// IS_ALPHA, IS_DIGIT: whether all characters of a text that is not empty pass.
void AddTextTest(FunctionFamily* family, const char* name, const char* description, void (*test)(Row&)) {
  family->AddResolved(
      std::string(name) + "(string)", description,
      [name](std::span<const ArgumentInfo> arguments) -> Result<ResolvedCall> {
        if (arguments.size() != 1) return WrongArgumentCount(name, arguments.size(), "1");
        const DataType& type = arguments[0].type;
        const bool is_text_or_null = type.IsCharacter() || type.kind() == TypeKind::kNull;
        if (!is_text_or_null && !type.IsNumeric())
          return WrongArgumentType(name, 0, type, "a STRING or number");
        // Numbers are tested as the text that they print as.
        return ResolvedCall{{type.IsCharacter() ? type : DataType::String().WithNullable(type.nullable())},
                            DataType::Boolean().NotNull()};
      },
      [test](const ResolvedCall&, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return RowKernel(test, OnNull::kCall);
      });
}

template <class Test>
void AddCharacterTest(FunctionFamily* family, const char* name, const char* description, Test) {
  AddTextTest(family, name, description, [](Row& row) {
    constexpr Test test{};
    if (row.IsNull(0)) return row.ReturnBool(false);
    const std::string_view text = row.Text(0);
    bool all = !text.empty();
    for (size_t at = 0, length = 0; at < text.size() && all; at += length) {
      all = test(DecodeCharacter(text, at, &length));
    }
    row.ReturnBool(all);
  });
}

void IsDecimal(Row& row) {
  if (row.IsNull(0)) return row.ReturnBool(false);
  const std::string_view text = row.Text(0);
  const bool has_digit = text.find_first_of("0123456789") != std::string_view::npos;
  row.ReturnBool(has_digit && ParseJavaDouble(text).has_value());
}

}  // namespace

void AddStringSearchFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "string");
  const ResultRule number = Gives(DataType::Integer());
  family.Add("POSITION(search, string [, start])",
             "The place of a text in another, from 1; 0 when it is not there",
             ArgumentRule{Takes::kString, Takes::kString}.Optional({Takes::kInteger}), number,
             [](Row& row) { row.ReturnInt(Locate(row.Text(0), row.Text(1), LongOr(row, 2, 1), 1)); });
  family.Add("LOCATE(search, string [, start])",
             "The place of a text in another, from 1; 0 when it is not there",
             ArgumentRule{Takes::kString, Takes::kString}.Optional({Takes::kInteger}), number,
             [](Row& row) { row.ReturnInt(Locate(row.Text(0), row.Text(1), LongOr(row, 2, 1), 1)); });
  family.Add("INSTR(string, search [, start [, occurrence]])",
             "The place of a text in another, from 1; 0 when it is not there",
             ArgumentRule{Takes::kString, Takes::kString}.Optional({Takes::kInteger, Takes::kInteger}),
             number, [](Row& row) {
               row.ReturnInt(Locate(row.Text(1), row.Text(0), LongOr(row, 2, 1), LongOr(row, 3, 1)));
             });
  family.Add("STARTSWITH(string, prefix)", "Whether a text begins with another",
             {Takes::kBytes, Takes::kBytes}, Gives(DataType::Boolean()),
             [](Row& row) { row.ReturnBool(row.Text(0).starts_with(row.Text(1))); });
  family.Add("ENDSWITH(string, suffix)", "Whether a text ends with another", {Takes::kBytes, Takes::kBytes},
             Gives(DataType::Boolean()),
             [](Row& row) { row.ReturnBool(row.Text(0).ends_with(row.Text(1))); });
  AddSplitIndex(&family);
  family.Add("SPLIT(string, separator)", "The parts between separators as an array",
             {Takes::kString, Takes::kString}, Gives(DataType::Array(DataType::String())), Split);
  family.Add("STR_TO_MAP(string [, entry_delimiter [, value_delimiter]])",
             "A map of the text's key=value entries",
             ArgumentRule{Takes::kString}.Optional({Takes::kString, Takes::kString}),
             GivesNullable(DataType::Map(DataType::String(), DataType::String())), StrToMap);
  family.Add(
      "ELT(index, string, ...)", "The text of that index (from 1)",
      ArgumentRule{Takes::kInteger, Takes::kBytes}.Repeated(Takes::kBytes),
      [](std::span<const DataType> types) -> Result<DataType> {
        return types[1].IsBinary() ? DataType::Bytes() : DataType::String();
      },
      Elt, OnNull::kCall);
  AddCharacterTest(&family, "IS_ALPHA", "Whether all characters are letters", [](uint32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= 0xc0 && c != 0xd7 && c != 0xf7 && (c < 0x2000 || c > 0x2bff));
  });
  AddCharacterTest(&family, "IS_DIGIT", "Whether all characters are digits",
                   [](uint32_t c) { return c >= '0' && c <= '9'; });
  AddTextTest(&family, "IS_DECIMAL", "Whether the text is a number", IsDecimal);
}

}  // namespace millrace
