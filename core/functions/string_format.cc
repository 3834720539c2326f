#include <fmt/format.h>

#include <charconv>

#include "core/expr/cast.h"
#include "core/functions/function_entry.h"
#include "core/functions/utf8.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

/// A directive of Java's Formatter: %[index$][flags][width][.precision]conversion.
struct Directive {
  size_t index = 0;  // from 1; 0: the next argument
  bool left = false, zero = false, plus = false, space = false, grouped = false, parentheses = false,
       alternate = false;
  int width = 0;
  int precision = -1;
  char conversion = 0;
};

/// Reads the directive behind a % at `at`; false when it is none.
bool ReadDirective(std::string_view format, size_t& at, Directive* directive) {
  const auto read_number = [&](int* number) {
    const char* const begin = format.data() + at;
    const auto [end, error] = std::from_chars(begin, format.data() + format.size(), *number);
    at += static_cast<size_t>(end - begin);
    return error == std::errc() && end != begin && *number <= 100'000;
  };
  const size_t begin = at;
  int number = 0;
  if (at < format.size() && format[at] >= '1' && format[at] <= '9' && read_number(&number) &&
      at < format.size() && format[at] == '$') {
    directive->index = static_cast<size_t>(number);
    ++at;
  } else {
    at = begin;
  }
  for (bool is_flag = true; at < format.size() && is_flag;) {
    switch (format[at]) {
      case '-':
        directive->left = true;
        break;
      case '0':
        directive->zero = true;
        break;
      case '+':
        directive->plus = true;
        break;
      case ' ':
        directive->space = true;
        break;
      case ',':
        directive->grouped = true;
        break;
      case '(':
        directive->parentheses = true;
        break;
      case '#':
        directive->alternate = true;
        break;
      default:
        is_flag = false;
    }
    if (is_flag) ++at;
  }
  if (at < format.size() && format[at] >= '1' && format[at] <= '9' && !read_number(&directive->width))
    return false;
  if (at < format.size() && format[at] == '.') {
    ++at;
    if (!read_number(&directive->precision)) return false;
  }
  if (at == format.size()) return false;
  directive->conversion = format[at++];
  return true;
}

std::string Grouped(std::string digits) {
  const size_t whole = std::min(digits.find('.'), digits.size());
  for (size_t i = whole; i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

/// Sign, grouping and zeros around the digits of a number.
std::string DecorateNumber(std::string digits, bool negative, const Directive& d) {
  if (d.grouped) digits = Grouped(std::move(digits));
  std::string prefix = negative ? (d.parentheses ? "(" : "-") : d.plus ? "+" : d.space ? " " : "";
  const std::string suffix = negative && d.parentheses ? ")" : "";
  const size_t length = prefix.size() + digits.size() + suffix.size();
  if (d.zero && length < static_cast<size_t>(d.width))
    digits.insert(0, static_cast<size_t>(d.width) - length, '0');
  return prefix + digits + suffix;
}

std::optional<int64_t> IntegerOf(const Row& row, size_t argument) {
  switch (row.Argument(argument).type().kind()) {
    case TypeKind::kTinyint:
      return row.Get<int8_t>(argument);
    case TypeKind::kSmallint:
      return row.Get<int16_t>(argument);
    case TypeKind::kInteger:
      return row.Int(argument);
    case TypeKind::kBigint:
      return row.Long(argument);
    default:
      return std::nullopt;
  }
}

std::optional<std::string> FormatInteger(const Row& row, size_t argument, const Directive& d) {
  const std::optional<int64_t> value = IntegerOf(row, argument);
  if (!value) return std::nullopt;
  if (d.conversion == 'd') {
    const uint64_t size = *value < 0 ? 0 - static_cast<uint64_t>(*value) : static_cast<uint64_t>(*value);
    return DecorateNumber(std::to_string(size), *value < 0, d);
  }
  // Two's complement of the argument's own size.
  const bool is_int = row.Argument(argument).type().kind() != TypeKind::kBigint;
  const uint64_t bits = is_int ? static_cast<uint32_t>(*value) : static_cast<uint64_t>(*value);
  std::string digits = d.conversion == 'o' ? fmt::format("{:o}", bits) : fmt::format("{:x}", bits);
  if (d.alternate) digits.insert(0, d.conversion == 'o' ? "0" : "0x");
  return DecorateNumber(std::move(digits), false, d);
}

std::optional<std::string> FormatFloating(const Row& row, size_t argument, const Directive& d) {
  const DataType& type = row.Argument(argument).type();
  double value = 0;
  if (type.kind() == TypeKind::kDouble) {
    value = row.Double(argument);
  } else if (type.kind() == TypeKind::kFloat) {
    value = row.Get<float>(argument);
  } else if (type.kind() == TypeKind::kDecimal) {
    value = DecimalToDouble(
        type.physical() == PhysicalType::kInt64 ? row.Long(argument) : row.Get<Int128>(argument),
        type.scale());
  } else {
    return std::nullopt;
  }
  const int precision = d.precision < 0 ? 6 : d.precision;
  const double size = value < 0 ? -value : value;
  std::string digits = d.conversion == 'f'   ? fmt::format("{:.{}f}", size, precision)
                       : d.conversion == 'e' ? fmt::format("{:.{}e}", size, precision)
                                             : fmt::format("{:.{}g}", size, precision);
  return DecorateNumber(std::move(digits), value < 0, d);
}

std::optional<std::string> FormatArgument(const Row& row, size_t argument, const Directive& d) {
  const bool is_null = row.IsNull(argument);
  if (d.conversion == 'b') {
    const bool is_boolean = row.Argument(argument).type().kind() == TypeKind::kBoolean;
    return is_null || (is_boolean && !row.Bool(argument)) ? "false" : "true";
  }
  if (is_null) return "null";
  switch (d.conversion) {
    case 's': {
      std::string text;
      if (row.Argument(argument).type().kind() == TypeKind::kBoolean) {
        text = row.Bool(argument) ? "true" : "false";
      } else {
        AppendValueText(row.Argument(argument), row.index(), row.context().session, &text);
      }
      return d.precision < 0 ? text : std::string(Characters(text, 0, static_cast<size_t>(d.precision)));
    }
    case 'd':
    case 'x':
    case 'o':
      return FormatInteger(row, argument, d);
    case 'c': {
      const std::optional<int64_t> value = IntegerOf(row, argument);
      if (!value || *value < 0 || *value > 0x10ffff) return std::nullopt;
      std::string text;
      AppendCharacter(static_cast<uint32_t>(*value), &text);
      return text;
    }
    case 'e':
    case 'f':
    case 'g':
      return FormatFloating(row, argument, d);
    default:
      return std::nullopt;
  }
}

/// nullopt where Java's Formatter would throw.
std::optional<std::string> Format(const Row& row) {
  const std::string_view format = row.Text(0);
  std::string out;
  size_t next = 1;
  for (size_t at = 0; at < format.size();) {
    const char c = format[at++];
    if (c != '%') {
      out += c;
      continue;
    }
    Directive d;
    if (!ReadDirective(format, at, &d)) return std::nullopt;
    if (d.conversion == '%' || d.conversion == 'n') {
      out += d.conversion == 'n' ? '\n' : '%';
      continue;
    }
    const size_t argument = d.index > 0 ? d.index : next++;
    if (argument >= row.num_arguments()) return std::nullopt;
    const bool upper = d.conversion >= 'A' && d.conversion <= 'Z';
    if (upper) d.conversion = static_cast<char>(d.conversion + 32);
    std::optional<std::string> text = FormatArgument(row, argument, d);
    if (!text) return std::nullopt;
    if (upper) {
      std::string upper_text;
      AppendUpper(*text, &upper_text);
      text = std::move(upper_text);
    }
    const size_t length = CountCharacters(*text);
    const size_t blanks = length < static_cast<size_t>(d.width) ? static_cast<size_t>(d.width) - length : 0;
    if (!d.left) out.append(blanks, ' ');
    out += *text;
    if (d.left) out.append(blanks, ' ');
  }
  return out;
}

}  // namespace

void AddStringFormatFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "string");
  family.Add(
      "PRINTF(format, value, ...)", "The values in a text with %s, %d, ...; NULL when they do not fit",
      ArgumentRule{Takes::kString}.Repeated(Takes::kAny), GivesNullable(DataType::String()),
      [](Row& row) {
        if (row.IsNull(0)) return row.ReturnNull();
        const std::optional<std::string> text = Format(row);
        if (!text) return row.ReturnNull();
        row.ReturnText(*text);
      },
      OnNull::kCall);
}

}  // namespace millrace
