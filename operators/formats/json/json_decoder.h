#pragma once

#include <memory>
#include <vector>

#include "operators/api/format.h"
#include "operators/formats/json/json_options.h"
#include "operators/formats/json/json_row_reader.h"

namespace millrace {

/// JSON records to columns. A record is an object (one row) or an array of objects (a row each); what follows
/// it is not looked at. NULL records give no row. With ignore-parse-errors a value that does not fit becomes
/// NULL and a record that is not JSON is skipped; of an array that breaks off, the rows before the break
/// stay.
class JsonDecoder : public Decoder {
 public:
  JsonDecoder(const std::vector<Field>& columns, const JsonOptions& options);

  Status Decode(std::span<const RawRecord> records, const BufferPtr& keep_alive, BatchBuilder& builder,
                const RowFinisher& finish_row, std::vector<BadRecord>* bad) override;

 private:
  /// Reads the rows of one record; when false, `why` is set and what was begun is the caller's to abandon.
  bool DecodeRecord(std::string_view text, uint32_t number, BatchBuilder& builder,
                    const RowFinisher& finish_row, Status* why);
  Status DecodeArray(JsonCursor* cursor, uint32_t number, BatchBuilder& builder,
                     const RowFinisher& finish_row);

  uint32_t num_columns_;
  bool ignore_parse_errors_;
  JsonRowReader reader_;
  std::vector<ColumnBuilder*> builders_;
};

}  // namespace millrace
