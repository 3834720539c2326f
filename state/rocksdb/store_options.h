#pragma once

#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <memory>
#include <string_view>

#include "core/status.h"

namespace millrace::state {

/// How the databases of keyed state are opened and their SST files written. `env` (StoreEnv) must outlive
/// their use.
rocksdb::Options StoreOptions(rocksdb::Env* env);

/// The RocksDB Env of one database: threads are shared by all, files are not synced.
std::unique_ptr<rocksdb::Env> StoreEnv();

/// kStateStore with `what` and RocksDB's text; ok() for ok.
Status FromRocks(const rocksdb::Status& status, std::string_view what);

}  // namespace millrace::state
