#include "operators/table/row_constraints.h"

#include <utility>

#include "core/descriptor/error_codes.h"
#include "core/descriptor/option_text.h"
#include "core/error_codes.h"

namespace millrace {

Result<RowConstraints> RowConstraints::Create(const Schema& schema, const std::string& enforcer) {
  RowConstraints constraints;
  constraints.drop_ = EqualsIgnoringCase(enforcer, "DROP");
  if (!constraints.drop_ && !enforcer.empty() && !EqualsIgnoringCase(enforcer, "ERROR")) {
    return Status(kBadOptionValue,
                  "bad value of option 'table.exec.sink.not-null-enforcer': '" + enforcer + "'")
        .WithSuggestion("use one of ERROR, DROP");
  }
  for (uint32_t i = 0; i < schema.size(); ++i) {
    if (schema.type(i).nullable()) continue;
    constraints.not_null_columns_.push_back(i);
    constraints.names_.push_back(schema.fields[i].name);
  }
  return constraints;
}

Result<Batch> RowConstraints::Check(const Batch& batch) const {
  std::vector<uint8_t> bad;
  for (size_t i = 0; i < not_null_columns_.size(); ++i) {
    const Column& column = *batch.columns[not_null_columns_[i]];
    if (!column.MayHaveNulls()) continue;
    const ColumnReader reader(column);
    bool found = false;
    batch.ForEachRow([&](uint32_t row) {
      if (!reader.IsNull(row) || batch.Weight(row) < 0) return;
      bad.resize(batch.num_rows);
      bad[row] = 1;
      found = true;
    });
    if (!found || drop_) continue;
    return Status(kNullInNotNullColumn, "a NULL is written into a NOT NULL column: `" + names_[i] + "`")
        .WithSuggestion(
            "filter such rows out, or SET 'table.exec.sink.not-null-enforcer' = 'DROP' to drop them");
  }
  if (bad.empty()) return batch;
  Selection good;
  batch.ForEachRow([&](uint32_t row) {
    if (bad[row] == 0) good.push_back(row);
  });
  Batch kept = batch;
  kept.selection = std::make_shared<const Selection>(std::move(good));
  return kept;
}

}  // namespace millrace
