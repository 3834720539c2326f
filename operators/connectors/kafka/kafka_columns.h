#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/status.h"
#include "core/types/schema.h"
#include "operators/api/connector.h"
#include "operators/connectors/kafka/kafka_options.h"

namespace millrace {

/// A part of a table's columns that one format reads or writes.
struct KafkaFormatColumns {
  std::vector<Field> fields;      // as the format names them, without 'key.fields-prefix'
  std::vector<uint32_t> columns;  // parallel: of the table
  std::vector<Field> declared;    // fields of all columns in the records, read or not
};

/// Which columns of a table lie in the key, the value and the metadata of records.
struct KafkaColumns {
  KafkaFormatColumns key;
  KafkaFormatColumns value;
  struct Metadata {
    uint32_t column;
    std::string key;  // "topic", "offset", ...
  };
  std::vector<Metadata> metadata;

  /// `schema`: physical, then metadata columns. kBadOptionValue when 'key.fields' names no column.
  static Result<KafkaColumns> OfSource(const proto::SourceConfig& config, const Schema& schema,
                                       const KafkaOptions& options, bool upsert);
  static Result<KafkaColumns> OfSink(const proto::SinkConfig& config, const Schema& schema,
                                     const KafkaOptions& options, bool upsert);
};

}  // namespace millrace
