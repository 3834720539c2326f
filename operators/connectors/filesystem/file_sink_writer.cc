#include "operators/connectors/filesystem/file_sink_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/env/fail_point.h"
#include "operators/api/error_codes.h"
#include "operators/api/operator.h"
#include "operators/connectors/filesystem/part_files.h"
#include "operators/connectors/filesystem/partition_path.h"
#include "proto/checkpoint.pb.h"
#include "proto/filesystem.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kCommittableVersion = 1;

Status Stage(FileSystem& files, const std::string& root, const proto::StagedFiles& staged,
             const std::vector<std::string>& in_progress_paths) {
  std::set<std::string> directories;
  for (int i = 0; i < staged.files_size(); ++i) {
    const std::string& path = staged.files(i).staged_path();
    RETURN_IF_ERROR(files.Rename(in_progress_paths[static_cast<size_t>(i)], path));
    directories.insert(path.substr(0, path.rfind('/')));
  }
  for (const std::string& directory : directories) RETURN_IF_ERROR(SyncDirectories(files, root, directory));
  return HitFailPoint("filesystem_sink.after_stage");
}

}  // namespace

FileSinkWriter::FileSinkWriter(const ConnectorContext& context, FilesystemOptions options,
                               std::vector<std::string> partition_keys,
                               std::vector<uint32_t> partition_columns, std::unique_ptr<Encoder> encoder)
    : context_(context),
      options_(std::move(options)),
      partition_keys_(std::move(partition_keys)),
      partition_columns_(std::move(partition_columns)),
      encoder_(std::move(encoder)),
      owner_(PartOwnerOf(context.job_id, context.operator_uid)),
      attempt_(fmt::format("{:08x}", static_cast<uint32_t>(context.env->random().Next64() >> 32))),
      io_(std::make_shared<OrderedIo>(&context.env->io())) {
  io_->Add(0,
           [files = &context.env->files(), root = options_.path, owner = owner_, subtask = context.subtask,
            parallelism = context.parallelism]() -> Status {
             RETURN_IF_ERROR(files->CreateDirectories(root));
             ASSIGN_OR_RETURN(const std::vector<PartFile> parts,
                              FindPartFiles(*files, root, owner, subtask, parallelism));
             return RemovePartFiles(
                 *files, parts, [](const PartName& name) { return name.stage == PartStage::kInProgress; });
           });
}

FileSinkWriter::~FileSinkWriter() {
  io_->Stop();
}

Batch FileSinkWriter::WithoutPartitionColumns(const Batch& batch) const {
  if (partition_columns_.empty()) return batch;
  Batch data;
  data.num_rows = batch.num_rows;
  for (uint32_t i = 0; i < batch.columns.size(); ++i) {
    const auto found = std::find(partition_columns_.begin(), partition_columns_.end(), i);
    if (found == partition_columns_.end()) data.columns.push_back(batch.columns[i]);
  }
  return data;
}

Status FileSinkWriter::Write(const Batch& batch) {
  RETURN_IF_ERROR(io_->status());
  CloseOldFiles();
  const Batch data = WithoutPartitionColumns(batch);
  std::vector<const Column*> partition_values;
  for (const uint32_t column : partition_columns_) partition_values.push_back(batch.columns[column].get());
  Status status;
  uint64_t num_bytes = 0;
  batch.ForEachRow([&](uint32_t row) {
    if (!status.ok()) return;
    if (batch.Weight(row) < 0) {
      status = Status(kCannotEncode, "connector 'filesystem' cannot take back rows that it has written")
                   .WithSuggestion(
                       "write an updating query to a connector that takes updates, such as upsert-kafka");
      return;
    }
    const std::string partition =
        PartitionDirectory(partition_keys_, partition_values, row, options_.default_partition_name);
    OpenFile* file = FileOf(partition);
    const size_t begin = file->chunk.size();
    status = encoder_->Encode(data, row, 1, &file->chunk);
    file->chunk.push_back('\n');
    num_bytes += file->chunk.size() - begin;
    file->size_bytes += file->chunk.size() - begin;
    if (file->chunk.size() >= kChunkBytes) FlushChunk(file);
    if (file->size_bytes >= options_.rolling_size_bytes) {
      const auto found = open_files_.find(partition);
      Close(std::move(found->second));
      open_files_.erase(found);
    }
  });
  if (context_.metrics != nullptr) context_.metrics->AddBytesOut(num_bytes);
  return status;
}

FileSinkWriter::OpenFile* FileSinkWriter::FileOf(const std::string& partition) {
  const auto found = open_files_.find(partition);
  if (found != open_files_.end()) return found->second.get();
  if (open_files_.size() >= kOpenFilesMax) CloseOldest();
  return open_files_.emplace(partition, Open(partition)).first->second.get();
}

std::unique_ptr<FileSinkWriter::OpenFile> FileSinkWriter::Open(const std::string& partition) {
  auto file = std::make_unique<OpenFile>();
  file->directory =
      options_.path + (partition.empty() ? "" : "/" + partition.substr(0, partition.size() - 1));
  file->name = {PartStage::kInProgress, owner_, attempt_, context_.subtask, 0, next_number_++};
  file->opened_micros = context_.env->clock().WallMicros();
  file->file = std::make_shared<std::unique_ptr<WritableFile>>();
  io_->Add(0,
           [files = &context_.env->files(), directory = file->directory, name = file->name.ToString(),
            slot = file->file]() -> Status {
             RETURN_IF_ERROR(files->CreateDirectories(directory));
             ASSIGN_OR_RETURN(*slot, files->Create(directory + "/" + name));
             return Status::Ok();
           });
  file->chunk = encoder_->Header();
  return file;
}

void FileSinkWriter::FlushChunk(OpenFile* file) {
  if (file->chunk.empty()) return;
  auto chunk = std::make_shared<const std::string>(std::move(file->chunk));
  file->chunk.clear();
  io_->Add(chunk->size(), [slot = file->file, chunk] { return (*slot)->Append(*chunk); });
}

void FileSinkWriter::Close(std::unique_ptr<OpenFile> file) {
  FlushChunk(file.get());
  io_->Add(0, [slot = file->file]() -> Status {
    RETURN_IF_ERROR((*slot)->Sync());
    return (*slot)->Close();
  });
  closed_names_.push_back(file->name);
  closed_directories_.push_back(file->directory);
}

void FileSinkWriter::CloseOldFiles() {
  const int64_t now = context_.env->clock().WallMicros();
  if (now - last_age_check_micros_ < options_.rollover_check_interval_ms * 1000) return;
  last_age_check_micros_ = now;
  for (auto file = open_files_.begin(); file != open_files_.end();) {
    if (now - file->second->opened_micros < options_.rollover_interval_ms * 1000) {
      ++file;
    } else {
      Close(std::move(file->second));
      file = open_files_.erase(file);
    }
  }
}

void FileSinkWriter::CloseOldest() {
  const auto oldest = std::min_element(
      open_files_.begin(), open_files_.end(),
      [](const auto& a, const auto& b) { return a.second->name.number < b.second->name.number; });
  Close(std::move(oldest->second));
  open_files_.erase(oldest);
}

Result<std::function<Result<SinkWriter::Staged>()>> FileSinkWriter::Prepare(Epoch epoch) {
  for (auto& [partition, file] : open_files_) Close(std::move(file));
  open_files_.clear();
  proto::StagedFiles staged;
  staged.set_version(kCommittableVersion);
  staged.set_job(owner_.job);
  staged.set_operator_(owner_.op);
  staged.set_subtask(context_.subtask);
  std::vector<std::string> in_progress_paths;
  for (size_t i = 0; i < closed_names_.size(); ++i) {
    PartFile part{closed_directories_[i], closed_names_[i]};
    in_progress_paths.push_back(part.Path());
    proto::StagedFiles::File* file = staged.add_files();
    part.name.epoch = epoch.value;
    part.name.stage = PartStage::kStaged;
    file->set_staged_path(part.Path());
    part.name.stage = PartStage::kVisible;
    file->set_visible_path(part.Path());
  }
  closed_names_.clear();
  closed_directories_.clear();
  return std::function<Result<Staged>()>([io = io_, files = &context_.env->files(), root = options_.path,
                                          staged, in_progress_paths]() -> Result<Staged> {
    RETURN_IF_ERROR(io->RunPending());
    RETURN_IF_ERROR(Stage(*files, root, staged, in_progress_paths));
    Staged result;
    if (staged.files_size() > 0) result.committables.push_back(staged.SerializeAsString());
    return result;
  });
}

}  // namespace millrace
