#include "server/cli/sql_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "core/types/proto_conversion.h"
#include "server/cli/control_client.h"
#include "server/cli/exit_code.h"
#include "server/cli/interrupt.h"
#include "server/cli/json_output.h"
#include "server/cli/line_editor.h"
#include "server/cli/script_file.h"
#include "sql/lexer/keywords.h"
#include "sql/parser/parser.h"

namespace millrace {
namespace {

/// Reads a script, or says on stderr why not.
bool Read(const std::string& file, std::string* text) {
  auto script = ReadScriptFile(file);
  if (script.ok()) {
    *text = std::move(*script);
  } else {
    fmt::print(stderr, "{}\n", script.status().ToString());
  }
  return script.ok();
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

/// Sends scripts to one session of the server and prints what comes back.
class SqlClient {
 public:
  SqlClient(const ClientOptions& options, bool detached)
      : server_(ControlClient::Connect(options.server)),
        printer_(ResultPrinter::Create(options.format, stdout)),
        detached_(detached) {}

  /// An ExitCode.
  int Run(const std::string& script, bool quiet = false) {
    proto::ExecuteSqlRequest request;
    request.set_session_id(session_id_);
    request.set_sql(script);
    request.set_detached(detached_);
    int exit_code = kExitDone;
    bool in_query = false;
    const auto end_query = [&] {
      if (in_query) printer_->EndQuery();
      in_query = false;
    };
    const ClientError error = server_->ExecuteSql(request, [&](const proto::ExecuteSqlResponse& response) {
      switch (response.event_case()) {
        case proto::ExecuteSqlResponse::kSessionId:
          session_id_ = response.session_id();
          break;
        case proto::ExecuteSqlResponse::kStatementStarted:
          end_query();
          break;
        case proto::ExecuteSqlResponse::kHeader: {
          end_query();
          const auto schema = FromProto(response.header().schema());
          printer_->BeginQuery(++num_queries_, schema.ok() ? *schema : Schema{},
                               ResultModeOf(response.header().updating(), response.header().result_mode()));
          in_query = true;
          break;
        }
        case proto::ExecuteSqlResponse::kRows:
          PrintRows(response.rows());
          break;
        case proto::ExecuteSqlResponse::kJob:
          fmt::print(stderr, "Job '{}' is submitted: {}\n", response.job().name(), response.job().job_id());
          break;
        case proto::ExecuteSqlResponse::kStatementDone:
          if (!quiet) fmt::print(stderr, "{}\n", response.statement_done().message());
          break;
        case proto::ExecuteSqlResponse::kError:
          end_query();
          fmt::print(stderr, "{}\n", response.error().rendered());
          exit_code = kExitFailed;
          break;
        default:
          break;
      }
      return !Interrupted();
    });
    end_query();
    if (error.exit_code != 0) {
      fmt::print(stderr, "{}\n", error.detail.rendered());
      return error.exit_code;
    }
    return exit_code;
  }

  /// First column of a query's rows, for completion.
  std::vector<std::string> Names(const std::string& query) {
    std::vector<std::string> names;
    proto::ExecuteSqlRequest request;
    request.set_session_id(session_id_);
    request.set_sql(query);
    (void)server_->ExecuteSql(request, [&](const proto::ExecuteSqlResponse& response) {
      if (response.has_session_id()) session_id_ = response.session_id();
      for (const auto& row : response.rows().rows()) {
        const std::string& json = row.row_json();  // ["name"]
        if (json.size() > 4) names.push_back(json.substr(2, json.size() - 4));
      }
      return true;
    });
    return names;
  }

 private:
  void PrintRows(const proto::ResultRows& rows) {
    std::vector<RowChange> changes;
    for (const auto& row : rows.rows()) changes.push_back({row.op(), row.row_json()});
    printer_->PrintRows(changes);
  }

  const std::unique_ptr<ControlClient> server_;
  const std::unique_ptr<ResultPrinter> printer_;
  const bool detached_;
  std::string session_id_;
  uint32_t num_queries_ = 0;
};

/// Keywords and table names that begin with a prefix; keywords in the case the user types.
std::vector<std::string> Complete(SqlClient& client, const std::string& prefix) {
  std::vector<std::string> words;
  const bool lower = std::islower(static_cast<unsigned char>(prefix.front())) != 0;
  for (const auto& entry : sql::kKeywordTable) {
    std::string keyword(entry.text);
    if (keyword.rfind(Upper(prefix), 0) != 0) continue;
    if (lower)
      std::transform(keyword.begin(), keyword.end(), keyword.begin(),
                     [](unsigned char c) { return std::tolower(c); });
    words.push_back(keyword);
  }
  for (const std::string& table : client.Names("SHOW TABLES")) {
    if (table.rfind(prefix, 0) == 0) words.push_back(table);
  }
  std::sort(words.begin(), words.end());
  return words;
}

int RunShell(SqlClient& client) {
  const char* home = getenv("HOME");
  const auto editor =
      LineEditor::Open(home == nullptr ? "" : std::string(home) + "/.millrace_history",
                       [&client](const std::string& prefix) { return Complete(client, prefix); });
  fmt::print(stderr,
             "Statements end with a semicolon; QUIT or Ctrl-D leaves, Ctrl-C ends a running query.\n");
  std::string input;
  while (true) {
    ClearInterrupt();
    bool interrupted = false;
    const auto line = editor->ReadLine(input.empty() ? "millrace> " : "       -> ", &interrupted);
    if (!line) break;
    if (interrupted) {
      input.clear();
      continue;
    }
    const std::string word = Upper(*line);
    if (input.empty() && (word == "QUIT" || word == "QUIT;" || word == "EXIT" || word == "EXIT;")) break;
    input += *line + "\n";
    const sql::InputState state = sql::CheckInput(input);
    if (state == sql::InputState::kEmpty) input.clear();
    if (state != sql::InputState::kComplete) continue;
    editor->AddHistory(input.substr(0, input.size() - 1));
    (void)client.Run(input);
    input.clear();
  }
  return kExitDone;
}

}  // namespace

int RunSql(const ClientOptions& client_options, const SqlCommandOptions& options) {
  CatchInterrupts();
  SqlClient client(client_options, true);
  for (const std::string& statement : options.statements) {
    if (const int code = client.Run(statement, true); code != kExitDone) return code;
  }
  for (const std::string& file : options.files) {
    std::string script;
    if (!Read(file, &script)) return kExitFailed;
    if (const int code = client.Run(script, true); code != kExitDone) return code;
  }
  if (!options.statements.empty() || !options.files.empty()) return kExitDone;
  if (isatty(STDIN_FILENO) != 0) return RunShell(client);
  std::string script;
  return Read("-", &script) ? client.Run(script, true) : kExitFailed;
}

int RunExplain(const ClientOptions& options, const std::string& file) {
  proto::ExplainRequest request;
  if (!Read(file, request.mutable_sql())) return kExitFailed;
  proto::ExplainResponse response;
  const ClientError error = ControlClient::Connect(options.server)->Explain(request, &response);
  if (error.exit_code != 0) {
    fmt::print(stderr, "{}\n", error.detail.rendered());
    return error.exit_code;
  }
  if (options.format == OutputFormat::kTable) {
    fmt::print("{}", response.text());
  } else {
    PrintJson(response);
  }
  return kExitDone;
}

}  // namespace millrace
