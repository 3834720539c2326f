#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/filesystem/filesystem_options.h"
#include "operators/connectors/filesystem/part_name.h"
#include "operators/connectors/io/ordered_io.h"

namespace millrace {

/// Writes rows as lines to hidden files below the table's directory, a file a partition, and ends them at
/// every epoch, at a size and at an age. Nothing here makes a file visible: that is the committer's. On the
/// task's thread; the writing itself is done on the I/O pool.
///
/// Its first step removes the hidden files that earlier attempts of the same subtask left unfinished.
class FileSinkWriter : public SinkWriter {
 public:
  static constexpr uint64_t kPendingBytesMax = 16 << 20;
  static constexpr size_t kChunkBytes = 256 << 10;
  static constexpr size_t kOpenFilesMax = 256;

  /// `partition_columns`: of the rows, one a key; the encoder gets the others in order.
  FileSinkWriter(const ConnectorContext& context, FilesystemOptions options,
                 std::vector<std::string> partition_keys, std::vector<uint32_t> partition_columns,
                 std::unique_ptr<Encoder> encoder);
  ~FileSinkWriter() override;

  Status Write(const Batch& batch) override;
  bool IsFull() const override { return io_->pending_bytes() > kPendingBytesMax; }
  void SetWakeup(std::function<void()> wakeup) override { io_->SetOnProgress(std::move(wakeup)); }
  Result<std::function<Result<Staged>()>> Prepare(Epoch epoch) override;

 private:
  struct OpenFile {
    PartName name;
    std::string directory;  // absolute
    std::string chunk;      // not handed to the I/O pool yet
    uint64_t size_bytes = 0;
    int64_t opened_micros = 0;
    /// Only the I/O steps touch what it points to.
    std::shared_ptr<std::unique_ptr<WritableFile>> file;
  };

  Batch WithoutPartitionColumns(const Batch& batch) const;
  OpenFile* FileOf(const std::string& partition);
  std::unique_ptr<OpenFile> Open(const std::string& partition);
  void FlushChunk(OpenFile* file);
  /// Ends the file: it is complete, synced and closed once its steps have run.
  void Close(std::unique_ptr<OpenFile> file);
  void CloseOldFiles();
  void CloseOldest();

  const ConnectorContext context_;
  const FilesystemOptions options_;
  const std::vector<std::string> partition_keys_;
  const std::vector<uint32_t> partition_columns_;
  std::unique_ptr<Encoder> encoder_;
  const PartOwner owner_;
  const std::string attempt_;
  std::shared_ptr<OrderedIo> io_;
  std::map<std::string, std::unique_ptr<OpenFile>> open_files_;  // by partition directory
  std::vector<PartName> closed_names_;                           // since the last Prepare
  std::vector<std::string> closed_directories_;                  // parallel
  uint64_t next_number_ = 0;
  int64_t last_age_check_micros_ = 0;
};

}  // namespace millrace
