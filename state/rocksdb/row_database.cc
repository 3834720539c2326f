#include "state/rocksdb/row_database.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>

#include "core/check.h"
#include "state/error_codes.h"
#include "state/rocksdb/store_options.h"

namespace millrace::state {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
std::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

rocksdb::WriteOptions WithoutLog() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return options;
}

class RocksRowCursor final : public RowCursor {
 public:
  explicit RocksRowCursor(std::unique_ptr<rocksdb::Iterator> iterator) : iterator_(std::move(iterator)) {}
  void Seek(std::string_view key) override { iterator_->Seek(ToSlice(key)); }
  void Next() override { iterator_->Next(); }
  bool Valid() const override { return iterator_->Valid(); }
  std::string_view key() const override { return ToView(iterator_->key()); }
  std::string_view value() const override { return ToView(iterator_->value()); }
  Status status() const override { return FromRocks(iterator_->status(), "cannot scan the state store"); }

 private:
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

class RocksRowDatabase final : public RowDatabase {
 public:
  RocksRowDatabase(std::unique_ptr<rocksdb::Env> env, std::unique_ptr<rocksdb::DB> db)
      : env_(std::move(env)), db_(std::move(db)) {}
  ~RocksRowDatabase() override {
    // The files are thrown away or restored from: waiting for compactions would gain nothing.
    rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/true);
  }

  Status MultiGet(std::span<const std::string> sorted_keys,
                  std::vector<std::optional<std::string>>* values) override {
    const size_t size = sorted_keys.size();
    values->assign(size, std::nullopt);
    // A bounded run at a time: RocksDB keeps state per key of a call.
    constexpr size_t kRun = 512;
    std::vector<rocksdb::Slice> keys;
    for (size_t at = 0; at < size; at += kRun) {
      const size_t count = std::min(kRun, size - at);
      keys.assign(sorted_keys.begin() + at, sorted_keys.begin() + at + count);
      std::vector<rocksdb::PinnableSlice> found(count);
      std::vector<rocksdb::Status> statuses(count);
      db_->MultiGet(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), count, keys.data(), found.data(),
                    statuses.data(), /*sorted_input=*/true);
      for (size_t i = 0; i < count; ++i) {
        if (statuses[i].IsNotFound()) continue;
        RETURN_IF_ERROR(FromRocks(statuses[i], "cannot read from the state store"));
        (*values)[at + i].emplace(found[i].data(), found[i].size());
      }
    }
    return Status::Ok();
  }

  std::unique_ptr<RowCursor> NewCursor() override {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    return std::make_unique<RocksRowCursor>(std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options)));
  }

  Status Ingest(const std::vector<std::string>& files) override {
    if (files.empty()) return Status::Ok();
    RETURN_IF_ERROR(FlushDeletions());
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.write_global_seqno = false;
    options.snapshot_consistency = true;
    return FromRocks(db_->IngestExternalFile(files, options), "cannot ingest into the state store");
  }

  Status DeleteRange(std::string_view begin, std::string_view end) override {
    CHECK(!end.empty());
    has_deletions_ = true;
    return FromRocks(db_->DeleteRange(WithoutLog(), db_->DefaultColumnFamily(), ToSlice(begin), ToSlice(end)),
                     "cannot delete from the state store");
  }

  Status Delete(std::span<const std::string> keys) override {
    rocksdb::WriteBatch batch;
    has_deletions_ = true;
    for (const std::string& key : keys) RETURN_IF_ERROR(FromRocks(batch.Delete(key), "cannot delete"));
    return FromRocks(db_->Write(WithoutLog(), &batch), "cannot delete from the state store");
  }

  Status Checkpoint(const std::string& directory) override {
    // Not by rocksdb::Checkpoint: it looks for write-ahead logs, of which there are none, and before 10.8 may
    // wait for ever for their purge to end (github.com/facebook/rocksdb/pull/14069).
    RETURN_IF_ERROR(FromRocks(db_->DisableFileDeletions(), kCannotCheckpoint));
    rocksdb::Status copied = CopyLiveFiles(directory);
    const rocksdb::Status enabled = db_->EnableFileDeletions(/*force=*/false);
    return FromRocks(copied.ok() ? enabled : copied, kCannotCheckpoint);
  }

  uint64_t EstimateRows() override { return IntProperty(rocksdb::DB::Properties::kEstimateNumKeys); }
  uint64_t LiveBytes() override { return IntProperty(rocksdb::DB::Properties::kLiveSstFilesSize); }

 private:
  static constexpr std::string_view kCannotCheckpoint = "cannot checkpoint the state store";

  rocksdb::Status CopyLiveFiles(const std::string& directory) {
    std::vector<std::string> names;  // with a slash before each
    uint64_t manifest_bytes = 0;
    rocksdb::Status status = db_->GetLiveFiles(names, &manifest_bytes, /*flush_memtable=*/true);
    if (status.ok()) status = env_->CreateDirIfMissing(directory);
    for (size_t i = 0; i < names.size() && status.ok(); ++i) {
      const std::string path = db_->GetName() + names[i];
      if (names[i].ends_with(".sst")) status = env_->LinkFile(path, directory + names[i]);
      if (names[i].starts_with("/MANIFEST-")) status = CopyStart(path, manifest_bytes, directory + names[i]);
    }
    return status;
  }

  rocksdb::Status CopyStart(const std::string& path, uint64_t size_bytes, const std::string& copy) {
    std::string content;
    const rocksdb::Status status = rocksdb::ReadFileToString(env_.get(), path, &content);
    if (!status.ok()) return status;
    content.resize(std::min<size_t>(content.size(), size_bytes));
    return rocksdb::WriteStringToFile(env_.get(), content, copy);
  }

  /// Deletions from before and after an ingested file must not end in one file: a merge of that file with
  /// others in its level would leave two runs of which neither is the newer one.
  Status FlushDeletions() {
    if (!has_deletions_.exchange(false)) return Status::Ok();
    return FromRocks(db_->Flush(rocksdb::FlushOptions()), "cannot write deletions of the state store");
  }

  uint64_t IntProperty(const std::string& name) {
    uint64_t value = 0;
    return db_->GetIntProperty(name, &value) ? value : 0;
  }

  const std::unique_ptr<rocksdb::Env> env_;
  const std::unique_ptr<rocksdb::DB> db_;
  std::atomic<bool> has_deletions_{false};  // in the memtable, perhaps
};

}  // namespace

Result<std::unique_ptr<RowDatabase>> RowDatabase::Open(const std::string& directory) {
  std::unique_ptr<rocksdb::Env> env = StoreEnv();
  rocksdb::DB* opened = nullptr;
  RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(StoreOptions(env.get(), kMergedBlockBytes), directory, &opened),
                            "cannot open the state store"));
  return std::unique_ptr<RowDatabase>(
      std::make_unique<RocksRowDatabase>(std::move(env), std::unique_ptr<rocksdb::DB>(opened)));
}

}  // namespace millrace::state
