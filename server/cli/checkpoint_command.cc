#include "server/cli/checkpoint_command.h"

#include <fmt/format.h>

#include "core/env/env.h"
#include "core/error_codes.h"
#include "proto/checkpoint.pb.h"
#include "server/cli/exit_code.h"
#include "server/cli/json_output.h"
#include "server/cli/text_table.h"
#include "state/checkpoint/checkpoint_store.h"
#include "state/error_codes.h"
#include "state/object_store.h"

namespace millrace {
namespace {

Result<proto::CheckpointManifest> Read(const std::string& directory, Env& env,
                                       std::shared_ptr<ObjectStore>* store) {
  ASSIGN_OR_RETURN(auto opened, OpenObjectStore(directory, env));
  *store = std::move(opened);
  return checkpoint::OpenSavepoint(**store);
}

int Fail(const Status& error) {
  fmt::print(stderr, "{}\n", error.ToString());
  return error.code() == kCheckpointNotFound || error.code() == kFileNotFound ? kExitNotFound : kExitFailed;
}

}  // namespace

int ShowCheckpoint(const std::string& directory, OutputFormat format) {
  const auto env = CreateSystemEnv(1);
  std::shared_ptr<ObjectStore> store;
  const auto manifest = Read(directory, *env, &store);
  if (!manifest.ok()) return Fail(manifest.status());
  if (format != OutputFormat::kTable) {
    PrintJson(*manifest);
    return kExitDone;
  }
  fmt::print("epoch {} of job {} ({}), generation {}\n\n", manifest->epoch(), manifest->job_name(),
             manifest->job_id(), manifest->generation());
  TextTable table({"operator", "parallelism", "tables", "splits", "files", "state bytes"});
  for (const auto& op : manifest->operators()) {
    int tables = 0;
    int splits = 0;
    int files = 0;
    uint64_t bytes = 0;
    for (const auto& subtask : op.subtasks()) {
      tables = std::max(tables, subtask.tables_size());
      splits += subtask.splits_size();
      files += subtask.keyed_files_size() + subtask.staged_files_size();
      bytes += subtask.state_bytes();
    }
    table.AddRow({op.name().empty() ? op.uid() : op.name(), std::to_string(op.parallelism()),
                  std::to_string(tables), std::to_string(splits), std::to_string(files),
                  std::to_string(bytes)});
  }
  table.Print(stdout);
  return kExitDone;
}

int VerifyCheckpoint(const std::string& directory, OutputFormat format) {
  const auto env = CreateSystemEnv(1);
  std::shared_ptr<ObjectStore> store;
  const auto manifest = Read(directory, *env, &store);
  if (!manifest.ok()) return Fail(manifest.status());
  const Status verified = checkpoint::CheckpointStore(store).Verify(*manifest);
  if (!verified.ok()) return Fail(verified);
  if (format == OutputFormat::kTable) {
    fmt::print("epoch {} of job {} is whole\n", manifest->epoch(), manifest->job_name());
  } else {
    fmt::print("{{\"epoch\":{},\"job_id\":\"{}\",\"whole\":true}}\n", manifest->epoch(), manifest->job_id());
  }
  return kExitDone;
}

}  // namespace millrace
