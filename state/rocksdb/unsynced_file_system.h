#pragma once

#include <memory>

#include <rocksdb/file_system.h>

namespace millrace::state {

/// The default file system without syncs. Local databases do not outlive their process: what makes a checkpoint durable
/// is the object store, which syncs the files it takes.
std::shared_ptr<rocksdb::FileSystem> UnsyncedFileSystem();

}  // namespace millrace::state
