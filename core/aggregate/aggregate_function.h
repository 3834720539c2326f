#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "core/types/data_type.h"

namespace millrace {

/// What SQL and the planner know of an aggregate function; the accumulators are in operators/aggregate.
struct AggregateFunction {
  std::string name;       // upper case
  std::string signature;  // "SUM(numeric)"
  std::string description;
  /// Result type for the argument types (Flink's rules: SUM of INT is INT, of DECIMAL(p, s) DECIMAL(38, s),
  /// AVG of INT is INT, ...). `grouped`: under GROUP BY, so that a group is never empty and NOT NULL
  /// arguments give NOT NULL results.
  std::function<Result<DataType>(std::span<const DataType> arguments, bool grouped)> result_type;
  /// Columns of the accumulator as LOCAL sends it to GLOBAL; empty = cannot be split into two phases. COUNT:
  /// {BIGINT NOT NULL}. SUM: {its result type, nullable; BIGINT NOT NULL, the values counted}. AVG: {BIGINT
  /// for integers, DOUBLE for FLOAT and DOUBLE, DECIMAL(38, s) for DECIMAL(p, s); BIGINT NOT NULL}. MIN, MAX:
  /// {the argument's type, nullable}. STDDEV_*, VAR_*: empty. The operators check them against this.
  std::function<std::vector<DataType>(std::span<const DataType> arguments)> accumulator_types;
  /// Whether a split is also possible when rows with weight -1 come.
  bool splits_with_retractions = false;
};

class AggregateRegistry {
 public:
  static const AggregateRegistry& BuiltIn();
  const AggregateFunction* Find(std::string_view upper_case_name) const;
  std::vector<std::string> Names() const;

 private:
  AggregateRegistry();
  std::vector<AggregateFunction> functions_;
};

}  // namespace millrace
