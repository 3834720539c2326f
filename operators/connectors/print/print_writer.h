#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/io/ordered_io.h"

namespace millrace {

/// Writes rows as lines to a stream of the process, whole batches at once, so that lines of several writers
/// never mix. The stream's own lock is the only one. On the task's thread; the writing is done on the I/O
/// pool.
class PrintWriter : public SinkWriter {
 public:
  /// `prefix` stands before every line. `key_columns`: the primary key, by which -1 and +1 rows are told to
  /// be an update.
  PrintWriter(std::FILE* stream, std::string prefix, std::vector<uint32_t> key_columns, Executor* executor);
  /// Waits until everything is written.
  ~PrintWriter() override;

  Status Write(const Batch& batch) override;
  bool IsFull() const override;
  void SetWakeup(std::function<void()> wakeup) override;
  Result<std::function<Result<Staged>()>> Prepare(Epoch epoch) override;

 private:
  std::FILE* stream_;
  std::string prefix_;
  std::vector<uint32_t> key_columns_;
  std::shared_ptr<OrderedIo> io_;
};

/// Appends the lines of a batch: "<prefix>+I[...]\n". A -1 followed at once by a +1 of the same key is an
/// update, "-U" and
/// "+U"; without a key any such pair is.
void AppendChangelogLines(const Batch& batch, const std::string& prefix,
                          const std::vector<uint32_t>& key_columns, std::string* out);

/// As Flink: "identifier:subtask> ", without the subtask when there is one only, "" when there is neither.
std::string PrintPrefix(const std::string& identifier, uint32_t subtask, uint32_t parallelism);

}  // namespace millrace
