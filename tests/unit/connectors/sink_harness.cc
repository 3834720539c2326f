#include "tests/unit/connectors/sink_harness.h"

#include <algorithm>
#include <sstream>

#include "core/types/proto_conversion.h"
#include "tests/unit/connectors/format_harness.h"
#include "tests/unit/connectors/source_harness.h"

namespace millrace {

SinkHarness::SinkHarness(ConnectorFactory factory, const std::vector<Field>& columns, Options options)
    : factory_(std::move(factory)), columns_(columns) {
  AddTextFormats(&formats_);
  for (const auto& [key, value] : options) (*config.mutable_options())[key] = value;
  Schema schema;
  schema.fields = columns;
  ToProto(schema, config.mutable_schema());
}

ConnectorContext SinkHarness::Context() {
  ConnectorContext context;
  context.job_id.value = job_id;
  context.operator_uid = "sink-1";
  context.subtask = subtask;
  context.parallelism = parallelism;
  context.formats = &formats_;
  context.env = &env;
  return context;
}

Status SinkHarness::Preflight() {
  return factory_.preflight_sink(config, Context());
}

Status SinkHarness::Start(uint64_t epoch, bool allow_rollback, const std::string& taken_by) {
  Schema schema;
  schema.fields = columns_;
  ASSIGN_OR_RETURN(writer_,
                   factory_.create_writer(config, Context(), std::make_shared<const Schema>(schema)));
  ASSIGN_OR_RETURN(committer_, factory_.create_committer(config, Context()));
  return committer_->Recover({Epoch{epoch}, {}, allow_rollback, JobId{taken_by}});
}

Status SinkHarness::Write(const std::vector<std::string>& rows) {
  return writer_->Write(BatchOfJson(columns_, rows));
}

Result<std::vector<proto::Committable>> SinkHarness::Prepare(uint64_t epoch) {
  ASSIGN_OR_RETURN(const auto work, writer_->Prepare(Epoch{epoch}));
  ASSIGN_OR_RETURN(const SinkWriter::Staged staged, work());
  std::vector<proto::Committable> committables;
  for (const std::string& content : staged.committables) {
    proto::Committable committable;
    committable.set_sink_uid("sink-1");
    committable.set_lane(subtask);
    committable.set_epoch(epoch);
    committable.set_content(content);
    committables.push_back(committable);
  }
  return committables;
}

Result<CommitResult> SinkHarness::Commit(const std::vector<proto::Committable>& committables) {
  CommitResult result = CommitResult::kAlreadyDone;
  for (const proto::Committable& committable : committables) {
    ASSIGN_OR_RETURN(result, committer_->Commit(committable));
  }
  return result;
}

Status SinkHarness::WriteEpoch(uint64_t epoch, const std::vector<std::string>& rows) {
  RETURN_IF_ERROR(Write(rows));
  ASSIGN_OR_RETURN(const auto committables, Prepare(epoch));
  return Commit(committables).status();
}

void SinkHarness::Crash() {
  writer_.reset();
  committer_.reset();
  env.file_system.Crash();
}

std::vector<std::string> SinkHarness::VisiblePaths() const {
  std::vector<std::string> paths = env.file_system.Paths();
  std::erase_if(paths, [](const std::string& path) { return path[path.rfind('/') + 1] == '.'; });
  return paths;
}

std::vector<std::string> SinkHarness::HiddenPaths() const {
  std::vector<std::string> paths = env.file_system.Paths();
  std::erase_if(paths, [](const std::string& path) { return path[path.rfind('/') + 1] != '.'; });
  return paths;
}

std::vector<std::string> SinkHarness::VisibleLines() const {
  std::vector<std::string> lines;
  for (const std::string& path : VisiblePaths()) {
    std::istringstream content(env.file_system.Content(path));
    for (std::string line; std::getline(content, line);) lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace millrace
