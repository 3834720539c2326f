#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/env/env.h"
#include "operators/api/connector.h"
#include "operators/api/registry.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"
#include "state/object_store.h"

namespace millrace {

/// A table (k INT, v STRING) of a Kafka connector, written as the sink operator does it. Writers and
/// committers that it makes may be dropped at any moment, as a crash would.
class KafkaSinkHarness {
 public:
  /// `changes` to the options; an empty value takes one away.
  KafkaSinkHarness(const std::string& topic, const Options& changes, bool upsert = false);
  ~KafkaSinkHarness();

  struct Row {
    int32_t k;
    std::string v;
    int8_t weight = 1;
  };
  ConnectorContext Context(const std::string& job_id, uint32_t subtask, uint32_t parallelism);
  std::unique_ptr<SinkWriter> NewWriter(const std::string& job_id = "job-1", uint32_t subtask = 0);
  Result<std::unique_ptr<Committer>> NewCommitter(const std::string& job_id = "job-1", uint32_t subtask = 0,
                                                  uint32_t parallelism = 1);
  Batch BatchOf(const std::vector<Row>& rows) const;
  /// Writes the rows as one epoch and gives what is to be committed.
  std::vector<proto::Committable> Stage(SinkWriter& writer, Epoch epoch, const std::vector<Row>& rows,
                                        uint32_t lane = 0);
  Status Preflight();
  const ConnectorFactory& factory() const { return *factory_; }
  const Options& options() const { return options_; }

 private:
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Env> env_;
  const ConnectorFactory* factory_;
  Options options_;
  proto::SinkConfig config_;
  SchemaPtr schema_;
  std::string directory_;
  std::shared_ptr<ObjectStore> store_;
  int num_writers_ = 0;
};

}  // namespace millrace
