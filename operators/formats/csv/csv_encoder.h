#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operators/api/format.h"
#include "operators/formats/csv/csv_options.h"

namespace millrace {

/// Rows to csv records. As Flink's (Jackson's) encoder, texts are quoted when they are longer than 24
/// characters or hold a character up to the larger of delimiter and quote (or the escape character); numbers
/// never are.
class CsvEncoder : public Encoder {
 public:
  CsvEncoder(const std::vector<Field>& columns, const CsvOptions& options);

  Status Encode(const Batch& batch, uint32_t row, int8_t weight, std::string* out) override;

 private:
  /// The unquoted text of a value that is not NULL.
  void AppendPlain(const DataType& type, const ColumnReader& reader, uint32_t row, std::string* out) const;
  void AppendTemporal(const DataType& type, const ColumnReader& reader, uint32_t row, std::string* out) const;
  void AppendNested(const DataType& type, const ColumnReader& reader, uint32_t row, std::string* out) const;
  void AppendElement(const DataType& type, const ColumnReader& reader, uint32_t row, std::string* out) const;
  bool NeedsQuotes(std::string_view text) const;
  void AppendQuoted(std::string_view text, std::string* out) const;

  const CsvOptions options_;
  std::vector<DataType> types_;
  unsigned char first_safe_;
  std::string scratch_;
};

}  // namespace millrace
