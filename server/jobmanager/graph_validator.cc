#include "server/jobmanager/graph_validator.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "core/descriptor/error_codes.h"
#include "core/expr/expr.h"
#include "core/types/proto_conversion.h"
#include "core/types/type_rules.h"
#include "operators/api/error_codes.h"
#include "server/error_codes.h"
#include "server/jobmanager/job_options.h"
#include "server/jobmanager/physical_plan.h"

namespace millrace {
namespace {

class GraphValidator {
 public:
  GraphValidator(const proto::JobGraph& graph, const Registry& registry)
      : graph_(graph), registry_(registry) {}

  std::vector<Status> Run() {
    if (graph_.version() != 1) {
      Fail(Status(kUnsupportedGraphVersion,
                  fmt::format("Version of the job graph is not supported: {}", graph_.version()))
               .WithSuggestion("set version to 1"));
      return std::move(errors_);
    }
    if (graph_.operators().empty()) {
      Fail(Status(kEmptyGraph, "Job graph has no operators")
               .WithSuggestion("add at least a source and a sink"));
      return std::move(errors_);
    }
    Check(ParseJobSettings({graph_.options().begin(), graph_.options().end()}).status());
    CheckOperators();
    CheckEdges();
    if (!errors_.empty()) return std::move(errors_);  // what follows needs sound edges
    CheckCycles();
    for (const auto& op : graph_.operators()) CheckOperator(op);
    return std::move(errors_);
  }

 private:
  void Fail(Status error) { errors_.push_back(std::move(error)); }
  void Check(const Status& status) {
    if (!status.ok()) Fail(status);
  }
  static std::string Name(const proto::Operator& op) { return fmt::format("operator '{}'", op.uid()); }

  void CheckOperators() {
    for (const auto& op : graph_.operators()) {
      if (op.uid().empty()) {
        Fail(Status(kMissingUid, fmt::format("Operator has no uid: name '{}'", op.name()))
                 .WithSuggestion("give every operator a uid that stays the same: its state is found by it"));
      } else if (!by_uid_.emplace(op.uid(), &op).second) {
        Fail(Status(kDuplicateUid, fmt::format("Two operators have the same uid: '{}'", op.uid())));
      }
      if (op.config_case() == proto::Operator::CONFIG_NOT_SET) {
        Fail(Status(kMissingConfig, fmt::format("Operator has no configuration: '{}'", op.uid()))
                 .WithSuggestion(
                     "set one of source, calc, union, window_assign, window_aggregate, group_aggregate, "
                     "join, changelog_normalize, upsert_materialize, sink, collect"));
      }
      const uint32_t parallelism = ParallelismOf(graph_, op);
      if (parallelism > MaxParallelismOf(graph_)) {
        Fail(Status(kBadParallelism,
                    fmt::format("Parallelism of {} is over the job's max_parallelism: {} > {}", Name(op),
                                parallelism, MaxParallelismOf(graph_))));
      }
    }
  }

  void CheckEdges() {
    for (const auto& edge : graph_.edges()) {
      for (const std::string& uid : {edge.from(), edge.to()}) {
        if (by_uid_.count(uid) > 0) continue;
        std::vector<std::string> uids;
        for (const auto& [known, op] : by_uid_) uids.push_back(known);
        const std::string close = ClosestName(uid, uids);
        Fail(Status(kUnknownUid, fmt::format("Edge names an operator that is not in the graph: '{}'", uid))
                 .WithSuggestion(close.empty() ? "add the operator or correct the edge"
                                               : fmt::format("did you mean '{}'?", close)));
      }
      inputs_[edge.to()].push_back(&edge);
      outputs_[edge.from()].push_back(&edge);
    }
  }

  void CheckCycles() {
    std::map<std::string, size_t> missing;
    for (const auto& [uid, op] : by_uid_) missing[uid] = inputs_[uid].size();
    std::vector<std::string> ready;
    for (const auto& [uid, count] : missing) {
      if (count == 0) ready.push_back(uid);
    }
    size_t done = 0;
    while (!ready.empty()) {
      const std::string uid = ready.back();
      ready.pop_back();
      ++done;
      for (const proto::Edge* edge : outputs_[uid]) {
        if (--missing[edge->to()] == 0) ready.push_back(edge->to());
      }
    }
    if (done == by_uid_.size()) return;
    for (const auto& [uid, count] : missing) {
      if (count > 0) {
        Fail(Status(kGraphCycle, fmt::format("Edges form a cycle through operator '{}'", uid)));
        return;
      }
    }
  }

  static uint32_t NumInputs(const proto::Operator& op) {
    switch (op.config_case()) {
      case proto::Operator::kSource:
        return 0;
      case proto::Operator::kJoin:
        return 2;
      default:
        return 1;
    }
  }

  void CheckOperator(const proto::Operator& op) {
    CheckInputs(op);
    const bool is_end =
        op.config_case() == proto::Operator::kSink || op.config_case() == proto::Operator::kCollect;
    if (!is_end && outputs_[op.uid()].empty()) {
      Fail(Status(kNoSink, fmt::format("Output of {} goes nowhere", Name(op)))
               .WithSuggestion("end every path in a sink or a collect operator"));
    }
    for (const proto::Edge* edge : outputs_[op.uid()]) CheckPartitioning(op, *edge);
    if (op.config_case() == proto::Operator::kSource) CheckSource(op);
    if (op.config_case() == proto::Operator::kSink) CheckSink(op);
    CheckColumns(op);
  }

  void CheckInputs(const proto::Operator& op) {
    const uint32_t num_inputs = NumInputs(op);
    std::map<uint32_t, int> counts;
    for (const proto::Edge* edge : inputs_[op.uid()]) ++counts[edge->input()];
    for (const auto& [input, count] : counts) {
      if (input >= num_inputs) {
        Fail(Status(kWrongInputs, fmt::format("Edge ends in input {} of {}, which has {} inputs", input,
                                              Name(op), num_inputs)));
      } else if (count > 1 && op.config_case() != proto::Operator::kUnion) {
        Fail(Status(kWrongInputs, fmt::format("{} edges end in input {} of {}; only a union takes several",
                                              count, input, Name(op))));
      }
    }
    for (uint32_t input = 0; input < num_inputs; ++input) {
      if (counts.count(input) == 0) {
        Fail(Status(kWrongInputs, fmt::format("No edge ends in input {} of {}", input, Name(op))));
      }
    }
  }

  void CheckPartitioning(const proto::Operator& op, const proto::Edge& edge) {
    const auto& partitioning = edge.partitioning();
    const proto::Operator& target = *by_uid_[edge.to()];
    if (partitioning.kind() == proto::Partitioning::FORWARD &&
        ParallelismOf(graph_, op) != ParallelismOf(graph_, target)) {
      Fail(Status(kBadPartitioning,
                  fmt::format("FORWARD edge from '{}' to '{}' joins parallelism {} and {}", edge.from(),
                              edge.to(), ParallelismOf(graph_, op), ParallelismOf(graph_, target)))
               .WithSuggestion("use REBALANCE, or the same parallelism"));
    }
    for (uint32_t key : partitioning.keys()) {
      if (key >= static_cast<uint32_t>(op.output().fields_size())) {
        Fail(Status(kBadColumn, fmt::format("Edge from '{}' to '{}' is partitioned by column {} of {}",
                                            edge.from(), edge.to(), key, op.output().fields_size())));
      }
    }
  }

  void CheckSource(const proto::Operator& op) {
    const auto& source = op.source();
    const ConnectorFactory* factory = FindConnector(op, source.connector());
    if (factory == nullptr) return;
    if (!factory->descriptor.source) {
      Fail(Status(kUnsupportedByConnector,
                  fmt::format("Connector '{}' cannot be read: {}", source.connector(), Name(op))));
      return;
    }
    if (source.connector() != "values") CheckConnectorOptions(op, *factory, source.options(), true);
  }

  void CheckSink(const proto::Operator& op) {
    const auto& sink = op.sink();
    const ConnectorFactory* factory = FindConnector(op, sink.connector());
    if (factory == nullptr) return;
    const ConnectorDescriptor& descriptor = factory->descriptor;
    if (!descriptor.sink) {
      Fail(Status(kUnsupportedByConnector,
                  fmt::format("Connector '{}' cannot be written: {}", sink.connector(), Name(op))));
      return;
    }
    CheckConnectorOptions(op, *factory, sink.options(), false);
  }

  const ConnectorFactory* FindConnector(const proto::Operator& op, const std::string& name) {
    const ConnectorFactory* factory = registry_.FindConnector(name);
    if (factory == nullptr) {
      const std::string close = ClosestName(name, registry_.ConnectorNames());
      Fail(Status(kUnknownConnector, fmt::format("Connector of {} is not known: '{}'", Name(op), name))
               .WithSuggestion(close.empty() ? "docs/connectors lists the connectors"
                                             : fmt::format("did you mean '{}'?", close)));
    }
    return factory;
  }

  template <class OptionMap>
  void CheckConnectorOptions(const proto::Operator& op, const ConnectorFactory& factory,
                             const OptionMap& options, bool as_source) {
    const Options map(options.begin(), options.end());
    Status status = ValidateTableOptions(factory.descriptor, FormatsOf(map), map);
    if (status.ok() && factory.descriptor.validate) status = factory.descriptor.validate(map, as_source);
    if (!status.ok()) Fail(status.WithContext(Name(op)));
  }

  std::map<std::string, FormatDescriptor> FormatsOf(const Options& options) {
    std::map<std::string, FormatDescriptor> formats;
    for (const std::string& name : registry_.formats.Names()) {
      formats.emplace(name, registry_.formats.Find(name)->descriptor);
    }
    return formats;
  }

  /// Schemas convert, and expressions build against the input they are over.
  void CheckColumns(const proto::Operator& op) {
    if (auto schema = FromProto(op.output()); !schema.ok()) {
      Fail(schema.status().WithContext(Name(op)));
      return;
    }
    if (op.config_case() != proto::Operator::kCalc || inputs_[op.uid()].size() != 1) return;
    auto input = FromProto(by_uid_[inputs_[op.uid()].front()->from()]->output());
    if (!input.ok()) return;  // reported at that operator
    const SessionSettings session;
    if (op.calc().has_filter()) CheckExpression(op, op.calc().filter(), *input, session);
    for (const auto& projection : op.calc().projections()) CheckExpression(op, projection, *input, session);
    if (op.calc().projections_size() > 0 && op.calc().projections_size() != op.output().fields_size()) {
      Fail(
          Status(kGraphSchemaMismatch, fmt::format("{} has {} projections and {} output columns", Name(op),
                                                   op.calc().projections_size(), op.output().fields_size())));
    }
  }

  void CheckExpression(const proto::Operator& op, const proto::Expression& expression, const Schema& input,
                       const SessionSettings& session) {
    auto built = BuildExpr(expression, input, session);
    if (!built.ok()) Fail(built.status().WithContext(Name(op)));
  }

  const proto::JobGraph& graph_;
  const Registry& registry_;
  std::vector<Status> errors_;
  std::map<std::string, const proto::Operator*> by_uid_;
  std::map<std::string, std::vector<const proto::Edge*>> inputs_;
  std::map<std::string, std::vector<const proto::Edge*>> outputs_;
};

}  // namespace

std::vector<Status> ValidateGraph(const proto::JobGraph& graph, const Registry& registry) {
  return GraphValidator(graph, registry).Run();
}

}  // namespace millrace
