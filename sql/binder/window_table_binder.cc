#include <array>
#include <map>

#include "core/error_codes.h"
#include "core/types/type_rules.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/error_codes.h"
#include "sql/rules/fold_constants.h"

namespace millrace::sql {
namespace {

/// The arguments behind the table and the time column, in order.
const std::map<std::string, std::vector<std::string>> kIntervalNames = {
    {"TUMBLE", {"SIZE", "OFFSET"}},
    {"HOP", {"SLIDE", "SIZE", "OFFSET"}},
    {"CUMULATE", {"STEP", "SIZE", "OFFSET"}}};

/// The intervals of a window in milliseconds by name; missing ones are absent.
using Intervals = std::map<std::string, int64_t>;

Result<int64_t> IntervalMillis(const BoundExprPtr& value, const std::string& name, const std::string& zone,
                               const SourcePlace& place) {
  const BoundExprPtr folded = FoldConstants(value, zone);
  if (folded->type.kind() == millrace::TypeKind::kIntervalYearMonth) {
    return ErrorAt(kInvalidWindow, name + " of a window cannot be in months or years", place);
  }
  if (!folded->IsLiteral() || folded->IsNullLiteral() ||
      folded->type.kind() != millrace::TypeKind::kIntervalDayTime) {
    return ErrorAt(kInvalidWindow, name + " of a window must be a constant interval", place)
        .WithSuggestion("write INTERVAL '10' MINUTE");
  }
  return ColumnReader(*folded->literal).Value<int64_t>(0);
}

Status CheckIntervals(const PlanWindow& window, const std::string& function, const SourcePlace& place) {
  if (window.size_ms <= 0) return ErrorAt(kInvalidWindow, "SIZE of a window must be above zero", place);
  if (function == "TUMBLE") return Status::Ok();
  const char* name = function == "HOP" ? "SLIDE" : "STEP";
  if (window.slide_ms <= 0)
    return ErrorAt(kInvalidWindow, std::string(name) + " of a window must be above zero", place);
  if (window.size_ms % window.slide_ms != 0) {
    return ErrorAt(kInvalidWindow,
                   "SIZE of " + function + " must be a multiple of its " + name + ": " +
                       std::to_string(window.size_ms) + " ms and " + std::to_string(window.slide_ms) + " ms",
                   place);
  }
  return Status::Ok();
}

/// Sets what depends on the time column: its number, the kind of time, the zone.
Status SetTimeColumn(const PlanColumns& columns, uint32_t column, const std::string& zone,
                     const SourcePlace& place, PlanWindow* window) {
  const PlanColumn& time = columns[column];
  if (time.time == TimeAttribute::kNone) {
    return ErrorAt(kInvalidTimeAttribute, "Window needs a time attribute, the column is none: " + time.name,
                   place)
        .WithSuggestion("declare WATERMARK FOR on the table's column, and pass it on unchanged");
  }
  window->time_column = column;
  window->processing_time = time.time == TimeAttribute::kProctime;
  window->time_type = time.type;
  if (time.type.kind() == millrace::TypeKind::kTimestampLtz) window->zone = zone;
  return Status::Ok();
}

Status SetIntervals(const std::string& function, const Intervals& intervals, const SourcePlace& place,
                    PlanWindow* window) {
  for (const std::string& name : kIntervalNames.at(function)) {
    const auto found = intervals.find(name);
    if (found == intervals.end()) {
      if (name == "OFFSET") continue;
      return ErrorAt(kInvalidWindow, "Argument is missing: " + name + " of " + function, place);
    }
    if (name == "SIZE") window->size_ms = found->second;
    if (name == "SLIDE" || name == "STEP") window->slide_ms = found->second;
    if (name == "OFFSET") window->offset_ms = found->second;
  }
  window->kind = function == "TUMBLE" ? PlanWindow::Kind::kTumble
                 : function == "HOP"  ? PlanWindow::Kind::kHop
                                      : PlanWindow::Kind::kCumulate;
  return CheckIntervals(*window, function, place);
}

/// TUMBLE(table, time, size, ...) taken apart: which argument is what.
struct TableFunctionArguments {
  const TableArgument* data = nullptr;
  const Descriptor* time = nullptr;
  SourcePlace time_place;
  std::vector<std::pair<std::string, const Expression*>> intervals;
};

Result<TableFunctionArguments> TakeApart(const FunctionCall& call, const std::string& function,
                                         const SourcePlace& place) {
  std::vector<std::string> names = {"DATA", "TIMECOL"};
  const std::vector<std::string>& more = kIntervalNames.at(function);
  names.insert(names.end(), more.begin(), more.end());
  if (call.arguments.size() > names.size()) {
    return ErrorAt(kInvalidWindow, "Too many arguments: " + function, call.arguments.back().value->place);
  }
  TableFunctionArguments taken;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const FunctionArgument& argument = call.arguments[i];
    std::string name = names[i];
    if (argument.name) {
      name = UpperCaseName(argument.name->text);
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        return ErrorAt(kInvalidWindow, "Unknown argument of " + function + ": " + argument.name->text,
                       argument.name->place)
            .WithSuggestion(DidYouMean(ClosestName(name, names)));
      }
    }
    const Expression& value = *argument.value;
    if (name == "DATA") {
      taken.data = value.As<TableArgument>();
    } else if (name == "TIMECOL") {
      taken.time = value.As<Descriptor>();
      taken.time_place = value.place;
    } else {
      taken.intervals.emplace_back(name, &value);
    }
  }
  if (taken.data == nullptr) {
    return ErrorAt(kInvalidWindow, "First argument must be a table: " + function, place)
        .WithSuggestion("write " + function + "(TABLE t, DESCRIPTOR(ts), ...)");
  }
  if (taken.time == nullptr || taken.time->columns.size() != 1) {
    return ErrorAt(kInvalidWindow, "Second argument must name one time column: " + function, place)
        .WithSuggestion("write DESCRIPTOR(ts)");
  }
  return taken;
}

}  // namespace

Result<PlanPtr> BindWindowTable(QueryBinder& binder, const FunctionCall& call, const SourcePlace& place) {
  const std::string function = UpperCaseName(call.name.last());
  if (function == "SESSION") return NotSupported("SESSION windows", place);
  if (!call.name.is_simple() || !kIntervalNames.contains(function)) {
    const std::vector<std::string> names = {"TUMBLE", "HOP", "CUMULATE"};
    return ErrorAt(kUnknownFunction, "Unknown table function: " + call.name.last(), call.name.place)
        .WithSuggestion(DidYouMean(ClosestName(function, names)));
  }
  ASSIGN_OR_RETURN(const TableFunctionArguments taken, TakeApart(call, function, place));
  if (!taken.data->partition_by.empty() || !taken.data->order_by.empty()) {
    return ErrorAt(kInvalidWindow, "PARTITION BY and ORDER BY do not belong to the table of " + function,
                   place);
  }
  ASSIGN_OR_RETURN(PlanPtr input, binder.BindQuery(*taken.data->query));
  const Scope scope({""}, input->columns());
  ASSIGN_OR_RETURN(const BoundExprPtr time, scope.ResolveColumn(taken.time->columns.front()));
  PlanWindow window;
  RETURN_IF_ERROR(SetTimeColumn(input->columns(), time->index, binder.TimeZone(),
                                taken.time->columns.front().place, &window));
  Intervals intervals;
  const Scope nothing;
  for (const auto& [name, expression] : taken.intervals) {
    ASSIGN_OR_RETURN(BoundExprPtr value, ExpressionBinder(nothing, function).Bind(*expression));
    ASSIGN_OR_RETURN(intervals[name], IntervalMillis(value, name, binder.TimeZone(), expression->place));
  }
  RETURN_IF_ERROR(SetIntervals(function, intervals, place, &window));
  if (binder.IsUpdating(input)) return NotSupported("windows over rows that change", place);
  return PlanPtr(std::make_shared<WindowAssignNode>(std::move(input), std::move(window)));
}

Result<PlanWindow> BindGroupWindow(QueryBinder& binder, const std::string& function,
                                   const std::vector<BoundExprPtr>& arguments, const PlanNode& input,
                                   const SourcePlace& place) {
  const std::vector<std::string>& names = kIntervalNames.at(function);
  if (arguments.empty() || arguments.size() > names.size() + 1) {
    return ErrorAt(kInvalidWindow, "Wrong number of arguments of the window in GROUP BY: " + function, place);
  }
  if (!arguments[0]->IsColumn()) {
    return ErrorAt(kInvalidTimeAttribute, "Window in GROUP BY needs a time attribute as its first argument",
                   place);
  }
  PlanWindow window;
  RETURN_IF_ERROR(SetTimeColumn(input.columns(), arguments[0]->index, binder.TimeZone(), place, &window));
  Intervals intervals;
  for (size_t i = 1; i < arguments.size(); ++i) {
    ASSIGN_OR_RETURN(intervals[names[i - 1]],
                     IntervalMillis(arguments[i], names[i - 1], binder.TimeZone(), place));
  }
  RETURN_IF_ERROR(SetIntervals(function, intervals, place, &window));
  return window;
}

}  // namespace millrace::sql
