#include "server/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <map>

#include "server/cli/exit_code.h"
#include "server/cli/run_command.h"

namespace millrace {
namespace {

const std::map<std::string, OutputFormat> kFormats = {
    {"table", OutputFormat::kTable}, {"json", OutputFormat::kJson}, {"ndjson", OutputFormat::kNdjson}};

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app("Millrace: a self-hosted stream processor for Flink SQL and dataflow graphs", "millrace");
  app.require_subcommand(1);
  int exit_code = kExitDone;

  RunCommandOptions run;
  CLI::App* run_app = app.add_subcommand("run", "Run SQL scripts in this process, without a server");
  run_app->add_option("files", run.files, "SQL scripts; - is standard input")->required();
  run_app->add_option("-o,--output", run.format, "table, json or ndjson")
      ->transform(CLI::CheckedTransformer(kFormats, CLI::ignore_case));
  run_app->add_option("--data-dir", run.data_directory, "Keep state here and go on from it at the next run");
  run_app->add_option("-p,--parallelism", run.parallelism, "Subtasks of every operator")->check(CLI::Range(1, 1024));
  run_app->add_option("-D,--set", run.settings, "key=value, as SET 'key' = 'value'");
  run_app->callback([&] { exit_code = RunScripts(run); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? kExitDone : kExitUsage;
  }
  return exit_code;
}

}  // namespace millrace
