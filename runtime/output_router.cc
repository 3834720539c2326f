#include "runtime/output_router.h"

#include "core/row/key_hash.h"
#include "proto/worker.pb.h"

namespace millrace {

void OutputRouter::AddEdge(const proto::OutputDescriptor& descriptor,
                           std::vector<std::shared_ptr<Channel>> channels) {
  const auto& partitioning = descriptor.partitioning();
  edges_.push_back({.kind = partitioning.kind(),
                    .keys = {partitioning.keys().begin(), partitioning.keys().end()},
                    .channels = std::move(channels)});
}

Status OutputRouter::Emit(Batch batch) {
  const uint32_t num_rows = batch.NumSelected();
  if (num_rows == 0) return Status::Ok();
  probe_->records_out.Add(num_rows);
  for (Edge& edge : edges_) {
    if (edge.kind == proto::Partitioning::BROADCAST) {
      for (auto& channel : edge.channels) channel->Push(batch);
    } else if (edge.channels.size() == 1) {
      edge.channels.front()->Push(batch);
    } else if (edge.kind == proto::Partitioning::HASH) {
      EmitHashed(edge, batch);
    } else {
      edge.channels[edge.next]->Push(batch);
      edge.next = (edge.next + 1) % edge.channels.size();
    }
  }
  return Status::Ok();
}

void OutputRouter::EmitHashed(Edge& edge, const Batch& batch) {
  const auto num_targets = static_cast<uint32_t>(edge.channels.size());
  std::vector<std::shared_ptr<Selection>> rows(num_targets);
  if (!edge.keys.empty()) HashRows(batch, edge.keys, &hashes_);
  batch.ForEachRow([&](uint32_t row) {
    const KeyGroup group = edge.keys.empty() ? KeyGroup{0} : KeyGroupOfHash(hashes_[row], max_parallelism_);
    auto& selection = rows[SubtaskOfKeyGroup(max_parallelism_, num_targets, group)];
    if (!selection) selection = std::make_shared<Selection>();
    selection->push_back(row);
  });
  for (uint32_t target = 0; target < num_targets; ++target) {
    if (!rows[target]) continue;
    Batch part = batch;
    part.selection = std::move(rows[target]);
    edge.channels[target]->Push(std::move(part));
  }
}

Status OutputRouter::EmitWatermark(Watermark watermark) {
  probe_->watermark_micros.Set(watermark.micros);
  PushToAll(watermark);
  return Status::Ok();
}

Status OutputRouter::EmitIdle(Idle idle) {
  PushToAll(idle);
  return Status::Ok();
}

void OutputRouter::EmitBarrier(Barrier barrier) {
  PushToAll(barrier);
}

void OutputRouter::EmitEnd() {
  PushToAll(EndOfInput{});
}

void OutputRouter::PushToAll(const Element& element) {
  for (Edge& edge : edges_) {
    for (auto& channel : edge.channels) channel->Push(element);
  }
}

bool OutputRouter::HasRoom() const {
  for (const Edge& edge : edges_) {
    for (const auto& channel : edge.channels) {
      if (!channel->HasRoom()) return false;
    }
  }
  return true;
}

}  // namespace millrace
