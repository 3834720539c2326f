#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/status.h"
#include "core/types/data_type.h"

namespace millrace {

enum class OptionType : uint8_t {
  kString,
  kInteger,
  kBoolean,
  kDuration,
  kMemorySize,
  kDouble,
  kEnum,
  kList
};

/// One WITH option of a connector or format. Docs, validation and "did you mean" come from it.
struct OptionDescriptor {
  std::string key;  // "scan.startup.mode"; "properties.*" and "fields.*.kind" match any text for *
  OptionType type = OptionType::kString;
  std::string default_value;  // as text; "" = none
  bool required = false;
  std::string description;          // one sentence, unit included
  std::vector<std::string> values;  // kEnum
};

enum class Guarantee : uint8_t { kNone, kAtLeastOnce, kExactlyOnce };

/// A readable or writable metadata column a connector or format offers.
struct MetadataDescriptor {
  std::string key;
  DataType type;
  bool readable = true;
  bool writable = false;
  std::string description;
};

using Options = std::map<std::string, std::string>;

/// What SQL, the validator and the docs know of a connector; plain data.
struct ConnectorDescriptor {
  std::string name;
  std::string description;
  bool source = false;
  bool sink = false;
  bool needs_format = false;  // value format under "format" or "value.format"
  bool key_format = false;    // "key.format" is understood
  bool requires_primary_key = false;
  bool upsert_source = false;    // rows are upserts by primary key: needs changelog normalisation
  bool accepts_updates = false;  // sink: takes an updating stream
  bool upsert_sink = false;      // sink: takes it as upserts by primary key
  bool projection_push_down = false;
  std::vector<OptionDescriptor> options;
  std::vector<MetadataDescriptor> metadata;
  /// Whether a source with these options ends by itself.
  std::function<bool(const Options&)> bounded;
  /// What the sink with these options guarantees, and why in a sentence for people.
  std::function<std::pair<Guarantee, std::string>(const Options&)> guarantee;
  /// Checks beyond single options (combinations, formats of values) without touching the outside. May be
  /// empty.
  std::function<Status(const Options&, bool as_source)> validate;
};

struct FormatDescriptor {
  std::string name;
  std::string description;
  bool decodes = false;
  bool encodes = false;
  bool changelog = false;  // carries row kinds (debezium-json)
  /// Finds the fields of a ROW column by name, so that the type may leave out those that nobody reads.
  bool nested_projection = false;
  std::vector<OptionDescriptor> options;  // without the format's prefix
  std::vector<MetadataDescriptor> metadata;
  /// Whether the physical columns can be read / written. May be empty.
  std::function<Status(const std::vector<Field>&, const Options&)> validate;
};

/// Everything SQL and the validator may know of connectors and formats. Read-only after start.
struct DescriptorCatalog {
  std::map<std::string, ConnectorDescriptor> connectors;
  std::map<std::string, FormatDescriptor> formats;
};

/// Checks that every key is known (kUnknownOption with "did you mean"), every value parses (kBadOptionValue)
/// and nothing required is missing (kMissingOption). `what` names the connector or format in messages.
Status ValidateOptions(const std::string& what, const std::vector<OptionDescriptor>& descriptors,
                       const Options& options);

/// The same for all options of a table ("connector" excluded): the connector's own, and those of the formats
/// that "format", "value.format" and "key.format" name, behind the prefixes Flink gives them ("json.",
/// "value.json.", "key.json.").
Status ValidateTableOptions(const ConnectorDescriptor& connector,
                            const std::map<std::string, FormatDescriptor>& formats, const Options& options);

/// Typed reads of options; the default of the descriptor is the caller's. Durations in ms ("10 s", "5 min",
/// "100"), memory sizes in bytes ("128 MB"), as Flink writes them.
Result<int64_t> ParseDurationMillis(const std::string& text);
Result<int64_t> ParseMemorySizeBytes(const std::string& text);
Result<bool> ParseBoolean(const std::string& text);
Result<int64_t> ParseInteger(const std::string& text);
std::string OptionOr(const Options& options, const std::string& key, const std::string& otherwise);

}  // namespace millrace
