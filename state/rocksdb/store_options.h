#pragma once

#include <string_view>

#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include "core/status.h"

namespace millrace::state {

/// How the databases of keyed state are opened and their SST files written.
rocksdb::Options StoreOptions();

/// kStateStore with `what` and RocksDB's text; ok() for ok.
Status FromRocks(const rocksdb::Status& status, std::string_view what);

}  // namespace millrace::state
