#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operators/api/format.h"

namespace millrace {

enum class RawCharset : uint8_t { kUtf8, kAscii, kLatin1 };

struct RawOptions {
  RawCharset charset = RawCharset::kUtf8;
  bool big_endian = true;
};

/// A record is the column's value: text in the charset, bytes as they are, numbers in their width and the
/// given byte order. A NULL record is a row with NULL. Bytes that are no text of the charset become U+FFFD.
class RawDecoder : public Decoder {
 public:
  /// nullopt: the column is not read, rows are only counted.
  RawDecoder(std::optional<Field> column, RawOptions options)
      : column_(std::move(column)), options_(options) {}

  Status Decode(std::span<const RawRecord> records, const BufferPtr& keep_alive, BatchBuilder& builder,
                const RowFinisher& finish_row, std::vector<BadRecord>* bad) override;

 private:
  Status Append(const RawRecord& record, bool zero_copy, ColumnBuilder* builder);
  void AppendText(std::string_view bytes, bool zero_copy, ColumnBuilder* builder);

  const std::optional<Field> column_;
  const RawOptions options_;
  std::string scratch_;
};

/// The reverse; NULL is an empty record.
class RawEncoder : public Encoder {
 public:
  RawEncoder(Field column, RawOptions options) : column_(std::move(column)), options_(options) {}

  Status Encode(const Batch& batch, uint32_t row, int8_t weight, std::string* out) override;

 private:
  Status AppendText(std::string_view text, std::string* out) const;

  const Field column_;
  const RawOptions options_;
};

}  // namespace millrace
