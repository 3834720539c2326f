#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/expr/row_kernel.h"

namespace millrace {

/// What one argument of a function may be, and so what the lambda reads.
enum class Takes : uint8_t {
  kString,   // CHAR, VARCHAR; Row::Text
  kBytes,    // CHAR, VARCHAR, BINARY, VARBINARY; Row::Text
  kInteger,  // TINYINT .. BIGINT, as BIGINT; Row::Long
  kDouble,   // any number, as DOUBLE; Row::Double
  kNumber,   // any number, as it is
  kBoolean,  // Row::Bool
  kArray,
  kMap,
  kAny,
};

/// The arguments of a function: the required ones, then optional ones, then any number of `repeated` ones.
struct ArgumentRule {
  std::vector<Takes> required;
  std::vector<Takes> optional = {};
  std::vector<Takes> repeated = {};  // at most one

  ArgumentRule(std::initializer_list<Takes> required_arguments) : required(required_arguments) {}
  ArgumentRule Optional(std::initializer_list<Takes> arguments) && {
    optional = arguments;
    return std::move(*this);
  }
  ArgumentRule Repeated(Takes argument) && {
    repeated = {argument};
    return std::move(*this);
  }
};

/// The result's type, of the argument types after the implicit casts.
using ResultRule = std::function<Result<DataType>(std::span<const DataType>)>;

/// NULL when an argument is.
ResultRule Gives(DataType type);
/// NULL for some arguments.
ResultRule GivesNullable(DataType type);
/// Never NULL.
ResultRule GivesNotNull(DataType type);
/// The type of an argument; NULL when any argument is.
ResultRule GivesArgument(size_t index);

/// Adds the functions of one family to a registry.
class FunctionFamily {
 public:
  FunctionFamily(FunctionRegistry* registry, std::string_view family)
      : registry_(registry), family_(family) {}

  /// The usual entry: one lambda `fn(Row&)` a row. The name is what precedes "(" in `signature`.
  template <class Fn>
  void Add(std::string_view signature, std::string_view description, ArgumentRule arguments,
           ResultRule result, Fn fn, OnNull on_null = OnNull::kReturnNull) {
    AddKernel(signature, description, std::move(arguments), std::move(result),
              RowKernel(std::move(fn), on_null));
  }
  /// For functions with a loop of their own.
  void AddKernel(std::string_view signature, std::string_view description, ArgumentRule arguments,
                 ResultRule result, Kernel kernel);

  /// For functions that prepare something of constant arguments.
  using Prepare = std::function<Result<Kernel>(const ResolvedCall&, std::span<const ArgumentInfo>,
                                               const SessionSettings&)>;
  void AddPrepared(std::string_view signature, std::string_view description, ArgumentRule arguments,
                   ResultRule result, Prepare prepare, bool deterministic = true);

  /// For functions with type rules of their own.
  using Resolve = std::function<Result<ResolvedCall>(std::span<const ArgumentInfo>)>;
  void AddResolved(std::string_view signature, std::string_view description, Resolve resolve, Prepare prepare,
                   bool deterministic = true);
  /// AND, COALESCE, ...: see ScalarFunction::special_form.
  void AddSpecialForm(std::string_view signature, std::string_view description, Resolve resolve);

  /// Another name of a function added before.
  void AddAlias(std::string_view alias, std::string_view name);

 private:
  ScalarFunction Describe(std::string_view signature, std::string_view description) const;

  FunctionRegistry* registry_;
  std::string family_;
};

/// Errors of type rules. `name` of an operator or function; the signature goes to the suggestion on the way
/// up.
Status WrongArgumentCount(std::string_view name, size_t num_given, std::string_view expected);
Status WrongArgumentType(std::string_view name, size_t index, const DataType& given,
                         std::string_view expected);

/// Whether any of the arguments may be NULL.
bool AnyNullable(std::span<const ArgumentInfo> arguments);

/// The value of a literal argument; nullopt for NULL or no literal.
std::optional<std::string> LiteralText(const ArgumentInfo& argument);
std::optional<int64_t> LiteralInteger(const ArgumentInfo& argument);

// One function for each family file; function_registry.cc calls them all.
void AddArithmeticOperators(FunctionRegistry* registry);
void AddMathFunctions(FunctionRegistry* registry);
void AddRoundingFunctions(FunctionRegistry* registry);
void AddRandomFunctions(FunctionRegistry* registry);
void AddComparisonOperators(FunctionRegistry* registry);
void AddLogicalOperators(FunctionRegistry* registry);
void AddConditionalFunctions(FunctionRegistry* registry);
void AddInOperator(FunctionRegistry* registry);
void AddPatternOperators(FunctionRegistry* registry);
void AddStringFunctions(FunctionRegistry* registry);
void AddStringSearchFunctions(FunctionRegistry* registry);
void AddStringEncodingFunctions(FunctionRegistry* registry);
void AddStringFormatFunctions(FunctionRegistry* registry);
void AddRegexpFunctions(FunctionRegistry* registry);
void AddUrlFunctions(FunctionRegistry* registry);
void AddHashFunctions(FunctionRegistry* registry);
void AddTemporalFieldFunctions(FunctionRegistry* registry);
void AddTemporalArithmeticFunctions(FunctionRegistry* registry);
void AddTemporalTextFunctions(FunctionRegistry* registry);
void AddTemporalNowFunctions(FunctionRegistry* registry);
void AddConstructors(FunctionRegistry* registry);
void AddArrayFunctions(FunctionRegistry* registry);
void AddArraySetFunctions(FunctionRegistry* registry);
void AddMapFunctions(FunctionRegistry* registry);
void AddJsonPathFunctions(FunctionRegistry* registry);
void AddJsonBuildFunctions(FunctionRegistry* registry);
void AddTypeFunctions(FunctionRegistry* registry);

}  // namespace millrace
