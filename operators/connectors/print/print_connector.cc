#include "operators/connectors/print/print_connector.h"

#include <cstdio>

#include "core/env/env.h"
#include "operators/connectors/print/print_writer.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

Options OptionsOf(const proto::SinkConfig& config) {
  return {config.options().begin(), config.options().end()};
}

}  // namespace

ConnectorFactory MakePrintConnector() {
  ConnectorFactory factory;
  ConnectorDescriptor& descriptor = factory.descriptor;
  descriptor.name = "print";
  descriptor.description = "Writes every row as a line to standard output or standard error.";
  descriptor.sink = true;
  descriptor.accepts_updates = true;
  descriptor.options = {
      {"print-identifier",
       OptionType::kString,
       "",
       false,
       "Text that begins each line, followed by '> '.",
       {}},
      {"standard-error",
       OptionType::kBoolean,
       "false",
       false,
       "Whether lines go to standard error instead of standard output.",
       {}},
      {"sink.parallelism",
       OptionType::kInteger,
       "",
       false,
       "Number of parallel writers; by default that of the operator before.",
       {}},
  };
  descriptor.bounded = [](const Options&) { return false; };
  descriptor.guarantee = [](const Options&) {
    return std::pair(
        Guarantee::kAtLeastOnce,
        std::string("lines are written as rows come; after a failure rows since the last checkpoint are "
                    "written again"));
  };
  factory.create_writer = [](const proto::SinkConfig& config, const ConnectorContext& context,
                             SchemaPtr schema) -> Result<std::unique_ptr<SinkWriter>> {
    const Options options = OptionsOf(config);
    ASSIGN_OR_RETURN(const bool to_error, ParseBoolean(OptionOr(options, "standard-error", "false")));
    std::string prefix =
        PrintPrefix(OptionOr(options, "print-identifier", ""), context.subtask, context.parallelism);
    const std::vector<uint32_t> key(config.primary_key().begin(), config.primary_key().end());
    return std::unique_ptr<SinkWriter>(std::make_unique<PrintWriter>(
        to_error ? stderr : stdout, std::move(prefix), key, &context.env->io()));
  };
  return factory;
}

}  // namespace millrace
