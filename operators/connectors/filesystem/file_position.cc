#include "operators/connectors/filesystem/file_position.h"

#include "core/error_codes.h"
#include "proto/filesystem.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kVersion = 1;

}  // namespace

std::string EncodeFilePosition(const FilePosition& position) {
  proto::FilePosition message;
  message.set_version(kVersion);
  message.set_path(position.path);
  message.set_size_bytes(position.size_bytes);
  message.set_modified_micros(position.modified_micros);
  message.set_offset(position.offset);
  message.set_num_records(position.num_records);
  return message.SerializeAsString();
}

Result<FilePosition> DecodeFilePosition(const std::string& bytes) {
  proto::FilePosition message;
  if (!message.ParseFromString(bytes) || message.version() != kVersion) {
    return Status(kCorruptBytes, "the position of a file split cannot be read");
  }
  FilePosition position;
  position.path = message.path();
  position.size_bytes = message.size_bytes();
  position.modified_micros = message.modified_micros();
  position.offset = message.offset();
  position.num_records = message.num_records();
  return position;
}

}  // namespace millrace
