#pragma once

#include <string>

#include "core/status.h"
#include "state/keyed_table.h"

namespace millrace::proto {
class TableLayout;
}  // namespace millrace::proto

namespace millrace::state {

enum class TableKind : uint8_t { kTable, kMap, kSlices, kTimers };

/// The durable description of a table. `id` begins its database keys and stays as long as the table.
proto::TableLayout MakeLayout(const TableSpec& spec, TableKind kind, uint32_t id);

/// kIncompatibleState that names every difference; ids and row counts may differ.
Status CheckSameLayout(const std::string& operator_uid, const proto::TableLayout& restored,
                       const proto::TableLayout& declared);

/// The first bytes of the database keys of table `id`.
std::string TablePrefix(uint32_t id);

}  // namespace millrace::state
