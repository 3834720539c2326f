#include "sql/lowering/print_graph.h"

#include <fmt/format.h>

#include <map>

#include "proto/job_graph.pb.h"

namespace millrace::sql {
namespace {

std::string PartitioningText(const proto::Partitioning& partitioning, const proto::Operator& from) {
  switch (partitioning.kind()) {
    case proto::Partitioning::FORWARD:
      return "forward";
    case proto::Partitioning::REBALANCE:
      return "rebalance";
    case proto::Partitioning::BROADCAST:
      return "broadcast";
    default:
      break;
  }
  if (partitioning.keys().empty()) return "all to one";
  std::string keys;
  for (uint32_t key : partitioning.keys()) {
    if (!keys.empty()) keys += ", ";
    keys += from.output().fields(static_cast<int>(key)).name();
  }
  return fmt::format("hash({})", keys);
}

}  // namespace

std::string PrintGraph(const proto::JobGraph& graph) {
  std::map<std::string, int> numbers;
  std::map<std::string, const proto::Operator*> operators;
  for (const proto::Operator& one : graph.operators()) {
    numbers.emplace(one.uid(), static_cast<int>(numbers.size()) + 1);
    operators[one.uid()] = &one;
  }
  std::string text;
  for (const proto::Operator& one : graph.operators()) {
    text += fmt::format("{}: {} [{}]", numbers[one.uid()], one.name(), one.uid());
    if (one.parallelism() != 0) text += fmt::format(" parallelism {}", one.parallelism());
    text += "\n";
    for (const proto::Edge& edge : graph.edges()) {
      if (edge.to() != one.uid()) continue;
      text += fmt::format("   <- {} {}\n", numbers[edge.from()],
                          PartitioningText(edge.partitioning(), *operators[edge.from()]));
    }
  }
  return text;
}

}  // namespace millrace::sql
