#include "tests/unit/operators/text_rows.h"

#include <cstdlib>
#include <optional>

#include "core/check.h"
#include "core/row/value_json.h"
#include "core/temporal/civil.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Splits at commas outside of parentheses.
std::vector<std::string_view> SplitList(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      parts.push_back(Trim(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return parts;
}

DataType ParseTypeName(std::string_view text) {
  int precision = 0, scale = 0;
  const size_t open = text.find('(');
  const std::string name(text.substr(0, open));
  if (open != std::string_view::npos) {
    const std::vector<std::string_view> numbers = SplitList(text.substr(open + 1, text.size() - open - 2));
    precision = std::atoi(std::string(numbers[0]).c_str());
    if (numbers.size() > 1) scale = std::atoi(std::string(numbers[1]).c_str());
  }
  if (name == "BOOLEAN") return DataType::Boolean();
  if (name == "TINYINT") return DataType::Tinyint();
  if (name == "SMALLINT") return DataType::Smallint();
  if (name == "INT") return DataType::Integer();
  if (name == "BIGINT") return DataType::Bigint();
  if (name == "FLOAT") return DataType::Float();
  if (name == "DOUBLE") return DataType::Double();
  if (name == "STRING") return DataType::String();
  if (name == "MULTISET<STRING>") return DataType::Multiset(DataType::String());
  if (name == "ARRAY<STRING>") return DataType::Array(DataType::String());
  if (name == "DECIMAL") return DataType::Decimal(precision, scale);
  if (name == "DATE") return DataType::Date();
  if (name == "TIMESTAMP") return DataType::Timestamp(precision);
  if (name == "TIMESTAMP_LTZ") return DataType::TimestampLtz(precision);
  CHECK(false && "type that tests do not know");
}

void AppendValue(const std::string& text, ColumnBuilder& out) {
  const DataType& type = out.type();
  if (text == "NULL") return out.AppendNull();
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return out.Append<uint8_t>(text == "true" ? 1 : 0);
    case TypeKind::kTinyint:
      return out.Append(static_cast<int8_t>(std::atoi(text.c_str())));
    case TypeKind::kSmallint:
      return out.Append(static_cast<int16_t>(std::atoi(text.c_str())));
    case TypeKind::kInteger:
      return out.Append(static_cast<int32_t>(std::atoll(text.c_str())));
    case TypeKind::kBigint:
      return out.Append(static_cast<int64_t>(std::atoll(text.c_str())));
    case TypeKind::kFloat:
      return out.Append(std::strtof(text.c_str(), nullptr));
    case TypeKind::kDouble:
      return out.Append(std::strtod(text.c_str(), nullptr));
    case TypeKind::kDate:
      return out.Append(*ParseDate(text));
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return out.Append(ParseTimestamp(text)->Micros());
    case TypeKind::kDecimal: {
      const Int128 value = *ParseDecimal(text, type.precision(), type.scale());
      if (type.physical() == PhysicalType::kInt128) return out.Append(value);
      return out.Append(static_cast<int64_t>(value));
    }
    default:
      return out.AppendString(text == "''" ? "" : text);
  }
}

}  // namespace

SchemaPtr ParseSchema(std::string_view text) {
  auto schema = std::make_shared<Schema>();
  if (Trim(text).empty()) return schema;
  for (std::string_view column : SplitList(text)) {
    const size_t space = column.find(' ');
    std::string_view type = Trim(column.substr(space));
    if (type.ends_with('*')) {
      schema->event_time = static_cast<uint32_t>(schema->size());
      type.remove_suffix(1);
    }
    constexpr std::string_view kNotNull = " NOT NULL";
    const bool not_null = type.ends_with(kNotNull);
    if (not_null) type.remove_suffix(kNotNull.size());
    schema->fields.push_back(
        {std::string(column.substr(0, space)), ParseTypeName(type).WithNullable(!not_null)});
  }
  return schema;
}

Batch ParseRows(const SchemaPtr& schema, const std::vector<std::string>& rows) {
  BatchBuilder builder(schema);
  for (std::string_view row : rows) {
    int8_t weight = 1;
    if (row.starts_with("+ ") || row.starts_with("- ")) {
      weight = row[0] == '-' ? -1 : 1;
      row.remove_prefix(2);
    }
    const std::vector<std::string_view> values = SplitList(row);
    CHECK(values.size() == schema->size());
    for (size_t i = 0; i < values.size(); ++i) AppendValue(std::string(values[i]), builder.column(i));
    builder.FinishRow(weight);
  }
  return builder.Finish();
}

std::vector<std::string> FormatRows(const Batch& batch) {
  std::vector<std::string> rows;
  batch.ForEachRow([&](uint32_t row) {
    std::string text = batch.Weight(row) < 0 ? "-[" : "+[";
    for (size_t i = 0; i < batch.columns.size(); ++i) {
      if (i > 0) text += ",";
      AppendValueJson(*batch.columns[i], row, &text);
    }
    rows.push_back(text + "]");
  });
  return rows;
}

std::map<std::string, int> Fold(const std::vector<std::string>& formatted) {
  std::map<std::string, int> folded;
  for (const std::string& row : formatted) {
    int& count = folded[row.substr(1)];
    count += row[0] == '-' ? -1 : 1;
    if (count == 0) folded.erase(row.substr(1));
  }
  return folded;
}

}  // namespace millrace
