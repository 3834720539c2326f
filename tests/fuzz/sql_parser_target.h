#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.h"
#include "sql/ast/unparse.h"
#include "sql/error_rendering.h"
#include "sql/parser/parser.h"

namespace millrace::sql {

/// The query inside of a statement; null when it has none.
inline const Query* QueryOf(const Statement& statement) {
  if (const auto* node = statement.As<QueryStatement>()) return node->query.get();
  if (const auto* node = statement.As<Insert>()) return node->query.get();
  if (const auto* node = statement.As<CreateView>()) return node->query.get();
  if (const auto* node = statement.As<CreateTable>()) return node->query.get();
  return nullptr;
}

/// Reads any bytes as a script and aborts when the parser breaks a promise: errors have a place inside of the
/// text, statements lie inside of it and in order, and what is written from a tree reads back as the same
/// text. Returns the number of statements.
inline int RunSqlParser(std::string_view text) {
  CheckInput(text);
  ScriptParser parser(text);
  size_t end = 0;
  int num_statements = 0;
  while (true) {
    const auto next = parser.Next();
    if (!next.ok()) {
      const auto& place = next.status().place();
      CHECK(place && place->line > 0 && place->column > 0 && place->offset <= text.size());
      CHECK(!RenderError(next.status(), text).empty());
      return num_statements;
    }
    if (!next->has_value()) return num_statements;
    ++num_statements;
    const Statement& statement = *(*next)->statement;
    CHECK(statement.place.offset >= end);
    end = statement.place.offset + statement.place.length;
    CHECK(end <= text.size());
    const Query* query = QueryOf(statement);
    if (query == nullptr) continue;
    const std::string written = Unparse(*query);
    const auto again = ParseQueryText(written);
    CHECK(again.ok());
    CHECK(Unparse(**again) == written);
  }
}

}  // namespace millrace::sql
