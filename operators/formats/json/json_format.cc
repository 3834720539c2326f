#include "operators/formats/json/json_format.h"

#include <string>

#include "core/descriptor/error_codes.h"
#include "operators/formats/json/json_decoder.h"
#include "operators/formats/json/json_encoder.h"
#include "operators/formats/json/json_options.h"

namespace millrace {
namespace {

/// JSON's names are strings, so MAP keys and MULTISET elements must be.
Status CheckMapKeys(const std::string& column, const DataType& type) {
  const bool is_map = type.kind() == TypeKind::kMap || type.kind() == TypeKind::kMultiset;
  if (is_map && !type.map_key().IsCharacter()) {
    return Status(kUnsupportedByConnector, "format json needs character keys in maps, column '" + column +
                                               "' is " + type.ToStringWithoutNullability())
        .WithSuggestion("use MAP<STRING, ...>");
  }
  for (const Field& field : type.fields()) RETURN_IF_ERROR(CheckMapKeys(column, field.type));
  return Status::Ok();
}

std::vector<OptionDescriptor> JsonOptionDescriptors() {
  const auto boolean = [](const char* key, const char* otherwise, const char* description) {
    return OptionDescriptor{key, OptionType::kBoolean, otherwise, false, description, {}};
  };
  return {
      boolean("fail-on-missing-field", "false",
              "Whether a record without one of the columns fails instead of giving NULL."),
      boolean("ignore-parse-errors", "false",
              "Whether values that do not fit become NULL and records that are not JSON are skipped, instead "
              "of failing."),
      {"timestamp-format.standard",
       OptionType::kEnum,
       "SQL",
       false,
       "How TIMESTAMP and TIMESTAMP_LTZ are read and written: '2020-12-30 12:13:14.123', "
       "'2020-12-30T12:13:14.123', or "
       "the latter with an offset.",
       {"SQL", "ISO-8601", "ISO-8601-WITH-OFFSET"}},
      {"map-null-key.mode",
       OptionType::kEnum,
       "FAIL",
       false,
       "What writing a map with a NULL key does: fail, leave the entry out, or write 'map-null-key.literal'.",
       {"FAIL", "DROP", "LITERAL"}},
      {"map-null-key.literal",
       OptionType::kString,
       "null",
       false,
       "What stands for a NULL key in mode LITERAL.",
       {}},
      boolean("encode.decimal-as-plain-number", "false",
              "Whether decimals are written without exponents (0.000000027 instead of 2.7E-8)."),
      boolean("encode.ignore-null-fields", "false",
              "Whether fields that are NULL are left out when writing."),
      boolean("decode.json-parser.enabled", "true",
              "Accepted for compatibility: Flink's choice between two parsers, of which there is one here."),
  };
}

}  // namespace

FormatFactory MakeJsonFormat() {
  FormatFactory factory;
  FormatDescriptor& descriptor = factory.descriptor;
  descriptor.name = "json";
  descriptor.description = "One JSON object a record, or an array of objects for several rows.";
  descriptor.decodes = true;
  descriptor.encodes = true;
  descriptor.nested_projection = true;
  descriptor.options = JsonOptionDescriptors();
  descriptor.validate = [](const std::vector<Field>& columns, const Options& options) {
    for (const Field& column : columns) RETURN_IF_ERROR(CheckMapKeys(column.name, column.type));
    return JsonOptions::From(options).status();
  };
  factory.create_decoder = [](const std::vector<Field>& columns, const std::vector<Field>& declared,
                              const Options& options) -> Result<std::unique_ptr<Decoder>> {
    ASSIGN_OR_RETURN(const JsonOptions json, JsonOptions::From(options));
    return std::unique_ptr<Decoder>(std::make_unique<JsonDecoder>(columns, json));
  };
  factory.create_encoder = [](const std::vector<Field>& columns,
                              const Options& options) -> Result<std::unique_ptr<Encoder>> {
    ASSIGN_OR_RETURN(const JsonOptions json, JsonOptions::From(options));
    return std::unique_ptr<Encoder>(std::make_unique<JsonEncoder>(columns, json));
  };
  return factory;
}

}  // namespace millrace
