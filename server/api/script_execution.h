#pragma once

#include <functional>
#include <string>

#include "proto/control.pb.h"
#include "server/api/sql_sessions.h"
#include "server/engine.h"

namespace millrace {

/// Runs one script of a session on the server, statement by statement, and sends what it answers. On the
/// caller's thread; blocks until the script has ended. SELECT runs as a job that goes with the caller.
class ScriptExecution {
 public:
  /// `send` answers false when the caller is gone.
  using Send = std::function<bool(const proto::ExecuteSqlResponse&)>;
  ScriptExecution(Engine& engine, SqlSessions::Entry& session, const proto::ExecuteSqlRequest& request,
                  Send send)
      : engine_(engine), session_(session), request_(request), send_(std::move(send)) {}

  /// The first error has been sent when this is not ok.
  Status Run();

 private:
  Status RunStatement(sql::Statement& statement, const std::string& text);
  Status SendRows(const sql::Outcome& outcome);
  Status RunQuery(const sql::Outcome& outcome, const std::string& text);
  Status RunInsert(const sql::Outcome& outcome, const std::string& text);
  Status RunJobCommand(const sql::Outcome::JobCommand& command);
  bool SendHeader(const Schema& schema, bool updating);

  Engine& engine_;
  SqlSessions::Entry& session_;
  const proto::ExecuteSqlRequest& request_;
  const Send send_;
  uint32_t num_queries_ = 0;
};

/// "+I" and the JSON row of each change.
void FillRows(const std::vector<RowChange>& changes, uint32_t query, proto::ResultRows* out);

}  // namespace millrace
