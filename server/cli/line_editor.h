#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// Reads lines at a prompt with editing, history and completion (libedit). One a process.
class LineEditor {
 public:
  /// `complete` gives the words that begin with a prefix. `history_file` "" keeps none.
  static std::unique_ptr<LineEditor> Open(
      const std::string& history_file, std::function<std::vector<std::string>(const std::string&)> complete);
  virtual ~LineEditor() = default;
  /// nullopt at the end of the input (Ctrl-D). Ctrl-C gives "" and sets `*interrupted`.
  virtual std::optional<std::string> ReadLine(const std::string& prompt, bool* interrupted) = 0;
  virtual void AddHistory(const std::string& entry) = 0;
};

}  // namespace millrace
