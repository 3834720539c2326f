#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/column/column.h"
#include "state/keyed_table.h"

namespace millrace {

/// Payloads of groups are 8-byte aligned at best and typed by offset only: all access is by copy.
template <class T>
inline T LoadAs(const uint8_t* at) {
  T value;
  std::memcpy(static_cast<void*>(&value), at, sizeof(T));
  return value;
}
template <class T>
inline void StoreAs(uint8_t* at, T value) {
  std::memcpy(at, &value, sizeof(T));
}

/// Whether a FILTER takes the row.
inline bool IsTrue(const ColumnReader& filter, uint32_t row) {
  return !filter.IsNull(row) && filter.Value<uint8_t>(row) != 0;
}

/// The variable-length parts of groups, wherever the groups lie (a keyed table, slices, scratch memory).
class BlobAccess {
 public:
  virtual ~BlobAccess() = default;
  /// Valid until the next SetBlob.
  virtual std::string_view Blob(RowRef group, uint32_t slot) const = 0;
  virtual void SetBlob(RowRef group, uint32_t slot, std::string_view bytes) = 0;
};

/// Blobs of the rows of a KeyedTable or SliceTable.
template <class Table>
class TableBlobs final : public BlobAccess {
 public:
  explicit TableBlobs(Table& table) : table_(table) {}
  std::string_view Blob(RowRef group, uint32_t slot) const override { return table_.Blob(group, slot); }
  void SetBlob(RowRef group, uint32_t slot, std::string_view bytes) override {
    table_.SetBlob(group, slot, bytes);
  }

 private:
  Table& table_;
};

/// Some groups: the fixed payload and the row of each. Borrowed; group i of both is the same.
struct Groups {
  size_t size = 0;
  uint8_t* const* payloads = nullptr;
  const RowRef* rows = nullptr;
  BlobAccess* blobs = nullptr;
};

/// Rows of a batch, each with the group that takes it in (entry i of `groups`, which may repeat). Borrowed.
struct GroupedRows {
  Groups groups;
  const uint32_t* rows = nullptr;   // row numbers in the batch
  const int8_t* weights = nullptr;  // parallel to rows; null = all +1

  size_t size() const { return groups.size; }
  int8_t weight(size_t i) const { return weights == nullptr ? int8_t{1} : weights[i]; }
};

}  // namespace millrace
