#include "tests/unit/sql/planning.h"

#include "sql/parser/parser.h"

namespace millrace::sql {
namespace {

ConnectorDescriptor Connector(const std::string& name, bool source, bool sink) {
  ConnectorDescriptor connector;
  connector.name = name;
  connector.source = source;
  connector.sink = sink;
  connector.needs_format = true;
  connector.projection_push_down = true;
  connector.options = {{.key = "bounded", .type = OptionType::kBoolean, .default_value = "false"},
                       {.key = "path", .type = OptionType::kString}};
  connector.bounded = [](const Options& options) { return OptionOr(options, "bounded", "false") == "true"; };
  connector.guarantee = [](const Options&) {
    return std::pair(Guarantee::kExactlyOnce, std::string("by transactions"));
  };
  connector.metadata = {{.key = "offset", .type = DataType::Bigint().NotNull()},
                        {.key = "timestamp", .type = DataType::TimestampLtz(3).NotNull(), .writable = true}};
  return connector;
}

DescriptorCatalog MadeUpDescriptors() {
  DescriptorCatalog descriptors;
  descriptors.connectors["stream"] = Connector("stream", true, false);
  descriptors.connectors["append"] = Connector("append", false, true);
  ConnectorDescriptor updates = Connector("updates", false, true);
  updates.accepts_updates = true;
  descriptors.connectors["updates"] = updates;
  ConnectorDescriptor upsert = Connector("upsert", true, true);
  upsert.accepts_updates = upsert.upsert_source = upsert.upsert_sink = upsert.requires_primary_key = true;
  descriptors.connectors["upsert"] = upsert;
  descriptors.formats["json"] = {.name = "json", .decodes = true, .encodes = true, .nested_projection = true};
  descriptors.formats["changes"] = {.name = "changes", .decodes = true, .encodes = true, .changelog = true};
  return descriptors;
}

}  // namespace

Planning::Planning() : descriptors_(MadeUpDescriptors()) {
  catalog_ = std::move(Catalog::Open(nullptr).value());
  session_ =
      std::make_unique<Session>(SessionOptions{.descriptors = &descriptors_, .catalog = catalog_.get()});
}
Planning::~Planning() = default;

Result<Outcome> Planning::Run(const std::string& script) {
  ScriptParser parser(script);
  Outcome last;
  while (true) {
    ASSIGN_OR_RETURN(std::optional<ParsedStatement> parsed, parser.Next());
    if (!parsed) return last;
    ASSIGN_OR_RETURN(last, session_->Execute(*parsed->statement, script));
  }
}

Result<std::string> Planning::Explain(const std::string& statement) {
  ASSIGN_OR_RETURN(const StatementPtr parsed, ParseStatementText(statement));
  return session_->Explain(*parsed);
}

int Planning::ErrorOf(const std::string& script) {
  const Result<Outcome> outcome = Run(script);
  return outcome.ok() ? 0 : outcome.status().code().number;
}

std::string Planning::SchemaOf(const std::string& query) {
  const Result<Outcome> outcome = Run(query);
  if (!outcome.ok()) return outcome.status().ToString();
  std::string text;
  for (const Field& field : outcome->schema->fields) {
    text += (text.empty() ? "" : ", ") + field.name + " " + field.type.ToString();
  }
  return text;
}

}  // namespace millrace::sql
