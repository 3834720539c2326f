#include <fmt/format.h>

#include <memory>

#include "core/expr/cast.h"
#include "core/expr/cast_rules.h"
#include "core/expr/number_text.h"
#include "core/functions/function_entry.h"
#include "core/functions/json_document.h"
#include "core/functions/json_path.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

using PathPtr = std::shared_ptr<const JsonPath>;

/// The path argument: compiled once when it is constant.
class PathArgument {
 public:
  static Result<PathArgument> Prepare(const ArgumentInfo& argument) {
    PathArgument path;
    if (const std::optional<std::string> text = LiteralText(argument)) {
      ASSIGN_OR_RETURN(JsonPath compiled, JsonPath::Compile(*text));
      path.constant_ = std::make_shared<const JsonPath>(std::move(compiled));
    }
    return path;
  }
  /// Null, and the row failed, when the row's path is none.
  PathPtr operator()(Row& row) const {
    if (constant_) return constant_;
    Result<JsonPath> compiled = JsonPath::Compile(row.Text(1));
    if (compiled.ok()) return std::make_shared<const JsonPath>(*std::move(compiled));
    row.Fail(kInvalidArgument, compiled.status().message());
    return nullptr;
  }

 private:
  PathPtr constant_;
};

/// A literal word of a clause: its upper-case text, or `otherwise` when the argument is not given.
Result<std::string> WordOf(std::span<const ArgumentInfo> arguments, size_t index, const char* otherwise,
                           std::initializer_list<std::string_view> words) {
  if (index >= arguments.size()) return std::string(otherwise);
  const std::optional<std::string> word = LiteralText(arguments[index]);
  for (std::string_view known : words) {
    if (word && *word == known) return *word;
  }
  return Status(kInvalidArgument, fmt::format("Unknown JSON clause: {}", word.value_or("no literal")));
}

/// Parsed documents and what a path found in them. A definite path that finds nothing is an error in strict
/// mode.
enum class Finding { kFound, kNothing, kError };

Finding FindIn(std::string_view text, const JsonPath& path, JsonValue* document,
               std::vector<const JsonValue*>* found) {
  std::optional<JsonValue> parsed = ParseJson(text);
  if (!parsed) return Finding::kError;
  *document = std::move(*parsed);
  *found = path.Find(*document);
  if (!found->empty()) return Finding::kFound;
  return path.definite() && !path.lax() ? Finding::kError : Finding::kNothing;
}

Status StrictText(std::string_view function, size_t index, const DataType& type) {
  return WrongArgumentType(function, index, type, "a STRING");
}

bool IsTextOrNull(const DataType& type) {
  return type.IsCharacter() || type.kind() == TypeKind::kNull;
}

DataType AsText(const DataType& type) {
  return type.IsCharacter() ? type : DataType::String();
}

// JSON_VALUE(json, path [, on_empty, default, on_error, default, NULL of the type])
Result<ResolvedCall> ResolveValue(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2 && arguments.size() != 7)
    return WrongArgumentCount("JSON_VALUE", arguments.size(), "2 or 7");
  for (size_t i = 0; i < 2; ++i) {
    if (!IsTextOrNull(arguments[i].type)) return StrictText("JSON_VALUE", i, arguments[i].type);
  }
  ResolvedCall call{{AsText(arguments[0].type), AsText(arguments[1].type)}, DataType::String()};
  if (arguments.size() == 2) return call;
  DataType result = arguments[6].type.WithNullable(true);
  if (result.kind() == TypeKind::kNull) result = DataType::String();
  if (result.IsNested() || result.IsInterval() || result.IsBinary()) {
    return WrongArgumentType("JSON_VALUE", 6, result, "RETURNING a scalar type");
  }
  call.argument_types.insert(call.argument_types.end(),
                             {arguments[2].type, result, arguments[4].type, result, arguments[6].type});
  call.result_type = result;
  return call;
}

/// What to do with a row that has no value: its clause and the argument of the default.
struct Fallback {
  std::string clause;
  size_t default_argument = 0;
};

/// Rows whose value comes from the JSON text, from a default argument, or nowhere.
class ValueKernel {
 public:
  ValueKernel(PathArgument path, Fallback on_empty, Fallback on_error, DataType result, Kernel cast)
      : path_(std::move(path)),
        on_empty_(std::move(on_empty)),
        on_error_(std::move(on_error)),
        result_(std::move(result)),
        cast_(std::move(cast)) {}

  ColumnPtr operator()(const KernelCall& call) const {
    const uint32_t num_rows = call.context.batch.num_rows;
    std::vector<Branch> branches(3);  // values, defaults on empty, defaults on error
    const ColumnPtr texts = FindTexts(call, &branches);
    if (call.arguments.size() > 2) {
      branches[1].column = call.arguments[3];
      branches[2].column = call.arguments[5];
    } else {
      branches[1].column = branches[2].column = Column::NullConstant(result_, num_rows);
    }
    branches[0].column = cast_ ? CastTexts(texts, call, &branches) : texts;
    return MergeBranches(call.result_type, num_rows, num_rows, branches);
  }

 private:
  /// The texts of the scalars; rows without go to the branches of their defaults.
  ColumnPtr FindTexts(const KernelCall& call, std::vector<Branch>* branches) const {
    const DataType text_type = DataType::String();
    const KernelCall text_call{call.arguments.subspan(0, 2), text_type, call.context};
    Row row(text_call);
    for (uint32_t index : call.context.rows) {
      if (!row.Begin(index, true)) continue;
      const PathPtr path = path_(row);
      if (path == nullptr) continue;
      JsonValue document;
      std::vector<const JsonValue*> found;
      Finding finding = FindIn(row.Text(0), *path, &document, &found);
      if (finding == Finding::kFound && (found.size() > 1 || !found[0]->IsScalar()))
        finding = Finding::kError;
      if (finding == Finding::kFound && found[0]->kind == JsonValue::Kind::kNull) finding = Finding::kNothing;
      if (finding == Finding::kFound) {
        std::string& text = row.Scratch();
        AppendScalarText(*found[0], &text);
        row.ReturnText(text);
        (*branches)[0].rows.push_back(index);
      } else {
        const bool is_error = finding == Finding::kError;
        Give(row, is_error ? on_error_ : on_empty_, is_error, &(*branches)[is_error ? 2 : 1]);
      }
    }
    return row.Finish();
  }

  static void Give(Row& row, const Fallback& fallback, bool is_error, Branch* branch) {
    if (fallback.clause == "DEFAULT") {
      branch->rows.push_back(row.index());
    } else if (fallback.clause == "ERROR") {
      row.Fail(kInvalidArgument,
               fmt::format("JSON_VALUE found {}: {}", is_error ? "no scalar" : "nothing", row.Text(0)));
    }
  }

  /// Casts the texts to the result type; what does not cast is an error by the clause.
  ColumnPtr CastTexts(const ColumnPtr& texts, const KernelCall& call, std::vector<Branch>* branches) const {
    Branch& values = (*branches)[0];
    EvalContext inner = call.context.WithRows(values.rows);
    ColumnPtr column = cast_({{&texts, 1}, result_, inner});
    const ColumnReader reader(*column);
    Selection good;
    Selection bad;
    for (uint32_t row : values.rows) (reader.IsNull(row) ? bad : good).push_back(row);
    values.rows = std::move(good);
    if (on_error_.clause == "DEFAULT") {
      Selection& defaults = (*branches)[2].rows;
      defaults.insert(defaults.end(), bad.begin(), bad.end());
    } else if (on_error_.clause == "ERROR") {
      const ColumnReader text(*texts);
      for (uint32_t row : bad) {
        call.context.errors.Add(
            row, Status(kCastFailed, fmt::format("JSON_VALUE found no {}: '{}'",
                                                 result_.ToStringWithoutNullability(), text.String(row))));
      }
    }
    return column;
  }

  PathArgument path_;
  Fallback on_empty_;
  Fallback on_error_;
  DataType result_;
  Kernel cast_;
};

Result<Kernel> PrepareValue(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                            const SessionSettings& session) {
  ASSIGN_OR_RETURN(PathArgument path, PathArgument::Prepare(arguments[1]));
  ASSIGN_OR_RETURN(std::string on_empty, WordOf(arguments, 2, "NULL", {"NULL", "ERROR", "DEFAULT"}));
  ASSIGN_OR_RETURN(std::string on_error, WordOf(arguments, 4, "NULL", {"NULL", "ERROR", "DEFAULT"}));
  Kernel cast;
  if (!call.result_type.IsCharacter()) {
    ASSIGN_OR_RETURN(cast, PrepareCast(DataType::String(), call.result_type, true, session));
  }
  return Kernel(ValueKernel(std::move(path), {std::move(on_empty), 3}, {std::move(on_error), 5},
                            call.result_type, std::move(cast)));
}

// JSON_QUERY(json, path [, wrapper, on_empty, on_error, NULL of the type])
Result<ResolvedCall> ResolveQuery(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2 && arguments.size() != 6)
    return WrongArgumentCount("JSON_QUERY", arguments.size(), "2 or 6");
  for (size_t i = 0; i < 2; ++i) {
    if (!IsTextOrNull(arguments[i].type)) return StrictText("JSON_QUERY", i, arguments[i].type);
  }
  ResolvedCall call{{AsText(arguments[0].type), AsText(arguments[1].type)}, DataType::String()};
  if (arguments.size() == 2) return call;
  for (size_t i = 2; i < 6; ++i) call.argument_types.push_back(arguments[i].type);
  const DataType& result = arguments[5].type;
  const bool is_array = result.kind() == TypeKind::kArray && result.element().IsCharacter();
  if (!is_array && !IsTextOrNull(result)) {
    return WrongArgumentType("JSON_QUERY", 5, result, "RETURNING STRING or ARRAY<STRING>");
  }
  if (is_array) call.result_type = result.WithNullable(true);
  return call;
}

void ReturnJson(Row& row, const JsonValue& value, bool as_array) {
  if (!as_array) {
    std::string& text = row.Scratch();
    AppendJson(value, JsonNumbers::kPlain, &text);
    return row.ReturnText(text);
  }
  ColumnBuilder& elements = row.builder().child(0);
  for (const JsonValue& item : value.items) {
    if (item.kind == JsonValue::Kind::kNull) {
      elements.AppendNull();
      continue;
    }
    std::string text;
    item.IsScalar() ? AppendScalarText(item, &text) : AppendJson(item, JsonNumbers::kPlain, &text);
    elements.AppendString(text);
  }
  row.builder().AppendNested();
}

void ReturnByClause(Row& row, const std::string& clause, bool as_array) {
  JsonValue empty;
  empty.kind = JsonValue::Kind::kArray;
  if (clause == "EMPTY ARRAY") return ReturnJson(row, empty, as_array);
  empty.kind = JsonValue::Kind::kObject;
  if (clause == "EMPTY OBJECT" && !as_array) return ReturnJson(row, empty, as_array);
  if (clause == "ERROR")
    return row.Fail(kInvalidArgument, fmt::format("JSON_QUERY found no array or object: {}", row.Text(0)));
  row.ReturnNull();
}

JsonValue ArrayOf(const std::vector<const JsonValue*>& values) {
  JsonValue array;
  array.kind = JsonValue::Kind::kArray;
  for (const JsonValue* value : values) array.items.push_back(*value);
  return array;
}

Result<Kernel> PrepareQuery(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                            const SessionSettings&) {
  ASSIGN_OR_RETURN(PathArgument path_argument, PathArgument::Prepare(arguments[1]));
  ASSIGN_OR_RETURN(std::string wrapper,
                   WordOf(arguments, 2, "WITHOUT", {"WITHOUT", "CONDITIONAL", "UNCONDITIONAL"}));
  const auto clauses = {std::string_view("NULL"), std::string_view("EMPTY ARRAY"),
                        std::string_view("EMPTY OBJECT"), std::string_view("ERROR")};
  ASSIGN_OR_RETURN(std::string on_empty, WordOf(arguments, 3, "NULL", clauses));
  ASSIGN_OR_RETURN(std::string on_error, WordOf(arguments, 4, "NULL", clauses));
  const bool as_array = call.result_type.kind() == TypeKind::kArray;
  return RowKernel(
      [=](Row& row) {
        if (row.IsNull(0) || row.IsNull(1)) return row.ReturnNull();
        const PathPtr path = path_argument(row);
        if (path == nullptr) return;
        JsonValue document;
        std::vector<const JsonValue*> found;
        const Finding finding = FindIn(row.Text(0), *path, &document, &found);
        if (finding == Finding::kError) return ReturnByClause(row, on_error, as_array);
        if (finding == Finding::kNothing && path->definite()) return ReturnByClause(row, on_empty, as_array);
        JsonValue value;
        const bool is_list = !path->definite();
        if (is_list || wrapper == "UNCONDITIONAL" ||
            (wrapper == "CONDITIONAL" && found[0]->kind != JsonValue::Kind::kArray)) {
          value = ArrayOf(found);
        } else {
          value = *found[0];
        }
        if (value.kind == JsonValue::Kind::kNull) return ReturnByClause(row, on_empty, as_array);
        if (value.IsScalar() || (as_array && value.kind != JsonValue::Kind::kArray)) {
          return ReturnByClause(row, on_error, as_array);
        }
        ReturnJson(row, value, as_array);
      },
      OnNull::kCall);
}

// JSON_EXISTS(json, path [, on_error])
Result<Kernel> PrepareExists(const ResolvedCall&, std::span<const ArgumentInfo> arguments,
                             const SessionSettings&) {
  ASSIGN_OR_RETURN(PathArgument path_argument, PathArgument::Prepare(arguments[1]));
  ASSIGN_OR_RETURN(std::string on_error,
                   WordOf(arguments, 2, "FALSE", {"TRUE", "FALSE", "UNKNOWN", "ERROR"}));
  return RowKernel([path_argument, on_error](Row& row) {
    const PathPtr path = path_argument(row);
    if (path == nullptr) return;
    JsonValue document;
    std::vector<const JsonValue*> found;
    const Finding finding = FindIn(row.Text(0), *path, &document, &found);
    if (finding != Finding::kError) return row.ReturnBool(finding == Finding::kFound);
    if (on_error == "ERROR")
      return row.Fail(kInvalidArgument, fmt::format("JSON_EXISTS found nothing: {}", row.Text(0)));
    if (on_error == "UNKNOWN") return row.ReturnNull();
    row.ReturnBool(on_error == "TRUE");
  });
}

/// x IS JSON ...: never NULL.
void AddJsonTest(FunctionFamily* family, const char* name, const char* description,
                 bool (*test)(const JsonValue&)) {
  family->Add(
      name, description, {Takes::kString}, GivesNotNull(DataType::Boolean()),
      [test](Row& row) {
        if (row.IsNull(0)) return row.ReturnBool(false);
        const std::optional<JsonValue> value = ParseJson(row.Text(0));
        row.ReturnBool(value && test(*value));
      },
      OnNull::kCall);
}

}  // namespace

void AddJsonPathFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "json");
  family.AddResolved("JSON_VALUE(json, path [RETURNING type] [... ON EMPTY] [... ON ERROR])",
                     "The scalar at a path", ResolveValue, PrepareValue);
  family.AddResolved("JSON_QUERY(json, path [RETURNING type] [... WRAPPER] [... ON EMPTY] [... ON ERROR])",
                     "The array or object at a path, as JSON text", ResolveQuery, PrepareQuery);
  family.AddPrepared("JSON_EXISTS(json, path [... ON ERROR])", "Whether a path finds something",
                     ArgumentRule{Takes::kString, Takes::kString}.Optional({Takes::kString}),
                     GivesNullable(DataType::Boolean()), PrepareExists);
  AddJsonTest(&family, "IS JSON VALUE", "Whether a text is JSON", [](const JsonValue&) { return true; });
  AddJsonTest(&family, "IS JSON SCALAR", "Whether a text is a JSON scalar",
              [](const JsonValue& value) { return value.IsScalar(); });
  AddJsonTest(&family, "IS JSON ARRAY", "Whether a text is a JSON array",
              [](const JsonValue& value) { return value.kind == JsonValue::Kind::kArray; });
  AddJsonTest(&family, "IS JSON OBJECT", "Whether a text is a JSON object",
              [](const JsonValue& value) { return value.kind == JsonValue::Kind::kObject; });
}

}  // namespace millrace
