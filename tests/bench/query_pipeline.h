#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/column/batch.h"
#include "core/env/env.h"
#include "operators/api/registry.h"
#include "state/memory_budget.h"

namespace millrace::bench {

/// The operators of a query between its sources and its sink, as the planner lays them out for two subtasks
/// (both phases of an aggregate), one of each, called one after the other on the caller's thread: the engine
/// alone. Tables have the connector "prepared", or "prepared-upserts" with a primary key: their rows are
/// pushed. What reaches the sink is only counted.
class QueryPipeline {
 public:
  /// `script`: CREATE TABLE and CREATE VIEW statements, then one query or INSERT.
  explicit QueryPipeline(const std::string& script);
  ~QueryPipeline();

  /// `batch` has all physical columns of the table, in order; those that the query reads are taken by name.
  void Push(const std::string& table, const Batch& batch);
  void AdvanceWatermark(const std::string& table, Watermark watermark);

  uint64_t num_rows_out() const { return num_rows_out_; }

 private:
  class Node;
  struct Source {
    SchemaPtr read;
    Node* first = nullptr;
  };
  class Metrics;

  Node& AddNode(const OperatorFactory& factory, proto::Operator config, std::vector<SchemaPtr> inputs);
  void AddSource(const proto::Operator& config);

  std::unique_ptr<Env> env_;
  std::unique_ptr<Registry> registry_;
  MemoryBudget memory_;
  std::shared_ptr<ObjectStore> store_;
  std::string directory_;
  std::unique_ptr<Metrics> metrics_;
  uint64_t num_rows_out_ = 0;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<std::string, Node*> by_uid_;         // the operator that gives the output of a uid
  std::multimap<std::string, Source> sources_;  // by table
};

}  // namespace millrace::bench
