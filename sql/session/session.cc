#include "sql/session/session.h"

#include <fmt/format.h>

#include <utility>

#include "sql/ast/statement.h"
#include "sql/binder/binder.h"
#include "sql/error_codes.h"
#include "sql/session/statement_runner.h"

namespace millrace::sql {

SessionState::SessionState(const SessionOptions& options)
    : descriptors(*options.descriptors),
      names(*options.catalog),
      known_options(options.known_options),
      initial_configuration(options.configuration),
      configuration(options.configuration),
      now_micros(options.now_micros),
      default_parallelism(options.default_parallelism) {
}

BindEnvironment SessionState::environment() const {
  return {.tables = &names,
          .descriptors = &descriptors,
          .configuration = &configuration,
          .now_micros = now_micros,
          .default_parallelism = default_parallelism};
}

namespace {

Outcome JobOutcome(Outcome::Kind kind, PlannedJob job) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.graph = std::move(job.graph);
  outcome.schema = std::move(job.schema);
  outcome.updating = job.updating;
  outcome.bounded = job.bounded;
  return outcome;
}

Result<std::vector<const Insert*>> InsertsOf(const Statement& statement) {
  std::vector<const Insert*> inserts;
  if (const auto* insert = statement.As<Insert>()) {
    inserts.push_back(insert);
  } else if (const auto* set = statement.As<StatementSet>()) {
    for (const StatementPtr& member : set->statements) inserts.push_back(member->As<Insert>());
  }
  if (inserts.empty()) {
    return Status(kInvalidStatement, "Statement set has no INSERT").WithPlace(statement.place);
  }
  return inserts;
}

}  // namespace

struct Session::Impl {
  explicit Impl(const SessionOptions& options) : state(options) {}

  Result<Outcome> Run(Statement& statement, StatementText text) {
    if (auto* node = statement.As<QueryStatement>()) {
      ASSIGN_OR_RETURN(PlannedJob job, PlanQuery(*node->query, state.environment()));
      return JobOutcome(Outcome::Kind::kQuery, std::move(job));
    }
    if (statement.As<Insert>() != nullptr || statement.As<StatementSet>() != nullptr) {
      ASSIGN_OR_RETURN(const auto inserts, InsertsOf(statement));
      ASSIGN_OR_RETURN(PlannedJob job, PlanInserts(inserts, state.environment()));
      return JobOutcome(Outcome::Kind::kInsert, std::move(job));
    }
    if (auto* node = statement.As<CreateTable>()) return RunCreateTable(*node, state);
    if (auto* node = statement.As<CreateView>()) return RunCreateView(*node, text, state);
    if (auto* node = statement.As<CreateDatabase>()) return RunCreateDatabase(*node, state);
    if (auto* node = statement.As<CreateCatalog>()) return RunCreateCatalog(*node, state);
    if (auto* node = statement.As<DropObject>()) return RunDrop(*node, state);
    if (auto* node = statement.As<AlterObject>()) return RunAlter(*node, text, state);
    if (auto* node = statement.As<Show>()) return RunShow(*node, state);
    if (auto* node = statement.As<Describe>()) return RunDescribe(*node, state);
    if (auto* node = statement.As<SetCommand>()) return RunSet(*node, state);
    if (auto* node = statement.As<ResetCommand>()) return RunReset(*node, state);
    if (auto* node = statement.As<Use>()) return RunUse(*node, statement.place);
    if (auto* node = statement.As<StopJob>()) {
      Outcome outcome;
      outcome.kind = Outcome::Kind::kJobCommand;
      outcome.job_command = Outcome::JobCommand{Outcome::JobCommand::Kind::kStopJob, node->job_id.text,
                                                node->with_savepoint, node->with_drain};
      return outcome;
    }
    if (auto* node = statement.As<millrace::sql::Explain>()) {
      ASSIGN_OR_RETURN(const std::string explained, ExplainStatement(*node->statement));
      RowsBuilder rows({{"result", DataType::String()}});
      rows.Text(explained).EndRow();
      return rows.Finish();
    }
    return Status(kNotSupportedYet, fmt::format("{} is not supported yet", StatementName(statement)))
        .WithPlace(statement.place)
        .WithSuggestion("docs/sql lists the statements that run");
  }

  Result<Outcome> RunUse(const Use& use, const SourcePlace& place) {
    switch (use.kind) {
      case UseKind::kCatalog:
        RETURN_IF_ERROR(state.names.UseCatalog(use.name));
        return Done("Catalog in use: " + use.name.last());
      case UseKind::kDatabase:
        RETURN_IF_ERROR(state.names.UseDatabase(use.name));
        return Done("Database in use: " + use.name.last());
      case UseKind::kModules:
        break;
    }
    return Status(kNotSupportedYet, "USE MODULES is not supported yet").WithPlace(place);
  }

  Result<std::string> ExplainStatement(const Statement& statement) {
    if (const auto* query = statement.As<QueryStatement>())
      return ExplainQuery(*query->query, state.environment());
    if (statement.As<Insert>() == nullptr && statement.As<StatementSet>() == nullptr) {
      return Status(kInvalidStatement, fmt::format("{} cannot be explained", StatementName(statement)))
          .WithPlace(statement.place)
          .WithSuggestion("EXPLAIN takes a query, an INSERT, or a statement set");
    }
    ASSIGN_OR_RETURN(const auto inserts, InsertsOf(statement));
    return ExplainInserts(inserts, state.environment());
  }

  SessionState state;
};

Session::Session(SessionOptions options) : impl_(std::make_unique<Impl>(options)) {
}
Session::~Session() = default;

Result<Outcome> Session::Execute(Statement& statement, std::string_view text) {
  return impl_->Run(statement, StatementText{text});
}

Result<std::string> Session::Explain(const Statement& statement) {
  if (const auto* explain = statement.As<millrace::sql::Explain>())
    return impl_->ExplainStatement(*explain->statement);
  return impl_->ExplainStatement(statement);
}

const std::map<std::string, std::string>& Session::configuration() const {
  return impl_->state.configuration;
}

void Session::set_now_micros(int64_t now_micros) {
  impl_->state.now_micros = now_micros;
}

Outcome Done(std::string message) {
  Outcome outcome;
  outcome.message = std::move(message);
  return outcome;
}

RowsBuilder::RowsBuilder(std::vector<Field> columns)
    : builder_(std::make_shared<const Schema>(Schema{std::move(columns), {}})) {
}

RowsBuilder& RowsBuilder::Text(const std::string& text) {
  builder_.column(next_++).AppendString(text);
  return *this;
}

RowsBuilder& RowsBuilder::Null() {
  builder_.column(next_++).AppendNull();
  return *this;
}

RowsBuilder& RowsBuilder::Boolean(bool value) {
  builder_.column(next_++).Append<uint8_t>(value ? 1 : 0);
  return *this;
}

void RowsBuilder::EndRow() {
  builder_.FinishRow();
  next_ = 0;
}

Outcome RowsBuilder::Finish() {
  Outcome outcome;
  outcome.kind = Outcome::Kind::kRows;
  outcome.schema = builder_.schema();
  outcome.rows = builder_.Finish();
  return outcome;
}

}  // namespace millrace::sql
