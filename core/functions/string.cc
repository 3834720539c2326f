#include <algorithm>

#include "core/functions/function_entry.h"
#include "core/functions/string_kernels.h"
#include "core/functions/utf8.h"

namespace millrace {
namespace {

/// Longer results would only exhaust memory.
constexpr size_t kResultBytesMax = 64 << 20;

void ReturnBounded(Row& row, size_t size_bytes, auto build) {
  if (size_bytes > kResultBytesMax) return row.Fail(kInvalidArgument, "Text of more than 64 MiB");
  std::string& text = row.Scratch();
  build(text);
  row.ReturnText(text);
}

/// The characters of `text` from `position` (from 1, negative from the end) on, at most `length`; nullopt for
/// a negative length.
std::optional<std::string_view> Substring(std::string_view text, int64_t position, int64_t length) {
  if (length < 0) return std::nullopt;
  if (position < 0) {
    const auto num_characters = static_cast<int64_t>(CountCharacters(text));
    if (-position > num_characters) return std::string_view();
    position = num_characters + position + 1;
  }
  const auto first = static_cast<size_t>(position > 0 ? position - 1 : 0);
  if (first >= text.size()) return std::string_view();
  return Characters(text, first, static_cast<size_t>(length));
}

void ReturnSubstring(Row& row, int64_t length) {
  const auto part = Substring(row.Text(0), row.Long(1), length);
  if (!part) return row.ReturnNull();
  row.ReturnPart(0, *part);
}

bool IsOneOf(std::string_view character, std::string_view characters) {
  for (size_t at = 0; at < characters.size(); at += Utf8Length(characters, at)) {
    if (characters.substr(at, Utf8Length(characters, at)) == character) return true;
  }
  return false;
}

std::string_view TrimLeft(std::string_view text, std::string_view characters) {
  while (!text.empty() && IsOneOf(text.substr(0, Utf8Length(text, 0)), characters)) {
    text.remove_prefix(Utf8Length(text, 0));
  }
  return text;
}

std::string_view TrimRight(std::string_view text, std::string_view characters) {
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xc0) == 0x80) --last;
    if (!IsOneOf(text.substr(last), characters)) break;
    text = text.substr(0, last);
  }
  return text;
}

/// TRIM(s) or TRIM('BOTH' | 'LEADING' | 'TRAILING', characters, s).
void Trim(Row& row) {
  if (row.num_arguments() == 1) return row.ReturnPart(0, TrimRight(TrimLeft(row.Text(0), " "), " "));
  if (row.num_arguments() == 2)
    return row.ReturnPart(0, TrimRight(TrimLeft(row.Text(0), row.Text(1)), row.Text(1)));
  std::string_view text = row.Text(2);
  if (row.Text(0) != "TRAILING") text = TrimLeft(text, row.Text(1));
  if (row.Text(0) != "LEADING") text = TrimRight(text, row.Text(1));
  row.ReturnPart(2, text);
}

std::string_view TrimCharacters(const Row& row) {
  return row.num_arguments() > 1 ? row.Text(1) : std::string_view(" ");
}

void Pad(Row& row, bool left) {
  const std::string_view text = row.Text(0);
  const int64_t length = row.Long(1);
  const std::string_view pad = row.Text(2);
  if (length < 0 || pad.empty()) return row.ReturnNull();
  const auto num_characters = static_cast<int64_t>(CountCharacters(text));
  if (num_characters >= length) return row.ReturnPart(0, Characters(text, 0, static_cast<size_t>(length)));
  const auto missing = static_cast<size_t>(length - num_characters);
  ReturnBounded(row, text.size() + missing, [&](std::string& out) {
    if (!left) out += text;
    const size_t pad_characters = CountCharacters(pad);
    for (size_t i = 0; i < missing / pad_characters; ++i) out += pad;
    out += Characters(pad, 0, missing % pad_characters);
    if (left) out += text;
  });
}

void Overlay(Row& row) {
  const std::string_view text = row.Text(0);
  const std::string_view replacement = row.Text(1);
  const int64_t start = row.Long(2);
  const auto num_characters = static_cast<int64_t>(CountCharacters(text));
  const int64_t length =
      row.num_arguments() > 3 ? row.Long(3) : static_cast<int64_t>(CountCharacters(replacement));
  if (start <= 0 || start > num_characters) return row.ReturnPart(0, text);
  std::string& out = row.Scratch();
  out += Characters(text, 0, static_cast<size_t>(start - 1));
  out += replacement;
  const int64_t rest = start - 1 + std::min(length, num_characters);
  if (length >= 0 && rest < num_characters)
    out += text.substr(ByteOfCharacter(text, static_cast<size_t>(rest)));
  row.ReturnText(out);
}

void Translate(Row& row) {
  if (row.IsNull(0) || row.IsNull(1)) return row.ReturnNull();
  const std::string_view text = row.Text(0);
  const std::string_view from = row.Text(1);
  const std::string_view to = row.IsNull(2) ? std::string_view() : row.Text(2);
  std::string& out = row.Scratch();
  for (size_t at = 0, length = 0; at < text.size(); at += length) {
    length = Utf8Length(text, at);
    const std::string_view character = text.substr(at, length);
    size_t index = 0;
    size_t from_at = 0;
    while (from_at < from.size() && from.substr(from_at, Utf8Length(from, from_at)) != character) {
      from_at += Utf8Length(from, from_at);
      ++index;
    }
    out += from_at == from.size() ? character : Characters(to, index, 1);
  }
  row.ReturnText(out);
}

/// Words are runs of ASCII letters and digits: the first in upper case, the others in lower case.
void InitCap(Row& row) {
  std::string& out = row.Scratch();
  bool in_word = false;
  for (char c : row.Text(0)) {
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_lower && !in_word) c = static_cast<char>(c - 32);
    if (is_upper && in_word) c = static_cast<char>(c + 32);
    in_word = is_lower || is_upper || (c >= '0' && c <= '9');
    out += c;
  }
  row.ReturnText(out);
}

void Reverse(Row& row) {
  const std::string_view text = row.Text(0);
  std::string& out = row.Scratch();
  out.resize(text.size());
  size_t end = text.size();
  for (size_t at = 0, length = 0; at < text.size(); at += length) {
    length = Utf8Length(text, at);
    end -= length;
    text.copy(out.data() + end, length, at);
  }
  row.ReturnText(out);
}

void Repeat(Row& row) {
  const std::string_view text = row.Text(0);
  const auto count = static_cast<size_t>(std::max<int64_t>(row.Long(1), 0));
  if (text.empty() || count == 0) return row.ReturnText("");
  ReturnBounded(row, count > kResultBytesMax ? count : text.size() * count, [&](std::string& out) {
    for (size_t i = 0; i < count; ++i) out += text;
  });
}

void Concat(Row& row) {
  std::string& out = row.Scratch();
  for (size_t i = 0; i < row.num_arguments(); ++i) out += row.Text(i);
  row.ReturnText(out);
}

void ConcatWithSeparator(Row& row) {
  if (row.IsNull(0)) return row.ReturnNull();
  std::string& out = row.Scratch();
  bool first = true;
  for (size_t i = 1; i < row.num_arguments(); ++i) {
    if (row.IsNull(i)) continue;
    if (!first) out += row.Text(0);
    out += row.Text(i);
    first = false;
  }
  row.ReturnText(out);
}

void Left(Row& row) {
  row.ReturnPart(0, Characters(row.Text(0), 0, static_cast<size_t>(std::max<int64_t>(row.Long(1), 0))));
}

void Right(Row& row) {
  const std::string_view text = row.Text(0);
  const auto wanted = static_cast<size_t>(std::max<int64_t>(row.Long(1), 0));
  const size_t num_characters = CountCharacters(text);
  row.ReturnPart(0, Characters(text, num_characters > wanted ? num_characters - wanted : 0, wanted));
}

int SumOfLengths(const DataType& a, const DataType& b) {
  return static_cast<int>(std::min<int64_t>(int64_t{a.length()} + b.length(), DataType::kMaxLength));
}

/// `||` also joins binary strings. Fixed lengths stay fixed.
Result<DataType> ConcatType(std::span<const DataType> types) {
  const DataType& a = types[0];
  const DataType& b = types[1];
  if (a.IsBinary() != b.IsBinary()) return WrongArgumentType("||", 1, b, a.ToStringWithoutNullability());
  const int length = SumOfLengths(a, b);
  const bool nullable = a.nullable() || b.nullable();
  if (a.IsBinary()) {
    const bool fixed = a.kind() == TypeKind::kBinary && b.kind() == TypeKind::kBinary;
    return (fixed ? DataType::Binary(length) : DataType::Varbinary(length)).WithNullable(nullable);
  }
  const bool fixed = a.kind() == TypeKind::kChar && b.kind() == TypeKind::kChar;
  return (fixed ? DataType::Char(length) : DataType::Varchar(length)).WithNullable(nullable);
}

/// VARCHAR of the length of the text argument, which is the last of three (TRIM) or else the first.
Result<DataType> PartType(std::span<const DataType> types) {
  bool nullable = false;
  for (const DataType& type : types) nullable = nullable || type.nullable();
  const bool is_trim = types.size() == 3 && types[2].IsCharacter();
  return DataType::Varchar(types[is_trim ? 2 : 0].length()).WithNullable(nullable);
}
Result<DataType> NullablePartType(std::span<const DataType> types) {
  return DataType::Varchar(types[0].length());
}

Result<DataType> OverlayType(std::span<const DataType> types) {
  bool nullable = false;
  for (const DataType& type : types) nullable = nullable || type.nullable();
  return DataType::Varchar(SumOfLengths(types[0], types[1])).WithNullable(nullable);
}

}  // namespace

void AddStringFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "string");
  const ResultRule text = Gives(DataType::String());
  family.Add("||", "Two texts, one behind the other", {Takes::kBytes, Takes::kBytes}, ConcatType, Concat);
  family.Add("CONCAT(string, ...)", "The texts, one behind the other; NULL when one is NULL",
             ArgumentRule{Takes::kString}.Repeated(Takes::kString), text, Concat);
  family.Add(
      "CONCAT_WS(separator, string, ...)", "The texts that are not NULL with the separator between them",
      ArgumentRule{Takes::kString}.Repeated(Takes::kString),
      [](std::span<const DataType> types) -> Result<DataType> {
        return DataType::String().WithNullable(types[0].nullable());
      },
      ConcatWithSeparator, OnNull::kCall);
  family.AddKernel("CHAR_LENGTH(string)", "The number of characters", {Takes::kString},
                   Gives(DataType::Integer()), CharLengthKernel());
  family.AddAlias("CHARACTER_LENGTH", "CHAR_LENGTH");
  family.AddAlias("LENGTH", "CHAR_LENGTH");
  family.Add("OCTET_LENGTH(string)", "The number of bytes", {Takes::kBytes}, Gives(DataType::Integer()),
             [](Row& row) { row.ReturnInt(static_cast<int32_t>(row.Text(0).size())); });
  family.AddKernel("UPPER(string)", "The text in upper case", {Takes::kString}, GivesArgument(0),
                   UpperKernel());
  family.AddAlias("UCASE", "UPPER");
  family.AddKernel("LOWER(string)", "The text in lower case", {Takes::kString}, GivesArgument(0),
                   LowerKernel());
  family.AddAlias("LCASE", "LOWER");
  family.Add("INITCAP(string)", "Each word begins in upper case and goes on in lower case", {Takes::kString},
             GivesArgument(0), InitCap);
  family.Add("REVERSE(string)", "The characters in reverse order", {Takes::kString},
             GivesNullable(DataType::String()), Reverse);
  family.Add("TRIM(string)", "Without blanks (or other characters) at both ends",
             ArgumentRule{Takes::kString}.Optional({Takes::kString, Takes::kString}), PartType, Trim);
  family.Add("BTRIM(string [, characters])", "Without blanks (or other characters) at both ends",
             ArgumentRule{Takes::kString}.Optional({Takes::kString}), text, Trim);
  family.Add("LTRIM(string [, characters])", "Without blanks (or other characters) at the beginning",
             ArgumentRule{Takes::kString}.Optional({Takes::kString}), PartType,
             [](Row& row) { row.ReturnPart(0, TrimLeft(row.Text(0), TrimCharacters(row))); });
  family.Add("RTRIM(string [, characters])", "Without blanks (or other characters) at the end",
             ArgumentRule{Takes::kString}.Optional({Takes::kString}), PartType,
             [](Row& row) { row.ReturnPart(0, TrimRight(row.Text(0), TrimCharacters(row))); });
  family.Add("SUBSTRING(string, start [, length])", "The part from a character (counted from 1) on",
             ArgumentRule{Takes::kString, Takes::kInteger}.Optional({Takes::kInteger}), NullablePartType,
             [](Row& row) { ReturnSubstring(row, row.num_arguments() > 2 ? row.Long(2) : INT64_MAX); });
  family.AddAlias("SUBSTR", "SUBSTRING");
  family.Add("LEFT(string, length)", "The first characters", {Takes::kString, Takes::kInteger},
             NullablePartType, Left);
  family.Add("RIGHT(string, length)", "The last characters", {Takes::kString, Takes::kInteger},
             NullablePartType, Right);
  family.Add("LPAD(string, length, pad)", "The text filled up on the left, or cut, to a length",
             {Takes::kString, Takes::kInteger, Takes::kString}, GivesNullable(DataType::String()),
             [](Row& row) { Pad(row, true); });
  family.Add("RPAD(string, length, pad)", "The text filled up on the right, or cut, to a length",
             {Takes::kString, Takes::kInteger, Takes::kString}, GivesNullable(DataType::String()),
             [](Row& row) { Pad(row, false); });
  family.Add("REPEAT(string, count)", "The text several times", {Takes::kString, Takes::kInteger}, text,
             Repeat);
  family.AddKernel("REPLACE(string, search, replacement)",
                   "The text with every occurrence of another replaced",
                   {Takes::kString, Takes::kString, Takes::kString}, text, ReplaceKernel());
  family.Add("OVERLAY(string, replacement, start [, length])", "The text with a part replaced",
             ArgumentRule{Takes::kString, Takes::kString, Takes::kInteger}.Optional({Takes::kInteger}),
             OverlayType, Overlay);
  family.Add("TRANSLATE(string, from, to)",
             "The text with each character of one list replaced by that of another",
             {Takes::kString, Takes::kString, Takes::kString}, text, Translate, OnNull::kCall);
}

}  // namespace millrace
