#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/expr/cast.h"
#include "core/expr/number_text.h"
#include "core/functions/function_entry.h"
#include "core/functions/json_document.h"
#include "core/functions/utf8.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

void AppendFloating(double value, bool is_float, std::string* out) {
  if (!std::isfinite(value)) *out += '"';
  is_float ? AppendJavaFloat(static_cast<float>(value), out) : AppendJavaDouble(value, out);
  if (!std::isfinite(value)) *out += '"';
}

void AppendBase64(std::string_view bytes, std::string* out) {
  std::string text;
  absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()), &text);
  AppendQuotedJson(text, out);
}

/// Appends one value of any type as JSON: numbers and booleans bare, others as strings, nested types nested.
class JsonWriter {
 public:
  explicit JsonWriter(const SessionSettings& session) : session_(session) {}

  void Append(const Column& column, uint32_t row, std::string* out) const {
    const ColumnReader reader(column);
    const DataType& type = column.type();
    if (reader.IsNull(row)) {
      *out += "null";
      return;
    }
    switch (type.kind()) {
      case TypeKind::kBoolean:
        *out += reader.Value<uint8_t>(row) != 0 ? "true" : "false";
        break;
      case TypeKind::kFloat:
        AppendFloating(reader.Value<float>(row), true, out);
        break;
      case TypeKind::kDouble:
        AppendFloating(reader.Value<double>(row), false, out);
        break;
      case TypeKind::kTinyint:
      case TypeKind::kSmallint:
      case TypeKind::kInteger:
      case TypeKind::kBigint:
      case TypeKind::kDecimal:
        AppendValueText(column, row, session_, out);
        break;
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        AppendQuotedJson(reader.String(row), out);
        break;
      case TypeKind::kBinary:
      case TypeKind::kVarbinary:
        AppendBase64(reader.String(row), out);
        break;
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampLtz:
        AppendTimestamp(column, row, out);
        break;
      case TypeKind::kRow:
        AppendRow(reader, type, row, out);
        break;
      case TypeKind::kArray:
        AppendArray(reader, row, out);
        break;
      case TypeKind::kMap:
      case TypeKind::kMultiset:
        AppendMap(reader, row, out);
        break;
      default: {
        std::string text;
        AppendValueText(column, row, session_, &text);
        AppendQuotedJson(text, out);
      }
    }
  }

 private:
  /// "2026-03-02T07:58:30.123", of TIMESTAMP_LTZ in UTC with Z.
  void AppendTimestamp(const Column& column, uint32_t row, std::string* out) const {
    std::string text;
    AppendValueText(column, row, SessionSettings{}, &text);
    std::replace(text.begin(), text.end(), ' ', 'T');
    if (column.type().kind() == TypeKind::kTimestampLtz) text += 'Z';
    AppendQuotedJson(text, out);
  }

  void AppendRow(const ColumnReader& reader, const DataType& type, uint32_t row, std::string* out) const {
    std::vector<std::pair<std::string, std::string>> members;
    for (size_t i = 0; i < type.fields().size(); ++i) {
      auto& member = members.emplace_back(type.fields()[i].name, "");
      Append(*reader.payload().parts().children[i], reader.PayloadRow(row), &member.second);
    }
    AppendJsonObject(std::move(members), out);
  }

  void AppendArray(const ColumnReader& reader, uint32_t row, std::string* out) const {
    const auto [begin, end] = reader.ChildRange(row);
    *out += '[';
    for (uint32_t i = begin; i < end; ++i) {
      if (i > begin) *out += ',';
      Append(*reader.payload().parts().children[0], i, out);
    }
    *out += ']';
  }

  void AppendMap(const ColumnReader& reader, uint32_t row, std::string* out) const {
    const auto [begin, end] = reader.ChildRange(row);
    std::vector<std::pair<std::string, std::string>> members;
    for (uint32_t i = begin; i < end; ++i) {
      auto& member = members.emplace_back();
      AppendValueText(*reader.payload().parts().children[0], i, session_, &member.first);
      Append(*reader.payload().parts().children[1], i, &member.second);
    }
    AppendJsonObject(std::move(members), out);
  }

  const SessionSettings& session_;
};

/// Whether NULL values are written (NULL ON NULL) or left out (ABSENT ON NULL): the first argument of the
/// call.
Result<bool> WritesNulls(std::string_view function, const ArgumentInfo& argument) {
  const std::optional<std::string> word = LiteralText(argument);
  if (word && (*word == "NULL" || *word == "ABSENT")) return *word == "NULL";
  return Status(kInvalidArgument, fmt::format("{} takes NULL or ABSENT ON NULL", function));
}

/// Appends the value of an argument; JSON text is embedded as it is.
void AppendArgument(const Row& row, size_t argument, const std::vector<bool>& is_json, std::string* out) {
  if (is_json[argument] && !row.IsNull(argument)) {
    *out += row.Text(argument);
  } else {
    JsonWriter(row.context().session).Append(row.Argument(argument), row.index(), out);
  }
}

void BuildObject(Row& row, bool writes_nulls, const std::vector<bool>& is_json) {
  std::vector<std::pair<std::string, std::string>> members;
  for (size_t i = 1; i < row.num_arguments(); i += 2) {
    if (row.IsNull(i)) return row.Fail(kInvalidArgument, "JSON_OBJECT of a name that is NULL");
    if (row.IsNull(i + 1) && !writes_nulls) continue;
    auto& member = members.emplace_back(row.Text(i), "");
    AppendArgument(row, i + 1, is_json, &member.second);
  }
  std::string& out = row.Scratch();
  AppendJsonObject(std::move(members), &out);
  row.ReturnText(out);
}

void BuildArray(Row& row, bool writes_nulls, const std::vector<bool>& is_json) {
  std::string& out = row.Scratch();
  out += '[';
  for (size_t i = 1; i < row.num_arguments(); ++i) {
    if (row.IsNull(i) && !writes_nulls) continue;
    if (out.size() > 1) out += ',';
    AppendArgument(row, i, is_json, &out);
  }
  out += ']';
  row.ReturnText(out);
}

std::vector<bool> JsonArguments(std::span<const ArgumentInfo> arguments) {
  std::vector<bool> is_json;
  for (const ArgumentInfo& argument : arguments) is_json.push_back(argument.is_json);
  return is_json;
}

Result<ResolvedCall> ResolveBuild(const char* name, bool with_names,
                                  std::span<const ArgumentInfo> arguments) {
  if (arguments.empty() || (with_names && arguments.size() % 2 == 0)) {
    return WrongArgumentCount(name, arguments.size(),
                              with_names ? "NULL or ABSENT and pairs" : "NULL or ABSENT and values");
  }
  RETURN_IF_ERROR(WritesNulls(name, arguments[0]).status());
  ResolvedCall call{{arguments[0].type}, DataType::String().NotNull()};
  for (size_t i = 1; i < arguments.size(); ++i) {
    const DataType& type = arguments[i].type;
    if (with_names && i % 2 == 1 && !type.IsCharacter())
      return WrongArgumentType(name, i, type, "a STRING as name");
    call.argument_types.push_back(type);
  }
  return call;
}

void AddBuild(FunctionFamily* family, const char* name, const char* signature, const char* description,
              bool with_names) {
  family->AddResolved(
      signature, description,
      [name, with_names](std::span<const ArgumentInfo> arguments) {
        return ResolveBuild(name, with_names, arguments);
      },
      [name, with_names](const ResolvedCall&, std::span<const ArgumentInfo> arguments,
                         const SessionSettings&) -> Result<Kernel> {
        ASSIGN_OR_RETURN(const bool writes_nulls, WritesNulls(name, arguments[0]));
        return RowKernel(
            [=, is_json = JsonArguments(arguments)](Row& row) {
              with_names ? BuildObject(row, writes_nulls, is_json) : BuildArray(row, writes_nulls, is_json);
            },
            OnNull::kCall);
      });
}

/// In pure ASCII, also with escapes for / and for characters outside ASCII.
void Quote(Row& row) {
  const std::string_view text = row.Text(0);
  std::string& out = row.Scratch();
  out += '"';
  for (size_t at = 0, length = 0; at < text.size(); at += length) {
    const uint32_t c = DecodeCharacter(text, at, &length);
    if (c == '/') {
      out += "\\/";
    } else if (c < 0x7f) {
      std::string quoted;
      AppendQuotedJson(text.substr(at, 1), &quoted);
      out.append(quoted, 1, quoted.size() - 2);
    } else if (c < 0x10000) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out +=
          fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  }
  out += '"';
  row.ReturnText(out);
}

void Unquote(Row& row) {
  const std::string_view text = row.Text(0);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    const std::optional<JsonValue> value = ParseJson(text);
    if (value && value->kind == JsonValue::Kind::kString) return row.ReturnText(value->text);
  }
  row.ReturnPart(0, text);
}

void Parse(Row& row, bool failing, JsonNumbers numbers) {
  const std::optional<JsonValue> value = ParseJson(row.Text(0));
  if (!value && failing) return row.Fail(kInvalidArgument, fmt::format("Not a JSON text: {}", row.Text(0)));
  if (!value) return row.ReturnNull();
  std::string& out = row.Scratch();
  AppendJson(*value, numbers, &out);
  row.ReturnText(out);
}

}  // namespace

void AddJsonBuildFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "json");
  AddBuild(&family, "JSON_OBJECT", "JSON_OBJECT([[KEY] name VALUE value, ...] [NULL or ABSENT ON NULL])",
           "A JSON object of names and values", true);
  AddBuild(&family, "JSON_ARRAY", "JSON_ARRAY([value, ...] [NULL or ABSENT ON NULL])",
           "A JSON array of values", false);
  family.Add("JSON_STRING(value)", "A value as JSON", {Takes::kAny}, Gives(DataType::String()), [](Row& row) {
    std::string& out = row.Scratch();
    JsonWriter(row.context().session).Append(row.Argument(0), row.index(), &out);
    row.ReturnText(out);
  });
  family.Add("JSON_QUOTE(string)", "A text as a JSON string", {Takes::kString}, Gives(DataType::String()),
             Quote);
  family.Add("JSON_UNQUOTE(string)", "The text of a JSON string; other text as it is", {Takes::kString},
             Gives(DataType::String()), Unquote);
  family.Add("JSON(string)", "JSON text that JSON_OBJECT and JSON_ARRAY embed as it is", {Takes::kString},
             Gives(DataType::String()), [](Row& row) { Parse(row, true, JsonNumbers::kPlain); });
  family.Add("PARSE_JSON(string [, allow_duplicate_keys])",
             "The JSON text without blanks; an error for other text",
             ArgumentRule{Takes::kString}.Optional({Takes::kBoolean}), Gives(DataType::String()),
             [](Row& row) { Parse(row, true, JsonNumbers::kDoubles); });
  family.Add("TRY_PARSE_JSON(string [, allow_duplicate_keys])",
             "The JSON text without blanks; NULL for other text",
             ArgumentRule{Takes::kString}.Optional({Takes::kBoolean}), GivesNullable(DataType::String()),
             [](Row& row) { Parse(row, false, JsonNumbers::kDoubles); });
}

}  // namespace millrace
