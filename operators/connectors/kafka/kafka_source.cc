#include "operators/connectors/kafka/kafka_source.h"

#include <utility>

#include "operators/connectors/kafka/kafka_columns.h"
#include "operators/connectors/kafka/kafka_split_enumerator.h"
#include "operators/connectors/kafka/kafka_split_reader.h"
#include "operators/connectors/kafka/librdkafka_fetcher.h"
#include "operators/connectors/kafka/native/native_fetcher.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

Result<KafkaOptions> OptionsOf(const proto::SourceConfig& config, bool upsert) {
  return KafkaOptions::From({config.options().begin(), config.options().end()}, upsert);
}

/// The properties can be used, the brokers answer, topics are there, and the positions to start from can be
/// found.
Status Preflight(const proto::SourceConfig& config, bool upsert) {
  ASSIGN_OR_RETURN(const KafkaOptions options, OptionsOf(config, upsert));
  if (options.reader == KafkaReader::kNative) RETURN_IF_ERROR(KafkaClientSettings::From(options).status());
  ASSIGN_OR_RETURN(const std::unique_ptr<KafkaSplitEnumerator> enumerator,
                   KafkaSplitEnumerator::Create(options, {}, ""));
  return enumerator->Discover().status();
}

Result<std::unique_ptr<KafkaFetcher>> CreateFetcher(const KafkaOptions& options, Env* env,
                                                    const std::shared_ptr<SocketReadiness>& readiness,
                                                    bool with_headers) {
  if (options.reader == KafkaReader::kNative) {
    ASSIGN_OR_RETURN(std::unique_ptr<NativeFetcher> fetcher,
                     NativeFetcher::Create(options, env, readiness, with_headers));
    return std::unique_ptr<KafkaFetcher>(std::move(fetcher));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<LibrdkafkaFetcher> fetcher,
                   LibrdkafkaFetcher::Create(options, env, with_headers));
  return std::unique_ptr<KafkaFetcher>(std::move(fetcher));
}

Result<std::unique_ptr<SplitReader>> CreateReader(const proto::SourceConfig& config,
                                                  const ConnectorContext& context, const SchemaPtr& schema,
                                                  std::shared_ptr<SocketReadiness> readiness, bool upsert) {
  ASSIGN_OR_RETURN(const KafkaOptions options, OptionsOf(config, upsert));
  ASSIGN_OR_RETURN(KafkaColumns columns, KafkaColumns::OfSource(config, *schema, options, upsert));
  ASSIGN_OR_RETURN(std::unique_ptr<KafkaRecordDecoder> decoder,
                   KafkaRecordDecoder::Create(options, std::move(columns), upsert, *context.formats));
  KafkaFetcherFactory make_fetcher = [options, env = context.env, readiness = std::move(readiness),
                                      with_headers = decoder->needs_headers()] {
    return CreateFetcher(options, env, readiness, with_headers);
  };
  return std::unique_ptr<SplitReader>(std::make_unique<KafkaSplitReader>(
      context, std::move(make_fetcher), std::move(decoder), !options.group_id.empty()));
}

}  // namespace

void AddKafkaSource(bool upsert, ConnectorFactory* factory) {
  factory->preflight_source = [upsert](const proto::SourceConfig& config, const ConnectorContext&) {
    return Preflight(config, upsert);
  };
  factory->create_enumerator = [upsert](
                                   const proto::SourceConfig& config, const ConnectorContext&,
                                   const std::vector<std::string>& restored_splits,
                                   const std::string& state) -> Result<std::unique_ptr<SplitEnumerator>> {
    ASSIGN_OR_RETURN(KafkaOptions options, OptionsOf(config, upsert));
    ASSIGN_OR_RETURN(std::unique_ptr<KafkaSplitEnumerator> enumerator,
                     KafkaSplitEnumerator::Create(std::move(options), restored_splits, state));
    return std::unique_ptr<SplitEnumerator>(std::move(enumerator));
  };
  factory->create_reader = [upsert, readiness = std::make_shared<SocketReadiness>()](
                               const proto::SourceConfig& config, const ConnectorContext& context,
                               SchemaPtr schema) {
    return CreateReader(config, context, schema, readiness, upsert);
  };
}

}  // namespace millrace
