#include "operators/formats/csv/csv_decoder.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "operators/api/error_codes.h"
#include "operators/formats/text/scalar_text.h"
#include "operators/formats/text/text_value.h"

namespace millrace {
namespace {

Status BadCsv(const std::string& message) {
  return Status(kBadRecord, message)
      .WithSuggestion("correct the record or set 'csv.ignore-parse-errors' = 'true' to skip what is wrong");
}

/// The texts between delimiters; none for "".
std::vector<std::string_view> SplitElements(std::string_view text, const std::string& delimiter) {
  std::vector<std::string_view> elements;
  if (text.empty()) return elements;
  while (true) {
    const size_t end = text.find(delimiter);
    elements.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return elements;
    text.remove_prefix(end + delimiter.size());
  }
}

void KeepAlive(const BufferPtr& buffer, const DataType& type, ColumnBuilder* builder) {
  if (type.IsCharacter()) builder->KeepAlive(buffer);
  for (size_t i = 0; i < type.fields().size(); ++i)
    KeepAlive(buffer, type.fields()[i].type, &builder->child(i));
}

}  // namespace

CsvDecoder::CsvDecoder(const std::vector<Field>& columns, const std::vector<Field>& declared,
                       const CsvOptions& options)
    : options_(options), num_declared_(declared.size()), fields_(options) {
  for (const Field& column : columns) {
    const auto found = std::find_if(declared.begin(), declared.end(),
                                    [&column](const Field& field) { return field.name == column.name; });
    columns_.push_back({column, static_cast<size_t>(found - declared.begin())});
  }
}

Status CsvDecoder::Decode(std::span<const RawRecord> records, const BufferPtr& keep_alive,
                          BatchBuilder& builder, const RowFinisher& finish_row, std::vector<BadRecord>* bad) {
  zero_copy_ = keep_alive != nullptr;
  for (uint32_t i = 0; zero_copy_ && i < columns_.size(); ++i) {
    KeepAlive(keep_alive, columns_[i].field.type, &builder.column(Target(i)));
  }
  for (uint32_t i = 0; i < records.size(); ++i) {
    const std::string_view record = records[i].bytes;
    if (records[i].is_null || (options_.allow_comments && !record.empty() && record[0] == '#')) continue;
    Status status = DecodeRecord(record, builder);
    if (status.ok()) {
      FinishRow(builder, finish_row, i, 1);
      continue;
    }
    builder.AbandonRow();
    if (!options_.ignore_parse_errors) bad->push_back({i, std::move(status)});
  }
  return Status::Ok();
}

Status CsvDecoder::DecodeRecord(std::string_view record, BatchBuilder& builder) {
  if (!simdjson::validate_utf8(record.data(), record.size())) return BadCsv("csv record is not valid UTF-8");
  if (const char* error = fields_.Split(record)) {
    return BadCsv(std::string("csv record cannot be split, ") + error + ": " + Excerpt(record));
  }
  const auto& fields = fields_.fields();
  // A delimiter at the record's end is no field of its own.
  const bool has_end_delimiter = fields.size() == num_declared_ + 1 && fields.back().text.empty();
  RETURN_IF_ERROR(CheckNumFields(fields.size() - (has_end_delimiter ? 1 : 0)));
  for (uint32_t i = 0; i < columns_.size(); ++i) {
    ColumnBuilder& column = builder.column(Target(i));
    if (columns_[i].position >= fields.size()) {
      column.AppendNull();
    } else {
      RETURN_IF_ERROR(AppendField(columns_[i], fields[columns_[i].position], &column));
    }
  }
  return Status::Ok();
}

Status CsvDecoder::CheckNumFields(size_t num_fields) const {
  if (num_fields == num_declared_ || (num_fields < num_declared_ && options_.ignore_parse_errors))
    return Status::Ok();
  return BadCsv("csv record has another number of fields than the table: " + std::to_string(num_fields) +
                " instead of " + std::to_string(num_declared_));
}

Status CsvDecoder::AppendField(const Column& column, const CsvFields::Field& field, ColumnBuilder* builder) {
  const uint32_t num_rows = builder->size();
  if (AppendElement(column.field.type, field.text, field.is_in_record, builder)) return Status::Ok();
  if (options_.ignore_parse_errors) {
    builder->TruncateTo(num_rows);
    builder->AppendNull();
    return Status::Ok();
  }
  return BadCsv("csv field '" + column.field.name + "' is not " +
                column.field.type.ToStringWithoutNullability() + ": " + Excerpt(field.text));
}

bool CsvDecoder::AppendElement(const DataType& type, std::string_view text, bool is_in_record,
                               ColumnBuilder* builder) {
  if (!IsNullText(text)) return AppendValue(type, text, is_in_record, builder);
  builder->AppendNull();
  return true;
}

bool CsvDecoder::AppendValue(const DataType& type, std::string_view text, bool is_in_record,
                             ColumnBuilder* builder) {
  if (type.IsCharacter()) {
    if (zero_copy_ && is_in_record) {
      builder->AppendStringRef(StringRef(text));
    } else {
      builder->AppendString(text);
    }
    return true;
  }
  if (type.kind() == TypeKind::kArray) return AppendArray(type, text, is_in_record, builder);
  if (type.kind() == TypeKind::kRow) return AppendRow(type, text, is_in_record, builder);
  return AppendTextValue(type, text, builder);
}

bool CsvDecoder::AppendArray(const DataType& type, std::string_view text, bool is_in_record,
                             ColumnBuilder* builder) {
  ColumnBuilder& elements = builder->child(0);
  for (const std::string_view element : SplitElements(text, options_.element_delimiter)) {
    const uint32_t num_elements = elements.size();
    if (AppendElement(type.element(), element, is_in_record, &elements)) continue;
    if (!options_.ignore_parse_errors) return false;
    elements.TruncateTo(num_elements);
    elements.AppendNull();
  }
  builder->AppendNested();
  return true;
}

bool CsvDecoder::AppendRow(const DataType& type, std::string_view text, bool is_in_record,
                           ColumnBuilder* builder) {
  const std::vector<std::string_view> elements = SplitElements(text, options_.element_delimiter);
  if (elements.empty()) {
    builder->AppendNull();
    return true;
  }
  const std::vector<Field>& fields = type.fields();
  if (elements.size() != fields.size() && !options_.ignore_parse_errors) return false;
  for (size_t i = 0; i < fields.size(); ++i) {
    ColumnBuilder& child = builder->child(i);
    const uint32_t num_rows = child.size();
    if (i < elements.size() && AppendElement(fields[i].type, elements[i], is_in_record, &child)) continue;
    if (!options_.ignore_parse_errors) return false;
    child.TruncateTo(num_rows);
    child.AppendNull();
  }
  builder->AppendNested();
  return true;
}

}  // namespace millrace
