#pragma once

#include <vector>

#include "core/column/batch.h"
#include "core/status.h"

namespace millrace {

/// NOT NULL columns of a sink's table (table.exec.sink.not-null-enforcer). Single-owner.
class RowConstraints {
 public:
  /// `enforcer`: "ERROR" (also ""), or "DROP". Error kBadOptionValue.
  static Result<RowConstraints> Create(const Schema& schema, const std::string& enforcer);
  /// The rows that may be written; kNullInNotNullColumn when another is in the way. Deletions (weight -1)
  /// carry their key only and pass.
  Result<Batch> Check(const Batch& batch) const;

 private:
  std::vector<uint32_t> not_null_columns_;
  std::vector<std::string> names_;  // of those
  bool drop_ = false;
};

}  // namespace millrace
