#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/functions/function_entry.h"
#include "core/functions/utf8.h"

namespace millrace {
namespace {

enum class Charset { kAscii, kLatin1, kUtf8, kUtf16, kUtf16BigEndian, kUtf16LittleEndian };

std::optional<Charset> FindCharset(std::string_view name) {
  std::string upper;
  AppendUpper(name, &upper);
  if (upper == "US-ASCII" || upper == "ASCII") return Charset::kAscii;
  if (upper == "ISO-8859-1" || upper == "LATIN1") return Charset::kLatin1;
  if (upper == "UTF-8" || upper == "UTF8") return Charset::kUtf8;
  if (upper == "UTF-16") return Charset::kUtf16;
  if (upper == "UTF-16BE") return Charset::kUtf16BigEndian;
  if (upper == "UTF-16LE") return Charset::kUtf16LittleEndian;
  return std::nullopt;
}

void AppendUnit(uint32_t unit, bool little, std::string* out) {
  *out += static_cast<char>(little ? unit & 0xff : unit >> 8);
  *out += static_cast<char>(little ? unit >> 8 : unit & 0xff);
}

std::string EncodeText(std::string_view text, Charset charset) {
  if (charset == Charset::kUtf8) return std::string(text);
  const bool little = charset == Charset::kUtf16LittleEndian;
  std::string out;
  if (charset == Charset::kUtf16) out = "\xfe\xff";
  for (size_t at = 0, length = 0; at < text.size(); at += length) {
    const uint32_t c = DecodeCharacter(text, at, &length);
    if (charset == Charset::kAscii || charset == Charset::kLatin1) {
      out += c < (charset == Charset::kAscii ? 0x80u : 0x100u) ? static_cast<char>(c) : '?';
    } else if (c < 0x10000) {
      AppendUnit(c, little, &out);
    } else {
      AppendUnit(0xd800 + ((c - 0x10000) >> 10), little, &out);
      AppendUnit(0xdc00 + ((c - 0x10000) & 0x3ff), little, &out);
    }
  }
  return out;
}

std::string DecodeBytes(std::string_view bytes, Charset charset) {
  if (charset == Charset::kUtf8) return std::string(bytes);
  std::string out;
  if (charset == Charset::kAscii || charset == Charset::kLatin1) {
    for (char byte : bytes) {
      const auto c = static_cast<unsigned char>(byte);
      AppendCharacter(charset == Charset::kAscii && c >= 0x80 ? 0xfffd : c, &out);
    }
    return out;
  }
  bool little = charset == Charset::kUtf16LittleEndian;
  size_t at = 0;
  if (charset == Charset::kUtf16 && bytes.size() >= 2) {
    little = bytes.starts_with("\xff\xfe");
    if (little || bytes.starts_with("\xfe\xff")) at = 2;
  }
  const auto unit_at = [&](size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<uint32_t>(little ? second << 8 | first : first << 8 | second);
  };
  while (at + 1 < bytes.size()) {
    uint32_t c = unit_at(at);
    at += 2;
    if (c >= 0xd800 && c < 0xdc00 && at + 1 < bytes.size()) {
      c = 0x10000 + ((c - 0xd800) << 10) + (unit_at(at) - 0xdc00);
      at += 2;
    }
    AppendCharacter(c, &out);
  }
  return out;
}

template <class Convert>
void WithCharset(Row& row, Convert convert) {
  const auto charset = FindCharset(row.Text(1));
  if (!charset) return row.Fail(kInvalidArgument, fmt::format("Unknown character set: {}", row.Text(1)));
  row.ReturnText(convert(row.Text(0), *charset));
}

void AppendHex(std::string_view bytes, std::string* out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (char byte : bytes) {
    *out += kDigits[static_cast<unsigned char>(byte) >> 4];
    *out += kDigits[byte & 15];
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void Unhex(Row& row) {
  const std::string_view text = row.Text(0);
  std::string& out = row.Scratch();
  int high = text.size() % 2 == 1 ? 0 : -1;  // an odd number of digits begins with a 0
  for (char c : text) {
    const int digit = HexDigit(c);
    if (digit < 0) return row.ReturnNull();
    if (high < 0) {
      high = digit;
    } else {
      out += static_cast<char>(high << 4 | digit);
      high = -1;
    }
  }
  row.ReturnText(out);
}

void ReturnUnsigned(Row& row, int base) {
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), static_cast<uint64_t>(row.Long(0)), base).ptr;
  std::transform(buffer, end, buffer, [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  row.ReturnText({buffer, static_cast<size_t>(end - buffer)});
}

void AddHex(FunctionFamily* family) {
  family->AddResolved(
      "HEX(number or string)", "A number, or each byte of a text, in hexadecimal digits",
      [](std::span<const ArgumentInfo> arguments) -> Result<ResolvedCall> {
        if (arguments.size() != 1) return WrongArgumentCount("HEX", arguments.size(), "1");
        const DataType& type = arguments[0].type;
        if (type.IsInteger()) {
          return ResolvedCall{{DataType::Bigint().WithNullable(type.nullable())},
                              DataType::String().WithNullable(type.nullable())};
        }
        if (!type.IsCharacter() && !type.IsBinary())
          return WrongArgumentType("HEX", 0, type, "an integer or a STRING");
        return ResolvedCall{{type}, DataType::String().WithNullable(type.nullable())};
      },
      [](const ResolvedCall& call, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        if (call.argument_types[0].IsInteger()) return RowKernel([](Row& row) { ReturnUnsigned(row, 16); });
        return RowKernel([](Row& row) {
          std::string& out = row.Scratch();
          AppendHex(row.Text(0), &out);
          row.ReturnText(out);
        });
      });
}

/// A number of one base in another one; a negative target base means a signed result. NULL for what is no
/// number.
void Conv(Row& row) {
  const int64_t from = row.Long(1);
  const int64_t to = row.Long(2);
  if (from < 2 || from > 36 || std::abs(to) < 2 || std::abs(to) > 36) return row.ReturnNull();
  std::string_view text = row.Text(0);
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, static_cast<int>(from));
  if (end == text.data() || text.empty()) return row.ReturnNull();
  if (error == std::errc::result_out_of_range) value = UINT64_MAX;
  if (negative) value = 0 - value;
  char buffer[72];
  char* const last = buffer + sizeof(buffer);
  char* out = to < 0 ? std::to_chars(buffer, last, static_cast<int64_t>(value), static_cast<int>(-to)).ptr
                     : std::to_chars(buffer, last, value, static_cast<int>(to)).ptr;
  std::transform(buffer, out, buffer, [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  row.ReturnText({buffer, static_cast<size_t>(out - buffer)});
}

void Chr(Row& row) {
  if (row.Long(0) < 0) return row.ReturnText("");
  std::string out;
  AppendCharacter(static_cast<uint32_t>(row.Long(0) & 0xff), &out);
  row.ReturnText(out);
}

void FromBase64(Row& row) {
  const std::string_view text = row.Text(0);
  std::string& out = row.Scratch();
  if (!absl::Base64Unescape(absl::string_view(text.data(), text.size()), &out)) {
    return row.Fail(kInvalidArgument, fmt::format("Invalid base 64: {}", text));
  }
  row.ReturnText(out);
}

void ToBase64(Row& row) {
  const std::string_view text = row.Text(0);
  std::string& out = row.Scratch();
  absl::Base64Escape(absl::string_view(text.data(), text.size()), &out);
  row.ReturnText(out);
}

}  // namespace

void AddStringEncodingFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "string");
  const ResultRule text = Gives(DataType::String());
  family.Add("ASCII(string)", "The number of the first byte, 0 for an empty text", {Takes::kString},
             Gives(DataType::Integer()), [](Row& row) {
               row.ReturnInt(row.Text(0).empty() ? 0 : static_cast<signed char>(row.Text(0)[0]));
             });
  family.Add("CHR(number)", "The character of a number (modulo 256)", {Takes::kInteger},
             GivesNullable(DataType::String()), Chr);
  family.Add("ENCODE(string, charset)", "The bytes of a text in a character set",
             {Takes::kString, Takes::kString}, Gives(DataType::Bytes()),
             [](Row& row) { WithCharset(row, EncodeText); });
  family.Add("DECODE(bytes, charset)", "The text of bytes in a character set",
             {Takes::kBytes, Takes::kString}, text, [](Row& row) { WithCharset(row, DecodeBytes); });
  family.Add("TO_BASE64(string)", "The bytes of a text in base 64", {Takes::kBytes}, text, ToBase64);
  family.Add("FROM_BASE64(string)", "The text of base 64", {Takes::kString}, text, FromBase64);
  AddHex(&family);
  family.Add("UNHEX(string)", "The bytes of hexadecimal digits; NULL for other text", {Takes::kString},
             GivesNullable(DataType::Bytes()), Unhex);
  family.Add("BIN(number)", "A number in binary digits", {Takes::kInteger}, text,
             [](Row& row) { ReturnUnsigned(row, 2); });
  family.Add("CONV(string, from_base, to_base)", "A number of one base in another",
             {Takes::kString, Takes::kInteger, Takes::kInteger}, GivesNullable(DataType::String()), Conv);
}

}  // namespace millrace
