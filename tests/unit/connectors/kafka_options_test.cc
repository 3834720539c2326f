#include "operators/connectors/kafka/kafka_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/descriptor/error_codes.h"
#include "operators/connectors/kafka/client_properties.h"
#include "operators/connectors/kafka/kafka_connector.h"

namespace millrace {
namespace {

using ::testing::HasSubstr;

Options Minimal(const Options& changes = {}) {
  Options options = {{"topic", "t"}, {"properties.bootstrap.servers", "b:1"}, {"format", "json"}};
  for (const auto& [key, value] : changes) {
    if (value.empty()) {
      options.erase(key);
    } else {
      options[key] = value;
    }
  }
  return options;
}

TEST(KafkaOptionsTest, WrongOptionsAreNumberedErrorsThatSayWhatToDo) {
  struct Case {
    Options changes;
    bool as_source;
    ErrorCode code;
    const char* text;  // of message or suggestion
  };
  const Case cases[] = {
      {{{"topic", ""}}, true, kMissingOption, "'topic'"},
      {{{"topic-pattern", "a.*"}}, true, kBadOptionValue, "exclude each other"},
      {{{"topic", ""}, {"topic-pattern", "("}}, true, kBadOptionValue, "regular expression"},
      {{{"properties.bootstrap.servers", ""}}, true, kMissingOption, "properties.bootstrap.servers"},
      {{}, true, kMissingOption, "'scan.startup.mode' = 'earliest-offset'"},
      {{{"scan.startup.mode", "earliest"}}, true, kBadOptionValue, "'earliest-offset'"},
      {{{"scan.startup.mode", "timestamp"}}, true, kMissingOption, "scan.startup.timestamp-millis"},
      {{{"scan.startup.mode", "specific-offsets"}}, true, kMissingOption, "scan.startup.specific-offsets"},
      {{{"scan.startup.mode", "specific-offsets"},
        {"scan.startup.specific-offsets", "partition:0,offset:1"},
        {"topic", "a;b"}},
       true,
       kBadOptionValue,
       "single topic"},
      {{{"scan.startup.mode", "earliest-offset"}, {"scan.bounded.mode", "group-offsets"}},
       true,
       kMissingOption,
       "group.id"},
      {{{"sink.delivery-guarantee", "exactly-once"}}, false, kMissingOption, "sink.transactional-id-prefix"},
      {{{"sink.delivery-guarantee", "once"}}, false, kBadOptionValue, "'exactly-once'"},
      {{{"sink.partitioner", "com.example.Mine"}}, false, kUnsupportedByConnector, "'round-robin'"},
      {{{"sink.partitioner", "round-robin"}, {"key.format", "raw"}, {"key.fields", "a"}},
       false,
       kBadOptionValue,
       "round-robin"},
      {{{"key.fields", "a"}}, false, kMissingOption, "key.format"},
      {{{"key.format", "raw"}}, false, kMissingOption, "key.fields"},
      {{{"key.format", "raw"},
        {"key.fields", "a"},
        {"key.fields-prefix", "k_"},
        {"value.fields-include", "EXCEPT_KEY"}},
       false,
       kBadOptionValue,
       "'k_a'"},
      {{{"key.format", "raw"}, {"key.fields", "k_a"}, {"key.fields-prefix", "k_"}},
       false,
       kBadOptionValue,
       "EXCEPT_KEY"},
      {{{"value.format", "csv"}}, false, kBadOptionValue, "mean the same"},
      {{{"sink.buffer-flush.max-rows", "5"}}, false, kBadOptionValue, "go together"},
      {{{"sink.buffer-flush.max-rows", "5"}, {"sink.buffer-flush.interval", "1 s"}},
       false,
       kUnsupportedByConnector,
       "held back"},
      {{{"properties.auto.offset.reset", "best"}}, false, kBadOptionValue, "'earliest'"},
      {{{"properties.transaction.timeout.ms", "5"}}, false, kBadOptionValue, "1000"},
      {{{"scan.reader", "java"}}, false, kBadOptionValue, "'librdkafka'"},
  };
  for (const Case& c : cases) {
    const Status status = CheckKafkaOptions(Minimal(c.changes), false, c.as_source);
    EXPECT_EQ(status.code().number, c.code.number) << status.ToString();
    EXPECT_THAT(status.message() + " / " + status.suggestion(), HasSubstr(c.text));
  }
  EXPECT_TRUE(CheckKafkaOptions(Minimal(), false, false).ok());
}

TEST(KafkaOptionsTest, OffsetsByPartition) {
  const auto offsets = ParsePartitionOffsets("o", " partition:0,offset:42; partition:1,offset:300;");
  ASSERT_TRUE(offsets.ok()) << offsets.status().ToString();
  EXPECT_EQ(*offsets, (std::map<int32_t, int64_t>{{0, 42}, {1, 300}}));
  for (const char* text : {"", ";", "0:42", "partition:0", "partition:0,offset:x", "partition:-1,offset:1",
                           "partition:0,offset:-1", "partition:0,offset:1;partition:0,offset:2",
                           "partition:99999999999,offset:1", "offset:1,partition:0"}) {
    EXPECT_EQ(ParsePartitionOffsets("o", text).status().code(), kBadOptionValue) << text;
  }
}

TEST(KafkaOptionsTest, ClientPropertiesAreAnAllowList) {
  struct Case {
    const char* key;
    ErrorCode code;
    const char* suggestion;
  };
  const Case cases[] = {
      {"properties.lingr.ms", kUnknownOption, "did you mean 'properties.linger.ms'?"},
      {"properties.something.else.entirely", kUnknownOption, "docs/connectors/kafka.md"},
      {"properties.key.deserializer", kUnsupportedByConnector, "'key.format'"},
      {"properties.sasl.jaas.config", kUnsupportedByConnector, "'properties.sasl.username'"},
      {"properties.ssl.truststore.location", kUnsupportedByConnector, "'properties.ssl.ca.location'"},
      {"properties.transactional.id", kUnsupportedByConnector, "'sink.transactional-id-prefix'"},
      {"properties.enable.auto.commit", kUnsupportedByConnector, "'properties.group.id'"},
  };
  for (const Case& c : cases) {
    const Status status = CheckClientProperties({{c.key, "x"}});
    EXPECT_EQ(status.code().number, c.code.number) << status.ToString();
    EXPECT_THAT(status.suggestion(), HasSubstr(c.suggestion));
  }
  const Options table = {{"properties.max.request.size", "10"},
                         {"properties.fetch.max.wait.ms", "20"},
                         {"properties.sasl.mechanism", "PLAIN"},
                         {"properties.group.id", "g"},
                         {"topic", "t"}};
  using Properties = std::map<std::string, std::string>;
  EXPECT_EQ(ClientProperties(table, true),
            (Properties{{"message.max.bytes", "10"}, {"sasl.mechanisms", "PLAIN"}}));
  EXPECT_EQ(ClientProperties(table, false),
            (Properties{{"fetch.wait.max.ms", "20"}, {"sasl.mechanisms", "PLAIN"}}));
}

TEST(KafkaOptionsTest, TheReaderIsNativeUnlessAPropertyIsForLibrdkafkaOnly) {
  struct Case {
    Options options;
    KafkaReader reader;
  };
  const Case cases[] = {
      {{}, KafkaReader::kNative},
      {{{"scan.reader", "librdkafka"}}, KafkaReader::kLibrdkafka},
      {{{"scan.reader", "native"}, {"properties.fetch.min.bytes", "5"}}, KafkaReader::kNative},
      {{{"properties.queued.min.messages", "5"}}, KafkaReader::kLibrdkafka},
      {{{"properties.security.protocol", "SSL"}}, KafkaReader::kNative},
      {{{"properties.security.protocol", "SASL_SSL"}}, KafkaReader::kLibrdkafka},  // Kerberos
      {{{"properties.security.protocol", "SASL_SSL"}, {"properties.sasl.mechanism", "GSSAPI"}},
       KafkaReader::kLibrdkafka},
      {{{"properties.security.protocol", "SASL_SSL"}, {"properties.sasl.mechanisms", "PLAIN"}},
       KafkaReader::kNative},
      {{{"properties.security.protocol", "sasl_plaintext"}, {"properties.sasl.mechanism", "SCRAM-SHA-512"}},
       KafkaReader::kNative},
  };
  for (const Case& c : cases) {
    Options options = {{"topic", "t"}, {"properties.bootstrap.servers", "b:1"}, {"format", "json"}};
    options.insert(c.options.begin(), c.options.end());
    const auto kafka = KafkaOptions::From(options, false);
    ASSERT_TRUE(kafka.ok()) << kafka.status().ToString();
    EXPECT_EQ(kafka->reader, c.reader) << (c.options.empty() ? "" : c.options.begin()->second);
    if (c.reader == KafkaReader::kNative || options.contains("scan.reader")) continue;
    options["scan.reader"] = "native";
    const Status refused = KafkaOptions::From(options, false).status();
    EXPECT_EQ(refused.code(), kUnsupportedByConnector);
    EXPECT_THAT(refused.message(), HasSubstr("'properties."));
  }
}

TEST(KafkaOptionsTest, UpsertTablesNeedAKeyFormatAndBeginAtTheBeginning) {
  EXPECT_EQ(CheckKafkaOptions(Minimal(), true, true).code(), kMissingOption);
  const auto options = KafkaOptions::From(Minimal({{"key.format", "json"}}), true);
  ASSERT_TRUE(options.ok()) << options.status().ToString();
  EXPECT_EQ(options->startup, KafkaStartup::kEarliest);
}

TEST(KafkaOptionsTest, TheGuaranteeFollowsTheOptions) {
  const ConnectorFactory kafka = MakeKafkaConnector();
  struct Case {
    Options changes;
    Guarantee guarantee;
  };
  const Case cases[] = {
      {{}, Guarantee::kAtLeastOnce},
      {{{"sink.delivery-guarantee", "none"}}, Guarantee::kNone},
      {{{"sink.semantic", "exactly-once"}, {"sink.transactional-id-prefix", "p"}}, Guarantee::kExactlyOnce},
  };
  for (const Case& c : cases) {
    const auto [guarantee, words] = kafka.descriptor.guarantee(Minimal(c.changes));
    EXPECT_EQ(guarantee, c.guarantee);
    EXPECT_FALSE(words.empty());
  }
  EXPECT_FALSE(kafka.descriptor.bounded(Minimal()));
  EXPECT_TRUE(kafka.descriptor.bounded(Minimal({{"scan.bounded.mode", "latest-offset"}})));
}

}  // namespace
}  // namespace millrace
