#include "server/jobmanager/physical_plan.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace millrace {
namespace {

using proto::Partitioning;

proto::Operator* Add(proto::JobGraph* graph, const std::string& uid, uint32_t parallelism = 0) {
  auto* op = graph->add_operators();
  op->set_uid(uid);
  op->set_parallelism(parallelism);
  op->mutable_calc();
  auto* field = op->mutable_output()->add_fields();
  field->set_name(uid + "_column");
  return op;
}

void Connect(proto::JobGraph* graph, const std::string& from, const std::string& to,
             Partitioning::Kind kind = Partitioning::FORWARD, uint32_t input = 0) {
  auto* edge = graph->add_edges();
  edge->set_from(from);
  edge->set_to(to);
  edge->set_input(input);
  edge->mutable_partitioning()->set_kind(kind);
}

/// "a+b#0" for every task: its operators and subtask.
std::vector<std::string> Tasks(const proto::JobDeployment& deployment) {
  std::vector<std::string> tasks;
  for (const auto& task : deployment.tasks()) {
    std::string text;
    for (const auto& op : task.operators()) text += (text.empty() ? "" : "+") + op.uid();
    tasks.push_back(text + "#" + std::to_string(task.subtask()));
  }
  return tasks;
}

/// "a#0>b#0" for every channel in the order of the outputs.
std::vector<std::string> Channels(const proto::JobDeployment& deployment) {
  std::vector<std::string> channels;
  for (const auto& task : deployment.tasks()) {
    for (const auto& output : task.outputs()) {
      for (const auto& channel : output.channels()) {
        EXPECT_EQ(channel.from_task(), task.task_id());
        channels.push_back(channel.from_task() + ">" + channel.to_task());
      }
    }
  }
  return channels;
}

/// Every channel is an output of one task and an input of one other, by a number of its own.
void ExpectChannelsMeet(const proto::JobDeployment& deployment) {
  std::set<std::string> outputs;
  std::set<std::string> inputs;
  std::set<uint64_t> numbers;
  for (const auto& task : deployment.tasks()) {
    for (const auto& output : task.outputs()) {
      for (const auto& channel : output.channels()) {
        EXPECT_TRUE(numbers.insert(channel.channel()).second);
        outputs.insert(channel.SerializeAsString());
      }
    }
    for (const auto& input : task.inputs()) {
      for (const auto& channel : input.channels()) {
        EXPECT_EQ(channel.to_task(), task.task_id());
        EXPECT_TRUE(inputs.insert(channel.SerializeAsString()).second);
      }
    }
  }
  EXPECT_EQ(inputs, outputs);
}

proto::JobGraph Line(Partitioning::Kind kind, uint32_t parallelism) {
  proto::JobGraph graph;
  graph.set_version(1);
  graph.set_name("line");
  graph.set_parallelism(parallelism);
  Add(&graph, "read");
  Add(&graph, "map");
  Add(&graph, "write");
  Connect(&graph, "read", "map");
  Connect(&graph, "map", "write", kind);
  return graph;
}

using Texts = std::vector<std::string>;

TEST(PhysicalPlanTest, ForwardEdgesBecomeOneChain) {
  const auto deployment = MakeDeployment(Line(Partitioning::FORWARD, 3));
  EXPECT_EQ(Tasks(deployment), (Texts{"read+map+write#0", "read+map+write#1", "read+map+write#2"}));
  EXPECT_TRUE(Channels(deployment).empty());
  EXPECT_EQ(deployment.tasks(2).task_id(), "read#2");
  EXPECT_EQ(deployment.tasks(2).parallelism(), 3u);
}

TEST(PhysicalPlanTest, HashRebalanceAndBroadcastReachEverySubtask) {
  for (auto kind : {Partitioning::HASH, Partitioning::REBALANCE, Partitioning::BROADCAST}) {
    const auto one = MakeDeployment(Line(kind, 1));
    EXPECT_EQ(Tasks(one), (Texts{"read+map#0", "write#0"}));
    EXPECT_EQ(Channels(one), (Texts{"read#0>write#0"}));
    ExpectChannelsMeet(one);

    const auto three = MakeDeployment(Line(kind, 3));
    EXPECT_EQ(three.tasks_size(), 6);
    EXPECT_EQ(Channels(three),
              (Texts{"read#0>write#0", "read#0>write#1", "read#0>write#2", "read#1>write#0", "read#1>write#1",
                     "read#1>write#2", "read#2>write#0", "read#2>write#1", "read#2>write#2"}));
    ExpectChannelsMeet(three);
    const auto& output = three.tasks(0).outputs(0);
    EXPECT_EQ(output.partitioning().kind(), kind);
    EXPECT_EQ(output.target_parallelism(), 3u);
  }
}

TEST(PhysicalPlanTest, InputsCarryTheSchemaOfWhatComes) {
  const auto deployment = MakeDeployment(Line(Partitioning::HASH, 3));
  const auto& write = deployment.tasks(3);
  ASSERT_EQ(write.task_id(), "write#0");
  ASSERT_EQ(write.inputs_size(), 1);
  EXPECT_EQ(write.inputs(0).channels_size(), 3);
  EXPECT_EQ(write.inputs(0).schema().fields(0).name(), "map_column");
}

TEST(PhysicalPlanTest, ParallelismMayChangeAtAnExchange) {
  auto graph = Line(Partitioning::REBALANCE, 1);
  graph.mutable_operators(2)->set_parallelism(3);
  const auto deployment = MakeDeployment(graph);
  EXPECT_EQ(Tasks(deployment), (Texts{"read+map#0", "write#0", "write#1", "write#2"}));
  EXPECT_EQ(Channels(deployment), (Texts{"read#0>write#0", "read#0>write#1", "read#0>write#2"}));
  EXPECT_EQ(deployment.tasks(0).parallelism(), 1u);
  EXPECT_EQ(deployment.tasks(1).parallelism(), 3u);
}

TEST(PhysicalPlanTest, ForwardToTwoOperatorsIsNotChained) {
  proto::JobGraph graph;
  graph.set_parallelism(3);
  for (const char* uid : {"read", "left", "right"}) Add(&graph, uid);
  Connect(&graph, "read", "left");
  Connect(&graph, "read", "right");
  const auto deployment = MakeDeployment(graph);
  EXPECT_EQ(deployment.tasks_size(), 9);
  EXPECT_EQ(Channels(deployment), (Texts{"read#0>left#0", "read#0>right#0", "read#1>left#1", "read#1>right#1",
                                         "read#2>left#2", "read#2>right#2"}));
  EXPECT_EQ(deployment.tasks(0).outputs_size(), 2);
  ExpectChannelsMeet(deployment);
}

TEST(PhysicalPlanTest, JoinKeepsItsInputsApartAndUnionGathersThem) {
  for (const bool is_join : {true, false}) {
    proto::JobGraph graph;
    graph.set_parallelism(3);
    for (const char* uid : {"a", "b", "both"}) Add(&graph, uid);
    Connect(&graph, "a", "both", Partitioning::HASH, 0);
    Connect(&graph, "b", "both", Partitioning::HASH, is_join ? 1 : 0);
    const auto deployment = MakeDeployment(graph);
    const auto& both = deployment.tasks(6);
    ASSERT_EQ(both.task_id(), "both#0");
    ASSERT_EQ(both.inputs_size(), is_join ? 2 : 1);
    EXPECT_EQ(both.inputs(0).channels_size(), is_join ? 3 : 6);
    ExpectChannelsMeet(deployment);
  }
}

TEST(PhysicalPlanTest, SameGraphGivesTheSameDeployment) {
  const auto graph = Line(Partitioning::HASH, 3);
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(MakeDeployment(graph), MakeDeployment(graph)));
}

TEST(PhysicalPlanTest, CopiesWhatIsTheJobs) {
  auto graph = Line(Partitioning::HASH, 1);
  (*graph.mutable_options())["table.local-time-zone"] = "UTC";
  auto deployment = MakeDeployment(graph);
  EXPECT_EQ(deployment.job_name(), "line");
  EXPECT_EQ(deployment.max_parallelism(), 1024u);
  EXPECT_EQ(deployment.options().at("table.local-time-zone"), "UTC");
  graph.set_max_parallelism(16);
  EXPECT_EQ(MakeDeployment(graph).max_parallelism(), 16u);
}

TEST(PhysicalPlanTest, ParallelismIsTheOperatorsThenTheGraphsThenOne) {
  proto::JobGraph graph;
  auto* op = Add(&graph, "a");
  EXPECT_EQ(ParallelismOf(graph, *op), 1u);
  graph.set_parallelism(3);
  EXPECT_EQ(ParallelismOf(graph, *op), 3u);
  op->set_parallelism(2);
  EXPECT_EQ(ParallelismOf(graph, *op), 2u);
}

}  // namespace
}  // namespace millrace
