#include "tests/bench/query_pipeline.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "core/check.h"
#include "core/types/proto_conversion.h"
#include "operators/registry/built_in.h"
#include "proto/job_graph.pb.h"
#include "sql/catalog/catalog.h"
#include "sql/parser/parser.h"
#include "sql/session/session.h"
#include "tests/unit/operators/memory_store.h"
#include "tests/unit/operators/operator_subtask.h"

namespace millrace::bench {
namespace {

constexpr uint64_t kMemoryBytes = uint64_t{8} << 30;

void CheckOk(const Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  CHECK(false && "a benchmark's operator failed");
}

std::shared_ptr<const proto::JobGraph> Plan(const std::string& script, const Registry& registry) {
  DescriptorCatalog descriptors = DescribeRegistry(registry);
  ConnectorDescriptor prepared;
  prepared.name = "prepared";
  prepared.source = true;
  prepared.projection_push_down = true;
  descriptors.connectors[prepared.name] = prepared;
  prepared.name = "prepared-upserts";
  prepared.sink = prepared.upsert_source = prepared.upsert_sink = true;
  prepared.accepts_updates = prepared.requires_primary_key = true;
  descriptors.connectors[prepared.name] = prepared;
  const std::unique_ptr<sql::Catalog> catalog = std::move(sql::Catalog::Open(nullptr)).value();
  sql::Session session({.descriptors = &descriptors, .catalog = catalog.get(), .default_parallelism = 2});
  sql::ScriptParser parser(script);
  sql::Outcome outcome;
  while (true) {
    Result<std::optional<sql::ParsedStatement>> parsed = parser.Next();
    CheckOk(parsed.status());
    if (!parsed->has_value()) break;
    Result<sql::Outcome> result = session.Execute(*(*parsed)->statement, script);
    CheckOk(result.status());
    outcome = std::move(result).value();
  }
  CHECK(outcome.graph != nullptr);
  return outcome.graph;
}

SchemaPtr OutputOf(const proto::Operator& config) {
  return std::make_shared<const Schema>(std::move(FromProto(config.output())).value());
}

/// The calc that does what a source does behind its reader.
std::optional<proto::Operator> ComputedColumns(const proto::Operator& source) {
  if (source.source().columns().empty()) return std::nullopt;
  proto::Operator calc;
  calc.set_uid(source.uid() + "-columns");
  *calc.mutable_output() = source.output();
  *calc.mutable_calc()->mutable_projections() = source.source().columns();
  return calc;
}
std::optional<proto::Operator> Filter(const proto::Operator& source) {
  if (!source.source().has_filter()) return std::nullopt;
  proto::Operator calc;
  calc.set_uid(source.uid() + "-filter");
  *calc.mutable_output() = source.output();
  *calc.mutable_calc()->mutable_filter() = source.source().filter();
  return calc;
}

}  // namespace

class QueryPipeline::Metrics final : public OperatorMetrics {
 public:
  void AddLateRecords(uint64_t) override { CHECK(false && "benchmarks have no late rows"); }
  void AddBadRecords(uint64_t) override {}
  void AddBytesIn(uint64_t) override {}
  void AddBytesOut(uint64_t) override {}
  void SetSourceLag(int64_t, int64_t) override {}
};

/// One operator, and as an output the way on from it.
class QueryPipeline::Node final : public Output {
 public:
  Node(OperatorHost host, uint64_t* num_rows_out)
      : host_(std::move(host)),
        subtask_(host_, 0),
        num_rows_out_(num_rows_out),
        watermarks_(host_.inputs.size()) {
    CheckOk(subtask_.Open());
  }
  void AddTarget(Node* node, uint32_t input) { targets_.push_back({node, input}); }

  Status Process(uint32_t input, const Batch& batch) { return subtask_.Process(input, batch, *this); }
  Status Advance(uint32_t input, Watermark watermark) {
    watermarks_[input] = watermark;
    const Watermark merged = *std::min_element(watermarks_.begin(), watermarks_.end());
    if (merged <= merged_) return Status::Ok();
    merged_ = merged;
    return subtask_.op().OnWatermark(merged, *this);
  }

  Status Emit(Batch batch) override {
    if (batch.NumSelected() == 0) return Status::Ok();
    if (targets_.empty()) *num_rows_out_ += batch.NumSelected();
    for (const Target& target : targets_) RETURN_IF_ERROR(target.node->Process(target.input, batch));
    return Status::Ok();
  }
  Status EmitWatermark(Watermark watermark) override {
    for (const Target& target : targets_) RETURN_IF_ERROR(target.node->Advance(target.input, watermark));
    return Status::Ok();
  }
  Status EmitIdle(Idle) override { return Status::Ok(); }

 private:
  struct Target {
    Node* node;
    uint32_t input;
  };
  OperatorHost host_;
  OperatorSubtask subtask_;
  uint64_t* const num_rows_out_;
  std::vector<Target> targets_;
  std::vector<Watermark> watermarks_;
  Watermark merged_;
};

QueryPipeline::QueryPipeline(const std::string& script)
    : env_(CreateSystemEnv(1)),
      registry_(CreateBuiltInRegistry()),
      memory_(kMemoryBytes),
      store_(std::make_shared<MemoryStore>(*env_)),
      metrics_(std::make_unique<Metrics>()) {
  directory_ = std::filesystem::temp_directory_path() / "millrace_bench_XXXXXX";
  CHECK(mkdtemp(directory_.data()) != nullptr);
  const std::shared_ptr<const proto::JobGraph> graph = Plan(script, *registry_);
  std::map<std::string, const proto::Operator*> configs;
  for (const proto::Operator& config : graph->operators()) configs[config.uid()] = &config;
  for (const proto::Operator& config : graph->operators()) {
    if (config.has_sink() || config.has_collect()) continue;
    if (config.has_source()) {
      AddSource(config);
      continue;
    }
    std::vector<SchemaPtr> inputs;
    for (const proto::Edge& edge : graph->edges()) {
      if (edge.to() != config.uid()) continue;
      if (inputs.size() <= edge.input()) inputs.resize(edge.input() + 1);
      inputs[edge.input()] = OutputOf(*configs[edge.from()]);
    }
    const OperatorFactory* factory = nullptr;
    for (const char* kind : {"calc", "union", "window_assign", "window_aggregate", "group_aggregate", "join",
                             "changelog_normalize", "upsert_materialize"}) {
      const auto* field = proto::Operator::descriptor()->FindFieldByName(kind);
      if (config.GetReflection()->HasField(config, field)) factory = registry_->FindOperator(kind);
    }
    CHECK(factory != nullptr);
    by_uid_[config.uid()] = &AddNode(*factory, config, std::move(inputs));
  }
  for (const proto::Edge& edge : graph->edges()) {
    if (by_uid_.contains(edge.to())) by_uid_.at(edge.from())->AddTarget(by_uid_[edge.to()], edge.input());
  }
}

QueryPipeline::~QueryPipeline() {
  nodes_.clear();
  CheckOk(env_->files().RemoveRecursively(directory_));
}

QueryPipeline::Node& QueryPipeline::AddNode(const OperatorFactory& factory, proto::Operator config,
                                            std::vector<SchemaPtr> inputs) {
  const SchemaPtr output = OutputOf(config);
  const std::string local = directory_ + "/" + std::to_string(nodes_.size());
  nodes_.push_back(std::make_unique<Node>(OperatorHost{.factory = factory,
                                                       .config = std::move(config),
                                                       .inputs = std::move(inputs),
                                                       .output_schema = output,
                                                       .env = *env_,
                                                       .store = store_,
                                                       .memory = memory_,
                                                       .metrics = *metrics_,
                                                       .directory = local,
                                                       .keyed = factory.keyed},
                                          &num_rows_out_));
  return *nodes_.back();
}

void QueryPipeline::AddSource(const proto::Operator& config) {
  Source source;
  source.read = std::make_shared<const Schema>(std::move(FromProto(config.source().physical())).value());
  SchemaPtr input = source.read;
  proto::Operator forward;  // the source's output is there even if it computes nothing
  forward.set_uid(config.uid());
  *forward.mutable_output() = config.output();
  forward.mutable_calc();
  Node* last = nullptr;
  for (std::optional<proto::Operator> calc :
       {ComputedColumns(config), Filter(config), std::optional<proto::Operator>(forward)}) {
    if (!calc) continue;
    Node& node = AddNode(*registry_->FindOperator("calc"), *calc, {input});
    if (last != nullptr) last->AddTarget(&node, 0);
    if (source.first == nullptr) source.first = &node;
    last = &node;
    input = OutputOf(config);
  }
  by_uid_[config.uid()] = last;
  const std::string& path = config.source().table();  // `catalog`.`database`.`name`
  const size_t name = path.rfind(".`") + 2;
  sources_.emplace(path.substr(name, path.size() - name - 1), std::move(source));
}

void QueryPipeline::Push(const std::string& table, const Batch& batch) {
  const auto [begin, end] = sources_.equal_range(table);
  CHECK(begin != end);
  for (auto at = begin; at != end; ++at) {
    Batch read = batch;
    read.schema = at->second.read;
    read.columns.clear();
    for (const Field& field : read.schema->fields) {
      const std::optional<uint32_t> column = batch.schema->IndexOf(field.name);
      CHECK(column.has_value());
      read.columns.push_back(batch.columns[*column]);
    }
    CheckOk(at->second.first->Process(0, read));
  }
}

void QueryPipeline::AdvanceWatermark(const std::string& table, Watermark watermark) {
  const auto [begin, end] = sources_.equal_range(table);
  CHECK(begin != end);
  for (auto at = begin; at != end; ++at) CheckOk(at->second.first->Advance(0, watermark));
}

}  // namespace millrace::bench
