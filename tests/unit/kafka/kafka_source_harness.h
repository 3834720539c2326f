#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/env/env.h"
#include "operators/api/connector.h"
#include "operators/api/registry.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"

namespace millrace {

/// A table of a Kafka connector, read as a task does it.
class KafkaSourceHarness {
 public:
  struct Table {
    std::vector<Field> columns;
    std::vector<std::pair<std::string, Field>> metadata = {};  // key, column
    Options options;
    std::vector<uint32_t> primary_key = {};
    bool upsert = false;
  };

  explicit KafkaSourceHarness(Table table);

  /// What Discover gives; later calls give what is new.
  Result<std::vector<Split>> Discover();
  /// A new enumerator for which these splits are known.
  void RestoreEnumerator(const std::vector<std::string>& known, const std::string& state);
  /// A new reader of these splits.
  Status Open(const std::vector<Split>& splits);
  Status Add(const std::vector<Split>& splits) { return reader_->AddSplits(splits); }
  /// Rows ("+I[1, a]", "-D[...]") until `num_rows` are there or all splits have ended.
  Result<std::vector<std::string>> Read(size_t num_rows = SIZE_MAX, uint32_t rows_a_poll = 4096);
  /// Discover, Open and Read; rows sorted.
  Result<std::vector<std::string>> ReadTable(size_t num_rows = SIZE_MAX);

  SplitReader& reader() { return *reader_; }
  SplitEnumerator& enumerator() { return *enumerator_; }
  Status Preflight();
  uint32_t num_ended() const { return num_ended_; }

 private:
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung_changed;
    bool rung = false;
  };

  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Env> env_;
  const ConnectorFactory* factory_;
  proto::SourceConfig config_;
  ConnectorContext context_;
  SchemaPtr schema_;
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  std::unique_ptr<SplitEnumerator> enumerator_;
  std::unique_ptr<SplitReader> reader_;
  std::optional<BatchBuilder> builder_;
  uint32_t num_ended_ = 0;
};

/// Options of a table of JSON values that is read from its beginning to its present end.
Options BoundedJsonOptions(const std::string& topic);

}  // namespace millrace
