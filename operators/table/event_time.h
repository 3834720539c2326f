#pragma once

#include <optional>
#include <vector>

#include "operators/api/connector.h"
#include "operators/api/output.h"
#include "operators/stateless/expressions.h"
#include "operators/table/split_watermarks.h"

namespace millrace::proto {
class WatermarkSpec;
}

namespace millrace {

/// Gives the rows of a source their watermarks, exact to the row: a batch is cut where a row lies behind the
/// watermark of the rows before it in its split, so that results do not depend on how rows are batched. Owned
/// by a source operator.
class EventTime {
 public:
  static Result<std::unique_ptr<EventTime>> Create(const proto::WatermarkSpec& spec, const Schema& schema,
                                                   OperatorContext& context);

  void AddSplit(const Split& split);
  void EndSplit(uint32_t split) { splits_.MarkEnded(split); }
  int64_t watermark(uint32_t split) const { return splits_.watermark(split); }
  /// Largest event time seen; Watermark::kMin = none.
  int64_t newest_micros() const { return newest_micros_; }

  /// Emits the rows of `batch` (no selection) that `passing` lists (null: all), with the watermarks between
  /// them.
  Status Emit(const Batch& batch, const SelectionPtr& passing, const std::vector<SplitRows>& runs,
              Output& output);
  /// After every poll. `drained`: the reader had nothing more, so that waiting time counts as idleness.
  Status AfterPoll(bool drained, Output& output);
  Status OnProcessingTime(Output& output);

 private:
  EventTime(OperatorContext& context, uint32_t column, int64_t idle_timeout_micros)
      : context_(context), column_(column), splits_(idle_timeout_micros) {}

  /// The rows of one emit call that are not out yet.
  struct Rest {
    const Batch& batch;
    const SelectionPtr& passing;
    uint32_t first_row = 0;
    size_t first_passing = 0;
  };
  Status EmitRun(uint32_t split, uint32_t first, uint32_t end, const ColumnReader& times,
                 const ColumnReader& watermarks, Rest* rest, Output& output);
  Status EmitRowsUntil(uint32_t end, Rest* rest, Output& output);
  Status EmitWatermark(Output& output);
  Status UpdateIdleness(Output& output);

  OperatorContext& context_;
  const uint32_t column_;
  std::optional<Expressions> expression_;
  SplitWatermarks splits_;
  int64_t newest_micros_ = Watermark::kMin;
  int64_t emitted_ = Watermark::kMin;
  bool idle_ = false;     // what was last sent
  bool drained_ = false;  // the last poll found nothing more
  int64_t last_poll_micros_ = 0;
  int64_t timer_micros_ = INT64_MAX;  // registered and not fired yet
};

}  // namespace millrace
