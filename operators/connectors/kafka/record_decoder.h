#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/kafka/kafka_columns.h"
#include "operators/connectors/kafka/kafka_fetcher.h"

namespace millrace {

/// Records to rows: key, value and metadata columns. With `upsert` a record without value is a row of weight
/// -1 that has key columns only. Single-owner.
class KafkaRecordDecoder {
 public:
  /// kUnknownFormat, and the formats' own errors.
  static Result<std::unique_ptr<KafkaRecordDecoder>> Create(const KafkaOptions& options, KafkaColumns columns,
                                                            bool upsert, const FormatRegistry& formats);

  bool needs_headers() const;
  /// Decodes the records of a run up to record `end`. kBadRecord without place; `*bad_record` is then its
  /// number.
  Status Decode(const FetchedRecords& fetched, const FetchedRun& run, size_t end, const std::string& topic,
                int32_t partition, BatchBuilder& builder, size_t* bad_record);

 private:
  struct Run;
  KafkaRecordDecoder() = default;
  Status DecodeKeys(const Run& run, size_t* bad_record);
  Status DecodeValues(const Run& run, size_t first, size_t end, size_t* bad_record);
  void AppendTombstone(const Run& run, size_t record);
  /// Whether rows get their key columns from the record's key.
  bool AddsKeys() const { return !value_has_key_ && key_decoder_ != nullptr; }
  /// Completes a row whose value columns are there; drops it when its key gave no row.
  void FinishRow(const Run& run, size_t record, int8_t weight);
  void AppendKey(const Run& run, uint32_t key_row);
  void AppendMetadata(const Run& run, size_t record);

  KafkaColumns columns_;
  bool upsert_ = false;
  bool value_has_key_ = true;             // keys matter to tombstones only
  std::unique_ptr<Decoder> key_decoder_;  // null: keys are not looked at
  std::unique_ptr<Decoder> value_decoder_;
  std::vector<uint32_t> columns_without_key_;  // of the value
  std::optional<BatchBuilder> key_builder_;
  Batch keys_;
  std::vector<int64_t> key_rows_;    // of each record of the run; -1 = none
  std::vector<RawRecord> raw_;       // the keys that are decoded
  std::vector<size_t> raw_numbers_;  // and which record of the run each is of
  std::vector<BadRecord> bad_;
};

/// Metadata columns that can be read and written.
std::vector<MetadataDescriptor> KafkaMetadataColumns(bool upsert);

}  // namespace millrace
