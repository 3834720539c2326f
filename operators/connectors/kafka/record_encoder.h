#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/kafka/kafka_columns.h"
#include "operators/connectors/kafka/kafka_record.h"

namespace millrace {

/// Rows to records. With `upsert` a row of weight -1 is a record without value. Single-owner.
class KafkaRecordEncoder {
 public:
  static Result<std::unique_ptr<KafkaRecordEncoder>> Create(const KafkaOptions& options, KafkaColumns columns,
                                                            bool upsert, const FormatRegistry& formats);

  /// Calls `take` with the record of every row of the batch, in order; the record is valid during the call.
  Status Encode(const Batch& batch, const std::function<Status(const KafkaRecord&)>& take);

 private:
  KafkaRecordEncoder() = default;
  Status EncodeRow(const Batch& batch, uint32_t row, int8_t weight, const Batch& keys, const Batch& values);
  Status ReadMetadata(const Batch& batch, uint32_t row);

  KafkaColumns columns_;
  bool upsert_ = false;
  SchemaPtr key_schema_;
  SchemaPtr value_schema_;
  std::unique_ptr<Encoder> key_encoder_;  // null: no keys
  std::unique_ptr<Encoder> value_encoder_;
  std::string key_;
  std::string value_;
  KafkaRecord record_;
};

}  // namespace millrace
