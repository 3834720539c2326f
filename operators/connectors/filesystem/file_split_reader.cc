#include "operators/connectors/filesystem/file_split_reader.h"

#include <utility>

#include "operators/api/error_codes.h"
#include "operators/api/operator.h"
#include "operators/connectors/filesystem/partition_path.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {

FileSplitReader::FileSplitReader(const ConnectorContext& context, FilesystemOptions options,
                                 FileColumns columns, std::unique_ptr<Decoder> decoder, uint64_t block_bytes)
    : context_(context),
      options_(std::move(options)),
      columns_(std::move(columns)),
      decoder_(std::move(decoder)),
      block_bytes_(block_bytes) {
}

Status FileSplitReader::AddSplits(std::span<const Split> splits) {
  for (const Split& split : splits) {
    File file;
    file.split = split;
    ASSIGN_OR_RETURN(file.position, DecodeFilePosition(split.position));
    const std::map<std::string, std::string> partition = PartitionOf(options_.path, file.position.path);
    for (const FileColumns::Partition& column : columns_.partitions) {
      const auto value = partition.find(column.field.name);
      if (value == partition.end()) {
        return Status(kBadRecord, "file is in no directory of partition column '" + column.field.name +
                                      "': '" + file.position.path + "'")
            .WithSuggestion("move it below a directory '" + column.field.name + "=...'");
      }
      ASSIGN_OR_RETURN(ColumnPtr one_row,
                       PartitionValue(column.field, value->second, options_.default_partition_name));
      file.partition_values.push_back(std::move(one_row));
    }
    files_.push_back(std::move(file));
  }
  return Status::Ok();
}

void FileSplitReader::Open(size_t index) {
  File& file = files_[index];
  if (file.lines != nullptr) return;
  file.lines = std::make_unique<FileLines>(
      context_.env, file.position.path, file.position.offset, file.position.size_bytes,
      [wakeup = wakeup_] {
        if (wakeup) wakeup();
      },
      block_bytes_);
  file.lines->Start();
}

Result<ReadState> FileSplitReader::PollNext(uint32_t max_rows, BatchBuilder& builder,
                                            std::vector<SplitRows>* runs, std::vector<uint32_t>* ended) {
  while (current_ < files_.size()) {
    Open(current_);
    if (current_ + 1 < files_.size()) Open(current_ + 1);
    File& file = files_[current_];
    ASSIGN_OR_RETURN(const FileLines::State state, file.lines->Next(max_rows, &run_));
    if (state == FileLines::State::kPending) return ReadState::kIdle;
    if (state == FileLines::State::kLines) {
      runs->push_back({static_cast<uint32_t>(current_), builder.num_rows()});
      RETURN_IF_ERROR(DecodeLines(&file, builder));
      return ReadState::kReady;
    }
    file.lines.reset();
    ended->push_back(static_cast<uint32_t>(current_));
    ++current_;
  }
  return ReadState::kEnd;
}

Status FileSplitReader::DecodeLines(File* file, BatchBuilder& builder) {
  bad_.clear();
  RETURN_IF_ERROR(decoder_->Decode(
      run_.lines, run_.buffer, builder,
      [this, file, &builder](uint32_t, int8_t weight) {
        AppendOtherColumns(*file, builder);
        builder.FinishRow(weight);
      },
      &bad_));
  if (!bad_.empty()) {
    if (context_.metrics != nullptr) context_.metrics->AddBadRecords(bad_.size());
    const uint32_t record = bad_.front().record;
    return BadLine(*file, bad_.front(), record == 0 ? file->position.offset : run_.ends[record - 1]);
  }
  if (context_.metrics != nullptr) context_.metrics->AddBytesIn(run_.ends.back() - file->position.offset);
  file->position.offset = run_.ends.back();
  file->position.num_records += run_.lines.size();
  return Status::Ok();
}

Status FileSplitReader::BadLine(const File& file, const BadRecord& bad, uint64_t offset) const {
  const uint64_t line = file.position.num_records + bad.record + 1;
  return bad.why.WithContext("file '" + file.position.path + "', line " + std::to_string(line) + ", byte " +
                             std::to_string(offset));
}

void FileSplitReader::AppendOtherColumns(const File& file, BatchBuilder& builder) const {
  for (size_t i = 0; i < columns_.partitions.size(); ++i) {
    builder.column(columns_.partitions[i].column).AppendFrom(*file.partition_values[i], 0);
  }
  for (const FileColumns::Metadata& metadata : columns_.metadata) {
    AppendMetadata(file.position, metadata.key, &builder.column(metadata.column));
  }
}

void FileSplitReader::AppendMetadata(const FilePosition& position, const std::string& key,
                                     ColumnBuilder* builder) const {
  if (key == "file.path") {
    builder->AppendString(position.path);
  } else if (key == "file.name") {
    builder->AppendString(std::string_view(position.path).substr(position.path.rfind('/') + 1));
  } else if (key == "file.size") {
    builder->Append(static_cast<int64_t>(position.size_bytes));
  } else {
    builder->Append(position.modified_micros - position.modified_micros % 1000);
  }
}

std::vector<Split> FileSplitReader::Snapshot() {
  std::vector<Split> splits;
  for (size_t i = current_; i < files_.size(); ++i) {
    Split split = files_[i].split;
    split.position = EncodeFilePosition(files_[i].position);
    splits.push_back(std::move(split));
  }
  return splits;
}

}  // namespace millrace
