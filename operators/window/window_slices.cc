#include "operators/window/window_slices.h"

#include <algorithm>
#include <string>

#include "operators/api/error_codes.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

Status CheckTimeColumn(uint32_t column, const Schema& input) {
  if (column < input.size() && input.type(column).IsTimestamp()) return Status::Ok();
  return Status(kBadOperatorConfig, "a window needs a TIMESTAMP column: column " + std::to_string(column));
}

Status NullTime(const Batch& batch, uint32_t column) {
  return Status(kNullEventTime,
                "the time of a window is NULL in a row: column `" + batch.schema->fields[column].name + "`")
      .WithSuggestion("filter such rows out, or make the column COALESCE(...)");
}

}  // namespace

Result<WindowSlices> WindowSlices::Create(const proto::WindowSpec& spec, const Schema& input,
                                          OperatorContext& context) {
  const bool attached = spec.kind() == proto::WindowSpec::ATTACHED;
  const uint32_t time_column = attached ? spec.end_column() : spec.time_column();
  if (!spec.processing_time()) RETURN_IF_ERROR(CheckTimeColumn(time_column, input));
  if (attached) RETURN_IF_ERROR(CheckTimeColumn(spec.start_column(), input));
  WindowFrames frames = WindowFrames::Attached();
  if (!attached) {
    ASSIGN_OR_RETURN(frames, WindowFrames::Create(spec));
  }
  // Ends of attached windows are wall-clock times; window_time, the last column of the output, tells of which
  // clock.
  const DataType time_type = attached                 ? context.output_schema()->fields.back().type
                             : spec.processing_time() ? DataType::TimestampLtz(3)
                                                      : input.type(time_column);
  ASSIGN_OR_RETURN(const WindowClock clock, WindowClock::Create(spec, time_type));
  WindowSlices slices(frames, clock, context);
  slices.processing_time_ = spec.processing_time();
  slices.attached_ = attached;
  slices.time_column_ = time_column;
  slices.start_column_ = spec.start_column();
  return slices;
}

Status WindowSlices::Find(const Batch& batch, int64_t floor_micros, std::vector<int64_t>* slices,
                          std::vector<int64_t>* starts) const {
  if (processing_time_ && !attached_) {
    const int64_t now = std::max(context_->ProcessingTimeMicros(), floor_micros);
    slices->assign(batch.NumSelected(), frames_.SliceEnd(clock_.ToLocal(now)));
    return Status::Ok();
  }
  if (!ReadMicros(batch, time_column_, slices)) return NullTime(batch, time_column_);
  if (attached_) {
    return ReadMicros(batch, start_column_, starts) ? Status::Ok() : NullTime(batch, start_column_);
  }
  // Neighbours mostly lie in one slice.
  int64_t last_slice = WindowFrames::kNone;
  for (int64_t& slice : *slices) {
    const int64_t local = clock_.ToLocal(slice);
    if (last_slice == WindowFrames::kNone || !frames_.IsInSlice(local, last_slice))
      last_slice = frames_.SliceEnd(local);
    slice = last_slice;
  }
  return Status::Ok();
}

}  // namespace millrace
