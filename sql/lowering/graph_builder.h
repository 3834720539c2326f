#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/job_graph.pb.h"
#include "sql/plan/plan_node.h"

namespace millrace::sql {

/// An operator of the graph as a place to read from.
struct Stream {
  std::string uid;
  uint32_t parallelism = 0;  // 0 = the graph's
  bool updating = false;
  /// The columns by whose key groups the rows are spread over subtasks; absent when they are spread
  /// otherwise.
  std::optional<std::vector<uint32_t>> hashed_by;
};

/// Adds operators and edges to a graph. Single-owner.
class GraphBuilder {
 public:
  explicit GraphBuilder(proto::JobGraph* graph) : graph_(graph) {}

  /// A new operator with a unique uid "kind-fingerprint"; equal ones are counted: "kind-fingerprint-2". A
  /// null schema means no output.
  proto::Operator* AddOperator(const std::string& kind, uint64_t fingerprint, std::string name,
                               uint32_t parallelism, const SchemaPtr& output);

  /// Subtask to subtask where both have as many, else spread evenly.
  void Connect(const Stream& from, const proto::Operator& to, uint32_t input = 0);
  /// By key group of `keys`; without keys everything to one subtask.
  void ConnectByHash(const Stream& from, const proto::Operator& to, const std::vector<uint32_t>& keys,
                     uint32_t input = 0);

 private:
  proto::Edge* AddEdge(const Stream& from, const proto::Operator& to, uint32_t input);

  proto::JobGraph* graph_;
  std::map<std::string, int> uids_;
};

}  // namespace millrace::sql
