#include "server/api/job_messages.h"

#include <map>

namespace millrace {

const char* CheckpointStatusName(CheckpointView::Status status) {
  switch (status) {
    case CheckpointView::Status::kInProgress:
      return "IN_PROGRESS";
    case CheckpointView::Status::kCompleted:
      return "COMPLETED";
    case CheckpointView::Status::kFailed:
      break;
  }
  return "FAILED";
}

const char* GuaranteeName(Guarantee guarantee) {
  switch (guarantee) {
    case Guarantee::kExactlyOnce:
      return "exactly-once";
    case Guarantee::kAtLeastOnce:
      return "at-least-once";
    case Guarantee::kNone:
      break;
  }
  return "none";
}

void FillSummary(const JobView& job, proto::JobSummary* out) {
  out->set_job_id(job.id.value);
  out->set_name(job.name);
  out->set_state(std::string(JobStateName(job.state)));
  out->set_started_micros(job.submitted_micros);
  out->set_ended_micros(job.ended_micros);
  out->set_restarts(job.restarts);
  out->set_last_epoch(job.last_epoch.value);
  out->set_failure(job.failure);
}

void FillCheckpoint(const CheckpointView& checkpoint, proto::CheckpointSummary* out) {
  out->set_epoch(checkpoint.epoch.value);
  out->set_status(CheckpointStatusName(checkpoint.status));
  out->set_savepoint(checkpoint.kind == checkpoint::PendingKind::kSavepoint);
  out->set_path(checkpoint.path);
  out->set_triggered_micros(checkpoint.triggered_micros);
  out->set_duration_micros(checkpoint.duration_micros);
  out->set_full_bytes(checkpoint.full_bytes);
  out->set_uploaded_bytes(checkpoint.uploaded_bytes);
  out->set_failure(checkpoint.failure);
}

namespace {

/// Sums and extremes over the subtasks of one operator.
void AddSubtask(const Task& task, const ChainedOperator& chained, proto::OperatorStatus* out) {
  const OperatorProbe& probe = *chained.shared_probe();
  out->set_parallelism(task.descriptor().parallelism());
  out->set_records_in(out->records_in() + static_cast<uint64_t>(probe.records_in.Get()));
  out->set_records_out(out->records_out() + static_cast<uint64_t>(probe.records_out.Get()));
  out->set_state_bytes(out->state_bytes() + static_cast<uint64_t>(probe.state_bytes.Get()));
  out->set_late_records(out->late_records() + static_cast<uint64_t>(probe.late_records.Get()));
  const double busy = static_cast<double>(task.probe().busy_nanos.Get());
  const double idle = static_cast<double>(task.probe().idle_nanos.Get());
  const double blocked = static_cast<double>(task.probe().backpressured_nanos.Get());
  const double total = std::max(1.0, busy + idle + blocked);
  out->set_busy_ratio(std::max(out->busy_ratio(), busy / total));
  out->set_idle_ratio(std::max(out->idle_ratio(), idle / total));
  out->set_backpressured_ratio(std::max(out->backpressured_ratio(), blocked / total));
  const int64_t watermark = probe.watermark_micros.Get();
  const bool first = task.descriptor().subtask() == 0;
  out->set_watermark_micros(first ? watermark : std::min(out->watermark_micros(), watermark));
}

}  // namespace

void FillJob(const JobView& job, Engine& engine, proto::GetJobResponse* out) {
  FillSummary(job, out->mutable_summary());
  *out->mutable_graph() = *job.graph;
  out->set_sql(job.sql);
  for (const SinkGuaranteeView& sink : engine.jobs().Guarantees(*job.graph)) {
    auto* guarantee = out->add_guarantees();
    guarantee->set_operator_uid(sink.operator_uid);
    guarantee->set_table(sink.table);
    guarantee->set_guarantee(GuaranteeName(sink.guarantee));
    guarantee->set_explanation(sink.explanation);
  }
  std::map<std::string, proto::OperatorStatus*> by_uid;
  for (const auto& op : job.graph->operators()) {
    auto* status = out->add_operators();
    status->set_uid(op.uid());
    status->set_name(op.name());
    by_uid[op.uid()] = status;
  }
  engine.worker().ForEachExecution([&](const JobExecution& execution) {
    if (execution.services().job_id != job.id) return;
    for (const auto& task : execution.tasks()) {
      for (const auto& chained : task->operators())
        AddSubtask(*task, *chained, by_uid.at(chained->operator_uid()));
    }
  });
  for (const CheckpointView& checkpoint : job.checkpoints) FillCheckpoint(checkpoint, out->add_checkpoints());
}

void FillNotice(const JobNotice& notice, const JobView& job, proto::JobEvent* out) {
  out->set_at_micros(notice.at_micros);
  out->set_job_id(notice.job.value);
  switch (notice.kind) {
    case JobNotice::Kind::kState:
      out->set_kind("STATE");
      break;
    case JobNotice::Kind::kCheckpoint:
      out->set_kind("CHECKPOINT");
      break;
    case JobNotice::Kind::kRestart:
      out->set_kind("RESTART");
      break;
  }
  out->set_text(notice.text);
  out->set_state(std::string(JobStateName(job.state)));
}

}  // namespace millrace
