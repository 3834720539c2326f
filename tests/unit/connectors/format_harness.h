#pragma once

#include <string>
#include <vector>

#include "core/types/schema.h"
#include "operators/api/format.h"

namespace millrace {

/// What a decoder made of some records.
struct Decoded {
  Status status;
  std::vector<std::string> rows;  // as print writes them, without "+I"
  std::vector<BadRecord> bad;
};

/// Decodes all records in one call. With `zero_copy` they lie in one buffer that the decoder may refer to.
Decoded DecodeRecords(Decoder& decoder, const std::vector<Field>& columns,
                      const std::vector<std::string>& records, bool zero_copy = true);

/// A decoder of the format for these columns of the table `declared` (empty = the same); CHECKs that it can
/// be made.
std::unique_ptr<Decoder> MakeDecoder(const FormatFactory& format, const std::vector<Field>& columns,
                                     const Options& options, const std::vector<Field>& declared = {});

/// Decodes with a new decoder; rows "[1, x]", and "bad: <message>" for bad records.
std::vector<std::string> DecodeToLines(const FormatFactory& format, const std::vector<Field>& columns,
                                       const Options& options, const std::vector<std::string>& records,
                                       const std::vector<Field>& declared = {});

/// The records of all rows of a batch; an error is "error MR-n: message".
std::vector<std::string> EncodeRows(const FormatFactory& format, const std::vector<Field>& columns,
                                    const Options& options, const Batch& batch);

/// A batch of one column a field, decoded from JSON objects: the shortest way to write rows in tests.
Batch BatchOfJson(const std::vector<Field>& columns, const std::vector<std::string>& rows);

}  // namespace millrace
