#include "operators/formats/csv/csv_format.h"

#include <string>

#include "core/descriptor/error_codes.h"
#include "operators/formats/csv/csv_decoder.h"
#include "operators/formats/csv/csv_encoder.h"
#include "operators/formats/csv/csv_options.h"

namespace millrace {
namespace {

Status Unsupported(const std::string& column, const DataType& type, const std::string& suggestion) {
  return Status(kUnsupportedByConnector, "format csv cannot hold this type: column '" + column + "' " +
                                             type.ToStringWithoutNullability())
      .WithSuggestion(suggestion);
}

/// Fields hold scalars, or arrays and rows of scalars.
Status CheckType(const std::string& column, const DataType& type, bool is_nested) {
  switch (type.kind()) {
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return Unsupported(column, type, "use format 'json' for maps");
    case TypeKind::kTime:
      if (type.precision() > 3) return Unsupported(column, type, "use TIME(3) or less");
      return Status::Ok();
    case TypeKind::kArray:
    case TypeKind::kRow:
      if (is_nested) return Unsupported(column, type, "use format 'json' for arrays and rows inside others");
      for (const Field& field : type.fields()) RETURN_IF_ERROR(CheckType(column, field.type, true));
      return Status::Ok();
    default:
      return Status::Ok();
  }
}

}  // namespace

FormatFactory MakeCsvFormat() {
  FormatFactory factory;
  FormatDescriptor& descriptor = factory.descriptor;
  descriptor.name = "csv";
  descriptor.description = "One line of delimited fields a record, in the order of the declared columns.";
  descriptor.decodes = true;
  descriptor.encodes = true;
  descriptor.options = CsvOptionDescriptors();
  descriptor.validate = [](const std::vector<Field>& columns, const Options& options) {
    for (const Field& column : columns) RETURN_IF_ERROR(CheckType(column.name, column.type, false));
    return CsvOptions::From(options).status();
  };
  factory.create_decoder = [](const std::vector<Field>& columns, const std::vector<Field>& declared,
                              const Options& options) -> Result<std::unique_ptr<Decoder>> {
    ASSIGN_OR_RETURN(const CsvOptions csv, CsvOptions::From(options));
    return std::unique_ptr<Decoder>(std::make_unique<CsvDecoder>(columns, declared, csv));
  };
  factory.create_encoder = [](const std::vector<Field>& columns,
                              const Options& options) -> Result<std::unique_ptr<Encoder>> {
    ASSIGN_OR_RETURN(const CsvOptions csv, CsvOptions::From(options));
    return std::unique_ptr<Encoder>(std::make_unique<CsvEncoder>(columns, csv));
  };
  return factory;
}

}  // namespace millrace
