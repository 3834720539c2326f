#pragma once

#include <cstdint>

#include "core/ids.h"
#include "core/status.h"
#include "state/rocksdb/row_database.h"

namespace millrace::proto {
class TableLayout;
}  // namespace millrace::proto

namespace millrace::state {

/// Deletes the rows of a table whose key group lies outside of `range`: by ranges, not row by row (timers
/// excepted).
Status CutToRange(RowDatabase& database, const proto::TableLayout& table, const KeyGroupRange& range);

/// Writes the rows of a table whose key group lies in `range` to `out`, under table id `new_id`; adds their
/// number to `num_rows`. Tables must come in ascending order of `new_id`.
Status CopyRange(RowCursor& source, const proto::TableLayout& table, const KeyGroupRange& range,
                 uint32_t new_id, SstRunWriter& out, uint64_t* num_rows);

}  // namespace millrace::state
