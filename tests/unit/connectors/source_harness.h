#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/api/registry.h"
#include "proto/job_graph.pb.h"
#include "tests/unit/connectors/fake_env.h"

namespace millrace {

/// Runs a source the way a job does, with one reader: discovers splits, polls, snapshots, restores.
class SourceHarness {
 public:
  /// `metadata`: keys with their columns, after the physical ones.
  SourceHarness(ConnectorFactory factory, const std::vector<Field>& physical, Options options,
                std::vector<std::pair<std::string, Field>> metadata = {});

  FakeEnv env;
  proto::SourceConfig config;
  uint32_t parallelism = 1;

  /// Discovers with a new enumerator; `known` splits are not new.
  Result<std::vector<Split>> Discover(const std::vector<std::string>& known = {});
  Status Preflight();
  /// A new reader with these splits.
  Status Start(const std::vector<Split>& splits);
  /// One poll; appends rows as text ("[1, x]") to `rows`.
  Result<ReadState> Poll(uint32_t max_rows);
  /// Polls until the end (or 100,000 polls), running I/O whenever the reader is idle.
  Status ReadAll(uint32_t max_rows = 1000);
  /// Discovers, starts and reads all: rows, or "error MR-n: message" as the last one.
  std::vector<std::string> Rows();

  SplitReader& reader() { return *reader_; }
  std::vector<std::string> rows;
  std::vector<uint32_t> split_of_row;
  std::vector<uint32_t> ended;
  int num_wakeups = 0;

 private:
  ConnectorContext Context();
  ConnectorFactory factory_;
  FormatRegistry formats_;
  SchemaPtr schema_;
  std::unique_ptr<SplitReader> reader_;
  std::unique_ptr<BatchBuilder> builder_;
};

/// Registry with json, csv and raw.
void AddTextFormats(FormatRegistry* formats);

}  // namespace millrace
