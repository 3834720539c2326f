// Seeded random csv: splitting against a slow splitter, and rows that are written and read back.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "operators/formats/csv/csv_fields.h"
#include "operators/formats/csv/csv_format.h"
#include "tests/unit/connectors/format_harness.h"

namespace millrace {
namespace {

/// The rules of splitting, a character at a time; false when the record is broken.
bool SplitSlowly(const std::string& record, const CsvOptions& options, std::vector<std::string>* fields) {
  enum { kStart, kPlain, kQuoted, kBehindQuotes } state = kStart;
  std::string field;
  const auto unescape = [](char c) {
    return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == '0' ? '\0' : c;
  };
  for (size_t i = 0; i < record.size(); ++i) {
    const char c = record[i];
    const bool is_escape = options.escape && c == *options.escape;
    if (state == kStart && options.quote && c == *options.quote) {
      state = kQuoted;
    } else if (state == kQuoted) {
      if (is_escape) {
        if (++i < record.size()) field += unescape(record[i]);
      } else if (c != *options.quote) {
        field += c;
      } else if (i + 1 < record.size() && record[i + 1] == c) {
        field += c;
        ++i;
      } else {
        state = kBehindQuotes;
      }
    } else if (c == options.field_delimiter) {
      fields->push_back(field);
      field.clear();
      state = kStart;
    } else if (state == kBehindQuotes) {
      if (c != ' ') return false;
    } else if (is_escape) {
      if (++i < record.size()) field += unescape(record[i]);
      state = kPlain;
    } else {
      field += c;
      state = kPlain;
    }
  }
  fields->push_back(field);
  return state != kQuoted;
}

TEST(RandomCsv, IsSplitByTheRules) {
  std::mt19937 random(7);
  static constexpr std::string_view kAlphabet = "ab,,;\"\"'\\n  ";
  int num_broken = 0;
  for (int i = 0; i < 200'000; ++i) {
    CsvOptions options;
    if (i % 2 == 1) options.escape = '\\';
    if (i % 3 == 1) options.quote = '\'';
    if (i % 7 == 1) options.quote.reset();
    if (i % 5 == 1) options.field_delimiter = ';';
    std::string record;
    for (size_t n = random() % 12; n > 0; --n) record += kAlphabet[random() % kAlphabet.size()];
    std::vector<std::string> expected;
    const bool is_whole = SplitSlowly(record, options, &expected);
    CsvFields fields(options);
    const char* error = fields.Split(record);
    ASSERT_EQ(error == nullptr, is_whole) << record;
    num_broken += is_whole ? 0 : 1;
    if (!is_whole) continue;
    std::vector<std::string> found;
    for (const CsvFields::Field& field : fields.fields()) found.emplace_back(field.text);
    ASSERT_EQ(found, expected) << record;
  }
  EXPECT_GT(num_broken, 1000);
}

TEST(RandomCsv, IsReadAsItWasWritten) {
  const std::vector<Field> columns = {{"s", DataType::String()},
                                      {"n", DataType::Bigint()},
                                      {"a", DataType::Array(DataType::String())},
                                      {"t", DataType::String()}};
  static const char* const kPieces[] = {
      "a", "long piece of text", "\"", "\\", ",", ";", " ", "é", "日本", "'", "#", "x"};
  const Options all_options[] = {
      {},
      {{"escape-character", "\\"}},
      {{"quote-character", "'"}},
      {{"field-delimiter", ";"}, {"array-element-delimiter", "|"}},
      {{"field-delimiter", "\\t"}, {"escape-character", "#"}, {"array-element-delimiter", "<>"}}};
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    Options options = all_options[seed % std::size(all_options)];
    options["null-literal"] = "~";
    BatchBuilder builder(std::make_shared<const Schema>(Schema{columns, std::nullopt}));
    std::vector<std::string> expected;
    const auto text = [&random] {
      std::string text;
      for (size_t n = random() % 5; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
      return text;
    };
    for (int i = 0; i < 20; ++i) {
      std::string row = "[";
      for (const size_t c : {0u, 3u}) {
        const std::string value = text();
        const bool is_null = random() % 8 == 0;
        is_null ? builder.column(c).AppendNull() : builder.column(c).AppendString(value);
        if (c == 3) row += ", ";
        row += is_null ? "null" : value;
        if (c == 3) break;
        const auto number = static_cast<int64_t>(random()) - 1'000'000;
        builder.column(1).Append(number);
        row += ", " + std::to_string(number) + ", [";
        for (size_t e = 0, n = random() % 4; e < n; ++e) {
          const std::string element = "e" + std::to_string(random() % 100);
          builder.column(2).child(0).AppendString(element);
          row += (e > 0 ? ", " : "") + element;
        }
        builder.column(2).AppendNested();
        row += "]";
      }
      builder.FinishRow();
      expected.push_back(row + "]");
    }
    const std::vector<std::string> written = EncodeRows(MakeCsvFormat(), columns, options, builder.Finish());
    ASSERT_EQ(DecodeToLines(MakeCsvFormat(), columns, options, written), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace millrace
