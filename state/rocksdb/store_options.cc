#include "state/rocksdb/store_options.h"

#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <string>
#include <vector>

#include "state/error_codes.h"
#include "state/rocksdb/unsynced_file_system.h"

namespace millrace::state {
namespace {

/// RocksDB writes a LOG file into every database otherwise.
class SilentLogger final : public rocksdb::Logger {
 public:
  SilentLogger() : Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {}
};

rocksdb::CompressionType FastestCompression() {
  const std::vector<rocksdb::CompressionType> supported = rocksdb::GetSupportedCompressions();
  return std::find(supported.begin(), supported.end(), rocksdb::kLZ4Compression) != supported.end()
             ? rocksdb::kLZ4Compression
             : rocksdb::kNoCompression;
}

}  // namespace

std::unique_ptr<rocksdb::Env> StoreEnv() {
  return rocksdb::NewCompositeEnv(UnsyncedFileSystem());
}

rocksdb::Options StoreOptions(rocksdb::Env* env, size_t block_bytes) {
  constexpr size_t kMiB = 1 << 20;
  rocksdb::Options options;
  options.env = env;
  options.create_if_missing = true;
  options.info_log_level = rocksdb::InfoLogLevel::FATAL_LEVEL;
  options.info_log = std::make_shared<SilentLogger>();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.compression = FastestCompression();
  // Rows come in as whole SST files: the memtable sees range deletions only.
  options.write_buffer_size = kMiB;
  options.target_file_size_base = 32 * kMiB;
  options.max_bytes_for_level_base = 128 * kMiB;
  // Most keys that are asked for are there, and most of them in the last level: it needs no filter.
  options.optimize_filters_for_hits = true;
  options.max_open_files = 512;
  options.max_background_jobs = 2;
  options.avoid_flush_during_shutdown = true;
  options.skip_stats_update_on_db_open = true;
  // Every checkpoint copies the manifest.
  options.max_manifest_file_size = kMiB / 4;

  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // Reads by key hit each block once, until all memory has changed: what a cache is for, the tables are.
  // Index and filters stay in memory with their file.
  table.no_block_cache = true;
  table.block_size = block_bytes;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

Status FromRocks(const rocksdb::Status& status, std::string_view what) {
  if (status.ok()) return Status::Ok();
  return Status(kStateStore, std::string(what) + ": " + status.ToString());
}

}  // namespace millrace::state
