#include "operators/connectors/kafka/record_decoder.h"

#include <algorithm>
#include <utility>

#include "core/descriptor/error_codes.h"
#include "operators/api/registry.h"

namespace millrace {
namespace {

Result<std::unique_ptr<Decoder>> MakeDecoder(const std::string& name, const KafkaFormatColumns& columns,
                                             const Options& options, const FormatRegistry& formats) {
  const FormatFactory* format = formats.Find(name);
  if (format == nullptr || !format->create_decoder) {
    return Status(kUnknownFormat, "there is no format to read of this name: '" + name + "'");
  }
  return format->create_decoder(columns.fields, columns.declared, options);
}

const char* TimestampTypeName(KafkaTimestampType type) {
  switch (type) {
    case KafkaTimestampType::kCreateTime:
      return "CreateTime";
    case KafkaTimestampType::kLogAppendTime:
      return "LogAppendTime";
    case KafkaTimestampType::kNone:
      break;
  }
  return "NoTimestampType";
}

/// A map of names to values; of a name that comes twice the last value counts, as in Flink.
void AppendHeaders(std::span<const FetchedHeader> headers, ColumnBuilder* builder) {
  for (size_t i = 0; i < headers.size(); ++i) {
    const bool is_last =
        std::none_of(headers.begin() + static_cast<ptrdiff_t>(i) + 1, headers.end(),
                     [&](const FetchedHeader& later) { return later.name == headers[i].name; });
    if (!is_last) continue;
    builder->child(0).AppendString(headers[i].name);
    if (headers[i].value_is_null) {
      builder->child(1).AppendNull();
    } else {
      builder->child(1).AppendString(headers[i].value);
    }
  }
  builder->AppendNested();
}

}  // namespace

struct KafkaRecordDecoder::Run {
  const FetchedRecords& fetched;
  size_t first;
  size_t end;
  const std::string& topic;
  int32_t partition;
  BatchBuilder& builder;

  std::span<const FetchedRecord> records() const {
    return std::span(fetched.records).subspan(first, end - first);
  }
  const BufferPtr& block() const { return fetched.blocks[fetched.records[first].block]; }
};

Result<std::unique_ptr<KafkaRecordDecoder>> KafkaRecordDecoder::Create(const KafkaOptions& options,
                                                                       KafkaColumns columns, bool upsert,
                                                                       const FormatRegistry& formats) {
  std::unique_ptr<KafkaRecordDecoder> decoder(new KafkaRecordDecoder());
  decoder->upsert_ = upsert;
  decoder->value_has_key_ = !options.value_without_key;
  ASSIGN_OR_RETURN(decoder->value_decoder_,
                   MakeDecoder(options.value_format, columns.value, options.value_format_options, formats));
  decoder->value_decoder_->MapColumns(columns.value.columns);
  const bool key_matters = upsert || options.value_without_key;
  if (key_matters && !options.key_format.empty() && !columns.key.fields.empty()) {
    ASSIGN_OR_RETURN(decoder->key_decoder_,
                     MakeDecoder(options.key_format, columns.key, options.key_format_options, formats));
    Schema schema;
    schema.fields = columns.key.fields;
    decoder->key_builder_.emplace(std::make_shared<const Schema>(std::move(schema)));
  }
  for (uint32_t column : columns.value.columns) {
    const auto& keys = columns.key.columns;
    if (std::find(keys.begin(), keys.end(), column) == keys.end())
      decoder->columns_without_key_.push_back(column);
  }
  decoder->columns_ = std::move(columns);
  return decoder;
}

bool KafkaRecordDecoder::needs_headers() const {
  return std::any_of(columns_.metadata.begin(), columns_.metadata.end(),
                     [](const auto& metadata) { return metadata.key == "headers"; });
}

Status KafkaRecordDecoder::Decode(const FetchedRecords& fetched, size_t first, size_t end,
                                  const std::string& topic, int32_t partition, BatchBuilder& builder,
                                  size_t* bad_record) {
  const Run run{fetched, first, end, topic, partition, builder};
  if (key_decoder_ != nullptr) RETURN_IF_ERROR(DecodeKeys(run, bad_record));
  if (!upsert_) return DecodeValues(run, first, end, bad_record);
  size_t begin = first;
  for (size_t i = first; i < end; ++i) {
    if (!fetched.records[i].value_is_null) continue;
    RETURN_IF_ERROR(DecodeValues(run, begin, i, bad_record));
    AppendTombstone(run, i);
    begin = i + 1;
  }
  return DecodeValues(run, begin, end, bad_record);
}

Status KafkaRecordDecoder::DecodeKeys(const Run& run, size_t* bad_record) {
  raw_.clear();
  raw_numbers_.clear();
  bad_.clear();
  key_rows_.assign(run.end - run.first, -1);
  for (size_t i = run.first; i < run.end; ++i) {
    const FetchedRecord& record = run.fetched.records[i];
    if (value_has_key_ && !record.value_is_null) continue;
    raw_.push_back({record.key, record.key_is_null});
    raw_numbers_.push_back(i - run.first);
  }
  if (raw_.empty()) return Status::Ok();
  RETURN_IF_ERROR(key_decoder_->Decode(
      raw_, run.block(), *key_builder_,
      [this](uint32_t record, int8_t) {
        key_rows_[raw_numbers_[record]] = key_builder_->num_rows();
        key_builder_->FinishRow();
      },
      &bad_));
  keys_ = key_builder_->Finish();
  if (bad_.empty()) return Status::Ok();
  *bad_record = run.first + raw_numbers_[bad_.front().record];
  return bad_.front().why.WithContext("key");
}

Status KafkaRecordDecoder::DecodeValues(const Run& run, size_t first, size_t end, size_t* bad_record) {
  if (first == end) return Status::Ok();
  raw_.clear();
  raw_numbers_.clear();
  bad_.clear();
  raw_.reserve(end - first);
  raw_numbers_.reserve(end - first);
  for (size_t i = first; i < end; ++i) {
    const FetchedRecord& record = run.fetched.records[i];
    if (upsert_ && record.key_is_null) continue;  // belongs to no row
    raw_.push_back({record.value, record.value_is_null});
    raw_numbers_.push_back(i);
  }
  RETURN_IF_ERROR(value_decoder_->Decode(
      raw_, run.block(), run.builder,
      [this, &run](uint32_t record, int8_t weight) { FinishRow(run, raw_numbers_[record], weight); }, &bad_));
  if (bad_.empty()) return Status::Ok();
  *bad_record = raw_numbers_[bad_.front().record];
  return bad_.front().why;
}

void KafkaRecordDecoder::FinishRow(const Run& run, size_t record, int8_t weight) {
  if (!value_has_key_ && key_decoder_ != nullptr) {
    const int64_t key_row = key_rows_[record - run.first];
    if (key_row < 0) {
      run.builder.AbandonRow();
      return;
    }
    AppendKey(run, static_cast<uint32_t>(key_row));
  }
  AppendMetadata(run, run.fetched.records[record]);
  run.builder.FinishRow(weight);
}

void KafkaRecordDecoder::AppendTombstone(const Run& run, size_t record) {
  const int64_t key_row = key_rows_[record - run.first];
  if (key_row < 0) return;
  AppendKey(run, static_cast<uint32_t>(key_row));
  for (uint32_t column : columns_without_key_) run.builder.column(column).AppendNull();
  AppendMetadata(run, run.fetched.records[record]);
  run.builder.FinishRow(-1);
}

void KafkaRecordDecoder::AppendKey(const Run& run, uint32_t key_row) {
  for (size_t i = 0; i < columns_.key.columns.size(); ++i) {
    run.builder.column(columns_.key.columns[i]).AppendFrom(*keys_.columns[i], key_row);
  }
}

void KafkaRecordDecoder::AppendMetadata(const Run& run, const FetchedRecord& record) {
  for (const KafkaColumns::Metadata& metadata : columns_.metadata) {
    ColumnBuilder& builder = run.builder.column(metadata.column);
    if (metadata.key == "topic") {
      builder.AppendString(run.topic);
    } else if (metadata.key == "partition") {
      builder.Append(run.partition);
    } else if (metadata.key == "offset") {
      builder.Append(record.offset);
    } else if (metadata.key == "timestamp") {
      builder.Append(record.timestamp_ms * 1000);
    } else if (metadata.key == "timestamp-type") {
      builder.AppendString(TimestampTypeName(record.timestamp_type));
    } else if (metadata.key == "headers") {
      AppendHeaders(std::span(run.fetched.headers).subspan(record.first_header, record.num_headers),
                    &builder);
    } else {
      builder.AppendNull();  // leader-epoch: the client does not tell it
    }
  }
}

std::vector<MetadataDescriptor> KafkaMetadataColumns(bool upsert) {
  const DataType headers = DataType::Map(DataType::String().NotNull(), DataType::Bytes());
  return {
      {"topic", DataType::String().NotNull(), true, !upsert,
       "Name of the topic; written: where the record goes."},
      {"partition", DataType::Integer().NotNull(), true, false, "Number of the partition."},
      {"headers", headers.NotNull(), true, true, "Headers; of a name that comes twice the last."},
      {"leader-epoch", DataType::Integer(), true, false, "Always NULL: the client does not tell it."},
      {"offset", DataType::Bigint().NotNull(), true, false, "Offset in the partition."},
      {"timestamp", DataType::TimestampLtz(3).NotNull(), true, true, "Time of the record."},
      {"timestamp-type", DataType::String().NotNull(), true, false,
       "NoTimestampType, CreateTime or LogAppendTime."},
  };
}

}  // namespace millrace
