#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "core/types/schema.h"
#include "server/jobmanager/result_hub.h"

namespace millrace {

enum class OutputFormat : uint8_t { kTable, kJson, kNdjson };

/// How the rows of a query are to be seen.
enum class ResultMode : uint8_t {
  kAppend,     // each row stays
  kTable,      // rows change: on a terminal as the table that they make up now, else change by change
  kChangelog,  // rows change: change by change
};

/// `option`: sql-client.execution.result-mode.
ResultMode ResultModeOf(bool updating, std::string_view option);

/// Prints the answers of a script's queries to stdout. Single-owner.
class ResultPrinter {
 public:
  virtual ~ResultPrinter() = default;
  /// A query (SELECT, SHOW, DESCRIBE, ..., counted from 1) begins.
  virtual void BeginQuery(uint32_t query, const Schema& schema, ResultMode mode) = 0;
  /// No rows: only time has passed, what changes in place may be drawn again.
  virtual void PrintRows(const std::vector<RowChange>& rows) = 0;
  virtual void EndQuery() = 0;
  /// `statement` counts from 1; `script` is the text that the error's place refers to.
  virtual void PrintError(const Status& error, int statement, const std::string& script) = 0;

  static std::unique_ptr<ResultPrinter> Create(OutputFormat format, std::FILE* out);
};

}  // namespace millrace
