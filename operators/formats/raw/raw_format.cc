#include "operators/formats/raw/raw_format.h"

#include <string>

#include "core/descriptor/error_codes.h"
#include "core/descriptor/option_text.h"
#include "operators/formats/raw/raw_codec.h"

namespace millrace {
namespace {

Result<RawOptions> RawOptionsFrom(const Options& options) {
  RawOptions result;
  const std::string charset = OptionOr(options, "charset", "UTF-8");
  if (EqualsIgnoringCase(charset, "UTF-8")) {
    result.charset = RawCharset::kUtf8;
  } else if (EqualsIgnoringCase(charset, "US-ASCII")) {
    result.charset = RawCharset::kAscii;
  } else if (EqualsIgnoringCase(charset, "ISO-8859-1")) {
    result.charset = RawCharset::kLatin1;
  } else {
    return Status(kUnsupportedByConnector, "format raw does not know this charset: '" + charset + "'")
        .WithSuggestion("use 'UTF-8', 'US-ASCII' or 'ISO-8859-1', or read BYTES");
  }
  const std::string endianness = OptionOr(options, "endianness", "big-endian");
  if (endianness != "big-endian" && endianness != "little-endian") {
    return Status(kBadOptionValue, "option 'endianness' of format raw is not known: '" + endianness + "'")
        .WithSuggestion("use 'big-endian' or 'little-endian'");
  }
  result.big_endian = endianness == "big-endian";
  return result;
}

Status CheckColumns(const std::vector<Field>& columns) {
  if (columns.size() != 1) {
    return Status(kUnsupportedByConnector, "format raw needs exactly one physical column, the table has " +
                                               std::to_string(columns.size()))
        .WithSuggestion("declare one column, such as 'line STRING'; others may be METADATA columns");
  }
  const DataType& type = columns[0].type;
  const bool is_known = type.IsCharacter() || type.IsBinary() || type.IsInteger() ||
                        type.kind() == TypeKind::kBoolean || type.kind() == TypeKind::kFloat ||
                        type.kind() == TypeKind::kDouble;
  if (is_known) return Status::Ok();
  return Status(kUnsupportedByConnector, "format raw cannot hold this type: column '" + columns[0].name +
                                             "' " + type.ToStringWithoutNullability())
      .WithSuggestion("use STRING, BYTES, BOOLEAN, an integer or floating type, and CAST in the query");
}

}  // namespace

FormatFactory MakeRawFormat() {
  FormatFactory factory;
  FormatDescriptor& descriptor = factory.descriptor;
  descriptor.name = "raw";
  descriptor.description = "The bytes of a record are the value of the only column.";
  descriptor.decodes = true;
  descriptor.encodes = true;
  descriptor.options = {
      {"charset", OptionType::kString, "UTF-8", false, "Charset of text: UTF-8, US-ASCII or ISO-8859-1.", {}},
      {"endianness",
       OptionType::kEnum,
       "big-endian",
       false,
       "Byte order of numbers.",
       {"big-endian", "little-endian"}},
  };
  descriptor.validate = [](const std::vector<Field>& columns, const Options& options) {
    RETURN_IF_ERROR(CheckColumns(columns));
    return RawOptionsFrom(options).status();
  };
  factory.create_decoder = [](const std::vector<Field>& columns, const std::vector<Field>& declared,
                              const Options& options) -> Result<std::unique_ptr<Decoder>> {
    RETURN_IF_ERROR(CheckColumns(declared));
    ASSIGN_OR_RETURN(const RawOptions raw, RawOptionsFrom(options));
    return std::unique_ptr<Decoder>(
        std::make_unique<RawDecoder>(columns.empty() ? std::nullopt : std::optional(columns[0]), raw));
  };
  factory.create_encoder = [](const std::vector<Field>& columns,
                              const Options& options) -> Result<std::unique_ptr<Encoder>> {
    RETURN_IF_ERROR(CheckColumns(columns));
    ASSIGN_OR_RETURN(const RawOptions raw, RawOptionsFrom(options));
    return std::unique_ptr<Encoder>(std::make_unique<RawEncoder>(columns[0], raw));
  };
  return factory;
}

}  // namespace millrace
