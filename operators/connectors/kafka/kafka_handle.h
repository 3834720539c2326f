#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/status.h"

namespace millrace {

struct KafkaOptions;

/// What a client is made of.
struct KafkaClientConfig {
  rd_kafka_type_t type = RD_KAFKA_CONSUMER;
  std::map<std::string, std::string> properties;
  /// Handed to the callbacks; kept alive until the handle is gone for good.
  std::shared_ptr<void> opaque;
  void (*on_error)(rd_kafka_t* handle, int error, const char* reason, void* opaque) = nullptr;
  void (*on_delivery)(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque) = nullptr;
};

/// Owns a librdkafka client. Destruction happens on a thread of its own that may never end: destroying the
/// client of a deleted topic hangs in the library.
class KafkaHandle {
 public:
  /// kBadOptionValue when the library refuses a property.
  static Result<std::unique_ptr<KafkaHandle>> Create(KafkaClientConfig config, std::string bootstrap_servers);
  ~KafkaHandle();
  KafkaHandle(const KafkaHandle&) = delete;
  KafkaHandle& operator=(const KafkaHandle&) = delete;

  rd_kafka_t* get() const { return handle_; }
  const std::string& bootstrap_servers() const { return bootstrap_servers_; }

  /// Destroys and waits up to `timeout_ms` for the end of it.
  static void DestroyAndWait(std::unique_ptr<KafkaHandle> handle, int timeout_ms);

 private:
  KafkaHandle() = default;
  struct Reaped;
  std::shared_ptr<Reaped> Release();

  rd_kafka_t* handle_ = nullptr;
  std::shared_ptr<void> opaque_;
  std::string bootstrap_servers_;
};

/// Properties of every client, then the table's own.
std::map<std::string, std::string> BaseProperties(const KafkaOptions& options, bool producer);

/// What an error of the library means to people; `what` was being done. Timeouts and transport errors are
/// kOutsideUnreachable, missing topics kOutsideMissing, rights and limits kOutsideRefused.
Status KafkaError(rd_kafka_resp_err_t error, const std::string& what, const std::string& bootstrap_servers,
                  const std::string& detail = {});

/// Frees what the library allocated.
struct KafkaDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
template <class T>
using KafkaOwned = std::unique_ptr<T, KafkaDeleter>;

}  // namespace millrace
