#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"

namespace millrace {

/// A row (row-codec bytes) and the bytes by which it is known again: those of its upsert key, or of the whole
/// row.
struct KeptRow {
  std::string_view row;
  std::string_view identity;
};

/// The rows that share a key, in the order they came. Views into bytes that the caller keeps. Single-owner.
class KeptRows {
 public:
  /// `by_whole_row`: rows are known again by all of their bytes, which are then stored once.
  explicit KeptRows(bool by_whole_row) : by_whole_row_(by_whole_row) {}

  void Clear() { rows_.clear(); }
  /// Replaces the content by what Append wrote. kCorruptBytes.
  Status Read(std::string_view bytes);
  /// state: blob 0 of the table "rows" of upsert_materialize, version 1: for each row its length (uint32,
  /// little-endian) and bytes, and, unless rows are known by all of their bytes, likewise its identity.
  void Append(std::string* bytes) const;

  /// Behind all others; a row of the same upsert key that was never taken back goes.
  void Add(const KeptRow& row);
  /// Drops the first row of the identity; false when there is none.
  bool TakeBack(std::string_view identity);

  bool empty() const { return rows_.empty(); }
  /// The last row; "" (never a row's bytes) when there is none.
  std::string_view last() const { return rows_.empty() ? std::string_view() : rows_.back().row; }

 private:
  const bool by_whole_row_;
  std::vector<KeptRow> rows_;
};

}  // namespace millrace
