#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"

namespace millrace::state {

/// An ordered view of the database as of its creation. Single-owner.
class RowCursor {
 public:
  virtual ~RowCursor() = default;
  /// To the first key at or after `key`.
  virtual void Seek(std::string_view key) = 0;
  virtual void Next() = 0;
  /// False at the end and after an error.
  virtual bool Valid() const = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual Status status() const = 0;
};

/// The RocksDB of one operator subtask: the cold rows, and what checkpoints are made of. Without a log: what
/// is not in an uploaded checkpoint is lost with the process. Thread-safe; every call may block. Errors are
/// kStateStore.
class RowDatabase {
 public:
  virtual ~RowDatabase() = default;

  /// Opens what lies in `directory` (an empty database when nothing does).
  static Result<std::unique_ptr<RowDatabase>> Open(const std::string& directory);

  /// values[i] is that of sorted_keys[i]; nullopt when absent.
  virtual Status MultiGet(std::span<const std::string> sorted_keys,
                          std::vector<std::optional<std::string>>* values) = 0;
  virtual std::unique_ptr<RowCursor> NewCursor() = 0;

  /// Moves finished SST files in, as one step; what they hold hides what was there.
  virtual Status Ingest(const std::vector<std::string>& files) = 0;
  /// Deletes [begin, end); an empty `end` is the end of the key space.
  virtual Status DeleteRange(std::string_view begin, std::string_view end) = 0;
  virtual Status Delete(std::span<const std::string> keys) = 0;

  /// Puts the database as it is into `directory` (absent before): links to its tables and its manifest, from
  /// whose name CURRENT follows.
  virtual Status Checkpoint(const std::string& directory) = 0;

  virtual uint64_t EstimateRows() = 0;
  /// Bytes of the live files.
  virtual uint64_t LiveBytes() = 0;
};

/// Writes ascending keys into SST files of a bounded size. Single-owner. Errors are kStateStore.
class SstRunWriter {
 public:
  virtual ~SstRunWriter() = default;

  /// Files are named `<path_prefix><n>.sst`.
  static std::unique_ptr<SstRunWriter> Create(std::string path_prefix);

  virtual Status Put(std::string_view key, std::string_view value) = 0;
  virtual Status Delete(std::string_view key) = 0;
  /// The files, none when nothing was written. Call once.
  virtual Result<std::vector<std::string>> Finish() = 0;
};

}  // namespace millrace::state
