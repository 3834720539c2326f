#pragma once

#include <chrono>
#include <cstdio>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/jobmanager/result_hub.h"

namespace millrace {

/// The rows that an updating query has now, drawn in place on a terminal a few times a second; an update
/// keeps its row where it is. Single-owner.
class LiveTable {
 public:
  LiveTable(std::FILE* terminal, std::vector<std::string> names)
      : terminal_(terminal), names_(std::move(names)) {}

  /// Applies changes (none: only time has passed) and draws when it is time to.
  void Apply(const std::vector<RowChange>& changes);
  /// Leaves the last rows, all of them, on the screen.
  void Finish();

  /// The lines of the table now: at most `rows_max` rows (0 = all), no line wider than `columns_max` (0 =
  /// any).
  std::string Text(size_t rows_max, size_t columns_max) const;

 private:
  using Rows = std::list<std::string>;  // JSON arrays

  void Change(const RowChange& change);
  void Draw();
  void Erase();

  std::FILE* const terminal_;
  const std::vector<std::string> names_;
  Rows rows_;
  std::unordered_multimap<std::string, Rows::iterator> places_;
  std::optional<Rows::iterator> vacated_;  // where the next +U goes: before this row
  uint64_t num_changes_ = 0;
  bool is_drawn_ = true;  // the screen shows the rows
  size_t lines_on_screen_ = 0;
  std::chrono::steady_clock::time_point last_drawn_;
};

}  // namespace millrace
