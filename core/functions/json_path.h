#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/functions/json_document.h"
#include "core/status.h"

namespace millrace {

/// A compiled path of SQL's JSON functions: "[lax|strict]
/// $.member['member'][0][-1][1:3][0,2][*].*..member[?(@.a > 1)]". Without a mode it is strict, as in Flink.
/// Immutable.
class JsonPath {
 public:
  /// kInvalidArgument for what is no path.
  static Result<JsonPath> Compile(std::string_view text);

  bool lax() const { return lax_; }
  /// No wildcard, slice, union, descent or filter: at most one value is found.
  bool definite() const { return definite_; }
  /// The values found, in document order; they point into `root`.
  std::vector<const JsonValue*> Find(const JsonValue& root) const;

 private:
  enum class StepKind { kMember, kIndexes, kSlice, kWildcard, kDescent, kFilter };
  struct Step {
    StepKind kind = StepKind::kMember;
    std::vector<std::string> names;     // kMember; kFilter: the path of the left side
    std::vector<int64_t> indexes;       // kIndexes
    std::optional<int64_t> from, to;    // kSlice
    std::string op;                     // kFilter: "" tests for existence
    std::optional<JsonValue> constant;  // kFilter: the right side
  };
  class Parser;

  static void Apply(const Step& step, const JsonValue& value, std::vector<const JsonValue*>* found);
  static void Descend(const JsonValue& value, std::vector<const JsonValue*>* found);
  static bool Passes(const Step& step, const JsonValue& value);

  bool lax_ = false;
  bool definite_ = true;
  std::vector<Step> steps_;
};

}  // namespace millrace
