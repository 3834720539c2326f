#include "server/jobmanager/graph_validator.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "core/descriptor/error_codes.h"
#include "operators/registry/built_in.h"
#include "server/error_codes.h"

namespace millrace {
namespace {

using proto::JobGraph;
using proto::Operator;
using proto::Partitioning;

proto::Schema IdColumn() {
  proto::Schema schema;
  auto* field = schema.add_fields();
  field->set_name("id");
  field->mutable_type()->set_kind(proto::DataType::BIGINT);
  return schema;
}

Operator* Add(JobGraph* graph, const std::string& uid) {
  auto* op = graph->add_operators();
  op->set_uid(uid);
  return op;
}

proto::Edge* Connect(JobGraph* graph, const std::string& from, const std::string& to) {
  auto* edge = graph->add_edges();
  edge->set_from(from);
  edge->set_to(to);
  return edge;
}

/// read (datagen) -> keep (calc) -> write (print).
JobGraph Valid() {
  JobGraph graph;
  graph.set_version(1);
  graph.set_name("valid");
  auto* read = Add(&graph, "read");
  *read->mutable_output() = IdColumn();
  read->mutable_source()->set_connector("datagen");
  *read->mutable_source()->mutable_physical() = IdColumn();
  (*read->mutable_source()->mutable_options())["number-of-rows"] = "3";
  auto* keep = Add(&graph, "keep");
  *keep->mutable_output() = IdColumn();
  auto* projection = keep->mutable_calc()->add_projections();
  projection->mutable_type()->set_kind(proto::DataType::BIGINT);
  projection->set_column(0);
  auto* write = Add(&graph, "write");
  write->mutable_sink()->set_connector("print");
  *write->mutable_sink()->mutable_schema() = IdColumn();
  Connect(&graph, "read", "keep");
  Connect(&graph, "keep", "write");
  return graph;
}

class GraphValidatorTest : public testing::Test {
 protected:
  std::vector<Status> Validate(const JobGraph& graph) { return ValidateGraph(graph, *registry_); }
  const std::unique_ptr<Registry> registry_ = CreateBuiltInRegistry();
};

std::string Text(const std::vector<Status>& errors) {
  std::string text;
  for (const Status& error : errors) text += error.ToString() + "\n";
  return text;
}

TEST_F(GraphValidatorTest, ValidGraphHasNoErrors) {
  EXPECT_EQ(Text(Validate(Valid())), "");
}

TEST_F(GraphValidatorTest, ExamplesAreValid) {
  for (const char* name : {"datagen_to_print", "carrier_totals", "kafka_to_kafka"}) {
    std::ifstream file(std::string(MILLRACE_SOURCE_DIR "/examples/graphs/") + name + ".json");
    std::stringstream text;
    text << file.rdbuf();
    JobGraph graph;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(text.str(), &graph).ok()) << name;
    EXPECT_EQ(Text(Validate(graph)), "") << name;
  }
}

TEST_F(GraphValidatorTest, EveryMistakeHasItsNumber) {
  const struct {
    ErrorCode code;
    const char* what;
    std::function<void(JobGraph*)> spoil;
  } cases[] = {
      {kEmptyGraph, "no operators", [](JobGraph* g) { g->clear_operators(); }},
      {kMissingUid, "no uid", [](JobGraph* g) { Add(g, "")->mutable_union_(); }},
      {kDuplicateUid, "uid twice", [](JobGraph* g) { *g->add_operators() = g->operators(0); }},
      {kUnknownUid, "edge to nowhere", [](JobGraph* g) { g->mutable_edges(1)->set_to("writ"); }},
      {kUnknownUid, "edge from nowhere", [](JobGraph* g) { g->mutable_edges(0)->set_from("rea"); }},
      {kGraphCycle, "cycle",
       [](JobGraph* g) {
         Add(g, "round")->mutable_union_();
         Connect(g, "keep", "round");
         g->mutable_edges(0)->set_from("round");
       }},
      {kMissingConfig, "no configuration", [](JobGraph* g) { g->mutable_operators(1)->clear_config(); }},
      {kWrongInputs, "no input", [](JobGraph* g) { g->mutable_edges()->DeleteSubrange(0, 1); }},
      {kWrongInputs, "input of a source", [](JobGraph* g) { Connect(g, "keep", "read"); }},
      {kWrongInputs, "two edges to a calc", [](JobGraph* g) { Connect(g, "read", "keep"); }},
      {kWrongInputs, "input that is not there", [](JobGraph* g) { g->mutable_edges(0)->set_input(1); }},
      {kBadParallelism, "over max_parallelism",
       [](JobGraph* g) {
         g->set_max_parallelism(2);
         g->set_parallelism(3);
       }},
      {kBadPartitioning, "forward to other parallelism",
       [](JobGraph* g) { g->mutable_operators(2)->set_parallelism(3); }},
      {kBadColumn, "key that is not there",
       [](JobGraph* g) {
         auto* partitioning = g->mutable_edges(1)->mutable_partitioning();
         partitioning->set_kind(Partitioning::HASH);
         partitioning->add_keys(1);
       }},
      {kGraphSchemaMismatch, "more projections than columns",
       [](JobGraph* g) {
         auto* calc = g->mutable_operators(1)->mutable_calc();
         const auto projection = calc->projections(0);
         *calc->add_projections() = projection;
       }},
      {kUnsupportedGraphVersion, "version", [](JobGraph* g) { g->set_version(2); }},
      {kNoSink, "output goes nowhere", [](JobGraph* g) { g->mutable_edges()->DeleteSubrange(1, 1); }},
      {kBadJobOption, "job option", [](JobGraph* g) { (*g->mutable_options())["zzz"] = "1"; }},
      {kUnknownConnector, "connector",
       [](JobGraph* g) { g->mutable_operators(0)->mutable_source()->set_connector("datagenn"); }},
      {kUnsupportedByConnector, "source that cannot be read",
       [](JobGraph* g) { g->mutable_operators(0)->mutable_source()->set_connector("print"); }},
      {kUnsupportedByConnector, "sink that cannot be written",
       [](JobGraph* g) { g->mutable_operators(2)->mutable_sink()->set_connector("datagen"); }},
      {kUnknownOption, "option of a source",
       [](JobGraph* g) {
         (*g->mutable_operators(0)->mutable_source()->mutable_options())["number-of-row"] = "3";
       }},
      {kBadOptionValue, "value of an option",
       [](JobGraph* g) {
         (*g->mutable_operators(0)->mutable_source()->mutable_options())["number-of-rows"] = "few";
       }},
      {kUnknownOption, "option of a sink",
       [](JobGraph* g) { (*g->mutable_operators(2)->mutable_sink()->mutable_options())["zzz"] = "1"; }},
      {kMissingOption, "option that is required",
       [](JobGraph* g) { g->mutable_operators(2)->mutable_sink()->set_connector("filesystem"); }},
  };
  for (const auto& test : cases) {
    JobGraph graph = Valid();
    test.spoil(&graph);
    const auto errors = Validate(graph);
    bool found = false;
    for (const Status& error : errors) found = found || error.code() == test.code;
    EXPECT_TRUE(found) << test.what << ": no " << test.code.number << " in\n" << Text(errors);
  }
}

TEST_F(GraphValidatorTest, NamesThatAreCloseAreSuggested) {
  JobGraph graph = Valid();
  graph.mutable_edges(1)->set_to("writ");
  EXPECT_EQ(Validate(graph).at(0).suggestion(), "did you mean 'write'?");
  graph = Valid();
  graph.mutable_operators(0)->mutable_source()->set_connector("datagenn");
  EXPECT_EQ(Validate(graph).at(0).suggestion(), "did you mean 'datagen'?");
}

TEST_F(GraphValidatorTest, AllMistakesAreReportedAtOnce) {
  JobGraph graph = Valid();
  (*graph.mutable_operators(0)->mutable_source()->mutable_options())["zzz"] = "1";
  (*graph.mutable_operators(2)->mutable_sink()->mutable_options())["yyy"] = "1";
  EXPECT_EQ(Validate(graph).size(), 2u) << Text(Validate(graph));
}

TEST_F(GraphValidatorTest, ExpressionsAreBuiltAgainstTheirInput) {
  JobGraph graph = Valid();
  graph.mutable_operators(1)->mutable_calc()->mutable_projections(0)->set_column(7);
  const auto errors = Validate(graph);
  ASSERT_EQ(errors.size(), 1u) << Text(errors);
  EXPECT_NE(errors[0].message().find("operator 'keep'"), std::string::npos) << errors[0].message();
}

}  // namespace
}  // namespace millrace
