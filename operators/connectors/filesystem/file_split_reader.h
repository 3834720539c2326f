#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/filesystem/file_lines.h"
#include "operators/connectors/filesystem/file_position.h"
#include "operators/connectors/filesystem/filesystem_options.h"

namespace millrace {

/// What a reader has to fill beside the decoder's columns.
struct FileColumns {
  struct Partition {
    uint32_t column;  // of the builder
    Field field;
  };
  struct Metadata {
    uint32_t column;
    std::string key;  // "file.path", ...
  };
  std::vector<Partition> partitions;
  std::vector<Metadata> metadata;
};

/// Reads files line by line, one after the other in the order of AddSplits; while one is read the next is
/// opened. On the task's thread; the reading itself is done on the I/O pool.
class FileSplitReader : public SplitReader {
 public:
  FileSplitReader(const ConnectorContext& context, FilesystemOptions options, FileColumns columns,
                  std::unique_ptr<Decoder> decoder, uint64_t block_bytes = FileBlocks::kBlockBytes);

  Status AddSplits(std::span<const Split> splits) override;
  Result<ReadState> PollNext(uint32_t max_rows, BatchBuilder& builder, std::vector<SplitRows>* runs,
                             std::vector<uint32_t>* ended) override;
  void SetWakeup(std::function<void()> wakeup) override { wakeup_ = std::move(wakeup); }
  std::vector<Split> Snapshot() override;

 private:
  struct File {
    Split split;
    FilePosition position;
    std::vector<ColumnPtr> partition_values;  // one row each
    std::unique_ptr<FileLines> lines;         // once opened
  };

  void Open(size_t index);
  Status DecodeLines(File* file, BatchBuilder& builder);
  void AppendOtherColumns(const File& file, BatchBuilder& builder) const;
  void AppendMetadata(const FilePosition& position, const std::string& key, ColumnBuilder* builder) const;
  Status BadLine(const File& file, const BadRecord& bad, uint64_t offset) const;

  const ConnectorContext context_;
  const FilesystemOptions options_;
  const FileColumns columns_;
  std::unique_ptr<Decoder> decoder_;
  const uint64_t block_bytes_;
  std::function<void()> wakeup_;
  std::deque<File> files_;  // all ever assigned; only `position` and `split` matter to a snapshot
  size_t current_ = 0;      // files before it have ended
  LineRun run_;
  std::vector<BadRecord> bad_;
};

}  // namespace millrace
