#include "operators/table/event_time.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "operators/api/error_codes.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

/// What the rows of a run come to, when they are plain values.
struct RunTimes {
  int64_t oldest = INT64_MAX;
  int64_t newest = INT64_MIN;
  int64_t watermark = INT64_MIN;
};

RunTimes SummarizeRun(std::span<const int64_t> times, const int64_t* watermarks) {
  RunTimes run;
  for (size_t i = 0; i < times.size(); ++i) {
    run.oldest = std::min(run.oldest, times[i]);
    run.newest = std::max(run.newest, times[i]);
    run.watermark = std::max(run.watermark, watermarks[i]);
  }
  return run;
}

bool IsPlain(const ColumnReader& reader) {
  return reader.is_flat() && !reader.has_nulls();
}

}  // namespace

Result<std::unique_ptr<EventTime>> EventTime::Create(const proto::WatermarkSpec& spec, const Schema& schema,
                                                     OperatorContext& context) {
  if (spec.column() >= schema.size() || schema.type(spec.column()).physical() != PhysicalType::kInt64 ||
      !schema.type(spec.column()).IsTimestamp()) {
    return Status(kBadOperatorConfig, "the event-time column is no TIMESTAMP of at most 6 digits: column " +
                                          std::to_string(spec.column()));
  }
  std::unique_ptr<EventTime> event_time(new EventTime(context, spec.column(), spec.idle_timeout_ms() * 1000));
  const proto::Expression* expression = &spec.expression();
  ASSIGN_OR_RETURN(event_time->expression_, Expressions::Build({&expression, 1}, schema, context));
  if (event_time->expression_->type(0).physical() != PhysicalType::kInt64) {
    return Status(kBadOperatorConfig, "the watermark is no TIMESTAMP of at most 6 digits: " +
                                          event_time->expression_->type(0).ToString());
  }
  return event_time;
}

void EventTime::AddSplit(const Split& split) {
  splits_.AddSplit(split.watermark_micros, context_.ProcessingTimeMicros());
}

Status EventTime::Emit(const Batch& batch, const SelectionPtr& passing, const std::vector<SplitRows>& runs,
                       Output& output) {
  Selection all(batch.num_rows);
  std::iota(all.begin(), all.end(), 0u);
  ASSIGN_OR_RETURN(const ColumnPtr watermark_column, expression_->Evaluate(0, batch, all));
  const ColumnReader times(*batch.columns[column_]);
  const ColumnReader watermarks(*watermark_column);
  for (const SplitRows& run : runs) splits_.MarkActive(run.split, context_.ProcessingTimeMicros());
  RETURN_IF_ERROR(UpdateIdleness(output));

  Rest rest{batch, passing};
  for (size_t i = 0; i < runs.size(); ++i) {
    const uint32_t end = i + 1 < runs.size() ? runs[i + 1].first_row : batch.num_rows;
    RETURN_IF_ERROR(EmitRun(runs[i].split, runs[i].first_row, end, times, watermarks, &rest, output));
  }
  RETURN_IF_ERROR(EmitRowsUntil(batch.num_rows, &rest, output));
  return EmitWatermark(output);
}

Status EventTime::EmitRun(uint32_t split, uint32_t first, uint32_t end, const ColumnReader& times,
                          const ColumnReader& watermarks, Rest* rest, Output& output) {
  int64_t running = splits_.watermark(split);
  int64_t newest = newest_micros_;
  if (IsPlain(times) && IsPlain(watermarks)) {
    const RunTimes run =
        SummarizeRun({times.Values<int64_t>() + first, end - first}, watermarks.Values<int64_t>() + first);
    if (run.oldest > std::max(running, run.watermark)) {  // no row is behind another's watermark
      newest_micros_ = std::max(newest, run.newest);
      splits_.Raise(split, std::max(running, run.watermark));
      return Status::Ok();
    }
  }
  for (uint32_t row = first; row < end; ++row) {
    if (times.IsNull(row)) {
      if (rest->batch.Weight(row) < 0) continue;  // a deletion carries its key only
      return Status(kNullEventTime, "the event-time column is NULL in a row: column `" +
                                        rest->batch.schema->fields[column_].name + "`")
          .WithSuggestion("filter such rows out below the watermark, or make the column COALESCE(...)");
    }
    const int64_t time = times.Value<int64_t>(row);
    if (time <= running) {
      splits_.Raise(split, running);
      if (splits_.Combined() > emitted_) {
        RETURN_IF_ERROR(EmitRowsUntil(row, rest, output));
        RETURN_IF_ERROR(EmitWatermark(output));
      }
    }
    newest = std::max(newest, time);
    if (!watermarks.IsNull(row)) running = std::max(running, watermarks.Value<int64_t>(row));
  }
  newest_micros_ = newest;
  splits_.Raise(split, running);
  return Status::Ok();
}

Status EventTime::EmitRowsUntil(uint32_t end, Rest* rest, Output& output) {
  const uint32_t first = std::exchange(rest->first_row, end);
  if (first == end) return Status::Ok();
  const Batch& batch = rest->batch;
  if (rest->passing == nullptr) {
    return output.Emit(first == 0 && end == batch.num_rows ? batch : Slice(batch, first, end - first));
  }
  const Selection& passing = *rest->passing;
  const auto from = passing.begin() + static_cast<ptrdiff_t>(rest->first_passing);
  const auto to = std::lower_bound(from, passing.end(), end);
  rest->first_passing = static_cast<size_t>(to - passing.begin());
  if (from == to) return Status::Ok();
  Batch part = batch;
  part.selection = from == passing.begin() && to == passing.end()
                       ? rest->passing
                       : std::make_shared<const Selection>(from, to);
  return output.Emit(std::move(part));
}

Status EventTime::EmitWatermark(Output& output) {
  const int64_t combined = splits_.Combined();
  if (combined <= emitted_) return Status::Ok();
  emitted_ = combined;
  return output.EmitWatermark(Watermark{combined});
}

Status EventTime::AfterPoll(bool drained, Output& output) {
  drained_ = drained;
  last_poll_micros_ = context_.ProcessingTimeMicros();
  return UpdateIdleness(output);
}

Status EventTime::OnProcessingTime(Output& output) {
  timer_micros_ = INT64_MAX;
  return UpdateIdleness(output);
}

Status EventTime::UpdateIdleness(Output& output) {
  const int64_t now = context_.ProcessingTimeMicros();
  // While the job is too slow to read on, its splits are not idle.
  const int64_t next = splits_.CheckIdle(drained_ ? now : last_poll_micros_);
  if (next < timer_micros_) {
    timer_micros_ = std::max(next, now + 1000);
    context_.RegisterProcessingTimer(timer_micros_);
  }
  RETURN_IF_ERROR(EmitWatermark(output));
  const bool idle = splits_.AllIdle();
  if (idle == idle_) return Status::Ok();
  idle_ = idle;
  return output.EmitIdle(Idle{idle});
}

}  // namespace millrace
