#pragma once

#include <string>

#include "core/ids.h"
#include "core/status.h"

namespace millrace::proto {
class CheckpointAck;
}  // namespace millrace::proto

namespace millrace {

/// What the tasks of one job attempt report. Called from compute and I/O threads, also at the same time:
/// implementations post to a thread of their own and return at once.
class TaskListener {
 public:
  virtual ~TaskListener() = default;
  /// All operators are open.
  virtual void OnTaskRunning(const std::string& task_id) = 0;
  /// All input has ended and everything was sent on; the task still takes checkpoints.
  virtual void OnTaskDrained(const std::string& task_id) = 0;
  /// The task has ended after a Finish or Cancel; it will not call again.
  virtual void OnTaskEnded(const std::string& task_id) = 0;
  /// The task has ended by an error.
  virtual void OnTaskFailed(const std::string& task_id, const Status& error) = 0;
  virtual void OnCheckpointAck(proto::CheckpointAck ack) = 0;
  /// The snapshot could not be made durable; the task goes on.
  virtual void OnCheckpointDeclined(const std::string& task_id, Epoch epoch, const Status& why) = 0;
};

}  // namespace millrace
