#include "sql/lowering/graph_builder.h"

#include "core/types/proto_conversion.h"
#include "sql/plan/fingerprint.h"

namespace millrace::sql {

proto::Operator* GraphBuilder::AddOperator(const std::string& kind, uint64_t fingerprint, std::string name,
                                           uint32_t parallelism, const SchemaPtr& output) {
  std::string uid = kind + "-" + FingerprintText(fingerprint);
  if (const int number = ++uids_[uid]; number > 1) uid += "-" + std::to_string(number);
  proto::Operator* added = graph_->add_operators();
  added->set_uid(uid);
  added->set_name(std::move(name));
  added->set_parallelism(parallelism);
  if (output != nullptr) ToProto(*output, added->mutable_output());
  return added;
}

proto::Edge* GraphBuilder::AddEdge(const Stream& from, const proto::Operator& to, uint32_t input) {
  proto::Edge* edge = graph_->add_edges();
  edge->set_from(from.uid);
  edge->set_to(to.uid());
  edge->set_input(input);
  return edge;
}

void GraphBuilder::Connect(const Stream& from, const proto::Operator& to, uint32_t input) {
  const bool forward = from.parallelism == to.parallelism();
  AddEdge(from, to, input)
      ->mutable_partitioning()
      ->set_kind(forward ? proto::Partitioning::FORWARD : proto::Partitioning::REBALANCE);
}

void GraphBuilder::ConnectByHash(const Stream& from, const proto::Operator& to,
                                 const std::vector<uint32_t>& keys, uint32_t input) {
  proto::Partitioning* partitioning = AddEdge(from, to, input)->mutable_partitioning();
  partitioning->set_kind(proto::Partitioning::HASH);
  for (uint32_t key : keys) partitioning->add_keys(key);
}

}  // namespace millrace::sql
