#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/status.h"
#include "sql/ast/statement.h"
#include "sql/binder/binder.h"
#include "sql/session/name_resolution.h"
#include "sql/session/session.h"

namespace millrace::sql {

/// What the statements of one session share.
struct SessionState {
  explicit SessionState(const SessionOptions& options);
  const DescriptorCatalog& descriptors;
  NameResolution names;
  const std::vector<OptionDescriptor>* known_options;
  std::map<std::string, std::string> initial_configuration;
  std::map<std::string, std::string> configuration;
  int64_t now_micros;
  uint32_t default_parallelism;

  BindEnvironment environment() const;
};

/// The text that places refer to, for what keeps its own (views).
struct StatementText {
  std::string_view text;
  std::string_view Range(const SourcePlace& place) const { return text.substr(place.offset, place.length); }
};

/// One statement each, by kind; all do what they say to the session and catalog.
Result<Outcome> RunCreateTable(CreateTable& statement, SessionState& session);
Result<Outcome> RunCreateView(const CreateView& statement, StatementText text, SessionState& session);
Result<Outcome> RunCreateDatabase(const CreateDatabase& statement, SessionState& session);
Result<Outcome> RunCreateCatalog(const CreateCatalog& statement, SessionState& session);
Result<Outcome> RunDrop(const DropObject& statement, SessionState& session);
Result<Outcome> RunAlter(const AlterObject& statement, StatementText text, SessionState& session);
Result<Outcome> RunShow(const Show& statement, SessionState& session);
Result<Outcome> RunDescribe(const Describe& statement, SessionState& session);
Result<Outcome> RunSet(const SetCommand& statement, SessionState& session);
Result<Outcome> RunReset(const ResetCommand& statement, SessionState& session);

/// kDone with a message.
Outcome Done(std::string message);
/// kRows of STRING columns; a null pointer text is NULL.
class RowsBuilder {
 public:
  explicit RowsBuilder(std::vector<Field> columns);
  RowsBuilder& Text(const std::string& text);
  RowsBuilder& Null();
  RowsBuilder& Boolean(bool value);
  void EndRow();
  Outcome Finish();

 private:
  BatchBuilder builder_;
  size_t next_ = 0;
};

}  // namespace millrace::sql
