#include "operators/window/window_aggregate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "operators/api/error_codes.h"
#include "operators/window/local_window_aggregate.h"
#include "operators/window/window_columns.h"
#include "operators/window/window_slices.h"
#include "operators/window/window_state.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"
#include "proto/worker.pb.h"

namespace millrace {
namespace {

// state: 8 bytes, little-endian: the watermark in microseconds.
constexpr char kWatermarkState[] = "watermark";

/// SINGLE and GLOBAL.
class WindowAggregate final : public Operator {
 public:
  explicit WindowAggregate(proto::WindowAggregateConfig config) : config_(std::move(config)) {}

  Status Open(OperatorContext& context) override;
  Status Process(uint32_t, const Batch& batch, Output& output) override;
  Status OnWatermark(Watermark watermark, Output& output) override;
  Status OnProcessingTime(int64_t micros, Output& output) override;
  Status Snapshot(OperatorSnapshot& snapshot) override;
  Status Finish(Output& output) override;

 private:
  bool is_global() const { return config_.phase() == proto::GLOBAL; }
  Status OpenFrames(const Schema& input);
  Status OpenState(const Schema& input);
  Status FindSlices(const Batch& batch);
  int64_t TargetSlice(int64_t slice) const;
  Batch WithoutLateRows(const Batch& batch);
  void ExpectWindowsOf(const std::vector<int64_t>& slices);

  /// When a window is sent: at this watermark, or at this time of the clock.
  int64_t FiresAt(int64_t window_end) const {
    return clock_->LastInstant(window_end) + (config_.window().processing_time() ? 1000 : 0);
  }
  bool HasFired(int64_t window_end) const { return FiresAt(window_end) <= watermark_; }
  int64_t NextWindow(int64_t slice, int64_t after) const;
  void SetWatermark(int64_t micros);
  Status FireUntil(int64_t micros, Output& output);
  Status Fire(int64_t window_end, Output& output);
  Status EmitGroups(int64_t window_end, const Groups& groups, const Batch& keys, Output& output);

  const proto::WindowAggregateConfig config_;
  OperatorContext* context_ = nullptr;
  SchemaPtr schema_;
  std::optional<WindowFrames> frames_;
  std::optional<WindowClock> clock_;
  std::optional<WindowSlices> row_slices_;  // SINGLE
  std::optional<WindowColumns> columns_;
  std::optional<WindowState> state_;
  std::optional<uint32_t> first_column_;  // GLOBAL: of the accumulators
  size_t num_keys_ = 0;

  int64_t watermark_ = Watermark::kMin;        // or the time up to which processing-time windows were sent
  int64_t fired_up_to_ = WindowFrames::kNone;  // no window that ends up to here is still to be sent
  int64_t next_fire_ = INT64_MIN;              // nothing is to be sent before

  // Of one batch.
  std::vector<int64_t> slices_;
  std::vector<int64_t> starts_;
};

Status WindowAggregate::Open(OperatorContext& context) {
  context_ = &context;
  schema_ = context.output_schema();
  num_keys_ = static_cast<size_t>(config_.keys_size());
  const Schema& input = *context.input_schema(0);
  RETURN_IF_ERROR(CheckWindowColumns(*schema_, num_keys_ + static_cast<size_t>(config_.aggregates_size())));
  RETURN_IF_ERROR(OpenFrames(input));
  columns_.emplace(*schema_, *clock_);
  RETURN_IF_ERROR(OpenState(input));
  if (context.restore() != nullptr && !config_.window().processing_time()) {
    int64_t restored = INT64_MAX;
    for (const proto::SubtaskSnapshot& snapshot : context.restore()->subtasks()) {
      const auto found = snapshot.operator_state().find(kWatermarkState);
      if (found == snapshot.operator_state().end() || found->second.size() != sizeof(int64_t)) continue;
      restored = std::min(restored, LoadAs<int64_t>(reinterpret_cast<const uint8_t*>(found->second.data())));
    }
    if (restored != INT64_MAX) SetWatermark(restored);
  }
  ExpectWindowsOf(state_->Slices());
  return Status::Ok();
}

Status WindowAggregate::OpenFrames(const Schema& input) {
  const proto::WindowSpec& window = config_.window();
  if (is_global()) {
    if (window.kind() == proto::WindowSpec::ATTACHED || window.processing_time()) {
      return Status(kBadOperatorConfig, "windows of processing time or given by columns have no two phases");
    }
    ASSIGN_OR_RETURN(frames_, WindowFrames::Create(window));
    ASSIGN_OR_RETURN(clock_, WindowClock::Create(window, schema_->fields.back().type));
    if (num_keys_ >= input.size() || input.type(num_keys_).kind() != TypeKind::kBigint) {
      return Status(kBadOperatorConfig, "the second phase of a window needs the slice behind its keys");
    }
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(row_slices_, WindowSlices::Create(window, input, *context_));
  frames_ = row_slices_->frames();
  clock_ = row_slices_->clock();
  return Status::Ok();
}

Status WindowAggregate::OpenState(const Schema& input) {
  std::vector<uint32_t> key_columns(config_.keys().begin(), config_.keys().end());
  if (is_global()) {
    key_columns = FirstColumns(num_keys_);
    first_column_ = static_cast<uint32_t>(num_keys_ + 1);
  }
  ASSIGN_OR_RETURN(std::vector<DataType> key_types, ColumnTypes(input, key_columns));
  AggregateSet::Options options;
  options.header_bytes = sizeof(WindowHeader);
  options.by_slice = true;
  options.merges_slices = frames_->shares_slices();
  options.first_column = first_column_;
  ASSIGN_OR_RETURN(AggregateSet aggregates, AggregateSet::Create(config_.aggregates(), input, options));
  if (is_global() && aggregates.end_column() + 1 != input.size()) {
    return Status(kBadOperatorConfig, "the columns between two phases do not fit the aggregate calls");
  }
  state_.emplace(*frames_, std::move(aggregates), std::move(key_columns), std::move(key_types),
                 context_->max_parallelism());
  return state_->Open(context_->keyed_state());
}

Status WindowAggregate::Process(uint32_t, const Batch& batch, Output&) {
  RETURN_IF_ERROR(FindSlices(batch));
  const Batch live = WithoutLateRows(batch);
  if (slices_.empty()) return Status::Ok();
  ExpectWindowsOf(slices_);
  return state_->Update({live, slices_.data(), starts_.empty() ? nullptr : starts_.data(), first_column_});
}

Status WindowAggregate::FindSlices(const Batch& batch) {
  if (row_slices_) return row_slices_->Find(batch, watermark_, &slices_, &starts_);
  slices_.clear();
  const ColumnReader reader(*batch.columns[num_keys_]);
  batch.ForEachRow([&](uint32_t row) { slices_.push_back(reader.Value<int64_t>(row)); });
  return Status::Ok();
}

/// Where rows of a slice go: kNone when all its windows were sent.
int64_t WindowAggregate::TargetSlice(int64_t slice) const {
  if (slice == WindowFrames::kNone || HasFired(frames_->LastWindowEnd(slice))) return WindowFrames::kNone;
  return state_->folds() && HasFired(slice) ? frames_->FirstSlice(slice) : slice;
}

/// The rows that some window is still open for; slices_ and starts_ shrink to theirs.
Batch WindowAggregate::WithoutLateRows(const Batch& batch) {
  Selection kept;
  kept.reserve(slices_.size());
  uint64_t num_late = 0;
  int64_t last_slice = WindowFrames::kNone, last_target = WindowFrames::kNone;
  size_t position = 0, num_kept = 0;
  batch.ForEachRow([&](uint32_t row) {
    const size_t i = position++;
    if (slices_[i] != last_slice) {
      last_slice = slices_[i];
      last_target = TargetSlice(last_slice);
    }
    if (last_target == WindowFrames::kNone) {
      if (last_slice == WindowFrames::kNone) return;  // between the windows of a HOP
      num_late +=
          is_global() ? static_cast<uint64_t>(ColumnReader(*batch.columns.back()).Value<int64_t>(row)) : 1;
      return;
    }
    slices_[num_kept] = last_target;
    if (!starts_.empty()) starts_[num_kept] = starts_[i];
    ++num_kept;
    kept.push_back(row);
  });
  if (num_late > 0) context_->metrics().AddLateRecords(num_late);
  if (num_kept == slices_.size()) return batch;
  slices_.resize(num_kept);
  if (!starts_.empty()) starts_.resize(num_kept);
  Batch live = batch;
  live.selection = std::make_shared<const Selection>(std::move(kept));
  return live;
}

void WindowAggregate::ExpectWindowsOf(const std::vector<int64_t>& slices) {
  const int64_t before = next_fire_;
  if (next_fire_ == INT64_MIN) next_fire_ = INT64_MAX;
  int64_t last_slice = WindowFrames::kNone;
  for (int64_t slice : slices) {
    if (slice == last_slice) continue;
    last_slice = slice;
    const int64_t end = NextWindow(slice, WindowFrames::kNone);
    // A slice whose windows have all been sent is dropped at the next watermark.
    next_fire_ = end == WindowFrames::kNone ? watermark_ : std::min(next_fire_, FiresAt(end));
  }
  if (config_.window().processing_time() && next_fire_ != before && next_fire_ != INT64_MAX) {
    context_->RegisterProcessingTimer(next_fire_);
  }
}

/// The first window behind `after` that holds the slice and has not been sent.
int64_t WindowAggregate::NextWindow(int64_t slice, int64_t after) const {
  int64_t end = frames_->NextWindowEnd(slice, std::max(after, fired_up_to_));
  while (end != WindowFrames::kNone && HasFired(end)) end = frames_->NextWindowEnd(slice, end);
  return end;
}

void WindowAggregate::SetWatermark(int64_t micros) {
  watermark_ = micros;
  constexpr int64_t kTwoHours = int64_t{2} * 3600 * 1'000'000;
  if (micros == Watermark::kMin || micros > INT64_MAX - 2 * kTwoHours) {
    fired_up_to_ = micros;
    return;
  }
  fired_up_to_ = clock_->ToLocal(micros);
  // The clock will be set back: windows that end before it then wait for their second end.
  if (clock_->LastInstant(fired_up_to_ + 1000) > micros) fired_up_to_ -= kTwoHours;
}

Status WindowAggregate::OnWatermark(Watermark watermark, Output& output) {
  if (!config_.window().processing_time()) RETURN_IF_ERROR(FireUntil(watermark.micros, output));
  return output.EmitWatermark(watermark);
}

Status WindowAggregate::OnProcessingTime(int64_t, Output& output) {
  if (!config_.window().processing_time()) return Status::Ok();
  return FireUntil(context_->ProcessingTimeMicros(), output);
}

Status WindowAggregate::Finish(Output& output) {
  // No more rows: processing-time windows need not wait for the clock.
  return config_.window().processing_time() ? FireUntil(INT64_MAX, output) : Status::Ok();
}

Status WindowAggregate::FireUntil(int64_t micros, Output& output) {
  if (micros <= watermark_) return Status::Ok();
  if (micros < next_fire_) {
    SetWatermark(micros);
    return Status::Ok();
  }
  next_fire_ = INT64_MAX;
  int64_t fired = WindowFrames::kNone;
  while (true) {
    int64_t end = WindowFrames::kNone;
    for (auto slice = state_->NextSlice(INT64_MIN); slice; slice = state_->NextSlice(*slice)) {
      end = NextWindow(*slice, fired);
      if (end != WindowFrames::kNone) break;
      RETURN_IF_ERROR(state_->Drop(*slice));
    }
    if (end == WindowFrames::kNone) break;
    if (FiresAt(end) > micros) {
      next_fire_ = FiresAt(end);
      if (config_.window().processing_time()) context_->RegisterProcessingTimer(next_fire_);
      break;
    }
    RETURN_IF_ERROR(Fire(end, output));
    fired = end;
  }
  SetWatermark(micros);
  return Status::Ok();
}

Status WindowAggregate::Fire(int64_t window_end, Output& output) {
  return state_->ForEachGroup(window_end, [&](const Groups& groups, const Batch& keys) {
    return EmitGroups(window_end, groups, keys, output);
  });
}

Status WindowAggregate::EmitGroups(int64_t window_end, const Groups& groups, const Batch& keys,
                                   Output& output) {
  const bool attached = config_.window().kind() == proto::WindowSpec::ATTACHED;
  auto present = std::make_shared<Selection>();
  for (uint32_t i = 0; i < groups.size; ++i) {
    const auto header = LoadAs<WindowHeader>(groups.payloads[i]);
    if (header.num_rows > 0) present->push_back(i);
    if (attached) columns_->Append(header.window_start, window_end);
  }
  Batch out;
  out.schema = schema_;
  out.num_rows = static_cast<uint32_t>(groups.size);
  out.columns = keys.columns;
  for (size_t call = 0; call < state_->aggregates().num_results(); ++call) {
    ColumnBuilder builder(schema_->type(num_keys_ + call));
    builder.Reserve(out.num_rows);
    state_->aggregates().AppendResult(call, groups, builder);
    out.columns.push_back(builder.Finish());
  }
  std::vector<ColumnPtr> window_columns =
      attached ? columns_->Finish()
               : columns_->Constant(frames_->WindowStart(window_end), window_end, out.num_rows);
  for (ColumnPtr& column : window_columns) out.columns.push_back(std::move(column));
  if (present->size() < groups.size) out.selection = std::move(present);
  return output.Emit(std::move(out));
}

Status WindowAggregate::Snapshot(OperatorSnapshot& snapshot) {
  std::string bytes(sizeof(watermark_), '\0');
  std::memcpy(bytes.data(), &watermark_, sizeof(watermark_));
  (*snapshot.content().mutable_operator_state())[kWatermarkState] = std::move(bytes);
  return Status::Ok();
}

}  // namespace

OperatorFactory WindowAggregateFactory() {
  return {.kind = "window_aggregate",
          .keyed = true,
          .create = [](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
            if (config.window_aggregate().phase() == proto::LOCAL) {
              return MakeLocalWindowAggregate(config.window_aggregate());
            }
            return std::unique_ptr<Operator>(std::make_unique<WindowAggregate>(config.window_aggregate()));
          }};
}

}  // namespace millrace
