#include "server/api/rest_api.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <vector>

#include "proto/control.pb.h"
#include "server/api/job_messages.h"
#include "server/api/json_writer.h"
#include "server/version.h"

namespace millrace {
namespace {

HttpResponse Json(JsonWriter& json) {
  return {.body = json.Take()};
}

HttpResponse Error(int status, const std::string& message) {
  JsonWriter json;
  json.BeginObject().Key("errors").BeginArray().Text(message).EndArray().EndObject();
  return {.status = status, .body = json.Take()};
}

std::vector<std::string> SplitPath(const std::string& path) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin < path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// Flink knows no INITIALIZING of an attempt but the job's own states; names are the same.
std::string StateText(JobState state) {
  return std::string(JobStateName(state));
}

int64_t Duration(const JobView& job, Engine& engine) {
  const int64_t end = job.ended_micros > 0 ? job.ended_micros : engine.env().clock().WallMicros();
  return (end - job.submitted_micros) / 1000;
}

void WriteJobHead(const JobView& job, Engine& engine, JsonWriter& json) {
  json.Key("jid").Text(job.id.value).Key("name").Text(job.name).Key("state").Text(StateText(job.state));
  json.Key("start-time").Number(job.submitted_micros / 1000);
  json.Key("end-time").Number(job.ended_micros > 0 ? job.ended_micros / 1000 : int64_t{-1});
  json.Key("duration").Number(Duration(job, engine));
}

void WriteVertex(const proto::OperatorStatus& op, const JobView& job, JsonWriter& json) {
  json.BeginObject().Key("id").Text(op.uid()).Key("name").Text(op.name().empty() ? op.uid() : op.name());
  json.Key("parallelism").Number(int64_t{op.parallelism()}).Key("status").Text(StateText(job.state));
  json.Key("metrics").BeginObject();
  json.Key("read-records").Number(static_cast<int64_t>(op.records_in()));
  json.Key("write-records").Number(static_cast<int64_t>(op.records_out()));
  json.Key("accumulated-busy-ratio").Number(op.busy_ratio());
  json.Key("accumulated-idle-ratio").Number(op.idle_ratio());
  json.Key("accumulated-backpressured-ratio").Number(op.backpressured_ratio());
  json.Key("late-records").Number(static_cast<int64_t>(op.late_records()));
  json.Key("state-bytes").Number(static_cast<int64_t>(op.state_bytes()));
  json.Key("watermark");
  op.watermark_micros() == INT64_MIN ? json.Null() : json.Number(op.watermark_micros() / 1000);
  json.EndObject().EndObject();
}

void WritePlan(const JobView& job, JsonWriter& json) {
  json.BeginObject().Key("jid").Text(job.id.value).Key("name").Text(job.name).Key("type").Text("STREAMING");
  json.Key("nodes").BeginArray();
  for (const auto& op : job.graph->operators()) {
    json.BeginObject().Key("id").Text(op.uid()).Key("description").Text(op.name());
    json.Key("parallelism")
        .Number(int64_t{std::max(1u, op.parallelism() > 0 ? op.parallelism() : job.graph->parallelism())});
    json.Key("inputs").BeginArray();
    for (const auto& edge : job.graph->edges()) {
      if (edge.to() != op.uid()) continue;
      json.BeginObject().Key("num").Number(int64_t{edge.input()}).Key("id").Text(edge.from());
      json.Key("ship_strategy").Text(proto::Partitioning::Kind_Name(edge.partitioning().kind())).EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
}

void WriteJobDetails(const JobView& job, Engine& engine, JsonWriter& json) {
  proto::GetJobResponse full;
  FillJob(job, engine, &full);
  json.BeginObject();
  WriteJobHead(job, engine, json);
  json.Key("isStoppable")
      .Boolean(!IsTerminal(job.state))
      .Key("maxParallelism")
      .Number(int64_t{job.graph->max_parallelism()});
  json.Key("restarts").Number(int64_t{job.restarts});
  json.Key("vertices").BeginArray();
  for (const auto& op : full.operators()) WriteVertex(op, job, json);
  json.EndArray().Key("sinks").BeginArray();
  for (const auto& sink : full.guarantees()) {
    json.BeginObject().Key("table").Text(sink.table()).Key("guarantee").Text(sink.guarantee());
    json.Key("explanation").Text(sink.explanation()).EndObject();
  }
  json.EndArray().Key("plan");
  WritePlan(job, json);
  json.EndObject();
}

void WriteCheckpoint(const CheckpointView& checkpoint, JsonWriter& json) {
  json.BeginObject().Key("id").Number(static_cast<int64_t>(checkpoint.epoch.value));
  json.Key("status").Text(CheckpointStatusName(checkpoint.status));
  json.Key("is_savepoint").Boolean(checkpoint.kind == checkpoint::PendingKind::kSavepoint);
  json.Key("trigger_timestamp").Number(checkpoint.triggered_micros / 1000);
  json.Key("end_to_end_duration").Number(checkpoint.duration_micros / 1000);
  json.Key("checkpointed_size").Number(static_cast<int64_t>(checkpoint.uploaded_bytes));
  json.Key("state_size").Number(static_cast<int64_t>(checkpoint.full_bytes));
  json.Key("external_path").Text(checkpoint.path);
  if (!checkpoint.failure.empty()) json.Key("failure_message").Text(checkpoint.failure);
  json.EndObject();
}

void WriteCheckpoints(const JobView& job, JsonWriter& json) {
  const auto [completed, failed] = job.checkpoint_counts;
  int64_t in_progress = 0;
  const CheckpointView* last_completed = nullptr;
  const CheckpointView* last_failed = nullptr;
  const CheckpointView* last_savepoint = nullptr;
  for (const CheckpointView& checkpoint : job.checkpoints) {
    switch (checkpoint.status) {
      case CheckpointView::Status::kCompleted:
        (checkpoint.kind == checkpoint::PendingKind::kSavepoint ? last_savepoint : last_completed) =
            &checkpoint;
        break;
      case CheckpointView::Status::kFailed:
        last_failed = &checkpoint;
        break;
      case CheckpointView::Status::kInProgress:
        ++in_progress;
        break;
    }
  }
  json.BeginObject()
      .Key("counts")
      .BeginObject()
      .Key("completed")
      .Number(completed)
      .Key("failed")
      .Number(failed);
  json.Key("in_progress")
      .Number(in_progress)
      .Key("total")
      .Number(completed + failed + in_progress)
      .EndObject();
  json.Key("latest").BeginObject();
  for (const auto& [name, checkpoint] :
       {std::pair{"completed", last_completed}, std::pair{"savepoint", last_savepoint},
        std::pair{"failed", last_failed}}) {
    json.Key(name);
    checkpoint == nullptr ? (void)json.Null() : WriteCheckpoint(*checkpoint, json);
  }
  json.EndObject().Key("history").BeginArray();
  for (auto checkpoint = job.checkpoints.rbegin(); checkpoint != job.checkpoints.rend(); ++checkpoint) {
    WriteCheckpoint(*checkpoint, json);
  }
  json.EndArray().EndObject();
}

}  // namespace

HttpResponse RestApi::Handle(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return Error(405, "Only GET is served here; use the gRPC API or the command line to change jobs");
  }
  std::vector<std::string> parts = SplitPath(request.path);
  if (!parts.empty() && parts.front() == "v1") parts.erase(parts.begin());
  const std::string first = parts.empty() ? "overview" : parts[0];
  if (first == "healthz") return {.body = "ok\n", .content_type = "text/plain"};
  if (first == "readyz") {
    const bool ready = !shutting_down_.load();
    return {.status = ready ? 200 : 503,
            .body = ready ? "ok\n" : "shutting down\n",
            .content_type = "text/plain"};
  }
  if (first == "overview") return Overview();
  if (first == "config") {
    JsonWriter json;
    json.BeginObject().Key("refresh-interval").Number(int64_t{3000}).Key("timezone-name").Text("UTC");
    json.Key("timezone-offset")
        .Number(int64_t{0})
        .Key("flink-version")
        .Text("millrace " + std::string(kVersion))
        .EndObject();
    return Json(json);
  }
  if (first == "jobs") {
    if (parts.size() == 1) return Jobs(false);
    if (parts[1] == "overview") return Jobs(true);
    return Job(parts[1], parts.size() > 2 ? parts[2] : "", parts.size() > 3 ? parts[3] : "");
  }
  return Error(404, fmt::format("Nothing is served at {}", request.path));
}

HttpResponse RestApi::Overview() const {
  int64_t running = 0;
  int64_t finished = 0;
  int64_t cancelled = 0;
  int64_t failed = 0;
  for (const JobView& job : engine_.jobs().List()) {
    if (job.state == JobState::kFinished) {
      ++finished;
    } else if (job.state == JobState::kCanceled) {
      ++cancelled;
    } else if (job.state == JobState::kFailed) {
      ++failed;
    } else {
      ++running;
    }
  }
  JsonWriter json;
  json.BeginObject().Key("taskmanagers").Number(int64_t{1}).Key("slots-total").Number(int64_t{1});
  json.Key("slots-available")
      .Number(int64_t{1})
      .Key("jobs-running")
      .Number(running)
      .Key("jobs-finished")
      .Number(finished);
  json.Key("jobs-cancelled").Number(cancelled).Key("jobs-failed").Number(failed);
  json.Key("flink-version")
      .Text("millrace " + std::string(kVersion))
      .Key("flink-commit")
      .Text("")
      .EndObject();
  return Json(json);
}

HttpResponse RestApi::Jobs(bool details) const {
  JsonWriter json;
  json.BeginObject().Key("jobs").BeginArray();
  for (const JobView& job : engine_.jobs().List()) {
    json.BeginObject();
    if (details) {
      WriteJobHead(job, engine_, json);
      json.Key("last-modification").Number(engine_.env().clock().WallMicros() / 1000);
    } else {
      json.Key("id").Text(job.id.value).Key("status").Text(StateText(job.state));
    }
    json.EndObject();
  }
  json.EndArray().EndObject();
  return Json(json);
}

HttpResponse RestApi::Job(const std::string& id, const std::string& part, const std::string& rest) const {
  const auto found = engine_.jobs().Find(id);
  if (!found.ok()) return Error(404, found.status().ToString());
  const JobView& job = *found;
  JsonWriter json;
  if (part.empty()) {
    WriteJobDetails(job, engine_, json);
  } else if (part == "status") {
    json.BeginObject().Key("status").Text(StateText(job.state)).EndObject();
  } else if (part == "plan") {
    json.BeginObject().Key("plan");
    WritePlan(job, json);
    json.EndObject();
  } else if (part == "config") {
    json.BeginObject()
        .Key("jid")
        .Text(job.id.value)
        .Key("name")
        .Text(job.name)
        .Key("execution-config")
        .BeginObject();
    json.Key("user-config").BeginObject();
    for (const auto& [key, value] : job.graph->options()) json.Key(key).Text(value);
    json.EndObject().EndObject().EndObject();
  } else if (part == "exceptions") {
    json.BeginObject().Key("root-exception");
    job.failure.empty() ? json.Null() : json.Text(job.failure);
    json.Key("exceptionHistory").BeginObject().Key("entries").BeginArray();
    if (!job.failure.empty())
      json.BeginObject()
          .Key("exceptionName")
          .Text(job.failure.substr(0, 7))
          .Key("stacktrace")
          .Text(job.failure)
          .EndObject();
    json.EndArray().Key("truncated").Boolean(false).EndObject().EndObject();
  } else if (part == "checkpoints") {
    WriteCheckpoints(job, json);
  } else if (part == "vertices") {
    proto::GetJobResponse full;
    FillJob(job, engine_, &full);
    for (const auto& op : full.operators()) {
      if (op.uid() != rest) continue;
      WriteVertex(op, job, json);
      return Json(json);
    }
    return Error(404, fmt::format("Job has no vertex '{}'", rest));
  } else {
    return Error(404, fmt::format("A job has no '{}'", part));
  }
  return Json(json);
}

}  // namespace millrace
