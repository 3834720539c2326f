#include "server/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "server/cli/checkpoint_command.h"
#include "server/cli/config_command.h"
#include "server/cli/exit_code.h"
#include "server/cli/job_command.h"
#include "server/cli/run_command.h"
#include "server/cli/server_command.h"
#include "server/cli/sql_command.h"
#include "server/cli/usage_error.h"

namespace millrace {
namespace {

const std::map<std::string, OutputFormat> kFormats = {
    {"table", OutputFormat::kTable}, {"json", OutputFormat::kJson}, {"ndjson", OutputFormat::kNdjson}};

/// The options of all subcommands, and what the chosen one answers.
struct Arguments {
  RunCommandOptions run;
  ServerCommandOptions server;
  std::string data_directory;
  ClientOptions client;
  SubmitCommandOptions submit;
  std::string job;
  std::string directory;
  bool drain = false;
  int64_t timeout_seconds = 60;
  uint32_t query = 0;
  SqlCommandOptions sql;
  std::string shell;
  int exit_code = kExitDone;
};

void AddOutput(CLI::App* app, OutputFormat* format) {
  const auto number_of = [](std::string& name) -> std::string {
    const auto found = kFormats.find(name);
    if (found == kFormats.end()) return "Unknown format '" + name + "': table, json or ndjson";
    name = std::to_string(static_cast<int>(found->second));
    return "";
  };
  app->add_option("-o,--output", *format, "table, json or ndjson")
      ->transform(CLI::Validator(number_of, ""))
      ->type_name("FORMAT");
}

void AddClient(CLI::App* app, ClientOptions* client) {
  app->add_option("--server", client->server, "host:port of the server's gRPC API")
      ->envname("MILLRACE_SERVER");
  AddOutput(app, &client->format);
}

void AddRun(CLI::App& app, Arguments& a) {
  CLI::App* run = app.add_subcommand("run", "Run SQL scripts in this process, without a server");
  run->add_option("files", a.run.files, "SQL scripts; - is standard input")->required();
  AddOutput(run, &a.run.format);
  run->add_option("--data-dir", a.run.data_directory, "Keep state here and go on from it at the next run");
  run->add_option("-p,--parallelism", a.run.parallelism, "Subtasks of every operator")
      ->check(CLI::Range(1, 1024));
  run->add_option("-D,--set", a.run.settings, "key=value, as SET 'key' = 'value'");
  run->callback([&a] { a.exit_code = RunScripts(a.run); });
}

void AddServer(CLI::App& app, Arguments& a) {
  CLI::App* server = app.add_subcommand("server", "Run the server until SIGTERM or Ctrl-C");
  server->add_option("--config", a.server.config_file, "YAML file; config/default.yaml shows every key")
      ->envname("MILLRACE_CONFIG");
  server->add_option("--data-dir", a.data_directory, "Shorthand for --set data-dir=...");
  server->add_option("-D,--set", a.server.settings, "key=value of the configuration");
  server->callback([&a] {
    if (!a.data_directory.empty()) a.server.settings.push_back("data-dir=" + a.data_directory);
    a.exit_code = RunServer(a.server);
  });
}

CLI::App* AddJobCommand(CLI::App* job, Arguments& a, const char* name, const char* what,
                        std::function<int()> run) {
  CLI::App* command = job->add_subcommand(name, what);
  AddClient(command, &a.client);
  command->callback([&a, run = std::move(run)] { a.exit_code = run(); });
  return command;
}

void AddSubmitOptions(CLI::App* command, Arguments& a) {
  command->add_option("file", a.submit.file, "A SQL script, or a job graph as protobuf JSON (.json)")
      ->required();
  command->add_option("--name", a.submit.name, "Name of the job");
  command->add_flag("--allow-non-restored-state", a.submit.allow_non_restored_state,
                    "Drop state of operators that the job no longer has");
  command->add_flag("--allow-output-rollback", a.submit.allow_output_rollback,
                    "Restore although sinks have published later epochs: their rows appear again");
}

void AddJob(CLI::App& app, Arguments& a) {
  CLI::App* job = app.add_subcommand("job", "Submit, list, show and end jobs of a server");
  job->require_subcommand(1);
  CLI::App* submit = AddJobCommand(job, a, "submit", "Submit a script or graph; prints the job's id",
                                   [&a] { return SubmitJob(a.client, a.submit); });
  AddSubmitOptions(submit, a);
  submit->add_option("--from", a.submit.restore_from, "Begin from this savepoint or checkpoint directory");
  CLI::App* restore =
      AddJobCommand(job, a, "restore", "Submit a script or graph that goes on from a savepoint",
                    [&a] { return SubmitJob(a.client, a.submit); });
  restore->add_option("savepoint", a.submit.restore_from, "Directory of the savepoint")->required();
  AddSubmitOptions(restore, a);
  AddJobCommand(job, a, "list", "All jobs", [&a] { return ListJobs(a.client); });
  const auto named = [&](const char* name, const char* what, std::function<int()> run) {
    CLI::App* command = AddJobCommand(job, a, name, what, std::move(run));
    command->add_option("job", a.job, "Id, unique prefix of it, or name")->required();
    return command;
  };
  named("show", "State, sinks and figures of a job", [&a] { return ShowJob(a.client, a.job); });
  named("graph", "The job's graph as protobuf JSON", [&a] { return PrintJobGraph(a.client, a.job); });
  named("cancel", "End a job at once", [&a] { return CancelJob(a.client, a.job); });
  CLI::App* stop = named("stop", "Take a savepoint and end the job; prints its path", [&a] {
    return StopJob(a.client, a.job, a.directory, a.drain, a.timeout_seconds * 1000);
  });
  stop->add_flag("--drain", a.drain, "End event time first, so that all windows fire");
  CLI::App* savepoint = named("savepoint", "Take a savepoint; prints its path", [&a] {
    return TakeSavepoint(a.client, a.job, a.directory, true, a.timeout_seconds * 1000);
  });
  CLI::App* checkpoint = named("checkpoint", "Take a checkpoint now", [&a] {
    return TakeSavepoint(a.client, a.job, "", false, a.timeout_seconds * 1000);
  });
  for (CLI::App* command : {stop, savepoint})
    command->add_option("--dir", a.directory, "Directory of the savepoint");
  for (CLI::App* command : {stop, savepoint, checkpoint}) {
    command->add_option("--timeout", a.timeout_seconds, "Seconds to wait")->check(CLI::PositiveNumber);
  }
  CLI::App* tail =
      named("tail", "Rows of a query, from now on", [&a] { return TailJob(a.client, a.job, a.query); });
  tail->add_option("--query", a.query, "Number of the query in the job");

  CLI::App* checkpoints = app.add_subcommand("checkpoint", "Look at checkpoints");
  checkpoints->require_subcommand(1);
  CLI::App* list = AddJobCommand(checkpoints, a, "list", "Checkpoints of a job",
                                 [&a] { return ListCheckpoints(a.client, a.job); });
  list->add_option("job", a.job, "Id, unique prefix of it, or name")->required();
  CLI::App* show = checkpoints->add_subcommand("show", "What a savepoint or checkpoint directory holds");
  CLI::App* verify = checkpoints->add_subcommand("verify", "Length and checksum of every file of one");
  for (CLI::App* command : {show, verify}) {
    command->add_option("directory", a.directory, "Path or file:// URI")->required();
    AddOutput(command, &a.client.format);
  }
  show->callback([&a] { a.exit_code = ShowCheckpoint(a.directory, a.client.format); });
  verify->callback([&a] { a.exit_code = VerifyCheckpoint(a.directory, a.client.format); });
}

void AddSql(CLI::App& app, Arguments& a) {
  CLI::App* sql = app.add_subcommand("sql", "SQL against a server: a shell, or -e and -f");
  AddClient(sql, &a.client);
  sql->add_option("-e,--execute", a.sql.statements, "Run this and leave");
  sql->add_option("-f,--file", a.sql.files, "Run this script and leave");
  sql->callback([&a] { a.exit_code = RunSql(a.client, a.sql); });
  CLI::App* explain = app.add_subcommand("explain", "The plans of a script's queries and INSERTs");
  AddClient(explain, &a.client);
  explain->add_option("file", a.submit.file, "SQL script; - is standard input")->required();
  explain->callback([&a] { a.exit_code = RunExplain(a.client, a.submit.file); });
}

void AddConfig(CLI::App& app, Arguments& a) {
  CLI::App* config = app.add_subcommand("config", "The server's configuration");
  config->require_subcommand(1);
  CLI::App* show = config->add_subcommand("show", "Every key, its value and where it comes from");
  CLI::App* check = config->add_subcommand("check", "Whether file, environment and flags are valid");
  for (CLI::App* command : {show, check}) {
    command->add_option("--config", a.server.config_file, "YAML file")->envname("MILLRACE_CONFIG");
    command->add_option("-D,--set", a.server.settings, "key=value");
  }
  AddOutput(show, &a.client.format);
  show->callback(
      [&a] { a.exit_code = ShowConfig(a.server.config_file, a.server.settings, a.client.format); });
  check->callback([&a] { a.exit_code = CheckConfig(a.server.config_file, a.server.settings); });
}

void AddOthers(CLI::App& app, Arguments& a) {
  CLI::App* version = app.add_subcommand("version", "The version of this binary");
  AddOutput(version, &a.client.format);
  version->callback([&a] { a.exit_code = PrintVersion(a.client.format); });
  CLI::App* completion = app.add_subcommand("completion", "A completion script for a shell");
  completion->add_option("shell", a.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([&app, &a] {
    std::vector<std::pair<std::string, std::vector<std::string>>> commands;
    for (const CLI::App* command : app.get_subcommands({})) {
      commands.emplace_back(command->get_name(), std::vector<std::string>());
      for (const CLI::App* sub : command->get_subcommands({}))
        commands.back().second.push_back(sub->get_name());
    }
    a.exit_code = PrintCompletion(a.shell, commands);
  });
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app("Millrace: a self-hosted stream processor for Flink SQL and dataflow graphs", "millrace");
  app.require_subcommand(1);
  Arguments arguments;
  AddServer(app, arguments);
  AddRun(app, arguments);
  AddSql(app, arguments);
  AddJob(app, arguments);
  AddConfig(app, arguments);
  AddOthers(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error);  // prints the help that was asked for
      return kExitDone;
    }
    fmt::print(stderr, "{}", DescribeUsageError(app, error, argc, argv));
    return kExitUsage;
  }
  return arguments.exit_code;
}

}  // namespace millrace
