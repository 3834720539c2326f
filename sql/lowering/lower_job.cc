#include "sql/lowering/lower_job.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/types/proto_conversion.h"
#include "proto/job_graph.pb.h"
#include "sql/binder/bind_error.h"
#include "sql/error_codes.h"
#include "sql/lowering/graph_builder.h"
#include "sql/lowering/lower_aggregate.h"
#include "sql/lowering/lower_source.h"
#include "sql/plan/fingerprint.h"

namespace millrace::sql {
namespace {

class JobLowering {
 public:
  JobLowering(const PlanRoots& roots, const JobSettings& settings, proto::JobGraph* graph)
      : roots_(roots), settings_(settings), builder_(graph) {}

  Status Run() {
    for (const PlanPtr& node : NodesInOrder(roots_)) {
      ASSIGN_OR_RETURN(Stream stream, Lower(node));
      stream.updating = traits_.Updating(node);
      streams_[node.get()] = std::move(stream);
    }
    return Status::Ok();
  }

 private:
  const Stream& Input(const PlanNode& node, size_t number = 0) const {
    return streams_.at(node.inputs()[number].get());
  }

  proto::Operator* Add(const char* kind, const PlanNode& node, std::string name, uint32_t parallelism) {
    return builder_.AddOperator(kind, fingerprints_.Of(node).state, std::move(name), parallelism,
                                SchemaOf(node.columns()));
  }

  Result<Stream> Lower(const PlanPtr& node) {
    if (const auto* scan = node->As<ScanNode>()) return LowerScanNode(*scan);
    if (const auto* values = node->As<ValuesNode>()) {
      proto::Operator* added = Add("values", *node, "Values", 1);
      LowerValues(*values, added->mutable_source());
      return Stream{.uid = added->uid(), .parallelism = 1};
    }
    if (const auto* calc = node->As<CalcNode>()) return LowerCalc(*calc);
    if (const auto* assign = node->As<WindowAssignNode>()) {
      const Stream& input = Input(*node);
      proto::Operator* added = Add("windows", *node, "WindowAssign", input.parallelism);
      LowerWindow(assign->window, added->mutable_window_assign()->mutable_window());
      builder_.Connect(input, *added);
      return Stream{.uid = added->uid(), .parallelism = input.parallelism, .hashed_by = input.hashed_by};
    }
    if (node->kind() == PlanKind::kAggregate || node->kind() == PlanKind::kWindowAggregate) {
      AggregateLowering lowering{builder_, fingerprints_.Of(*node).state, Input(*node),
                                 settings_.state_ttl_ms};
      return LowerAggregate(*node, lowering);
    }
    if (const auto* join = node->As<JoinNode>()) return LowerJoin(*join);
    if (node->kind() == PlanKind::kUnion) return LowerUnion(*node);
    if (const auto* normalize = node->As<NormalizeNode>()) {
      proto::Operator* added = Add("normalize", *node, "ChangelogNormalize", 0);
      for (uint32_t key : normalize->keys) added->mutable_changelog_normalize()->add_keys(key);
      added->mutable_changelog_normalize()->set_state_ttl_ms(settings_.state_ttl_ms);
      builder_.ConnectByHash(Input(*node), *added, normalize->keys);
      return Stream{.uid = added->uid(), .hashed_by = normalize->keys};
    }
    if (const auto* materialize = node->As<UpsertMaterializeNode>()) return LowerMaterialize(*materialize);
    if (const auto* sink = node->As<SinkNode>()) return LowerSinkNode(*sink);
    return LowerCollect(*node);
  }

  Result<Stream> LowerScanNode(const ScanNode& scan) {
    proto::Operator* added = Add("source", scan, "Source: " + scan.table->path.name, scan.table->parallelism);
    LowerScan(scan, added->mutable_source());
    return Stream{.uid = added->uid(), .parallelism = scan.table->parallelism};
  }

  Result<Stream> LowerCalc(const CalcNode& calc) {
    const Stream& input = Input(calc);
    proto::Operator* added =
        Add("calc", calc, calc.filter != nullptr ? "Filter and project" : "Project", input.parallelism);
    proto::CalcConfig* config = added->mutable_calc();
    if (calc.filter != nullptr) ToProto(*calc.filter, config->mutable_filter());
    if (!calc.ProjectsNothing()) {
      for (const BoundExprPtr& projection : calc.projections) ToProto(*projection, config->add_projections());
    }
    builder_.Connect(input, *added);
    return Stream{
        .uid = added->uid(), .parallelism = input.parallelism, .hashed_by = MapHash(calc, input.hashed_by)};
  }

  /// Where the columns that rows are spread by are behind a projection.
  static std::optional<std::vector<uint32_t>> MapHash(const CalcNode& calc,
                                                      const std::optional<std::vector<uint32_t>>& hashed_by) {
    if (!hashed_by) return std::nullopt;
    std::vector<uint32_t> mapped;
    for (uint32_t column : *hashed_by) {
      const auto found =
          std::find_if(calc.projections.begin(), calc.projections.end(),
                       [&](const BoundExprPtr& expr) { return expr->IsColumn() && expr->index == column; });
      if (found == calc.projections.end()) return std::nullopt;
      mapped.push_back(static_cast<uint32_t>(found - calc.projections.begin()));
    }
    return mapped;
  }

  Result<Stream> LowerJoin(const JoinNode& join) {
    const uint32_t parallelism = join.left_keys.empty() ? 1 : 0;
    proto::Operator* added =
        Add("join", join, fmt::format("Join ({})", PlanJoinTypeName(join.type)), parallelism);
    proto::JoinConfig* config = added->mutable_join();
    config->set_type(static_cast<proto::JoinConfig::Type>(join.type));
    for (uint32_t key : join.left_keys) config->add_left_keys(key);
    for (uint32_t key : join.right_keys) config->add_right_keys(key);
    if (join.condition != nullptr) ToProto(*join.condition, config->mutable_condition());
    config->set_left_state_ttl_ms(settings_.state_ttl_ms);
    config->set_right_state_ttl_ms(settings_.state_ttl_ms);
    builder_.ConnectByHash(Input(join, 0), *added, join.left_keys, 0);
    builder_.ConnectByHash(Input(join, 1), *added, join.right_keys, 1);
    Stream stream{.uid = added->uid(), .parallelism = parallelism};
    // Rows padded for want of a partner have NULL where the other side's key would be.
    if (join.type == PlanJoinType::kInner || join.type == PlanJoinType::kLeft)
      stream.hashed_by = join.left_keys;
    return stream;
  }

  Result<Stream> LowerUnion(const PlanNode& node) {
    uint32_t parallelism = Input(node, 0).parallelism;
    bool mixed = false;
    bool updating = false;
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      mixed = mixed || Input(node, i).parallelism != parallelism;
      updating = updating || Input(node, i).updating;
    }
    // Spreading a changelog evenly would part the old row of an update from the new one.
    if (mixed) parallelism = updating ? 1 : 0;
    proto::Operator* added = Add("union", node, "Union", parallelism);
    added->mutable_union_();
    for (size_t i = 0; i < node.inputs().size(); ++i) builder_.Connect(Input(node, i), *added);
    return Stream{.uid = added->uid(), .parallelism = parallelism};
  }

  /// As many subtasks as the sink behind it has, and spread by the same key: the changes of a key reach the
  /// same writer, in order.
  Result<Stream> LowerMaterialize(const UpsertMaterializeNode& node) {
    const std::vector<uint32_t>& keys = node.table->primary_key;
    const Stream& input = Input(node);
    const uint32_t parallelism = node.table->parallelism != 0 ? node.table->parallelism : input.parallelism;
    proto::Operator* added = Add("materialize", node, "UpsertMaterialize", parallelism);
    proto::UpsertMaterializeConfig* config = added->mutable_upsert_materialize();
    for (uint32_t key : keys) config->add_keys(key);
    for (uint32_t column : node.upsert_key) config->add_upsert_key(column);
    config->set_state_ttl_ms(settings_.state_ttl_ms);
    builder_.ConnectByHash(input, *added, keys);
    return Stream{.uid = added->uid(), .parallelism = parallelism, .hashed_by = keys};
  }

  Result<Stream> LowerSinkNode(const SinkNode& sink) {
    const SinkTable& table = *sink.table;
    const Stream& input = Input(sink);
    const uint32_t parallelism = table.parallelism != 0 ? table.parallelism : input.parallelism;
    if (parallelism != input.parallelism && input.updating && table.primary_key.empty()) {
      // Spread evenly, the old row of an update could overtake or be overtaken by the new one.
      return Status(
                 kInvalidStatement,
                 "Rows that change need a primary key where sink.parallelism is another than the query's: " +
                     table.path.name)
          .WithSuggestion("declare PRIMARY KEY (...) NOT ENFORCED, or leave sink.parallelism out");
    }
    proto::Operator* added = builder_.AddOperator("sink", fingerprints_.Of(sink).state,
                                                  "Sink: " + table.path.name, parallelism, nullptr);
    LowerSink(sink, input.updating, added->mutable_sink());
    // All changes of a key must reach the same writer, in order.
    const bool by_key = input.updating && !table.primary_key.empty();
    const bool in_place =
        parallelism == input.parallelism && input.hashed_by && IsSubset(*input.hashed_by, table.primary_key);
    if (by_key && !in_place) {
      builder_.ConnectByHash(input, *added, table.primary_key);
    } else {
      builder_.Connect(input, *added);
    }
    return Stream{.uid = added->uid(), .parallelism = parallelism};
  }

  static bool IsSubset(const std::vector<uint32_t>& part, const std::vector<uint32_t>& whole) {
    return std::all_of(part.begin(), part.end(), [&](uint32_t column) {
      return std::find(whole.begin(), whole.end(), column) != whole.end();
    });
  }

  Result<Stream> LowerCollect(const PlanNode& node) {
    const Stream& input = Input(node);
    proto::Operator* added =
        builder_.AddOperator("collect", fingerprints_.Of(node).state, "Collect", input.parallelism, nullptr);
    added->mutable_collect()->set_query(1);
    added->mutable_collect()->set_input_updating(input.updating);
    builder_.Connect(input, *added);
    return Stream{.uid = added->uid(), .parallelism = input.parallelism};
  }

  const PlanRoots& roots_;
  const JobSettings& settings_;
  GraphBuilder builder_;
  Fingerprinter fingerprints_;
  PlanTraits traits_;
  std::map<const PlanNode*, Stream> streams_;
};

}  // namespace

Result<std::shared_ptr<const proto::JobGraph>> LowerJob(const PlanRoots& roots, const JobSettings& settings) {
  auto graph = std::make_shared<proto::JobGraph>();
  graph->set_version(1);
  graph->set_name(settings.name);
  graph->set_parallelism(settings.parallelism);
  graph->set_max_parallelism(settings.max_parallelism);
  graph->mutable_options()->insert(settings.options.begin(), settings.options.end());
  RETURN_IF_ERROR(JobLowering(roots, settings, graph.get()).Run());
  return std::shared_ptr<const proto::JobGraph>(std::move(graph));
}

}  // namespace millrace::sql
