#include <fmt/format.h>

#include "core/descriptor/option_text.h"
#include "core/temporal/time_zone.h"
#include "core/types/schema.h"
#include "proto/job_graph.pb.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/binder.h"
#include "sql/binder/query_binder.h"
#include "sql/error_codes.h"
#include "sql/lowering/lower_job.h"
#include "sql/lowering/print_graph.h"
#include "sql/plan/plan_printer.h"
#include "sql/rules/rules.h"

namespace millrace::sql {
namespace {

/// Beyond that many nodes, counting shared ones as often as they are used, rules would take too long.
constexpr uint64_t kPlanNodesMax = 200'000;

constexpr char kUpsertMaterializeOption[] = "table.exec.sink.upsert-materialize";

/// A statement on its way from bound to planned.
struct Planned {
  PlanRoots bound;
  PlanRoots optimized;
  std::shared_ptr<const proto::JobGraph> graph;
};

uint64_t TreeSize(const PlanPtr& node, std::map<const PlanNode*, uint64_t>* sizes) {
  if (auto found = sizes->find(node.get()); found != sizes->end()) return found->second;
  uint64_t size = 1;
  for (const PlanPtr& input : node->inputs())
    size = std::min(size + TreeSize(input, sizes), kPlanNodesMax + 1);
  (*sizes)[node.get()] = size;
  return size;
}

Result<uint32_t> PositiveOption(const BindEnvironment& environment, const std::string& key,
                                uint32_t otherwise) {
  const std::string text = TextOption(environment, key, "");
  if (text.empty()) return otherwise;
  ASSIGN_OR_RETURN(const int64_t value, ParseInteger(text));
  if (value == -1) return otherwise;
  if (value < 1 || value > 32768) {
    return Status(kInvalidStatement, fmt::format("Option must be from 1 to 32768: {} = {}", key, text));
  }
  return static_cast<uint32_t>(value);
}

Result<JobSettings> SettingsOf(const BindEnvironment& environment, const std::string& default_name) {
  const std::string zone = TextOption(environment, "table.local-time-zone", "UTC");
  if (!TimeZone::Load(zone).ok()) {
    return Status(kInvalidStatement, "Unknown time zone in table.local-time-zone: " + zone)
        .WithSuggestion("SET 'table.local-time-zone' = 'Europe/Berlin', or an offset such as 'GMT+01:00'");
  }
  JobSettings settings;
  settings.name = TextOption(environment, "pipeline.name", default_name);
  ASSIGN_OR_RETURN(const uint32_t parallelism,
                   PositiveOption(environment, "parallelism.default", environment.default_parallelism));
  ASSIGN_OR_RETURN(settings.parallelism,
                   PositiveOption(environment, "table.exec.resource.default-parallelism", parallelism));
  ASSIGN_OR_RETURN(settings.max_parallelism, PositiveOption(environment, "pipeline.max-parallelism", 0));
  ASSIGN_OR_RETURN(settings.state_ttl_ms, DurationOption(environment, "table.exec.state.ttl", 0));
  if (environment.configuration != nullptr) settings.options = *environment.configuration;
  return settings;
}

Result<UpsertMaterialization> UpsertMaterializationOf(const BindEnvironment& environment) {
  const std::string text = TextOption(environment, kUpsertMaterializeOption, "AUTO");
  if (EqualsIgnoringCase(text, "NONE")) return UpsertMaterialization::kNone;
  if (EqualsIgnoringCase(text, "AUTO")) return UpsertMaterialization::kAuto;
  if (EqualsIgnoringCase(text, "FORCE")) return UpsertMaterialization::kForce;
  return Status(kInvalidStatement, fmt::format("Unknown value of {}: {}", kUpsertMaterializeOption, text))
      .WithSuggestion("use one of NONE, AUTO, FORCE");
}

Result<Planned> Plan(PlanRoots bound, const BindEnvironment& environment, const std::string& default_name) {
  std::map<const PlanNode*, uint64_t> sizes;
  uint64_t size = 0;
  for (const PlanPtr& root : bound) size += TreeSize(root, &sizes);
  if (size > kPlanNodesMax) return Status(kInvalidStatement, "Statement is too large to plan");
  ASSIGN_OR_RETURN(const JobSettings settings, SettingsOf(environment, default_name));
  ASSIGN_OR_RETURN(const UpsertMaterialization materialization, UpsertMaterializationOf(environment));
  Planned planned;
  planned.optimized = Optimize(bound, TextOption(environment, "table.local-time-zone", "UTC"));
  planned.optimized = MaterializeUpserts(planned.optimized, materialization);
  ASSIGN_OR_RETURN(planned.graph, LowerJob(planned.optimized, settings));
  planned.bound = std::move(bound);
  return planned;
}

Result<Planned> PlanBoundQuery(const PlanPtr& query, const BindEnvironment& environment) {
  // Without a name the job manager makes one up, so that queries do not get into the way of each other.
  return Plan({std::make_shared<CollectNode>(query)}, environment, "");
}

Result<PlanRoots> BindInserts(QueryBinder& binder, std::span<const Insert* const> inserts) {
  PlanRoots roots;
  for (const Insert* insert : inserts) {
    ASSIGN_OR_RETURN(PlanPtr sink, BindInsert(binder, *insert));
    roots.push_back(std::move(sink));
  }
  return roots;
}

/// Flink's name for the job of an INSERT: "insert-into_default_catalog.default_database.t".
std::string InsertName(const PlanRoots& roots) {
  std::string name = "insert-into";
  for (const PlanPtr& root : roots) {
    const ObjectPath& path = root->As<SinkNode>()->table->path;
    name += fmt::format("{}{}.{}.{}", &root == &roots.front() ? "_" : ",", path.catalog, path.database,
                        path.name);
  }
  return name;
}

std::string ExplainPlanned(const Planned& planned) {
  std::string text = "== Logical Plan ==\n" + PrintPlans(planned.bound, false);
  text += "\n== Optimized Plan ==\n" + PrintPlans(planned.optimized, true);
  text += "\n== Job Graph ==\n" + PrintGraph(*planned.graph);
  for (const PlanPtr& root : planned.optimized) {
    if (const auto* sink = root->As<SinkNode>()) {
      text += fmt::format("Guarantee of {}: {}\n", sink->table->path.name, sink->table->guarantee);
    }
  }
  return text;
}

}  // namespace

Result<PlannedJob> PlanQuery(const Query& query, const BindEnvironment& environment) {
  QueryBinder binder(environment);
  ASSIGN_OR_RETURN(const PlanPtr bound, binder.BindQuery(query));
  ASSIGN_OR_RETURN(Planned planned, PlanBoundQuery(bound, environment));
  PlanTraits traits;
  PlannedJob job;
  job.graph = std::move(planned.graph);
  job.schema = SchemaOf(bound->columns());
  job.updating = traits.Updating(planned.optimized.front());
  job.bounded = traits.Bounded(bound);
  return job;
}

Result<PlannedJob> PlanInserts(std::span<const Insert* const> inserts, const BindEnvironment& environment) {
  QueryBinder binder(environment);
  ASSIGN_OR_RETURN(PlanRoots bound, BindInserts(binder, inserts));
  const std::string name = InsertName(bound);
  ASSIGN_OR_RETURN(Planned planned, Plan(std::move(bound), environment, name));
  PlanTraits traits;
  PlannedJob job;
  job.graph = std::move(planned.graph);
  job.bounded = true;
  for (const PlanPtr& root : planned.bound) job.bounded = traits.Bounded(root) && job.bounded;
  return job;
}

Result<std::string> ExplainQuery(const Query& query, const BindEnvironment& environment) {
  QueryBinder binder(environment);
  ASSIGN_OR_RETURN(const PlanPtr bound, binder.BindQuery(query));
  ASSIGN_OR_RETURN(const Planned planned, PlanBoundQuery(bound, environment));
  return ExplainPlanned(planned);
}

Result<std::string> ExplainInserts(std::span<const Insert* const> inserts,
                                   const BindEnvironment& environment) {
  QueryBinder binder(environment);
  ASSIGN_OR_RETURN(PlanRoots bound, BindInserts(binder, inserts));
  const std::string name = InsertName(bound);
  ASSIGN_OR_RETURN(const Planned planned, Plan(std::move(bound), environment, name));
  return ExplainPlanned(planned);
}

}  // namespace millrace::sql
