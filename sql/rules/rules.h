#pragma once

#include <cstdint>
#include <string>

#include "sql/rules/plan_rewriter.h"

namespace millrace::sql {

// Each rule keeps what the plans mean. All work on all plans of a job at once, so that sub-plans can be
// shared.

/// Evaluates what is constant; drops filters that are always TRUE.
PlanRoots FoldConstantExpressions(const PlanRoots& roots, const std::string& time_zone);

/// Moves predicates towards the sources: through projections, joins, unions and window assignment, and into
/// join conditions.
PlanRoots PushFilters(const PlanRoots& roots);

/// Turns equalities of a join's condition into keys; computed sides become columns of the inputs.
PlanRoots ExtractJoinKeys(const PlanRoots& roots);

/// Makes one calculation of two that follow each other, and drops those that do nothing.
PlanRoots MergeCalcs(const PlanRoots& roots);

/// Lets an aggregation by window assign the windows itself, where the windows are used for nothing else in
/// between.
PlanRoots MergeWindows(const PlanRoots& roots);

/// Makes equal sub-plans the same node.
PlanRoots ShareSubPlans(const PlanRoots& roots);

/// Drops columns and aggregates that nobody reads, down to what sources produce.
PlanRoots PruneColumns(const PlanRoots& roots);

/// Lets a source give single fields of its ROW columns, where nobody reads the whole ROW.
PlanRoots PushFieldsIntoScans(const PlanRoots& roots);

/// Gives a source the filter that stands behind it, where it has no other consumer and nothing is computed
/// with the filter.
PlanRoots PushFiltersIntoScans(const PlanRoots& roots);

/// table.exec.sink.upsert-materialize.
enum class UpsertMaterialization : uint8_t { kNone, kAuto, kForce };

/// Puts an UpsertMaterializeNode before the tables written by primary key that changes go to: kForce before
/// all of them, kAuto where the primary key does not contain an upsert key of the rows. Not part of Optimize:
/// keys are inferred from what is left behind it.
PlanRoots MaterializeUpserts(const PlanRoots& roots, UpsertMaterialization when);

/// All others, in the order that makes them meet.
PlanRoots Optimize(const PlanRoots& roots, const std::string& time_zone);

}  // namespace millrace::sql
