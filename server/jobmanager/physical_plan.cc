#include "server/jobmanager/physical_plan.h"

#include <fmt/format.h>

#include <map>

#include "core/check.h"

namespace millrace {
namespace {

constexpr uint32_t kDefaultMaxParallelism = 1024;

/// Operators in an order in which every operator comes behind its inputs, cut into chains.
class Chainer {
 public:
  explicit Chainer(const proto::JobGraph& graph) : graph_(graph) {
    for (const auto& op : graph.operators()) by_uid_[op.uid()] = &op;
    for (const auto& edge : graph.edges()) {
      in_[edge.to()].push_back(&edge);
      out_[edge.from()].push_back(&edge);
    }
  }

  using Chain = std::vector<const proto::Operator*>;

  std::vector<Chain> Chains() const {
    std::vector<Chain> chains;
    for (const auto& op : graph_.operators()) {
      if (ChainedInput(op) != nullptr) continue;
      Chain chain{&op};
      while (const proto::Operator* next = ChainedOutput(*chain.back())) chain.push_back(next);
      chains.push_back(std::move(chain));
    }
    return chains;
  }

  const std::vector<const proto::Edge*>& inputs(const std::string& uid) const { return Find(in_, uid); }
  const std::vector<const proto::Edge*>& outputs(const std::string& uid) const { return Find(out_, uid); }
  const proto::Operator& op(const std::string& uid) const { return *by_uid_.at(uid); }

 private:
  using Edges = std::map<std::string, std::vector<const proto::Edge*>>;
  static const std::vector<const proto::Edge*>& Find(const Edges& edges, const std::string& uid) {
    static const std::vector<const proto::Edge*> kNone;
    auto found = edges.find(uid);
    return found == edges.end() ? kNone : found->second;
  }

  bool IsChained(const proto::Edge& edge) const {
    return edge.partitioning().kind() == proto::Partitioning::FORWARD && inputs(edge.to()).size() == 1 &&
           outputs(edge.from()).size() == 1 && edge.input() == 0 &&
           ParallelismOf(graph_, op(edge.from())) == ParallelismOf(graph_, op(edge.to()));
  }
  const proto::Operator* ChainedInput(const proto::Operator& op) const {
    const auto& edges = inputs(op.uid());
    return edges.size() == 1 && IsChained(*edges.front()) ? by_uid_.at(edges.front()->from()) : nullptr;
  }
  const proto::Operator* ChainedOutput(const proto::Operator& op) const {
    const auto& edges = outputs(op.uid());
    return edges.size() == 1 && IsChained(*edges.front()) ? by_uid_.at(edges.front()->to()) : nullptr;
  }

  const proto::JobGraph& graph_;
  std::map<std::string, const proto::Operator*> by_uid_;
  Edges in_;
  Edges out_;
};

std::string TaskId(const std::string& head_uid, uint32_t subtask) {
  return fmt::format("{}#{}", head_uid, subtask);
}

/// Adds the channels of one edge to both of its ends.
class ChannelMaker {
 public:
  explicit ChannelMaker(proto::JobDeployment* deployment) {
    for (auto& task : *deployment->mutable_tasks()) tasks_[task.task_id()] = &task;
  }

  void Connect(const proto::Edge& edge, const std::string& from_head, uint32_t from_parallelism,
               uint32_t to_parallelism, const proto::Schema& schema) {
    const bool forward = edge.partitioning().kind() == proto::Partitioning::FORWARD;
    for (uint32_t from = 0; from < from_parallelism; ++from) {
      auto* output = tasks_.at(TaskId(from_head, from))->add_outputs();
      *output->mutable_partitioning() = edge.partitioning();
      output->set_target_parallelism(to_parallelism);
      for (uint32_t to = 0; to < to_parallelism; ++to) {
        if (forward && from != to) continue;
        proto::ChannelDescriptor channel;
        channel.set_channel(++last_channel_);
        channel.set_from_task(TaskId(from_head, from));
        channel.set_to_task(TaskId(edge.to(), to));
        *output->add_channels() = channel;
        *Input(channel.to_task(), edge.input(), schema)->add_channels() = channel;
      }
    }
  }

 private:
  proto::InputDescriptor* Input(const std::string& task_id, uint32_t number, const proto::Schema& schema) {
    auto* task = tasks_.at(task_id);
    for (auto& input : *task->mutable_inputs()) {
      if (input.input() == number) return &input;
    }
    auto* input = task->add_inputs();
    input->set_input(number);
    *input->mutable_schema() = schema;
    return input;
  }

  std::map<std::string, proto::TaskDescriptor*> tasks_;
  uint64_t last_channel_ = 0;
};

}  // namespace

uint32_t MaxParallelismOf(const proto::JobGraph& graph) {
  return graph.max_parallelism() == 0 ? kDefaultMaxParallelism : graph.max_parallelism();
}

uint32_t ParallelismOf(const proto::JobGraph& graph, const proto::Operator& op) {
  if (op.parallelism() > 0) return op.parallelism();
  return graph.parallelism() > 0 ? graph.parallelism() : 1;
}

proto::JobDeployment MakeDeployment(const proto::JobGraph& graph) {
  proto::JobDeployment deployment;
  deployment.set_job_name(graph.name());
  deployment.set_max_parallelism(MaxParallelismOf(graph));
  *deployment.mutable_options() = graph.options();

  const Chainer chainer(graph);
  const auto chains = chainer.Chains();
  for (const auto& chain : chains) {
    const uint32_t parallelism = ParallelismOf(graph, *chain.front());
    for (uint32_t subtask = 0; subtask < parallelism; ++subtask) {
      auto* task = deployment.add_tasks();
      task->set_task_id(TaskId(chain.front()->uid(), subtask));
      task->set_subtask(subtask);
      task->set_parallelism(parallelism);
      for (const proto::Operator* op : chain) *task->add_operators() = *op;
    }
  }
  ChannelMaker channels(&deployment);
  for (const auto& chain : chains) {
    for (const proto::Edge* edge : chainer.outputs(chain.back()->uid())) {
      channels.Connect(*edge, chain.front()->uid(), ParallelismOf(graph, *chain.front()),
                       ParallelismOf(graph, chainer.op(edge->to())), chain.back()->output());
    }
  }
  return deployment;
}

}  // namespace millrace
