#include <algorithm>

#include "sql/plan/upsert_keys.h"
#include "sql/rules/rules.h"

namespace millrace::sql {

PlanRoots MaterializeUpserts(const PlanRoots& roots, UpsertMaterialization when) {
  if (when == UpsertMaterialization::kNone) return roots;
  PlanTraits traits;
  UpsertKeys keys;
  PlanRoots changed;
  for (const PlanPtr& root : roots) {
    const auto* sink = root->As<SinkNode>();
    // Tables that take whole changelogs get the rows as they are.
    if (sink == nullptr || !sink->table->upsert || !traits.Updating(sink->input())) {
      changed.push_back(root);
      continue;
    }
    ColumnSet primary_key = sink->table->primary_key;
    std::sort(primary_key.begin(), primary_key.end());
    const ColumnSets& of_rows = keys.Of(*sink->input());
    const bool rows_share_keys = std::none_of(of_rows.begin(), of_rows.end(), [&](const ColumnSet& key) {
      return ContainsColumns(primary_key, key);
    });
    if (when == UpsertMaterialization::kAuto && !rows_share_keys) {
      changed.push_back(root);
      continue;
    }
    PlanPtr materialize =
        std::make_shared<UpsertMaterializeNode>(sink->input(), sink->table, SmallestKey(of_rows));
    changed.push_back(std::make_shared<SinkNode>(std::move(materialize), sink->table));
  }
  return changed;
}

}  // namespace millrace::sql
