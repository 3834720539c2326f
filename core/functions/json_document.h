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
  std::string text;               // kString: without escapes; kNumber: as written
  std::vector<JsonValue> items;   // kArray: elements; kObject: values
  std::vector<std::string> names;  // kObject: parallel to items

  bool IsScalar() const { return kind < Kind::kArray; }
  const JsonValue* Find(std::string_view name) const;
};

/// Parses a whole text strictly (RFC 8259), at most 512 levels deep; nullopt when it is no JSON.
std::optional<JsonValue> ParseJson(std::string_view text);

/// Without blanks; numbers with a fraction as doubles.
void AppendJson(const JsonValue& value, std::string* out);
/// The text of a scalar: strings without quotes.
void AppendScalarText(const JsonValue& value, std::string* out);
/// A quoted string with the escapes JSON demands.
void AppendQuotedJson(std::string_view text, std::string* out);

}  // namespace millrace
