#include "operators/connectors/kafka/kafka_columns.h"

#include <algorithm>

#include "core/descriptor/error_codes.h"
#include "core/types/proto_conversion.h"
#include "core/types/type_rules.h"
#include "operators/api/error_codes.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Physical columns of the table, and all that are declared (more, when some are not read).
struct Physical {
  std::vector<Field> read;
  std::vector<Field> declared;
};

Field WithoutPrefix(const Field& field, const KafkaOptions& options) {
  return {field.name.substr(options.key_prefix.size()), field.type};
}

/// `key_names`: columns of the key in order.
Result<KafkaColumns> Divide(const Physical& physical, const std::vector<std::string>& key_names,
                            const KafkaOptions& options) {
  KafkaColumns columns;
  for (const std::string& name : key_names) {
    const auto is_named = [&](const Field& field) { return field.name == name; };
    const auto declared = std::find_if(physical.declared.begin(), physical.declared.end(), is_named);
    if (declared == physical.declared.end()) {
      std::vector<std::string> names;
      for (const Field& field : physical.declared) names.push_back(field.name);
      const std::string closest = ClosestName(name, names);
      return Status(kBadOptionValue, "option 'key.fields' names no physical column: '" + name + "'")
          .WithSuggestion(closest.empty() ? "name columns of the table" : "did you mean '" + closest + "'?");
    }
    if (name.rfind(options.key_prefix, 0) != 0) {
      return Status(kBadOptionValue, "a key column does not begin with 'key.fields-prefix' '" +
                                         options.key_prefix + "': '" + name + "'");
    }
    columns.key.declared.push_back(WithoutPrefix(*declared, options));
    const auto read = std::find_if(physical.read.begin(), physical.read.end(), is_named);
    if (read == physical.read.end()) continue;
    columns.key.fields.push_back(WithoutPrefix(*read, options));
    columns.key.columns.push_back(static_cast<uint32_t>(read - physical.read.begin()));
  }
  const auto in_value = [&](const Field& field) {
    return !options.value_without_key || !Contains(key_names, field.name);
  };
  for (uint32_t i = 0; i < physical.read.size(); ++i) {
    if (!in_value(physical.read[i])) continue;
    columns.value.fields.push_back(physical.read[i]);
    columns.value.columns.push_back(i);
  }
  std::copy_if(physical.declared.begin(), physical.declared.end(), std::back_inserter(columns.value.declared),
               in_value);
  return columns;
}

template <class Config>
std::vector<Field> PhysicalOf(const Config& config, const Schema& schema) {
  const auto num_physical = schema.size() - static_cast<size_t>(config.metadata_size());
  return {schema.fields.begin(), schema.fields.begin() + static_cast<ptrdiff_t>(num_physical)};
}

template <class Config>
void AddMetadata(const Config& config, const Schema& schema, KafkaColumns* columns) {
  const auto first = static_cast<uint32_t>(schema.size()) - static_cast<uint32_t>(config.metadata_size());
  for (int i = 0; i < config.metadata_size(); ++i) {
    columns->metadata.push_back({first + static_cast<uint32_t>(i), config.metadata(i).key()});
  }
}

}  // namespace

Result<KafkaColumns> KafkaColumns::OfSource(const proto::SourceConfig& config, const Schema& schema,
                                            const KafkaOptions& options, bool upsert) {
  Physical physical;
  physical.read = PhysicalOf(config, schema);
  physical.declared = physical.read;
  if (config.has_declared() && config.declared().fields_size() > 0) {
    ASSIGN_OR_RETURN(Schema all, FromProto(config.declared()));
    physical.declared = std::move(all.fields);
  }
  std::vector<std::string> key_names = options.key_fields;
  if (upsert) {
    key_names.clear();
    for (uint32_t key : config.primary_key()) {
      if (config.columns_size() > 0) {
        const bool is_column =
            key < static_cast<uint32_t>(config.columns_size()) &&
            config.columns(static_cast<int>(key)).kind_case() == proto::Expression::kColumn;
        if (!is_column)
          return Status(kBadOperatorConfig, "a primary key column of a Kafka table is computed");
        key = config.columns(static_cast<int>(key)).column();
      }
      if (key >= physical.read.size())
        return Status(kBadOperatorConfig, "a primary key column of a Kafka table is not physical");
      key_names.push_back(physical.read[key].name);
    }
    if (key_names.empty()) return Status(kBadOperatorConfig, "connector 'upsert-kafka' needs a primary key");
  }
  ASSIGN_OR_RETURN(KafkaColumns columns, Divide(physical, key_names, options));
  AddMetadata(config, schema, &columns);
  return columns;
}

Result<KafkaColumns> KafkaColumns::OfSink(const proto::SinkConfig& config, const Schema& schema,
                                          const KafkaOptions& options, bool upsert) {
  Physical physical;
  physical.read = PhysicalOf(config, schema);
  physical.declared = physical.read;
  std::vector<std::string> key_names = options.key_fields;
  if (upsert) {
    key_names.clear();
    for (uint32_t key : config.primary_key()) {
      if (key >= physical.read.size())
        return Status(kBadOperatorConfig, "a primary key column of a Kafka table is not physical");
      key_names.push_back(physical.read[key].name);
    }
    if (key_names.empty()) return Status(kBadOperatorConfig, "connector 'upsert-kafka' needs a primary key");
  }
  ASSIGN_OR_RETURN(KafkaColumns columns, Divide(physical, key_names, options));
  AddMetadata(config, schema, &columns);
  return columns;
}

}  // namespace millrace
