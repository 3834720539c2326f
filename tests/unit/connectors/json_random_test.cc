// Seeded random records: decoded rows against the values they were written from, broken records against
// simdjson.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <random>

#include "operators/formats/json/json_cursor.h"
#include "operators/formats/json/json_format.h"
#include "tests/unit/connectors/format_harness.h"

namespace millrace {
namespace {

/// Writes values in the many ways that JSON allows, and what a decoder has to make of them.
class RandomJson {
 public:
  explicit RandomJson(uint32_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool OneIn(uint32_t n) { return Below(n) == 0; }

  DataType Type(int depth) {
    switch (Below(depth > 2 ? 8 : 11)) {
      case 0:
        return DataType::Boolean();
      case 1:
        return DataType::Smallint();
      case 2:
        return DataType::Integer();
      case 3:
        return DataType::Bigint();
      case 4:
        return DataType::Decimal(20, 3);
      case 5:
        return DataType::Timestamp(3);
      case 6:
      case 7:
        return DataType::String();
      case 8:
        return DataType::Array(Type(depth + 1));
      case 9:
        return DataType::Map(DataType::String(), Type(depth + 1));
      default:
        return DataType::Row(Fields(depth + 1));
    }
  }

  std::vector<Field> Fields(int depth) {
    std::vector<Field> fields;
    for (uint32_t i = 1 + Below(depth == 0 ? 12 : 4); i > 0; --i) {
      // Names of all lengths, some of which need escapes.
      std::string name =
          "f" + std::to_string(fields.size()) + std::string(Below(20), 'n') + (OneIn(8) ? "\"é\\" : "");
      fields.push_back({name, Type(depth)});
    }
    return fields;
  }

  /// Appends a value of the type to `json`, and its text in a row to `row`.
  void Value(const DataType& type, std::string* json, std::string* row) {
    if (OneIn(10)) {
      *json += "null";
      *row += "null";
      return;
    }
    switch (type.kind()) {
      case TypeKind::kBoolean: {
        const char* text = OneIn(2) ? "true" : "false";
        *json += OneIn(4) ? "\"" + std::string(text) + "\"" : text;
        *row += text;
        return;
      }
      case TypeKind::kRow:
        *row += "+I[";
        Object(type.fields(), json, row);
        *row += "]";
        return;
      case TypeKind::kArray:
        return Array(type, json, row);
      case TypeKind::kMap:
        return Map(type, json, row);
      default:
        return Scalar(type, json, row);
    }
  }

  /// All fields in a random order, with unknown members, repeated names and spaces between.
  void Object(const std::vector<Field>& fields, std::string* json, std::string* row) {
    std::vector<std::string> members;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) *row += ", ";
      std::string ignored;
      if (OneIn(12)) {
        *row += "null";  // missing
        continue;
      }
      std::string earlier;
      if (OneIn(15)) Member(fields[i], &earlier, &ignored);
      std::string member;
      Member(fields[i], &member, row);
      members.push_back(earlier.empty() ? member : earlier + Space() + "," + Space() + member);
      if (OneIn(10))
        members.push_back("\"unknown\":" + Space() + R"({"a":[1,"]}",{"b":null}],"c":-1.5e-3,"d":true})");
    }
    if (!OneIn(3)) std::shuffle(members.begin(), members.end(), random_);
    *json += "{" + Space();
    for (size_t i = 0; i < members.size(); ++i) *json += (i > 0 ? "," + Space() : "") + members[i] + Space();
    *json += "}";
  }

  std::string Space() { return OneIn(6) ? std::string(1 + Below(3), " \t\r\n"[Below(4)]) : ""; }

 private:
  void Member(const Field& field, std::string* json, std::string* row) {
    *json += Quote(field.name) + Space() + ":" + Space();
    Value(field.type, json, row);
  }

  void Scalar(const DataType& type, std::string* json, std::string* row) {
    std::string text;
    bool is_number = true;
    switch (type.kind()) {
      case TypeKind::kSmallint:
        text = std::to_string(static_cast<int16_t>(random_()));
        break;
      case TypeKind::kInteger:
        text = std::to_string(static_cast<int32_t>(random_() >> Below(20)));
        break;
      case TypeKind::kBigint:
        text = std::to_string(static_cast<int64_t>(random_() << 32 | random_()) >> Below(60));
        break;
      case TypeKind::kDecimal:
        text = std::to_string(static_cast<int64_t>(random_()) - (int64_t{1} << 31)) + "." +
               std::to_string(1000 + Below(1000)).substr(1);
        break;
      case TypeKind::kTimestamp:
        is_number = false;
        text = "20" + TwoDigits(100) + "-0" + std::to_string(1 + Below(9)) + "-1" +
               std::to_string(Below(10)) + " " + TwoDigits(24) + ":" + TwoDigits(60) + ":" + TwoDigits(60) +
               "." + std::to_string(1001 + Below(999)).substr(1);
        break;
      default: {
        const std::string content = Text();
        *json += Quote(content);
        *row += content;
        return;
      }
    }
    *json += !is_number || OneIn(5) ? "\"" + text + "\"" : text;
    if (!is_number) text[10] = 'T';
    *row += text;
  }

  std::string TwoDigits(uint32_t bound) { return std::to_string(100 + Below(bound)).substr(1); }

  void Array(const DataType& type, std::string* json, std::string* row) {
    *json += "[" + Space();
    *row += "[";
    for (uint32_t i = 0, n = Below(4); i < n; ++i) {
      if (i > 0) *json += "," + Space(), *row += ", ";
      Value(type.element(), json, row);
      *json += Space();
    }
    *json += "]";
    *row += "]";
  }

  void Map(const DataType& type, std::string* json, std::string* row) {
    *json += "{" + Space();
    *row += "{";
    for (uint32_t i = 0, n = Below(12); i < n; ++i) {
      if (i > 0) *json += "," + Space(), *row += ", ";
      const std::string key = Text() + std::to_string(i);
      *json += Quote(key) + Space() + ":" + Space();
      *row += key + "=";
      Value(type.map_value(), json, row);
      *json += Space();
    }
    *json += "}";
    *row += "}";
  }

  std::string Text() {
    static const char* const kPieces[] = {
        "a", "bc",  "long piece of text", "\"", "\\", "/", "\n", "\t", "é", "日", "😀", "{}", ",", " ", ":",
        "]", "\x01"};
    std::string text;
    for (uint32_t n = Below(6); n > 0; --n) text += kPieces[Below(std::size(kPieces))];
    return text;
  }

  /// Quotes a text, with escapes where needed and some where not.
  std::string Quote(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
      char buffer[8];
      snprintf(buffer, sizeof(buffer), "\\u%04x", static_cast<unsigned char>(c));
      if (c == '"' || c == '\\') {
        quoted += OneIn(3) ? std::string(buffer) : std::string("\\") + c;
      } else if (c == '\n') {
        quoted += OneIn(2) ? "\\n" : buffer;
      } else if (static_cast<signed char>(c) > 0 && OneIn(12)) {
        quoted += buffer;
      } else {
        quoted += c;  // control characters may stand as they are
      }
    }
    return quoted + "\"";
  }

  std::mt19937 random_;
};

TEST(RandomJson, IsDecodedToTheValuesItWasWrittenFrom) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    RandomJson random(seed);
    const std::vector<Field> columns = random.Fields(0);
    std::vector<std::string> records;
    std::vector<std::string> expected;
    for (int i = 0; i < 20; ++i) {
      std::string json = random.Space();
      std::string row = "[";
      random.Object(columns, &json, &row);
      records.push_back(json + random.Space());
      expected.push_back(row + "]");
    }
    for (const bool zero_copy : {false, true}) {
      const auto decoder = MakeDecoder(MakeJsonFormat(), columns, {});
      const Decoded decoded = DecodeRecords(*decoder, columns, records, zero_copy);
      ASSERT_TRUE(decoded.bad.empty()) << "seed " << seed << ": " << decoded.bad[0].why.ToString() << "\n"
                                       << records[decoded.bad[0].record];
      ASSERT_EQ(decoded.rows, expected) << "seed " << seed;
    }
  }
}

TEST(RandomJson, BrokenIsRefusedWhereAnotherParserRefusesIt) {
  simdjson::dom::parser parser;
  int num_valid = 0;
  int num_invalid = 0;
  for (uint32_t seed = 0; seed < 40000; ++seed) {
    RandomJson random(seed);
    std::string text;
    std::string row;
    const std::vector<Field> columns = random.Fields(1);
    random.Object(columns, &text, &row);
    static constexpr std::string_view kBytes = "{}[]\",:019.-+eEntfalsru x";
    for (uint32_t n = 1 + random.Below(3); n > 0; --n) {
      const size_t at = random.Below(static_cast<uint32_t>(text.size()));
      const char byte = kBytes[random.Below(static_cast<uint32_t>(kBytes.size()))];
      if (random.OneIn(3)) {
        text.erase(at, 1 + random.Below(4));
      } else if (random.OneIn(2)) {
        text.insert(at, 1, byte);
      } else {
        text[at] = byte;
      }
      if (text.empty()) text = "{";
    }
    // Whatever the text is, the decoder ends and either gives a row or says why not.
    const std::vector<std::string> lines = DecodeToLines(MakeJsonFormat(), columns, {}, {text});
    const std::vector<std::string> lenient =
        DecodeToLines(MakeJsonFormat(), columns, {{"ignore-parse-errors", "true"}}, {text});
    ASSERT_LE(lenient.size(), std::max<size_t>(lines.size(), 1)) << text;
    // Escapes and control characters are where this parser, as Flink's, is more lenient.
    const bool is_comparable =
        text.find('\\') == std::string::npos &&
        std::none_of(text.begin(), text.end(), [](char c) { return c > 0 && c < ' '; }) &&
        simdjson::validate_utf8(text.data(), text.size());
    if (!is_comparable) continue;
    JsonCursor cursor(text);
    cursor.SkipSpace();
    const bool is_valid = cursor.SkipValue();
    const std::string value = is_valid ? text.substr(0, cursor.offset()) : text;
    const auto error = parser.parse(value).error();
    if (error == simdjson::NUMBER_ERROR && is_valid) continue;  // integers beyond 64 bits
    EXPECT_EQ(is_valid, error == simdjson::SUCCESS) << "seed " << seed << ": " << text << "\n"
                                                    << cursor.error();
    ++(is_valid ? num_valid : num_invalid);
  }
  EXPECT_GT(num_valid, 500);
  EXPECT_GT(num_invalid, 1000);
}

}  // namespace
}  // namespace millrace
