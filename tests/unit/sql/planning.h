#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/descriptor/descriptor.h"
#include "sql/catalog/catalog.h"
#include "sql/session/session.h"

namespace millrace::sql {

/// A session over made-up connectors, for tests of planning: "stream" reads (option "bounded"), "append"
/// writes new rows only, "updates" takes changes, "upsert" reads and writes by primary key, "changes" is a
/// format that carries row kinds.
class Planning {
 public:
  Planning();
  ~Planning();

  /// Runs the statements of a script; the outcome of the last one, or the first error.
  Result<Outcome> Run(const std::string& script);
  /// EXPLAIN's text of one statement.
  Result<std::string> Explain(const std::string& statement);
  /// The number of the error that the last statement of the script gives; 0 when it gives none.
  int ErrorOf(const std::string& script);
  /// "a INT NOT NULL, b STRING" of the query's result; the error's text when it fails.
  std::string SchemaOf(const std::string& query);

 private:
  DescriptorCatalog descriptors_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Session> session_;
};

}  // namespace millrace::sql
