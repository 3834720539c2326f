#include "operators/connectors/kafka/kafka_sink.h"

#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/client_properties.h"
#include "operators/connectors/kafka/kafka_cluster.h"
#include "operators/connectors/kafka/kafka_columns.h"
#include "operators/connectors/kafka/kafka_committer.h"
#include "operators/connectors/kafka/producing_writer.h"
#include "operators/connectors/kafka/progress_marker.h"
#include "operators/connectors/kafka/record_encoder.h"
#include "operators/connectors/kafka/staging_writer.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

Result<KafkaOptions> OptionsOf(const proto::SinkConfig& config, bool upsert) {
  ASSIGN_OR_RETURN(KafkaOptions options,
                   KafkaOptions::From({config.options().begin(), config.options().end()}, upsert));
  if (options.topics.empty()) {
    return Status(kUnsupportedByConnector, "a table with 'topic-pattern' cannot be written")
        .WithSuggestion("name one topic in option 'topic'");
  }
  return options;
}

std::pair<Guarantee, std::string> GuaranteeOf(const Options& table, bool upsert) {
  const Result<KafkaOptions> options = KafkaOptions::From(table, upsert);
  const Guarantee guarantee = options.ok() ? options->guarantee : Guarantee::kAtLeastOnce;
  switch (guarantee) {
    case Guarantee::kExactlyOnce:
      return {guarantee,
              "each checkpoint's records and a progress marker are one transaction; readers with "
              "isolation.level=read_committed see every record once"};
    case Guarantee::kAtLeastOnce:
      return {guarantee,
              upsert
                  ? "after a failure rows since the last checkpoint are written again, which leaves the last "
                    "row of each key as it was"
                  : "delivery is waited for at checkpoints; after a failure records since the last one are "
                    "written again"};
    case Guarantee::kNone:
      break;
  }
  return {Guarantee::kNone,
          "delivery is not waited for: records may be lost or written twice after a failure"};
}

/// Limits that would stop the job later. What the user may not read is not checked.
Status CheckLimits(KafkaCluster& cluster, const KafkaOptions& options) {
  const Result<std::string> limit = cluster.BrokerSetting("transaction.max.timeout.ms");
  if (options.guarantee == Guarantee::kExactlyOnce && limit.ok() && !limit->empty()) {
    ASSIGN_OR_RETURN(const int64_t limit_ms, ParseInteger(*limit));
    if (options.transaction_timeout_ms > limit_ms) {
      return Status(kOutsideRefused, "transaction timeout is longer than the broker allows: " +
                                         std::to_string(options.transaction_timeout_ms) +
                                         " ms, transaction.max.timeout.ms is " + std::to_string(limit_ms))
          .WithSuggestion("set 'properties.transaction.timeout.ms' = '" + std::to_string(limit_ms) +
                          "' or less");
    }
  }
  const auto properties = ClientProperties(options.table, true);
  const auto wanted = properties.find("message.max.bytes");
  if (wanted == properties.end()) return Status::Ok();
  ASSIGN_OR_RETURN(const int64_t wanted_bytes, ParseInteger(wanted->second));
  for (const std::string& topic : options.topics) {
    const Result<std::string> allowed = cluster.TopicSetting(topic, "max.message.bytes");
    if (!allowed.ok() || allowed->empty()) continue;
    ASSIGN_OR_RETURN(const int64_t allowed_bytes, ParseInteger(*allowed));
    if (wanted_bytes <= allowed_bytes) continue;
    return Status(kOutsideRefused,
                  "records may be larger than the topic allows: 'properties.message.max.bytes' = '" +
                      wanted->second + "', max.message.bytes of topic '" + topic + "' is " + *allowed)
        .WithSuggestion("lower the one or raise the other");
  }
  return Status::Ok();
}

Status Preflight(const proto::SinkConfig& config, const ConnectorContext& context, bool upsert) {
  ASSIGN_OR_RETURN(const KafkaOptions options, OptionsOf(config, upsert));
  ASSIGN_OR_RETURN(const std::unique_ptr<KafkaCluster> cluster, KafkaCluster::Connect(options, ""));
  RETURN_IF_ERROR(cluster->Partitions(options.topics).status());
  RETURN_IF_ERROR(CheckLimits(*cluster, options));
  if (options.guarantee != Guarantee::kExactlyOnce) return Status::Ok();
  // Whether the progress topic can be made is known only by making it; it is empty and in nobody's way.
  const std::unique_ptr<ProgressMarkers> markers =
      MakeProgressMarkers(options, {options.transactional_id_prefix, context.operator_uid});
  return markers->EnsureLanes(context.parallelism).status();
}

Result<std::unique_ptr<SinkWriter>> CreateWriter(const proto::SinkConfig& config,
                                                 const ConnectorContext& context, const SchemaPtr& schema,
                                                 bool upsert) {
  ASSIGN_OR_RETURN(const KafkaOptions options, OptionsOf(config, upsert));
  ASSIGN_OR_RETURN(KafkaColumns columns, KafkaColumns::OfSink(config, *schema, options, upsert));
  ASSIGN_OR_RETURN(std::unique_ptr<KafkaRecordEncoder> encoder,
                   KafkaRecordEncoder::Create(options, std::move(columns), upsert, *context.formats));
  if (options.guarantee == Guarantee::kExactlyOnce) {
    return std::unique_ptr<SinkWriter>(std::make_unique<StagingWriter>(context, options, std::move(encoder)));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<RecordProducer> producer,
                   RecordProducer::Create(options, "", context.subtask));
  return std::unique_ptr<SinkWriter>(std::make_unique<ProducingWriter>(
      context, std::move(encoder), std::move(producer), options.guarantee == Guarantee::kAtLeastOnce));
}

}  // namespace

void AddKafkaSink(bool upsert, ConnectorFactory* factory) {
  factory->descriptor.sink = true;
  factory->descriptor.guarantee = [upsert](const Options& options) { return GuaranteeOf(options, upsert); };
  factory->preflight_sink = [upsert](const proto::SinkConfig& config, const ConnectorContext& context) {
    return Preflight(config, context, upsert);
  };
  factory->create_writer = [upsert](const proto::SinkConfig& config, const ConnectorContext& context,
                                    SchemaPtr schema) {
    return CreateWriter(config, context, schema, upsert);
  };
  factory->create_committer = [upsert](
                                  const proto::SinkConfig& config,
                                  const ConnectorContext& context) -> Result<std::unique_ptr<Committer>> {
    ASSIGN_OR_RETURN(KafkaOptions options, OptionsOf(config, upsert));
    if (options.guarantee != Guarantee::kExactlyOnce) return std::unique_ptr<Committer>();
    return std::unique_ptr<Committer>(std::make_unique<KafkaCommitter>(context, std::move(options)));
  };
}

}  // namespace millrace
