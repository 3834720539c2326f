#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// A parsed JSON value. Members keep their order; of equal names the last counts. An immutable value.
struct JsonValue {
  enum class Kind : uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  std::string text;                // kString: without escapes; kNumber: as written
  std::vector<JsonValue> items;    // kArray: elements; kObject: values
  std::vector<std::string> names;  // kObject: parallel to items

  bool IsScalar() const { return kind < Kind::kArray; }
  const JsonValue* Find(std::string_view name) const;
};

/// Parses a whole text strictly (RFC 8259), at most 512 levels deep; nullopt when it is no JSON.
std::optional<JsonValue> ParseJson(std::string_view text);

/// How numbers with a fraction or exponent are written; whole ones are written as they are.
enum class JsonNumbers {
  kPlain,    // all digits, no exponent: "1e3" is 1000, "2.50" stays
  kDoubles,  // as doubles: 1000.0, 2.5
};

/// Without blanks, the members of objects in the order of their names.
void AppendJson(const JsonValue& value, JsonNumbers numbers, std::string* out);
/// The text of a scalar: strings without quotes, numbers as Java's BigDecimal writes them ("1e3" is 1E+3).
void AppendScalarText(const JsonValue& value, std::string* out);
/// An object of members given as name and JSON text, in the order of their names; of equal names the last
/// counts.
void AppendJsonObject(std::vector<std::pair<std::string, std::string>> members, std::string* out);
/// A quoted string with the escapes JSON demands.
void AppendQuotedJson(std::string_view text, std::string* out);

}  // namespace millrace
