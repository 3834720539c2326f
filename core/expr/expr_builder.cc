#include <fmt/format.h>

#include <algorithm>

#include "core/column/column_builder.h"
#include "core/error_codes.h"
#include "core/expr/cast.h"
#include "core/expr/expr_nodes.h"
#include "core/expr/function_registry.h"
#include "core/expr/node_pool.h"
#include "core/row/row_codec.h"
#include "core/types/proto_conversion.h"
#include "core/types/type_rules.h"
#include "proto/expression.pb.h"

namespace millrace {
namespace {

/// Names a node for the NodePool, which keeps the inputs alive.
std::string KeyOf(std::string_view what, const DataType& type, std::span<const ExprPtr> inputs) {
  std::string key = fmt::format("{} {}", what, type.ToString());
  for (const ExprPtr& input : inputs) key += fmt::format(" {}", fmt::ptr(input.get()));
  return key;
}

/// Builds the trees of a set; expressions are checked bottom up.
class ExprBuilder {
 public:
  ExprBuilder(const Schema& input, const SessionSettings& session) : input_(input), session_(session) {}

  Result<ExprPtr> BuildRoot(const proto::Expression& expression) {
    ASSIGN_OR_RETURN(ExprPtr root, Build(expression));
    pool_.Refer(root);
    return root;
  }
  uint32_t num_shared() const { return pool_.num_shared(); }

 private:
  Result<ExprPtr> Build(const proto::Expression& expression) {
    DataType declared;
    if (expression.has_type()) {
      ASSIGN_OR_RETURN(declared, FromProto(expression.type()));
    }
    switch (expression.kind_case()) {
      case proto::Expression::kColumn:
        return BuildColumn(expression.column(), declared);
      case proto::Expression::kLiteral:
        return BuildLiteral(expression.literal(), declared);
      case proto::Expression::kCall:
        return BuildCall(expression.call(), declared);
      case proto::Expression::kCast:
        return BuildCast(expression.cast(), declared);
      case proto::Expression::kCaseWhen:
        return BuildCase(expression.case_when(), declared);
      case proto::Expression::kField:
        return BuildField(expression.field(), declared);
      case proto::Expression::KIND_NOT_SET:
        break;
    }
    return Status(kInvalidArgument, "Expression without a kind")
        .WithSuggestion("Set column, literal, call, ...");
  }

  Result<ExprPtr> BuildColumn(uint32_t index, const DataType& declared) {
    if (index >= input_.size()) {
      return Status(kInvalidArgument, fmt::format("Column index out of range: {} of an input of {} columns",
                                                  index, input_.size()));
    }
    RETURN_IF_ERROR(CheckDeclared(declared, input_.type(index), input_.fields[index].name));
    const std::string key = fmt::format("column {}", index);
    if (ExprPtr known = pool_.Find(key)) return known;
    return pool_.AddLeaf(key, std::make_shared<ColumnExpr>(input_.type(index), index));
  }

  Result<ExprPtr> BuildLiteral(const proto::Literal& literal, const DataType& declared) {
    const std::string key = KeyOf("literal", declared, {}) + " " + literal.row();
    if (ExprPtr known = pool_.Find(key)) return known;
    ColumnBuilder builder(declared);
    ColumnBuilder* const builders[] = {&builder};
    RETURN_IF_ERROR(RowCodec({declared}).Decode(literal.row(), builders));
    return pool_.AddLeaf(
        key, std::make_shared<ConstantExpr>(declared, Column::ConstantOf(builder.Finish(), 0, 1)));
  }

  Result<ExprPtr> BuildCall(const proto::Call& call, const DataType& declared) {
    const ScalarFunction* function = FunctionRegistry::BuiltIn().Find(call.function());
    std::vector<ExprPtr> arguments;
    std::vector<ArgumentInfo> infos;
    for (const proto::Expression& argument : call.arguments()) {
      ASSIGN_OR_RETURN(ExprPtr built, Build(argument));
      infos.push_back({built->type(), built->ConstantValue(), IsJsonCall(argument)});
      arguments.push_back(std::move(built));
    }
    ASSIGN_OR_RETURN(const ResolvedCall resolved,
                     FunctionRegistry::BuiltIn().Resolve(call.function(), infos));
    RETURN_IF_ERROR(CheckDeclared(declared, resolved.result_type, call.function()));
    for (size_t i = 0; i < arguments.size(); ++i) {
      ASSIGN_OR_RETURN(arguments[i], CoerceTo(resolved.argument_types[i], std::move(arguments[i])));
      infos[i].type = arguments[i]->type();
      infos[i].literal = arguments[i]->ConstantValue();
    }
    DataType type = declared.kind() == TypeKind::kNull ? resolved.result_type : declared;
    std::string key;
    if (function->deterministic) {
      key = KeyOf("call " + function->name, type, arguments);
      if (ExprPtr known = pool_.Find(key)) return known;
    }
    const ExprTraits traits = TraitsOfFunction(function->name, resolved.argument_types);
    if (function->special_form) {
      ExprPtr form = MakeSpecialForm(function->name, std::move(type), arguments);
      return pool_.AddCall(key, std::move(form), arguments, traits);
    }
    ASSIGN_OR_RETURN(Kernel kernel, function->prepare(resolved, infos, session_));
    return MakeCall(key, std::move(type), std::move(kernel), std::move(arguments), traits);
  }

  static bool IsJsonCall(const proto::Expression& expression) {
    if (expression.kind_case() != proto::Expression::kCall) return false;
    const std::string& name = expression.call().function();
    return name == "JSON_OBJECT" || name == "JSON_ARRAY" || name == "JSON";
  }

  ExprPtr MakeSpecialForm(const std::string& name, DataType type, const std::vector<ExprPtr>& arguments) {
    if (name == "AND" || name == "OR") return MakeLogical(name == "AND", std::move(type), arguments);
    if (name == "IF") {
      return std::make_shared<CaseExpr>(std::move(type), std::vector{arguments[0]}, std::vector{arguments[1]},
                                        arguments[2]);
    }
    return std::make_shared<CoalesceExpr>(std::move(type), arguments);
  }

  /// Where no operand can fail their order is free: those that cost little leave fewer rows to the others.
  ExprPtr MakeLogical(bool is_and, DataType type, std::vector<ExprPtr> operands) {
    ExprTraits traits;
    for (const ExprPtr& operand : operands) traits.Include(pool_.TraitsOf(operand));
    if (!traits.may_fail) {
      std::stable_sort(operands.begin(), operands.end(), [this](const ExprPtr& a, const ExprPtr& b) {
        return pool_.TraitsOf(a).cost < pool_.TraitsOf(b).cost;
      });
    }
    const bool is_eager = !traits.may_fail && traits.cost == ExprTraits::Cost::kLow;
    return std::make_shared<LogicalExpr>(std::move(type), is_and, is_eager, std::move(operands));
  }

  Result<ExprPtr> BuildCast(const proto::Cast& cast, const DataType& declared) {
    ASSIGN_OR_RETURN(ExprPtr input, Build(cast.input()));
    return MakeCast(std::move(input), declared, cast.try_cast());
  }

  Result<ExprPtr> BuildCase(const proto::Case& node, DataType declared) {
    if (node.conditions_size() == 0 || node.conditions_size() != node.results_size() ||
        !node.has_otherwise()) {
      return Status(kInvalidArgument, "CASE needs as many results as conditions, at least one, and an ELSE");
    }
    std::vector<ExprPtr> conditions;
    std::vector<ExprPtr> results;
    std::vector<DataType> types;
    for (int i = 0; i < node.conditions_size(); ++i) {
      ASSIGN_OR_RETURN(ExprPtr condition, Build(node.conditions(i)));
      if (condition->type().kind() == TypeKind::kNull) {
        ASSIGN_OR_RETURN(condition, CoerceTo(DataType::Boolean(), std::move(condition)));
      }
      if (condition->type().kind() != TypeKind::kBoolean) {
        return Status(kWrongArgumentType,
                      fmt::format("CASE condition is not a BOOLEAN: {}", condition->type().ToString()));
      }
      conditions.push_back(std::move(condition));
      ASSIGN_OR_RETURN(ExprPtr result, Build(node.results(i)));
      types.push_back(result->type());
      results.push_back(std::move(result));
    }
    ASSIGN_OR_RETURN(ExprPtr otherwise, Build(node.otherwise()));
    types.push_back(otherwise->type());
    if (declared.kind() == TypeKind::kNull) {
      const std::optional<DataType> common = CommonType(types);
      if (!common) return Status(kWrongArgumentType, "CASE branches have no common type");
      declared = *common;
    }
    for (ExprPtr& result : results) {
      ASSIGN_OR_RETURN(result, CoerceTo(declared, std::move(result)));
    }
    ASSIGN_OR_RETURN(otherwise, CoerceTo(declared, std::move(otherwise)));
    std::vector<ExprPtr> inputs = conditions;
    inputs.insert(inputs.end(), results.begin(), results.end());
    inputs.push_back(otherwise);
    const std::string key = KeyOf("case", declared, inputs);
    if (ExprPtr known = pool_.Find(key)) return known;
    return pool_.AddCall(
        key,
        std::make_shared<CaseExpr>(declared, std::move(conditions), std::move(results), std::move(otherwise)),
        inputs, {.may_fail = false, .cost = ExprTraits::Cost::kSome});
  }

  Result<ExprPtr> BuildField(const proto::FieldAccess& access, const DataType& declared) {
    ASSIGN_OR_RETURN(ExprPtr input, Build(access.input()));
    if (input->type().kind() != TypeKind::kRow || access.index() >= input->type().fields().size()) {
      return Status(kInvalidArgument, fmt::format("No field {} in a value of type {}", access.index(),
                                                  input->type().ToString()));
    }
    const Field& field = input->type().fields()[access.index()];
    RETURN_IF_ERROR(CheckDeclared(declared, field.type, field.name));
    DataType type = field.type.WithNullable(field.type.nullable() || input->type().nullable());
    const std::string key = KeyOf(fmt::format("field {}", access.index()), type, {&input, 1});
    if (ExprPtr known = pool_.Find(key)) return known;
    pool_.Refer(input);
    auto field_of = std::make_shared<FieldExpr>(std::move(type), input, access.index());
    return pool_.AddLeaf(key, std::move(field_of), input);
  }

  /// The declared type may differ in nullability, names of fields and lengths of strings.
  static Status CheckDeclared(const DataType& declared, const DataType& inferred, std::string_view what) {
    if (declared.kind() == TypeKind::kNull || declared.EqualsIgnoringNullability(inferred))
      return Status::Ok();
    if (IsSameLayout(declared, inferred)) return Status::Ok();
    return Status(kInvalidArgument, fmt::format("Declared type of {} is {}, but it gives {}", what,
                                                declared.ToString(), inferred.ToString()));
  }

  static bool IsSameLayout(const DataType& a, const DataType& b) {
    if (a.IsCharacter() && b.IsCharacter()) return true;
    if (a.IsBinary() && b.IsBinary()) return true;
    if (a.kind() != b.kind() || a.precision() != b.precision() || a.scale() != b.scale()) return false;
    return std::equal(a.fields().begin(), a.fields().end(), b.fields().begin(), b.fields().end(),
                      [](const Field& x, const Field& y) { return IsSameLayout(x.type, y.type); });
  }

  Result<ExprPtr> CoerceTo(const DataType& type, ExprPtr input) {
    if (input->type().EqualsIgnoringNullability(type)) return input;
    return MakeCast(std::move(input), type, false);
  }

  Result<ExprPtr> MakeCast(ExprPtr input, const DataType& type, bool try_cast) {
    const bool nullable = try_cast || input->type().nullable();
    DataType result = type.WithNullable(nullable);
    const std::string key = KeyOf(try_cast ? "try_cast" : "cast", result, {&input, 1});
    if (ExprPtr known = pool_.Find(key)) return known;
    ASSIGN_OR_RETURN(Kernel kernel, PrepareCast(input->type(), result, try_cast, session_));
    return MakeCall(key, std::move(result), std::move(kernel), {std::move(input)},
                    {.may_fail = true, .cost = ExprTraits::Cost::kSome});
  }

  /// A deterministic call (one with a key) of constants is computed here, unless it fails: then the rows that
  /// reach it do.
  Result<ExprPtr> MakeCall(const std::string& key, DataType type, Kernel kernel,
                           std::vector<ExprPtr> arguments, const ExprTraits& traits) {
    const bool deterministic = !key.empty();
    const bool constant =
        deterministic && std::all_of(arguments.begin(), arguments.end(), [](const ExprPtr& argument) {
          return argument->ConstantValue() != nullptr;
        });
    auto call = std::make_shared<CallExpr>(type, std::move(kernel), arguments, deterministic);
    if (!constant) return pool_.AddCall(key, std::move(call), arguments, traits);
    const Batch batch{.schema = nullptr, .num_rows = 1};
    const Selection rows{0};
    RowErrors errors;
    EvalContext context{batch, rows, session_, session_.query_start_micros, errors};
    ColumnPtr value = call->Evaluate(context);
    if (!errors.empty()) return pool_.AddCall(key, std::move(call), arguments, traits);
    return pool_.AddLeaf(
        key, std::make_shared<ConstantExpr>(std::move(type), Column::ConstantOf(std::move(value), 0, 1)));
  }

  const Schema& input_;
  const SessionSettings& session_;
  NodePool pool_;
};

}  // namespace

Result<ExprSet> BuildExprs(std::span<const proto::Expression* const> expressions, const Schema& input,
                           const SessionSettings& session) {
  ExprBuilder builder(input, session);
  ExprSet set;
  for (const proto::Expression* expression : expressions) {
    ASSIGN_OR_RETURN(ExprPtr root, builder.BuildRoot(*expression));
    set.roots.push_back(std::move(root));
  }
  set.num_shared = builder.num_shared();
  return set;
}

Result<ExprPtr> BuildExpr(const proto::Expression& expression, const Schema& input,
                          const SessionSettings& session) {
  return ExprBuilder(input, session).BuildRoot(expression);
}

}  // namespace millrace
