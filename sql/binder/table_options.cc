#include "sql/binder/table_options.h"

#include <algorithm>

#include "core/descriptor/error_codes.h"
#include "core/types/type_rules.h"
#include "sql/binder/bind_error.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

constexpr int64_t kParallelismMax = 1024;

template <class Map>
std::vector<std::string> KeysOf(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

Result<Options> MergedOptions(const TableDefinition& table, const std::vector<Hint>& hints) {
  Options options = table.options;
  for (const Hint& hint : hints) {
    if (hint.name.text != "OPTIONS" && hint.name.text != "options") {
      return NotSupported("hint " + hint.name.text, hint.name.place);
    }
    for (const Property& property : hint.properties) {
      if (property.key.text == "connector") {
        return ErrorAt(kInvalidStatement, "A hint cannot change the connector", property.key.place);
      }
      options[property.key.text] = property.value.text;
    }
  }
  return options;
}

Result<const FormatDescriptor*> FindFormat(const DescriptorCatalog& descriptors, const std::string& name,
                                           bool as_source, const SourcePlace& place) {
  const auto found = descriptors.formats.find(name);
  if (found == descriptors.formats.end()) {
    return ErrorAt(kUnknownFormat, "Unknown format: " + name, place)
        .WithSuggestion(DidYouMean(ClosestName(name, KeysOf(descriptors.formats))));
  }
  const FormatDescriptor& format = found->second;
  if (as_source ? !format.decodes : !format.encodes) {
    return ErrorAt(kUnsupportedByConnector,
                   std::string("Format cannot be ") + (as_source ? "read: " : "written: ") + name, place);
  }
  return &format;
}

/// The connector's options, and those of its formats behind their prefixes.
class OptionList {
 public:
  explicit OptionList(const ConnectorDescriptor& connector) : all_(connector.options) {
    // Understood for every table: they steer the job, not the connector.
    if (connector.source) {
      AddJobOption("scan.parallelism", OptionType::kInteger);
      AddJobOption("scan.watermark.idle-timeout", OptionType::kDuration);
    }
    if (connector.sink) AddJobOption("sink.parallelism", OptionType::kInteger);
    if (connector.needs_format) {
      AddText("format", OptionType::kString);
      AddText("value.format", OptionType::kString);
    }
    if (connector.key_format) AddText("key.format", OptionType::kString);
  }

  void AddFormat(const FormatDescriptor& format, const std::string& prefix) {
    for (OptionDescriptor option : format.options) {
      option.key = prefix + format.name + "." + option.key;
      all_.push_back(std::move(option));
    }
  }

  const std::vector<OptionDescriptor>& all() const { return all_; }

  /// Drops the options that the connector itself does not know.
  void DropJobOptions(Options* options) const {
    for (const std::string& key : of_job_) options->erase(key);
  }

 private:
  bool AddText(const std::string& key, OptionType type) {
    const bool known =
        std::any_of(all_.begin(), all_.end(), [&](const auto& option) { return option.key == key; });
    if (!known) all_.push_back({.key = key, .type = type});
    return !known;
  }
  void AddJobOption(const std::string& key, OptionType type) {
    if (AddText(key, type)) of_job_.push_back(key);
  }

  std::vector<OptionDescriptor> all_;
  std::vector<std::string> of_job_;
};

/// Options of a format without its prefix.
Options FormatOptions(const Options& options, const std::vector<std::string>& prefixes) {
  Options of_format;
  for (const auto& [key, value] : options) {
    for (const std::string& prefix : prefixes) {
      if (key.starts_with(prefix)) of_format[key.substr(prefix.size())] = value;
    }
  }
  return of_format;
}

Result<const ConnectorDescriptor*> FindConnector(const TableDefinition& table,
                                                 const DescriptorCatalog& descriptors, bool as_source,
                                                 const SourcePlace& place) {
  const auto name = table.options.find("connector");
  if (name == table.options.end()) {
    return ErrorAt(kMissingOption, "Table has no 'connector' option: " + table.path.name, place)
        .WithSuggestion("add WITH ('connector' = '...')");
  }
  const auto found = descriptors.connectors.find(name->second);
  if (found == descriptors.connectors.end()) {
    return ErrorAt(kUnknownConnector, "Unknown connector: " + name->second, place)
        .WithSuggestion(DidYouMean(ClosestName(name->second, KeysOf(descriptors.connectors))));
  }
  const ConnectorDescriptor& connector = found->second;
  if (as_source ? !connector.source : !connector.sink) {
    return ErrorAt(kUnsupportedByConnector,
                   "Connector cannot be " + std::string(as_source ? "read: " : "written: ") + connector.name,
                   place);
  }
  if (connector.requires_primary_key && table.primary_key.empty()) {
    return ErrorAt(kInvalidTableDefinition, "Connector needs a primary key: " + connector.name, place)
        .WithSuggestion("declare PRIMARY KEY (...) NOT ENFORCED on " + table.path.name);
  }
  return &connector;
}

}  // namespace

Result<TableConnector> ResolveConnector(const TableDefinition& table, const std::vector<Hint>& hints,
                                        bool as_source, const DescriptorCatalog& descriptors,
                                        const SourcePlace& place) {
  TableConnector resolved;
  ASSIGN_OR_RETURN(resolved.connector, FindConnector(table, descriptors, as_source, place));
  ASSIGN_OR_RETURN(resolved.options, MergedOptions(table, hints));
  resolved.options.erase("connector");
  const Options& options = resolved.options;
  OptionList known(*resolved.connector);
  if (resolved.connector->needs_format) {
    const std::string plain = OptionOr(options, "format", "");
    const std::string name = plain.empty() ? OptionOr(options, "value.format", "") : plain;
    if (name.empty()) {
      return ErrorAt(kMissingOption, "Table has no 'format' option: " + table.path.name, place)
          .WithSuggestion("add 'format' = 'json', or another");
    }
    ASSIGN_OR_RETURN(resolved.value_format, FindFormat(descriptors, name, as_source, place));
    known.AddFormat(*resolved.value_format, "");
    known.AddFormat(*resolved.value_format, "value.");
    if (resolved.value_format->validate) {
      std::vector<Field> fields;
      for (const TableColumn& column : table.columns) {
        if (column.kind == TableColumn::Kind::kPhysical) fields.push_back({column.name, column.type});
      }
      RETURN_IF_ERROR(PlacedAt(resolved.value_format->validate(
                                   fields, FormatOptions(options, {name + ".", "value." + name + "."})),
                               place));
    }
  }
  const std::string key_name = OptionOr(options, "key.format", "");
  if (resolved.connector->key_format && !key_name.empty()) {
    ASSIGN_OR_RETURN(resolved.key_format, FindFormat(descriptors, key_name, as_source, place));
    known.AddFormat(*resolved.key_format, "key.");
  }
  const std::string what = "connector '" + resolved.connector->name + "'";
  RETURN_IF_ERROR(PlacedAt(ValidateOptions(what, known.all(), options), place));
  resolved.job_options = resolved.options;
  known.DropJobOptions(&resolved.options);
  if (resolved.connector->validate) {
    RETURN_IF_ERROR(PlacedAt(resolved.connector->validate(options, as_source), place));
  }
  return resolved;
}

const MetadataDescriptor* FindMetadata(const TableConnector& connector, const std::string& key) {
  for (const MetadataDescriptor& metadata : connector.connector->metadata) {
    if (metadata.key == key) return &metadata;
  }
  if (connector.value_format == nullptr || !key.starts_with("value.")) return nullptr;
  for (const MetadataDescriptor& metadata : connector.value_format->metadata) {
    if (key.substr(6) == metadata.key) return &metadata;
  }
  return nullptr;
}

std::vector<std::string> MetadataKeys(const TableConnector& connector, bool written) {
  std::vector<std::string> keys;
  for (const MetadataDescriptor& metadata : connector.connector->metadata) {
    if (written ? metadata.writable : metadata.readable) keys.push_back(metadata.key);
  }
  if (connector.value_format != nullptr) {
    for (const MetadataDescriptor& metadata : connector.value_format->metadata) {
      if (written ? metadata.writable : metadata.readable) keys.push_back("value." + metadata.key);
    }
  }
  return keys;
}

Result<uint32_t> ParallelismOption(const Options& options, const std::string& key, const SourcePlace& place) {
  const std::string text = OptionOr(options, key, "");
  if (text.empty()) return 0u;
  ASSIGN_OR_RETURN(const int64_t parallelism, ParseInteger(text));
  if (parallelism < 1 || parallelism > kParallelismMax) {
    return ErrorAt(kBadOptionValue, "Option " + key + " must be from 1 to 1024: " + text, place);
  }
  return static_cast<uint32_t>(parallelism);
}

}  // namespace millrace::sql
