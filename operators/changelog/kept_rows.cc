#include "operators/changelog/kept_rows.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/error_codes.h"

namespace millrace {
namespace {

void AppendPart(std::string_view part, std::string* bytes) {
  const auto length = static_cast<uint32_t>(part.size());
  bytes->append(reinterpret_cast<const char*>(&length), sizeof(length));
  bytes->append(part);
}

/// Cuts the next part off `bytes`; false when it is not all there.
bool CutPart(std::string_view* bytes, std::string_view* part) {
  uint32_t length = 0;
  if (bytes->size() < sizeof(length)) return false;
  std::memcpy(&length, bytes->data(), sizeof(length));
  bytes->remove_prefix(sizeof(length));
  if (bytes->size() < length) return false;
  *part = bytes->substr(0, length);
  bytes->remove_prefix(length);
  return true;
}

}  // namespace

Status KeptRows::Read(std::string_view bytes) {
  rows_.clear();
  while (!bytes.empty()) {
    KeptRow row;
    if (!CutPart(&bytes, &row.row) || (!by_whole_row_ && !CutPart(&bytes, &row.identity))) {
      return Status(kCorruptBytes, "the rows that are kept for a key of a sink are cut off");
    }
    if (by_whole_row_) row.identity = row.row;
    rows_.push_back(row);
  }
  return Status::Ok();
}

void KeptRows::Append(std::string* bytes) const {
  for (const KeptRow& row : rows_) {
    AppendPart(row.row, bytes);
    if (!by_whole_row_) AppendPart(row.identity, bytes);
  }
}

void KeptRows::Add(const KeptRow& row) {
  if (!by_whole_row_) TakeBack(row.identity);
  rows_.push_back(row);
}

bool KeptRows::TakeBack(std::string_view identity) {
  const auto found =
      std::find_if(rows_.begin(), rows_.end(), [&](const KeptRow& row) { return row.identity == identity; });
  if (found == rows_.end()) return false;
  rows_.erase(found);
  return true;
}

}  // namespace millrace
