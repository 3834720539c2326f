#include "operators/connectors/filesystem/filesystem_connector.h"

#include <algorithm>
#include <utility>

#include "core/descriptor/error_codes.h"
#include "core/types/proto_conversion.h"
#include "operators/api/error_codes.h"
#include "operators/api/registry.h"
#include "operators/connectors/filesystem/file_sink_committer.h"
#include "operators/connectors/filesystem/file_sink_writer.h"
#include "operators/connectors/filesystem/file_split_enumerator.h"
#include "operators/connectors/filesystem/file_split_reader.h"
#include "operators/connectors/filesystem/filesystem_options.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

template <class Config>
Result<FilesystemOptions> OptionsOf(const Config& config) {
  return FilesystemOptions::From({config.options().begin(), config.options().end()});
}

Result<const FormatFactory*> FormatOf(const FilesystemOptions& options, const ConnectorContext& context) {
  const FormatFactory* format = context.formats->Find(options.format);
  if (format != nullptr) return format;
  return Status(kUnknownFormat, "connector 'filesystem' does not know this format: '" + options.format + "'")
      .WithSuggestion("use 'json', 'csv' or 'raw'");
}

bool Contains(const google::protobuf::RepeatedPtrField<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<Field> WithoutKeys(const std::vector<Field>& fields,
                               const google::protobuf::RepeatedPtrField<std::string>& keys) {
  std::vector<Field> rest;
  for (const Field& field : fields) {
    if (!Contains(keys, field.name)) rest.push_back(field);
  }
  return rest;
}

Result<std::unique_ptr<SplitReader>> CreateReader(const proto::SourceConfig& config,
                                                  const ConnectorContext& context, SchemaPtr schema) {
  ASSIGN_OR_RETURN(FilesystemOptions options, OptionsOf(config));
  ASSIGN_OR_RETURN(const FormatFactory* format, FormatOf(options, context));
  const auto num_physical = schema->size() - static_cast<size_t>(config.metadata_size());
  std::vector<Field> physical(schema->fields.begin(),
                              schema->fields.begin() + static_cast<ptrdiff_t>(num_physical));
  std::vector<Field> declared = physical;
  if (config.has_declared() && config.declared().fields_size() > 0) {
    ASSIGN_OR_RETURN(Schema all, FromProto(config.declared()));
    declared = std::move(all.fields);
  }
  FileColumns columns;
  std::vector<Field> decoded;
  std::vector<uint32_t> targets;
  for (uint32_t i = 0; i < physical.size(); ++i) {
    if (Contains(config.partition_keys(), physical[i].name)) {
      columns.partitions.push_back({i, physical[i]});
    } else {
      decoded.push_back(physical[i]);
      targets.push_back(i);
    }
  }
  for (int i = 0; i < config.metadata_size(); ++i) {
    columns.metadata.push_back(
        {static_cast<uint32_t>(num_physical) + static_cast<uint32_t>(i), config.metadata(i).key()});
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Decoder> decoder,
                   format->create_decoder(decoded, WithoutKeys(declared, config.partition_keys()),
                                          options.format_options));
  decoder->MapColumns(std::move(targets));
  return std::unique_ptr<SplitReader>(
      std::make_unique<FileSplitReader>(context, std::move(options), std::move(columns), std::move(decoder)));
}

Result<std::unique_ptr<SinkWriter>> CreateWriter(const proto::SinkConfig& config,
                                                 const ConnectorContext& context, SchemaPtr schema) {
  ASSIGN_OR_RETURN(FilesystemOptions options, OptionsOf(config));
  ASSIGN_OR_RETURN(const FormatFactory* format, FormatOf(options, context));
  std::vector<std::string> keys(config.partition_keys().begin(), config.partition_keys().end());
  std::vector<uint32_t> key_columns;
  for (const std::string& key : keys) {
    const auto column = schema->IndexOf(key);
    if (!column) {
      return Status(kUnsupportedByConnector, "a partition key is no column of the table: '" + key + "'")
          .WithSuggestion("name a physical column in PARTITIONED BY");
    }
    key_columns.push_back(*column);
  }
  ASSIGN_OR_RETURN(
      std::unique_ptr<Encoder> encoder,
      format->create_encoder(WithoutKeys(schema->fields, config.partition_keys()), options.format_options));
  return std::unique_ptr<SinkWriter>(std::make_unique<FileSinkWriter>(
      context, std::move(options), std::move(keys), std::move(key_columns), std::move(encoder)));
}

/// A directory that is there or can be made.
Status CheckSinkPath(const proto::SinkConfig& config, const ConnectorContext& context) {
  ASSIGN_OR_RETURN(const FilesystemOptions options, OptionsOf(config));
  FileSystem& files = context.env->files();
  const Result<FileInfo> found = files.Stat(options.path);
  if (found.ok() && !found.value().is_directory) {
    return Status(kOutsideRefused, "path to write to is a file: '" + options.path + "'")
        .WithSuggestion("name a directory, files are made in it");
  }
  return files.CreateDirectories(options.path);
}

std::vector<MetadataDescriptor> MetadataColumns() {
  return {
      {"file.path", DataType::String().NotNull(), true, false, "Path of the file."},
      {"file.name", DataType::String().NotNull(), true, false, "Name of the file, without its directory."},
      {"file.size", DataType::Bigint().NotNull(), true, false, "Bytes of the file when it was found."},
      {"file.modification-time", DataType::TimestampLtz(3).NotNull(), true, false,
       "When the file was last changed."},
  };
}

}  // namespace

ConnectorFactory MakeFilesystemConnector() {
  ConnectorFactory factory;
  ConnectorDescriptor& descriptor = factory.descriptor;
  descriptor.name = "filesystem";
  descriptor.description =
      "Files of lines in a directory: read bounded or as they appear, written exactly once.";
  descriptor.source = true;
  descriptor.sink = true;
  descriptor.needs_format = true;
  descriptor.projection_push_down = true;
  descriptor.options = FilesystemOptionDescriptors();
  descriptor.metadata = MetadataColumns();
  descriptor.bounded = [](const Options& options) { return options.count("source.monitor-interval") == 0; };
  descriptor.validate = [](const Options& options, bool) {
    return FilesystemOptions::From(options).status();
  };
  descriptor.guarantee = [](const Options&) {
    return std::pair(
        Guarantee::kExactlyOnce,
        std::string("files become visible by a rename once the checkpoint that holds their rows is "
                    "complete"));
  };
  factory.preflight_source = [](const proto::SourceConfig& config,
                                const ConnectorContext& context) -> Status {
    ASSIGN_OR_RETURN(const FilesystemOptions options, OptionsOf(config));
    return ListInputFiles(options, context.env->files()).status();
  };
  factory.create_enumerator = [](const proto::SourceConfig& config, const ConnectorContext& context,
                                 const std::vector<std::string>& restored_splits,
                                 const std::string&) -> Result<std::unique_ptr<SplitEnumerator>> {
    ASSIGN_OR_RETURN(FilesystemOptions options, OptionsOf(config));
    return std::unique_ptr<SplitEnumerator>(
        std::make_unique<FileSplitEnumerator>(std::move(options), &context.env->files(), restored_splits));
  };
  factory.create_reader = CreateReader;
  factory.preflight_sink = CheckSinkPath;
  factory.create_writer = CreateWriter;
  factory.create_committer = [](const proto::SinkConfig& config,
                                const ConnectorContext& context) -> Result<std::unique_ptr<Committer>> {
    ASSIGN_OR_RETURN(FilesystemOptions options, OptionsOf(config));
    return std::unique_ptr<Committer>(std::make_unique<FileSinkCommitter>(context, std::move(options)));
  };
  return factory;
}

}  // namespace millrace
