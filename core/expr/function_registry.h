#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/expr/expr.h"

namespace millrace {

/// An argument as type inference sees it.
struct ArgumentInfo {
  DataType type;
  /// The one-row constant column when the argument is a literal (ROUND's digits, LIKE's pattern), else null.
  ColumnPtr literal;
  /// The argument is itself a call of JSON_OBJECT, JSON_ARRAY or JSON: JSON_OBJECT and JSON_ARRAY embed it
  /// without quotes. Only the expression builder sets it.
  bool is_json = false;
};

/// What a call means for given argument types: the types the arguments are cast to implicitly, and the
/// result's.
struct ResolvedCall {
  std::vector<DataType> argument_types;
  DataType result_type;
};

/// What a kernel works on: argument columns of context.batch.num_rows rows, of which context.rows count.
struct KernelCall {
  std::span<const ColumnPtr> arguments;
  const DataType& result_type;
  EvalContext& context;
};

/// A prepared scalar kernel for fixed argument types. Immutable, thread-safe.
using Kernel = std::function<ColumnPtr(const KernelCall&)>;

/// A scalar function or operator. Adding one is one entry in one of core/functions/*.cc.
struct ScalarFunction {
  std::string name;         // upper case
  std::string signature;    // "SUBSTRING(string, start [, length])": for errors and docs
  std::string description;  // one sentence, for SHOW FUNCTIONS and docs
  std::string family;       // "string", "temporal", ...: for docs
  bool deterministic = true;
  /// Lazy special forms (AND, OR, COALESCE, IFNULL, IF) get their arguments as expressions, have no
  /// `prepare`; see expr_builder.cc.
  bool special_form = false;
  /// Errors kWrongArgumentCount, kWrongArgumentType with the signature in the suggestion.
  std::function<Result<ResolvedCall>(std::span<const ArgumentInfo>)> resolve;
  /// Prepares the kernel (compiles constant patterns, looks up constant zones).
  std::function<Result<Kernel>(const ResolvedCall&, std::span<const ArgumentInfo>, const SessionSettings&)>
      prepare;
};

/// All scalar functions, by name. Built once at start, then read-only and thread-safe.
class FunctionRegistry {
 public:
  /// The built-in functions.
  static const FunctionRegistry& BuiltIn();

  const ScalarFunction* Find(std::string_view upper_case_name) const;  // null when unknown
  /// Names for SHOW FUNCTIONS and "did you mean" (operators such as "+" excluded), sorted.
  std::vector<std::string> Names() const;
  /// Error kUnknownFunction with a suggestion.
  Result<ResolvedCall> Resolve(std::string_view upper_case_name,
                               std::span<const ArgumentInfo> arguments) const;

  void Add(ScalarFunction function);  // while building only

 private:
  std::vector<std::unique_ptr<ScalarFunction>> functions_;
};

}  // namespace millrace
