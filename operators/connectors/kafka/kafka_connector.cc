#include "operators/connectors/kafka/kafka_connector.h"

#include <string>
#include <utility>

#include "core/descriptor/option_text.h"
#include "operators/connectors/kafka/kafka_options.h"
#include "operators/connectors/kafka/kafka_sink.h"
#include "operators/connectors/kafka/kafka_source.h"
#include "operators/connectors/kafka/record_decoder.h"

namespace millrace {
namespace {

bool IsBounded(const Options& options) {
  return !EqualsIgnoringCase(OptionOr(options, "scan.bounded.mode", "unbounded"), "unbounded");
}

ConnectorFactory MakeConnector(bool upsert) {
  ConnectorFactory factory;
  ConnectorDescriptor& descriptor = factory.descriptor;
  descriptor.source = true;
  descriptor.needs_format = true;
  descriptor.key_format = true;
  descriptor.projection_push_down = true;
  descriptor.options = KafkaOptionDescriptors(upsert);
  descriptor.metadata = KafkaMetadataColumns(upsert);
  descriptor.bounded = IsBounded;
  descriptor.validate = [upsert](const Options& options, bool as_source) {
    return CheckKafkaOptions(options, upsert, as_source);
  };
  AddKafkaSource(upsert, &factory);
  AddKafkaSink(upsert, &factory);
  return factory;
}

}  // namespace

ConnectorFactory MakeKafkaConnector() {
  ConnectorFactory factory = MakeConnector(false);
  factory.descriptor.name = "kafka";
  factory.descriptor.description =
      "Topics of Apache Kafka as streams of records, written exactly once if asked for.";
  return factory;
}

ConnectorFactory MakeUpsertKafkaConnector() {
  ConnectorFactory factory = MakeConnector(true);
  factory.descriptor.name = "upsert-kafka";
  factory.descriptor.description =
      "A topic of Apache Kafka as a changing table: the last record of a key is its row.";
  factory.descriptor.requires_primary_key = true;
  factory.descriptor.upsert_source = true;
  factory.descriptor.accepts_updates = true;
  factory.descriptor.upsert_sink = true;
  return factory;
}

}  // namespace millrace
