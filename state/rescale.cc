#include "state/rescale.h"

#include <functional>
#include <string>
#include <vector>

#include "core/error_codes.h"
#include "proto/checkpoint.pb.h"
#include "state/table/row_bytes.h"
#include "state/table_layout.h"

namespace millrace::state {
namespace {

constexpr size_t kTableBytes = 2;
constexpr size_t kSliceBytes = 8;
constexpr size_t kGroupBytes = 2;

Status DamagedKey() {
  return Status(kCorruptBytes, "state key is too short");
}

std::string WithGroup(const std::string& prefix, uint32_t group) {
  std::string key = prefix;
  AppendBigEndian16(static_cast<uint16_t>(group), &key);
  return key;
}

/// Calls `visit` with every prefix of a table below which keys are in the order of their key groups.
Status ForEachOrderedPrefix(RowCursor& cursor, const proto::TableLayout& table,
                            const std::function<Status(const std::string& prefix)>& visit) {
  const std::string table_prefix = TablePrefix(table.id());
  if (table.kind() != "slices") return visit(table_prefix);
  for (cursor.Seek(table_prefix); cursor.Valid() && cursor.key().starts_with(table_prefix);) {
    if (cursor.key().size() < kTableBytes + kSliceBytes + kGroupBytes) return DamagedKey();
    const std::string prefix(cursor.key().substr(0, kTableBytes + kSliceBytes));
    RETURN_IF_ERROR(visit(prefix));
    const std::string next = AfterPrefix(prefix);
    cursor.Seek(next);
  }
  return cursor.status();
}

/// Calls `visit` for every timer with its key group; the cursor stands on it.
Status ForEachTimer(RowCursor& cursor, const proto::TableLayout& table,
                    const std::function<Status(KeyGroup group)>& visit) {
  const std::string prefix = TablePrefix(table.id());
  for (cursor.Seek(prefix); cursor.Valid() && cursor.key().starts_with(prefix); cursor.Next()) {
    if (cursor.value().size() != kGroupBytes)
      return Status(kCorruptBytes, "state of a timer has a wrong length");
    RETURN_IF_ERROR(visit(KeyGroup{ReadBigEndian16(cursor.value().data())}));
  }
  return cursor.status();
}

Status CutTimers(RowDatabase& database, const proto::TableLayout& table, const KeyGroupRange& range) {
  constexpr size_t kRun = 10'000;
  std::vector<std::string> outside;
  const std::unique_ptr<RowCursor> cursor = database.NewCursor();
  RETURN_IF_ERROR(ForEachTimer(*cursor, table, [&](KeyGroup group) {
    if (range.Contains(group)) return Status::Ok();
    outside.emplace_back(cursor->key());
    if (outside.size() < kRun) return Status::Ok();
    const Status status = database.Delete(outside);
    outside.clear();
    return status;
  }));
  return outside.empty() ? Status::Ok() : database.Delete(outside);
}

}  // namespace

Status CutToRange(RowDatabase& database, const proto::TableLayout& table, const KeyGroupRange& range) {
  if (table.kind() == "timers") return CutTimers(database, table, range);
  const std::unique_ptr<RowCursor> cursor = database.NewCursor();
  return ForEachOrderedPrefix(*cursor, table, [&](const std::string& prefix) {
    if (range.first > 0) RETURN_IF_ERROR(database.DeleteRange(prefix, WithGroup(prefix, range.first)));
    const std::string end = AfterPrefix(prefix);
    const std::string behind = range.last < 0xffff ? WithGroup(prefix, range.last + 1) : end;
    return behind < end ? database.DeleteRange(behind, end) : Status::Ok();
  });
}

Status CopyRange(RowCursor& source, const proto::TableLayout& table, const KeyGroupRange& range,
                 uint32_t new_id, SstRunWriter& out, uint64_t* num_rows) {
  std::string new_key;
  const auto copy_row = [&] {
    new_key = TablePrefix(new_id);
    new_key.append(source.key().substr(kTableBytes));
    ++*num_rows;
    return out.Put(new_key, source.value());
  };
  if (table.kind() == "timers") {
    return ForEachTimer(source, table,
                        [&](KeyGroup group) { return range.Contains(group) ? copy_row() : Status::Ok(); });
  }
  return ForEachOrderedPrefix(source, table, [&](const std::string& prefix) {
    for (source.Seek(WithGroup(prefix, range.first)); source.Valid() && source.key().starts_with(prefix);
         source.Next()) {
      if (source.key().size() < prefix.size() + kGroupBytes) return DamagedKey();
      if (ReadBigEndian16(source.key().data() + prefix.size()) > range.last) break;
      RETURN_IF_ERROR(copy_row());
    }
    return source.status();
  });
}

}  // namespace millrace::state
