#include "operators/connectors/kafka/record_encoder.h"

#include <utility>

#include "core/descriptor/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/api/registry.h"

namespace millrace {
namespace {

Result<std::unique_ptr<Encoder>> MakeEncoder(const std::string& name, const KafkaFormatColumns& columns,
                                             const Options& options, const FormatRegistry& formats) {
  const FormatFactory* format = formats.Find(name);
  if (format == nullptr || !format->create_encoder) {
    return Status(kUnknownFormat, "there is no format to write of this name: '" + name + "'");
  }
  return format->create_encoder(columns.fields, options);
}

SchemaPtr SchemaOf(const KafkaFormatColumns& columns) {
  Schema schema;
  schema.fields = columns.fields;
  return std::make_shared<const Schema>(std::move(schema));
}

Batch PartOf(const Batch& batch, const KafkaFormatColumns& columns, const SchemaPtr& schema) {
  Batch part;
  part.schema = schema;
  part.num_rows = batch.num_rows;
  for (uint32_t column : columns.columns) part.columns.push_back(batch.columns[column]);
  return part;
}

}  // namespace

Result<std::unique_ptr<KafkaRecordEncoder>> KafkaRecordEncoder::Create(const KafkaOptions& options,
                                                                       KafkaColumns columns, bool upsert,
                                                                       const FormatRegistry& formats) {
  std::unique_ptr<KafkaRecordEncoder> encoder(new KafkaRecordEncoder());
  encoder->upsert_ = upsert;
  bool has_topic_column = false;
  for (const KafkaColumns::Metadata& metadata : columns.metadata) has_topic_column |= metadata.key == "topic";
  if (options.topics.size() != 1 && !has_topic_column) {
    return Status(kUnsupportedByConnector, "a table of several topics cannot be written")
        .WithSuggestion("name one topic in option 'topic', or declare a column STRING METADATA FROM 'topic'");
  }
  if (!columns.key.fields.empty()) {
    ASSIGN_OR_RETURN(encoder->key_encoder_,
                     MakeEncoder(options.key_format, columns.key, options.key_format_options, formats));
  }
  ASSIGN_OR_RETURN(encoder->value_encoder_,
                   MakeEncoder(options.value_format, columns.value, options.value_format_options, formats));
  encoder->key_schema_ = SchemaOf(columns.key);
  encoder->value_schema_ = SchemaOf(columns.value);
  encoder->columns_ = std::move(columns);
  return encoder;
}

Status KafkaRecordEncoder::Encode(const Batch& batch, const std::function<Status(const KafkaRecord&)>& take) {
  const Batch keys = PartOf(batch, columns_.key, key_schema_);
  const Batch values = PartOf(batch, columns_.value, value_schema_);
  Status status;
  batch.ForEachRow([&](uint32_t row) {
    if (!status.ok()) return;
    status = EncodeRow(batch, row, batch.Weight(row), keys, values);
    if (status.ok()) status = take(record_);
  });
  return status;
}

Status KafkaRecordEncoder::EncodeRow(const Batch& batch, uint32_t row, int8_t weight, const Batch& keys,
                                     const Batch& values) {
  record_.key.reset();
  record_.value.reset();
  if (key_encoder_ != nullptr) {
    key_.clear();
    RETURN_IF_ERROR(key_encoder_->Encode(keys, row, 1, &key_));
    record_.key = key_;
  }
  if (weight > 0 || !upsert_) {
    if (weight < 0) {
      return Status(kCannotEncode, "connector 'kafka' takes new rows only, this one is taken back")
          .WithSuggestion("write to connector 'upsert-kafka' with a primary key");
    }
    value_.clear();
    RETURN_IF_ERROR(value_encoder_->Encode(values, row, weight, &value_));
    record_.value = value_;
  }
  return columns_.metadata.empty() ? Status::Ok() : ReadMetadata(batch, row);
}

Status KafkaRecordEncoder::ReadMetadata(const Batch& batch, uint32_t row) {
  record_.timestamp_ms = -1;
  record_.headers.clear();
  record_.topic = {};
  for (const KafkaColumns::Metadata& metadata : columns_.metadata) {
    const Column& column = *batch.columns[metadata.column];
    const ColumnReader reader(column);
    if (reader.IsNull(row)) continue;
    if (metadata.key == "topic") {
      record_.topic = reader.String(row);
    } else if (metadata.key == "timestamp") {
      record_.timestamp_ms = column.physical() == PhysicalType::kTimestamp
                                 ? reader.Value<WideTimestamp>(row).millis
                                 : reader.Value<int64_t>(row) / 1000;
    } else if (metadata.key == "headers") {
      const auto [first, end] = reader.ChildRange(row);
      const ColumnReader names(*reader.payload().parts().children[0]);
      const ColumnReader values(*reader.payload().parts().children[1]);
      for (uint32_t i = first; i < end; ++i) {
        if (names.IsNull(i)) continue;
        record_.headers.emplace_back(names.String(i),
                                     values.IsNull(i) ? std::nullopt : std::optional(values.String(i)));
      }
    }
  }
  return Status::Ok();
}

}  // namespace millrace
