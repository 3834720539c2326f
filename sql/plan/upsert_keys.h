#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "sql/plan/plan_node.h"

namespace millrace::sql {

/// Numbers of columns, ascending, each once.
using ColumnSet = std::vector<uint32_t>;
using ColumnSets = std::set<ColumnSet>;

/// Whether every column of `part` is one of `whole`.
bool ContainsColumns(const ColumnSet& whole, const ColumnSet& part);

/// Upsert keys of plan nodes: columns whose values no two rows share that are there at the same time, and
/// that come with all changes of such a row from one subtask, in order. So where rows are spread by columns,
/// only keys that contain them stay keys. The primary keys of tables are taken at their word. A node may have
/// none or several; the empty set: there is at most one row. Inferred as Flink does; remembers the answers,
/// the nodes must live as long.
class UpsertKeys {
 public:
  const ColumnSets& Of(const PlanNode& node);

 private:
  ColumnSets Infer(const PlanNode& node);
  ColumnSets OfJoin(const JoinNode& join);
  std::map<const PlanNode*, ColumnSets> done_;
};

/// The key of the fewest columns, of those the one with the lowest numbers; empty when there is none.
ColumnSet SmallestKey(const ColumnSets& keys);

}  // namespace millrace::sql
