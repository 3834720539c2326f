#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/column/batch.h"
#include "core/descriptor/descriptor.h"
#include "core/status.h"

namespace millrace {

/// One message or line, borrowed. `keep_alive` (may be null) owns the bytes: decoders may refer to them in
/// columns without copying after ColumnBuilder::KeepAlive.
struct RawRecord {
  std::string_view bytes;
  bool is_null = false;  // Kafka: a null value (tombstone)
};

/// A record that could not be decoded: its number in the call and why (kBadRecord, without position; the
/// reader adds topic, partition and offset, or file and byte).
struct BadRecord {
  uint32_t record = 0;
  Status why;
};

/// What a reader that has other columns to append does after each row of a decoder: appends them and finishes
/// the row in the builder. Empty: there are none, the decoder finishes its rows itself.
using RowFinisher = std::function<void(uint32_t record, int8_t weight)>;

/// Bytes to columns. Single-owner. Appends to its columns of the builder (MapColumns).
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Column i of the decoder is column `targets[i]` of the builder. Before the first Decode; without it,
  /// column i is column i.
  void MapColumns(std::vector<uint32_t> targets) { targets_ = std::move(targets); }
  /// A record may give no row, one, or several (a JSON array). A bad record appends nothing and is added to
  /// `bad`, unless the format's options say to skip it.
  virtual Status Decode(std::span<const RawRecord> records, const BufferPtr& keep_alive,
                        BatchBuilder& builder, const RowFinisher& finish_row,
                        std::vector<BadRecord>* bad) = 0;

 protected:
  uint32_t Target(uint32_t column) const { return targets_.empty() ? column : targets_[column]; }
  static void FinishRow(BatchBuilder& builder, const RowFinisher& finish_row, uint32_t record,
                        int8_t weight) {
    if (finish_row) {
      finish_row(record, weight);
    } else {
      builder.FinishRow(weight);
    }
  }

 private:
  std::vector<uint32_t> targets_;
};

/// Columns to bytes. Single-owner.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Appends the record of one row to `out`. `weight`: -1 only for formats that carry row kinds. Errors name
  /// the column.
  virtual Status Encode(const Batch& batch, uint32_t row, int8_t weight, std::string* out) = 0;
  /// For files: what stands before the first record ("" for json, csv).
  virtual std::string Header() { return {}; }
};

struct FormatFactory {
  FormatDescriptor descriptor;
  /// `columns`: the physical columns to produce, in order; `declared`: all columns of the table in order (csv
  /// reads by position). Options without the prefix.
  std::function<Result<std::unique_ptr<Decoder>>(const std::vector<Field>& columns,
                                                 const std::vector<Field>& declared, const Options&)>
      create_decoder;
  std::function<Result<std::unique_ptr<Encoder>>(const std::vector<Field>& columns, const Options&)>
      create_encoder;
};

}  // namespace millrace
