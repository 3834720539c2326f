#include <rocksdb/sst_file_writer.h>

#include <utility>

#include "state/error_codes.h"
#include "state/rocksdb/row_database.h"
#include "state/rocksdb/store_options.h"

namespace millrace::state {
namespace {

class RocksSstRunWriter final : public SstRunWriter {
 public:
  explicit RocksSstRunWriter(std::string path_prefix)
      : path_prefix_(std::move(path_prefix)),
        env_(StoreEnv()),
        options_(StoreOptions(env_.get(), kRunBlockBytes)) {}

  Status Put(std::string_view key, std::string_view value) override {
    RETURN_IF_ERROR(Prepare());
    return FromRocks(writer_->Put({key.data(), key.size()}, {value.data(), value.size()}), kCannotWrite);
  }

  Status Delete(std::string_view key) override {
    RETURN_IF_ERROR(Prepare());
    return FromRocks(writer_->Delete(rocksdb::Slice(key.data(), key.size())), kCannotWrite);
  }

  Result<std::vector<std::string>> Finish() override {
    RETURN_IF_ERROR(FinishFile());
    return std::move(files_);
  }

 private:
  static constexpr const char* kCannotWrite = "cannot write a state file";
  static constexpr uint64_t kFileBytes = 32 << 20;
  static constexpr uint32_t kEntriesBetweenChecks = 1024;

  /// Makes room for one more entry.
  Status Prepare() {
    if (writer_ != nullptr && ++entries_ % kEntriesBetweenChecks == 0 && writer_->FileSize() >= kFileBytes) {
      RETURN_IF_ERROR(FinishFile());
    }
    if (writer_ != nullptr) return Status::Ok();
    entries_ = 0;
    files_.push_back(path_prefix_ + std::to_string(files_.size()) + ".sst");
    writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options_, nullptr,
                                                       /*invalidate_page_cache=*/false);
    return FromRocks(writer_->Open(files_.back()), kCannotWrite);
  }

  Status FinishFile() {
    if (writer_ == nullptr) return Status::Ok();
    const Status status = FromRocks(writer_->Finish(), kCannotWrite);
    writer_.reset();
    return status;
  }

  const std::string path_prefix_;
  const std::unique_ptr<rocksdb::Env> env_;
  const rocksdb::Options options_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  std::vector<std::string> files_;
  uint32_t entries_ = 0;
};

}  // namespace

std::unique_ptr<SstRunWriter> SstRunWriter::Create(std::string path_prefix) {
  return std::make_unique<RocksSstRunWriter>(std::move(path_prefix));
}

}  // namespace millrace::state
