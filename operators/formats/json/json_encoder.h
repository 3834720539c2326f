#pragma once

#include <string>
#include <vector>

#include "operators/api/format.h"
#include "operators/formats/json/json_options.h"

namespace millrace {

/// Rows to JSON objects without spaces, laid out as Flink's encoder does.
class JsonEncoder : public Encoder {
 public:
  JsonEncoder(const std::vector<Field>& columns, const JsonOptions& options);

  Status Encode(const Batch& batch, uint32_t row, int8_t weight, std::string* out) override;

 private:
  struct Member {
    std::string name;
    std::string prefix;  // "name": with quotes and colon
    DataType type;
    std::vector<Member> children;
  };
  static Member MakeMember(const Field& field);

  /// A failed value's path is put before the message on the way up.
  Status AppendValue(const Member& member, const ColumnReader& reader, uint32_t row, std::string* out) const;
  void AppendScalar(const Member& member, const ColumnReader& reader, uint32_t row, std::string* out) const;
  void AppendTimestamp(const Member& member, const ColumnReader& reader, uint32_t row,
                       std::string* out) const;
  Status AppendRow(const Member& member, const Column& payload, uint32_t row, std::string* out) const;
  Status AppendArray(const Member& member, const ColumnReader& reader, uint32_t row, std::string* out) const;
  Status AppendMap(const Member& member, const ColumnReader& reader, uint32_t row, std::string* out) const;

  std::vector<Member> members_;
  JsonOptions options_;
};

}  // namespace millrace
