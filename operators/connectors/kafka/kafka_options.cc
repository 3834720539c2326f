#include "operators/connectors/kafka/kafka_options.h"

#include <re2/re2.h>

#include <algorithm>
#include <string_view>

#include "core/descriptor/error_codes.h"
#include "core/descriptor/option_text.h"
#include "operators/connectors/kafka/client_properties.h"

namespace millrace {
namespace {

std::vector<std::string> SplitList(const std::string& text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(';', begin), text.size());
    const std::string_view part = TrimSpaces(std::string_view(text).substr(begin, end - begin));
    if (!part.empty()) parts.emplace_back(part);
    begin = end + 1;
  }
  return parts;
}

Options WithPrefix(const Options& options, const std::string& prefix) {
  Options found;
  for (const auto& [key, value] : options) {
    if (key.rfind(prefix, 0) == 0) found[key.substr(prefix.size())] = value;
  }
  return found;
}

Status Missing(const std::string& key, const std::string& why) {
  return Status(kMissingOption, "missing option '" + key + "': " + why)
      .WithSuggestion("add '" + key + "' = '...' to the WITH clause");
}

template <class T>
using Names = std::vector<std::pair<const char*, T>>;

template <class T>
Result<T> OneOf(const Options& options, const std::string& key, const char* otherwise,
                const Names<T>& names) {
  const std::string value = OptionOr(options, key, otherwise);
  std::string all;
  for (const auto& [name, meaning] : names) {
    if (EqualsIgnoringCase(name, value)) return meaning;
    all += (all.empty() ? "'" : ", '") + std::string(name) + "'";
  }
  return Status(kBadOptionValue, "bad value of option '" + key + "': '" + value + "'")
      .WithSuggestion("use one of " + all);
}

Result<int64_t> RequiredInteger(const Options& options, const std::string& key, const std::string& why) {
  if (options.count(key) == 0) return Missing(key, why);
  return ParseInteger(options.at(key));
}

/// A number behind "partition:" or "offset:".
bool ParseLabelled(std::string_view text, std::string_view label, int64_t* value) {
  text = TrimSpaces(text);
  if (text.substr(0, label.size()) != label) return false;
  const Result<int64_t> number = ParseInteger(std::string(text.substr(label.size())));
  if (!number.ok() || *number < 0) return false;
  *value = *number;
  return true;
}

Status ReadTopics(const Options& options, bool upsert, KafkaOptions* result) {
  result->topics = SplitList(OptionOr(options, "topic", ""));
  result->topic_pattern = OptionOr(options, "topic-pattern", "");
  if (result->topics.empty() && result->topic_pattern.empty())
    return Missing("topic", "what is read or written");
  if (!result->topics.empty() && !result->topic_pattern.empty()) {
    return Status(kBadOptionValue, "options 'topic' and 'topic-pattern' exclude each other")
        .WithSuggestion("keep one of the two");
  }
  if (!result->topic_pattern.empty()) {
    const RE2 pattern(result->topic_pattern, RE2::Quiet);
    if (!pattern.ok()) {
      return Status(kBadOptionValue, "option 'topic-pattern' is not a regular expression, " +
                                         pattern.error() + ": '" + result->topic_pattern + "'")
          .WithSuggestion("write it as for RE2; it has to match the whole name of a topic");
    }
  }
  result->bootstrap_servers = OptionOr(options, "properties.bootstrap.servers", "");
  if (TrimSpaces(result->bootstrap_servers).empty()) {
    return Missing("properties.bootstrap.servers", "host:port of one broker or more, with commas between");
  }
  result->group_id = OptionOr(options, "properties.group.id", "");
  const std::string reset = OptionOr(options, "properties.auto.offset.reset", "none");
  if (EqualsIgnoringCase(reset, "earliest") || EqualsIgnoringCase(reset, "latest")) {
    result->offset_reset = EqualsIgnoringCase(reset, "earliest") ? "earliest" : "latest";
  } else if (!EqualsIgnoringCase(reset, "none")) {
    return Status(kBadOptionValue, "bad value of option 'properties.auto.offset.reset': '" + reset + "'")
        .WithSuggestion("use 'earliest', 'latest' or 'none'");
  }
  return Status::Ok();
}

Status ReadFormats(const Options& options, bool upsert, KafkaOptions* result) {
  const std::string plain = OptionOr(options, "format", "");
  const std::string value = OptionOr(options, "value.format", "");
  if (!plain.empty() && !value.empty()) {
    return Status(kBadOptionValue, "options 'format' and 'value.format' mean the same")
        .WithSuggestion("keep one of the two");
  }
  result->value_format = plain.empty() ? value : plain;
  result->value_format_options = WithPrefix(options, result->value_format + ".");
  for (auto& [key, text] : WithPrefix(options, "value." + result->value_format + ".")) {
    result->value_format_options[key] = text;
  }
  result->key_format = OptionOr(options, "key.format", "");
  if (!result->key_format.empty())
    result->key_format_options = WithPrefix(options, "key." + result->key_format + ".");
  result->key_fields = SplitList(OptionOr(options, "key.fields", ""));
  result->key_prefix = OptionOr(options, "key.fields-prefix", "");
  ASSIGN_OR_RETURN(result->value_without_key, OneOf<bool>(options, "value.fields-include", "ALL",
                                                          {{"ALL", false}, {"EXCEPT_KEY", true}}));
  if (upsert && result->key_format.empty())
    return Missing("key.format", "the primary key is the key of the records");
  if (!upsert && result->key_format.empty() && !result->key_fields.empty()) {
    return Missing("key.format", "'key.fields' names columns that are in the key");
  }
  if (!upsert && !result->key_format.empty() && result->key_fields.empty()) {
    return Missing("key.fields", "'key.format' is set, but no column is in the key");
  }
  if (!result->key_prefix.empty() && !result->value_without_key) {
    return Status(kBadOptionValue, "option 'key.fields-prefix' needs keys that are not in the value, too")
        .WithSuggestion("set 'value.fields-include' = 'EXCEPT_KEY'");
  }
  for (const std::string& field : result->key_fields) {
    if (field.rfind(result->key_prefix, 0) == 0) continue;
    return Status(kBadOptionValue, "a column of 'key.fields' does not begin with 'key.fields-prefix' '" +
                                       result->key_prefix + "': '" + field + "'")
        .WithSuggestion("name the column '" + result->key_prefix + field + "'");
  }
  return Status::Ok();
}

Status ReadStart(const Options& options, KafkaOptions* result) {
  using Mode = KafkaStartup;
  ASSIGN_OR_RETURN(result->startup, OneOf<Mode>(options, "scan.startup.mode", "group-offsets",
                                                {{"earliest-offset", Mode::kEarliest},
                                                 {"latest-offset", Mode::kLatest},
                                                 {"group-offsets", Mode::kGroupOffsets},
                                                 {"timestamp", Mode::kTimestamp},
                                                 {"specific-offsets", Mode::kSpecificOffsets}}));
  if (result->startup == Mode::kTimestamp) {
    ASSIGN_OR_RETURN(result->startup_timestamp_ms, RequiredInteger(options, "scan.startup.timestamp-millis",
                                                                   "startup mode 'timestamp' needs it"));
  }
  if (result->startup == Mode::kSpecificOffsets) {
    const std::string key = "scan.startup.specific-offsets";
    if (options.count(key) == 0) return Missing(key, "startup mode 'specific-offsets' needs it");
    ASSIGN_OR_RETURN(result->startup_offsets, ParsePartitionOffsets(key, options.at(key)));
  }
  return Status::Ok();
}

Status ReadBound(const Options& options, KafkaOptions* result) {
  using Mode = KafkaBound;
  ASSIGN_OR_RETURN(result->bound, OneOf<Mode>(options, "scan.bounded.mode", "unbounded",
                                              {{"unbounded", Mode::kUnbounded},
                                               {"latest-offset", Mode::kLatest},
                                               {"group-offsets", Mode::kGroupOffsets},
                                               {"timestamp", Mode::kTimestamp},
                                               {"specific-offsets", Mode::kSpecificOffsets}}));
  if (result->bound == Mode::kTimestamp) {
    ASSIGN_OR_RETURN(result->bound_timestamp_ms, RequiredInteger(options, "scan.bounded.timestamp-millis",
                                                                 "bounded mode 'timestamp' needs it"));
  }
  if (result->bound == Mode::kSpecificOffsets) {
    const std::string key = "scan.bounded.specific-offsets";
    if (options.count(key) == 0) return Missing(key, "bounded mode 'specific-offsets' needs it");
    ASSIGN_OR_RETURN(result->bound_offsets, ParsePartitionOffsets(key, options.at(key)));
  }
  if (options.count("scan.topic-partition-discovery.interval") > 0) {
    ASSIGN_OR_RETURN(result->discovery_interval_ms,
                     ParseDurationMillis(options.at("scan.topic-partition-discovery.interval")));
  }
  return Status::Ok();
}

/// The native reader, unless librdkafka is asked for or a property is set that only it honours.
Status ReadReader(const Options& options, KafkaOptions* result) {
  const std::string property = PropertyForLibrdkafka(options);
  const bool is_given = options.contains("scan.reader");
  result->reader = property.empty() ? KafkaReader::kNative : KafkaReader::kLibrdkafka;
  if (!is_given) return Status::Ok();
  ASSIGN_OR_RETURN(result->reader, OneOf<KafkaReader>(options, "scan.reader", "",
                                                      {{"native", KafkaReader::kNative},
                                                       {"librdkafka", KafkaReader::kLibrdkafka}}));
  if (result->reader == KafkaReader::kLibrdkafka || property.empty()) return Status::Ok();
  return Status(kUnsupportedByConnector,
                "the native reader cannot do what an option asks for: '" + property + "'")
      .WithSuggestion("leave 'scan.reader' out, or set it to 'librdkafka'");
}

Status ReadSink(const Options& options, KafkaOptions* result) {
  const Names<Guarantee> guarantees = {{"at-least-once", Guarantee::kAtLeastOnce},
                                       {"exactly-once", Guarantee::kExactlyOnce},
                                       {"none", Guarantee::kNone}};
  ASSIGN_OR_RETURN(
      result->guarantee,
      OneOf<Guarantee>(
          options, options.count("sink.delivery-guarantee") > 0 ? "sink.delivery-guarantee" : "sink.semantic",
          "at-least-once", guarantees));
  result->transactional_id_prefix = OptionOr(options, "sink.transactional-id-prefix", "");
  if (result->guarantee == Guarantee::kExactlyOnce && result->transactional_id_prefix.empty()) {
    return Missing("sink.transactional-id-prefix",
                   "exactly-once needs a name that stays the same over restarts and is used "
                   "by no other job");
  }
  const std::string partitioner = OptionOr(options, "sink.partitioner", "default");
  if (EqualsIgnoringCase(partitioner, "fixed")) {
    result->partitioner = KafkaPartitioner::kFixed;
  } else if (EqualsIgnoringCase(partitioner, "round-robin")) {
    result->partitioner = KafkaPartitioner::kRoundRobin;
    if (!result->key_fields.empty()) {
      return Status(kBadOptionValue, "partitioner 'round-robin' does not go with 'key.fields'")
          .WithSuggestion("use 'sink.partitioner' = 'default', which keeps rows of one key in one partition");
    }
  } else if (!EqualsIgnoringCase(partitioner, "default")) {
    return Status(kUnsupportedByConnector, "partitioner classes cannot be loaded: '" + partitioner + "'")
        .WithSuggestion("use 'default', 'fixed' or 'round-robin'");
  }
  result->progress_topic = OptionOr(options, "sink.progress.topic", result->progress_topic);
  ASSIGN_OR_RETURN(result->marker, OneOf<KafkaMarkerKind>(options, "sink.progress.marker", "topic",
                                                          {{"topic", KafkaMarkerKind::kTopic},
                                                           {"group-offset", KafkaMarkerKind::kGroupOffset}}));
  if (const std::string timeout = ClientProperty(options, "transaction.timeout.ms"); !timeout.empty()) {
    ASSIGN_OR_RETURN(result->transaction_timeout_ms, ParseInteger(timeout));
    if (result->transaction_timeout_ms < 1000) {
      return Status(kBadOptionValue,
                    "option 'properties.transaction.timeout.ms' must be at least 1000: '" + timeout + "'");
    }
  }
  ASSIGN_OR_RETURN(result->flush_max_rows,
                   ParseInteger(OptionOr(options, "sink.buffer-flush.max-rows", "0")));
  ASSIGN_OR_RETURN(result->flush_interval_ms,
                   ParseDurationMillis(OptionOr(options, "sink.buffer-flush.interval", "0 ms")));
  if ((result->flush_max_rows > 0) != (result->flush_interval_ms > 0)) {
    return Status(kBadOptionValue,
                  "options 'sink.buffer-flush.max-rows' and 'sink.buffer-flush.interval' go together")
        .WithSuggestion("set both above 0, or neither");
  }
  if (result->flush_max_rows > 0) {
    return Status(kUnsupportedByConnector, "rows cannot be held back: option 'sink.buffer-flush.max-rows'")
        .WithSuggestion(
            "leave both 'sink.buffer-flush' options out: rows of one key are reduced to the last in each "
            "batch");
  }
  const std::string naming = OptionOr(options, "sink.transaction-naming-strategy", "INCREMENTING");
  if (!EqualsIgnoringCase(naming, "INCREMENTING") && !EqualsIgnoringCase(naming, "POOLING")) {
    return Status(kBadOptionValue, "bad value of option 'sink.transaction-naming-strategy': '" + naming + "'")
        .WithSuggestion("leave it out: names of transactions are fixed, one a lane");
  }
  return Status::Ok();
}

}  // namespace

Result<std::map<int32_t, int64_t>> ParsePartitionOffsets(const std::string& key, const std::string& text) {
  std::map<int32_t, int64_t> offsets;
  for (const std::string& part : SplitList(text)) {
    const size_t comma = part.find(',');
    int64_t partition = 0;
    int64_t offset = 0;
    if (comma == std::string::npos ||
        !ParseLabelled(std::string_view(part).substr(0, comma), "partition:", &partition) ||
        !ParseLabelled(std::string_view(part).substr(comma + 1), "offset:", &offset) ||
        partition > INT32_MAX) {
      return Status(kBadOptionValue, "bad value of option '" + key + "': '" + part + "'")
          .WithSuggestion("write 'partition:0,offset:42;partition:1,offset:300'");
    }
    if (!offsets.emplace(static_cast<int32_t>(partition), offset).second) {
      return Status(kBadOptionValue,
                    "option '" + key + "' names a partition twice: " + std::to_string(partition));
    }
  }
  if (offsets.empty()) {
    return Status(kBadOptionValue, "option '" + key + "' names no partition")
        .WithSuggestion("write 'partition:0,offset:42;partition:1,offset:300'");
  }
  return offsets;
}

Result<KafkaOptions> KafkaOptions::From(const Options& options, bool upsert) {
  KafkaOptions result;
  result.table = options;
  RETURN_IF_ERROR(CheckClientProperties(options));
  RETURN_IF_ERROR(ReadTopics(options, upsert, &result));
  RETURN_IF_ERROR(ReadFormats(options, upsert, &result));
  RETURN_IF_ERROR(ReadStart(options, &result));
  RETURN_IF_ERROR(ReadBound(options, &result));
  RETURN_IF_ERROR(ReadSink(options, &result));
  RETURN_IF_ERROR(ReadReader(options, &result));
  if (upsert) result.startup = KafkaStartup::kEarliest;
  return result;
}

Status CheckKafkaOptions(const Options& options, bool upsert, bool as_source) {
  ASSIGN_OR_RETURN(const KafkaOptions kafka, KafkaOptions::From(options, upsert));
  if (!as_source) {
    // Several topics need a metadata column that says which; only the writer sees the columns.
    return Status::Ok();
  }
  const bool by_partition =
      kafka.startup == KafkaStartup::kSpecificOffsets || kafka.bound == KafkaBound::kSpecificOffsets;
  if (by_partition && kafka.topics.size() != 1) {
    return Status(kBadOptionValue, "offsets by partition need a single topic")
        .WithSuggestion("name one topic in 'topic', or start by 'timestamp'");
  }
  const bool needs_group = (kafka.startup == KafkaStartup::kGroupOffsets && kafka.offset_reset.empty()) ||
                           kafka.bound == KafkaBound::kGroupOffsets;
  if (needs_group && kafka.group_id.empty()) {
    return Status(kMissingOption,
                  "missing option 'properties.group.id': reading starts (or ends) at the offsets of a group")
        .WithSuggestion("set 'scan.startup.mode' = 'earliest-offset', or name the group whose offsets count");
  }
  return Status::Ok();
}

}  // namespace millrace
