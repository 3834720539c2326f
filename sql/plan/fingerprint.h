#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sql/plan/plan_node.h"

namespace millrace::sql {

/// What a node's rows and columns come from, as stable numbers: names of tables and columns, predicates, keys
/// and functions count; comments, aliases, the order of columns, and which columns others read do not. State
/// is addressed by them, so they must not change between versions.
struct Fingerprint {
  uint64_t rows = 0;
  std::vector<uint64_t> columns;
  /// Of the node as a stateful operator: its rows and what it keeps.
  uint64_t state = 0;
};

/// Computes fingerprints; remembers those of nodes it has seen. The nodes must live as long.
class Fingerprinter {
 public:
  const Fingerprint& Of(const PlanNode& node);

 private:
  Fingerprint Compute(const PlanNode& node);
  std::map<const PlanNode*, Fingerprint> done_;
};

/// 16 hex digits.
std::string FingerprintText(uint64_t fingerprint);

}  // namespace millrace::sql
