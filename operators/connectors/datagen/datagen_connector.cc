#include "operators/connectors/datagen/datagen_connector.h"

#include <algorithm>
#include <utility>

#include "core/types/proto_conversion.h"
#include "operators/connectors/datagen/datagen_source.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

std::vector<OptionDescriptor> DatagenOptions() {
  using Type = OptionType;
  return {
      {"rows-per-second", Type::kInteger, "10000", false, "Rows a second, of all subtasks together.", {}},
      {"number-of-rows",
       Type::kInteger,
       "",
       false,
       "Rows of the table in all; without it the table is endless.",
       {}},
      {"scan.parallelism",
       Type::kInteger,
       "",
       false,
       "Number of parallel readers; by default the job's.",
       {}},
      {"fields.*.kind",
       Type::kEnum,
       "random",
       false,
       "How the column is made; a sequence ends the table when it is through.",
       {"random", "sequence"}},
      {"fields.*.min",
       Type::kString,
       "",
       false,
       "Smallest random number; by default the type's, for FLOAT, DOUBLE and DECIMAL next to 0.",
       {}},
      {"fields.*.max", Type::kString, "", false, "Largest random number; by default the type's.", {}},
      {"fields.*.max-past",
       Type::kDuration,
       "0",
       false,
       "How far before the present random timestamps may lie.",
       {}},
      {"fields.*.length",
       Type::kInteger,
       "",
       false,
       "Length of texts, bytes (default 100 or the declared one) and of arrays, maps and multisets (default "
       "3).",
       {}},
      {"fields.*.var-len",
       Type::kBoolean,
       "false",
       false,
       "Whether texts and bytes have random lengths below 'length'.",
       {}},
      {"fields.*.start", Type::kInteger, "", false, "First value of a sequence.", {}},
      {"fields.*.end", Type::kInteger, "", false, "Last value of a sequence.", {}},
      {"fields.*.null-rate", Type::kDouble, "0", false, "Share of NULLs, from 0 to 1.", {}},
  };
}

bool IsBounded(const Options& options) {
  if (options.count("number-of-rows") > 0) return true;
  return std::any_of(options.begin(), options.end(), [](const auto& option) {
    const std::string& key = option.first;
    return option.second == "sequence" && key.size() > 5 && key.compare(key.size() - 5, 5, ".kind") == 0;
  });
}

Result<DatagenTable> TableOf(const proto::SourceConfig& config) {
  const proto::Schema& declared = config.declared().fields_size() > 0 ? config.declared() : config.physical();
  ASSIGN_OR_RETURN(const Schema schema, FromProto(declared));
  return DatagenTable::From(schema.fields, {config.options().begin(), config.options().end()});
}

}  // namespace

ConnectorFactory MakeDatagenConnector() {
  ConnectorFactory factory;
  ConnectorDescriptor& descriptor = factory.descriptor;
  descriptor.name = "datagen";
  descriptor.description = "Rows that are made up, random or counted; the same ones in every run.";
  descriptor.source = true;
  descriptor.projection_push_down = true;
  descriptor.options = DatagenOptions();
  descriptor.bounded = IsBounded;
  factory.preflight_source = [](const proto::SourceConfig& config, const ConnectorContext&) {
    return TableOf(config).status();
  };
  factory.create_enumerator = [](const proto::SourceConfig&, const ConnectorContext& context,
                                 const std::vector<std::string>& restored_splits,
                                 const std::string&) -> Result<std::unique_ptr<SplitEnumerator>> {
    return std::unique_ptr<SplitEnumerator>(
        std::make_unique<DatagenEnumerator>(context.parallelism, !restored_splits.empty()));
  };
  factory.create_reader = [](const proto::SourceConfig& config, const ConnectorContext& context,
                             SchemaPtr schema) -> Result<std::unique_ptr<SplitReader>> {
    ASSIGN_OR_RETURN(DatagenTable table, TableOf(config));
    std::vector<size_t> columns;
    for (const Field& field : schema->fields) {
      const auto name = std::find(table.names.begin(), table.names.end(), field.name);
      columns.push_back(static_cast<size_t>(name - table.names.begin()));
    }
    return std::unique_ptr<SplitReader>(
        std::make_unique<DatagenReader>(std::move(table), std::move(columns), context.env));
  };
  return factory;
}

}  // namespace millrace
