#pragma once

#include "proto/control.pb.h"
#include "server/engine.h"
#include "server/jobmanager/job_master.h"

namespace millrace {

/// The wire forms of what the job manager knows.
void FillSummary(const JobView& job, proto::JobSummary* out);
void FillCheckpoint(const CheckpointView& checkpoint, proto::CheckpointSummary* out);
/// Everything of one job, with the figures of its operators from the worker.
void FillJob(const JobView& job, Engine& engine, proto::GetJobResponse* out);
void FillNotice(const JobNotice& notice, const JobView& job, proto::JobEvent* out);

const char* CheckpointStatusName(CheckpointView::Status status);  // "COMPLETED"
const char* GuaranteeName(Guarantee guarantee);                   // "exactly-once"

}  // namespace millrace
