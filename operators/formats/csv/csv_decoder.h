#pragma once

#include <string>
#include <vector>

#include "operators/api/format.h"
#include "operators/formats/csv/csv_fields.h"
#include "operators/formats/csv/csv_options.h"

namespace millrace {

/// csv records to columns, by position. A record is one line: quoted line ends are not understood. With
/// ignore-parse-errors missing fields and those that do not fit are NULL, and a record with too many fields
/// or broken quotes is skipped.
class CsvDecoder : public Decoder {
 public:
  /// `columns` are some of `declared`, which names all fields of a record in order.
  CsvDecoder(const std::vector<Field>& columns, const std::vector<Field>& declared,
             const CsvOptions& options);

  Status Decode(std::span<const RawRecord> records, const BufferPtr& keep_alive, BatchBuilder& builder,
                const RowFinisher& finish_row, std::vector<BadRecord>* bad) override;

 private:
  struct Column {
    Field field;
    size_t position;  // in the record
  };
  Status DecodeRecord(std::string_view record, BatchBuilder& builder);
  Status CheckNumFields(size_t num_fields) const;
  Status AppendField(const Column& column, const CsvFields::Field& field, ColumnBuilder* builder);
  /// False, with anything appended, when the text does not fit the type.
  bool AppendValue(const DataType& type, std::string_view text, bool is_in_record, ColumnBuilder* builder);
  bool AppendElement(const DataType& type, std::string_view text, bool is_in_record, ColumnBuilder* builder);
  bool AppendArray(const DataType& type, std::string_view text, bool is_in_record, ColumnBuilder* builder);
  bool AppendRow(const DataType& type, std::string_view text, bool is_in_record, ColumnBuilder* builder);
  bool IsNullText(std::string_view text) const {
    return options_.null_literal && text == *options_.null_literal;
  }

  const CsvOptions options_;
  std::vector<Column> columns_;
  size_t num_declared_;
  bool zero_copy_ = false;
  CsvFields fields_;
};

}  // namespace millrace
