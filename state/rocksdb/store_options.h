#pragma once

#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <cstddef>
#include <memory>
#include <string_view>

#include "core/status.h"

namespace millrace::state {

/// Bytes of a block of a run as it comes in, and of what runs are merged into, where most reads end: a row's
/// read copies and unpacks one block, and a file of small ones takes longer to write.
inline constexpr size_t kRunBlockBytes = 4096;
inline constexpr size_t kMergedBlockBytes = 1536;

/// How the databases of keyed state are opened and their SST files written. `env` (StoreEnv) must outlive
/// their use.
rocksdb::Options StoreOptions(rocksdb::Env* env, size_t block_bytes);

/// The RocksDB Env of one database: threads are shared by all, files are not synced.
std::unique_ptr<rocksdb::Env> StoreEnv();

/// kStateStore with `what` and RocksDB's text; ok() for ok.
Status FromRocks(const rocksdb::Status& status, std::string_view what);

}  // namespace millrace::state
