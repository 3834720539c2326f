#pragma once

#include <optional>
#include <vector>

#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"

namespace millrace::sql {

/// GROUP BY, bound: its distinct key expressions and the grouping sets over them.
struct BoundGroupBy {
  std::vector<BoundExprPtr> keys;
  std::vector<std::vector<uint32_t>> sets;  // of keys; one for a plain GROUP BY
  std::optional<GroupWindow> window;        // GROUP BY TUMBLE(ts, ...): its columns are keys too
  bool HasEmptySet() const;
};

/// Binds GROUP BY over `item`; a legacy group window is put on item->plan, behind the row's columns.
Result<BoundGroupBy> BindGroupBy(QueryBinder& binder, const GroupBy& group_by, FromItem* item);

/// Gives every input row once for each grouping set: the keys (NULL where the set leaves them out), the other
/// expressions, and the number of the set. Columns: keys, others, set.
PlanPtr ExpandGroupingSets(const PlanPtr& input, const BoundExprPtr& filter, const BoundGroupBy& group_by,
                           const std::vector<BoundExprPtr>& others, const std::vector<std::string>& names);

/// The value of GROUPING(keys ...) given the column that holds the number of the set (null: there is one set
/// only).
Result<BoundExprPtr> GroupingValue(const BoundGrouping& grouping, const BoundGroupBy& group_by,
                                   const BoundExprPtr& set_column);

}  // namespace millrace::sql
