#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/column/batch.h"
#include "core/descriptor/descriptor.h"
#include "core/status.h"

namespace millrace::proto {
class JobGraph;
}  // namespace millrace::proto

namespace millrace::sql {

class Catalog;
struct Statement;

/// What one statement asks for, after everything that only concerns the catalog or the session has been done.
struct Outcome {
  enum class Kind : uint8_t {
    kDone,        // DDL, SET, USE: `message` says what was done
    kRows,        // SHOW, DESCRIBE, EXPLAIN, SET alone: `rows` are the answer (a query of the script)
    kQuery,       // SELECT, VALUES, TABLE: run `graph`, its collect operator gives the rows
    kInsert,      // INSERT, STATEMENT SET: run `graph`
    kJobCommand,  // SHOW JOBS, STOP JOB, DESCRIBE JOB: for the server; `job_command`
  };
  Kind kind = Kind::kDone;
  std::string message;
  std::optional<Batch> rows;
  std::shared_ptr<const proto::JobGraph> graph;
  SchemaPtr schema;       // kQuery
  bool updating = false;  // kQuery: rows may be retracted
  bool bounded = false;   // kQuery, kInsert: all sources end by themselves
  struct JobCommand {
    enum class Kind : uint8_t { kShowJobs, kDescribeJob, kStopJob } kind = Kind::kShowJobs;
    std::string job_id;
    bool with_savepoint = false;
    bool with_drain = false;
  };
  std::optional<JobCommand> job_command;
};

struct SessionOptions {
  const DescriptorCatalog* descriptors = nullptr;  // required; outlives the session
  Catalog* catalog = nullptr;  // shared by sessions; temporary objects are the session's own
  /// Options that SET knows; another is kUnknownOption with "did you mean". Null = any. Outlives the session.
  const std::vector<OptionDescriptor>* known_options = nullptr;
  std::map<std::string, std::string> configuration;  // initial SET values (Flink's names)
  int64_t now_micros = 0;                            // for CURRENT_TIMESTAMP of bounded queries
  uint32_t default_parallelism = 1;
};

/// Runs SQL statements up to the point where a job is to be run. Holds SET options, the current catalog and
/// database, temporary tables and views, and an open STATEMENT SET. Single-owner, no I/O but through the
/// catalog's store.
class Session {
 public:
  explicit Session(SessionOptions options);
  ~Session();

  /// Analyses and, where it is about the catalog or session only, executes one statement. `text` is what the
  /// places in the statement refer to (the whole script); places of errors refer to it, too. The statement
  /// may be taken apart.
  Result<Outcome> Execute(Statement& statement, std::string_view text);

  /// EXPLAIN's text for a query, INSERT, statement set or EXPLAIN, without running it.
  Result<std::string> Explain(const Statement& statement);

  const std::map<std::string, std::string>& configuration() const;
  void set_now_micros(int64_t now_micros);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::sql
