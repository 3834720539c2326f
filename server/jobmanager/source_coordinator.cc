#include "server/jobmanager/source_coordinator.h"

#include <algorithm>

#include "core/error_codes.h"

namespace millrace {

SourceCoordinator::SourceCoordinator(const proto::Operator& source, uint32_t parallelism,
                                     const ConnectorFactory& factory, ConnectorContext context)
    : source_(source), parallelism_(parallelism), factory_(factory), context_(std::move(context)) {
}

Result<SourceCoordinator::Assignment> SourceCoordinator::Begin(const proto::OperatorSnapshot* restored) {
  Assignment assignment;
  assignment.by_subtask.resize(parallelism_);
  next_subtask_ = 0;
  assigned_.clear();
  proto::EnumeratorState state;
  if (restored != nullptr) {
    if (!state.ParseFromString(restored->enumerator_state())) {
      return Status(kCorruptBytes,
                    "State of a source's enumerator cannot be read: operator '" + source_.uid() + "'");
    }
    assigned_.insert(state.assigned().begin(), state.assigned().end());
    std::vector<proto::SplitState> splits;
    for (const auto& subtask : restored->subtasks()) {
      splits.insert(splits.end(), subtask.splits().begin(), subtask.splits().end());
    }
    std::sort(splits.begin(), splits.end(),
              [](const auto& a, const auto& b) { return a.split_id() < b.split_id(); });
    for (const auto& split : splits) {
      Assign(split, &assignment);
    }
  }
  const std::vector<std::string> known(assigned_.begin(), assigned_.end());
  ASSIGN_OR_RETURN(enumerator_,
                   factory_.create_enumerator(source_.source(), context_, known, state.connector_state()));
  RETURN_IF_ERROR(AssignFound(&assignment));
  return assignment;
}

Result<SourceCoordinator::Assignment> SourceCoordinator::DiscoverMore() {
  Assignment assignment;
  assignment.by_subtask.resize(parallelism_);
  RETURN_IF_ERROR(AssignFound(&assignment));
  return assignment;
}

Status SourceCoordinator::AssignFound(Assignment* assignment) {
  ASSIGN_OR_RETURN(const std::vector<Split> found, enumerator_->Discover());
  for (const Split& split : found) {
    proto::SplitState state;
    state.set_split_id(split.id);
    state.set_position(split.position);
    state.set_watermark_micros(split.watermark_micros);
    Assign(state, assignment);
  }
  assignment->no_more = !enumerator_->next_discovery_ms().has_value();
  return Status::Ok();
}

void SourceCoordinator::Assign(const proto::SplitState& split, Assignment* assignment) {
  assigned_.insert(split.split_id());
  assignment->by_subtask[next_subtask_].push_back(split.SerializeAsString());
  next_subtask_ = (next_subtask_ + 1) % parallelism_;
}

std::optional<int64_t> SourceCoordinator::next_discovery_ms() const {
  return enumerator_ == nullptr ? std::nullopt : enumerator_->next_discovery_ms();
}

std::string SourceCoordinator::Snapshot() const {
  proto::EnumeratorState state;
  state.set_version(1);
  for (const std::string& id : assigned_) state.add_assigned(id);
  if (enumerator_ != nullptr) state.set_connector_state(enumerator_->Snapshot());
  return state.SerializeAsString();
}

}  // namespace millrace
