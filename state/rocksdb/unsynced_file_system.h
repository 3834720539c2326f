#pragma once

#include <rocksdb/file_system.h>

#include <memory>

namespace millrace::state {

/// The default file system without syncs. Local databases do not outlive their process: what makes a
/// checkpoint durable is the object store, which syncs the files it takes.
std::shared_ptr<rocksdb::FileSystem> UnsyncedFileSystem();

}  // namespace millrace::state
