#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

struct TestRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp_ms = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// The broker of this test process: started by scripts/kafka (version KAFKA_VERSION) when the first test
/// begins, stopped at the end. Failures of these functions end the test process: without a broker nothing can
/// be said.
class KafkaBroker {
 public:
  static const std::string& bootstrap();

  /// A topic of a name that no other test has.
  static std::string NewTopic(int num_partitions);
  static void DeleteTopic(const std::string& topic);
  static void AddPartitions(const std::string& topic, int num_partitions);
  static void DeleteRecords(const std::string& topic, int partition, int64_t before_offset);
  static void Produce(const std::string& topic, int partition, const std::vector<TestRecord>& records,
                      const std::string& compression = "none");
  /// In one transaction, which is then committed or aborted.
  static void ProduceInTransaction(const std::string& topic, int partition,
                                   const std::vector<TestRecord>& records, bool is_committed);
  /// "key=value" (or "key=null") of every record of all partitions that such a reader sees, in order of
  /// partitions.
  static std::vector<std::string> ReadAll(const std::string& topic, bool committed = true);
};

}  // namespace millrace
