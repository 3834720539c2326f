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
  const FetchedRun& records;
  size_t end;
  const std::string& topic;
  int32_t partition;
  BatchBuilder& builder;
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

Status KafkaRecordDecoder::Decode(const FetchedRecords& fetched, const FetchedRun& records, size_t end,
                                  const std::string& topic, int32_t partition, BatchBuilder& builder,
                                  size_t* bad_record) {
  const Run run{fetched, records, end, topic, partition, builder};
  if (key_decoder_ != nullptr) RETURN_IF_ERROR(DecodeKeys(run, bad_record));
  if (!upsert_) return DecodeValues(run, records.first, end, bad_record);
  size_t begin = records.first;
  for (size_t i = records.first; i < end; ++i) {
    const bool belongs_to_no_row = fetched.keys[i].is_null;
    if (!belongs_to_no_row && !fetched.values[i].is_null) continue;
    RETURN_IF_ERROR(DecodeValues(run, begin, i, bad_record));
    if (!belongs_to_no_row) AppendTombstone(run, i);
    begin = i + 1;
  }
  return DecodeValues(run, begin, end, bad_record);
}

Status KafkaRecordDecoder::DecodeKeys(const Run& run, size_t* bad_record) {
  raw_.clear();
  raw_numbers_.clear();
  bad_.clear();
  key_rows_.assign(run.end - run.records.first, -1);
  for (size_t i = run.records.first; i < run.end; ++i) {
    if (value_has_key_ && !run.fetched.values[i].is_null) continue;
    raw_.push_back(run.fetched.keys[i]);
    raw_numbers_.push_back(i - run.records.first);
  }
  if (raw_.empty()) return Status::Ok();
  RETURN_IF_ERROR(key_decoder_->Decode(
      raw_, run.records.block, *key_builder_,
      [this](uint32_t record, int8_t) {
        key_rows_[raw_numbers_[record]] = key_builder_->num_rows();
        key_builder_->FinishRow();
      },
      &bad_));
  keys_ = key_builder_->Finish();
  if (bad_.empty()) return Status::Ok();
  *bad_record = run.records.first + raw_numbers_[bad_.front().record];
  return bad_.front().why.WithContext("key");
}

Status KafkaRecordDecoder::DecodeValues(const Run& run, size_t first, size_t end, size_t* bad_record) {
  if (first == end) return Status::Ok();
  bad_.clear();
  RowFinisher finish_row;
  if (AddsKeys() || !columns_.metadata.empty()) {
    finish_row = [this, &run, first](uint32_t record, int8_t weight) {
      FinishRow(run, first + record, weight);
    };
  }
  RETURN_IF_ERROR(value_decoder_->Decode(std::span(run.fetched.values).subspan(first, end - first),
                                         run.records.block, run.builder, finish_row, &bad_));
  if (bad_.empty()) return Status::Ok();
  *bad_record = first + bad_.front().record;
  return bad_.front().why;
}

void KafkaRecordDecoder::FinishRow(const Run& run, size_t record, int8_t weight) {
  if (AddsKeys()) {
    const int64_t key_row = key_rows_[record - run.records.first];
    if (key_row < 0) {
      run.builder.AbandonRow();
      return;
    }
    AppendKey(run, static_cast<uint32_t>(key_row));
  }
  AppendMetadata(run, record);
  run.builder.FinishRow(weight);
}

void KafkaRecordDecoder::AppendTombstone(const Run& run, size_t record) {
  const int64_t key_row = key_rows_[record - run.records.first];
  if (key_row < 0) return;
  AppendKey(run, static_cast<uint32_t>(key_row));
  for (uint32_t column : columns_without_key_) run.builder.column(column).AppendNull();
  AppendMetadata(run, record);
  run.builder.FinishRow(-1);
}

void KafkaRecordDecoder::AppendKey(const Run& run, uint32_t key_row) {
  for (size_t i = 0; i < columns_.key.columns.size(); ++i) {
    run.builder.column(columns_.key.columns[i]).AppendFrom(*keys_.columns[i], key_row);
  }
}

void KafkaRecordDecoder::AppendMetadata(const Run& run, size_t record) {
  for (const KafkaColumns::Metadata& metadata : columns_.metadata) {
    ColumnBuilder& builder = run.builder.column(metadata.column);
    if (metadata.key == "topic") {
      builder.AppendString(run.topic);
    } else if (metadata.key == "partition") {
      builder.Append(run.partition);
    } else if (metadata.key == "offset") {
      builder.Append(run.fetched.offsets[record]);
    } else if (metadata.key == "timestamp") {
      builder.Append(run.fetched.timestamps_ms[record] * 1000);
    } else if (metadata.key == "timestamp-type") {
      builder.AppendString(TimestampTypeName(run.records.timestamp_type));
    } else if (metadata.key == "headers") {
      AppendHeaders(run.fetched.HeadersOf(record), &builder);
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
