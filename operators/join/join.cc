#include "operators/join/join.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <utility>

#include "operators/aggregate/change_rows.h"
#include "operators/api/error_codes.h"
#include "operators/join/join_side.h"
#include "operators/stateless/expressions.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

/// Pairs of rows that the condition is evaluated for at once, and rows of an output batch.
constexpr size_t kPairsAtOnce = 8192;

class Join final : public Operator {
 public:
  explicit Join(proto::JoinConfig config) : config_(std::move(config)) {}

  Status Open(OperatorContext& context) override;
  Status Process(uint32_t input, const Batch& batch, Output& output) override;
  Status OnProcessingTime(int64_t, Output&) override;

 private:
  /// A row of the input and a row of the candidates (null_row: none).
  struct Pair {
    uint32_t position;  // number of the input row among those with a key
    uint32_t candidate;
  };
  /// Output rows as row numbers of the batch and of the candidates.
  struct OutputRows {
    Selection mine;
    Selection others;
    std::vector<int8_t> weights;
  };

  Status CheckConfig(const Schema& left, const Schema& right) const;
  void ScheduleSweep();
  Batch WithKeys(uint32_t input, const Batch& batch);
  Status Match(uint32_t input, const Batch& batch);
  Status EvaluatePairs(uint32_t input, const Batch& batch, std::vector<Pair>* pairs);
  Batch PairBatch(uint32_t input, const Batch& batch, std::shared_ptr<const Selection> mine,
                  std::shared_ptr<const Selection> others) const;
  Status EmitMatches(uint32_t input, const Batch& batch, Output& output);
  void AppendRow(OutputRows* rows, uint32_t mine, uint32_t other, int8_t weight) const;
  Status EmitRows(uint32_t input, const Batch& batch, OutputRows* rows, Output& output);
  Status EmitPadded(uint32_t input, const Batch& batch, int8_t weight,
                    const std::vector<uint32_t>& candidates, Output& output);
  void ChangeMatches(JoinSide& other);

  const proto::JoinConfig config_;
  OperatorContext* context_ = nullptr;
  SchemaPtr schema_;
  std::deque<JoinSide> sides_;  // left, right; they hold pointers into themselves
  std::optional<KeyBatch> keys_;
  std::optional<Expressions> condition_;
  size_t num_left_columns_ = 0;
  std::array<std::vector<ColumnPtr>, 2> null_columns_;  // one row of NULLs of each side

  // Of one batch.
  JoinCandidates candidates_;
  std::vector<uint32_t> position_of_row_;  // of selected row i: its number in keys_, or kNoKey
  std::vector<Pair> matches_;              // in the order of positions
  std::vector<int64_t> num_matches_;       // of each position
  std::vector<int64_t> deltas_;            // of the matches of each candidate
  std::vector<uint32_t> gained_, lost_;    // candidates that got their first match, or have none any more
};

constexpr uint32_t kNoKey = UINT32_MAX;

Status Join::CheckConfig(const Schema& left, const Schema& right) const {
  bool fits =
      config_.left_keys_size() == config_.right_keys_size() && schema_->size() == left.size() + right.size();
  for (int i = 0; fits && i < config_.left_keys_size(); ++i) {
    fits = config_.left_keys(i) < left.size() && config_.right_keys(i) < right.size() &&
           left.type(config_.left_keys(i)).physical() == right.type(config_.right_keys(i)).physical();
  }
  return fits ? Status::Ok()
              : Status(kBadOperatorConfig, "the keys or columns of a join do not fit its inputs");
}

Status Join::Open(OperatorContext& context) {
  context_ = &context;
  schema_ = context.output_schema();
  const Schema& left = *context.input_schema(0);
  const Schema& right = *context.input_schema(1);
  RETURN_IF_ERROR(CheckConfig(left, right));
  num_left_columns_ = left.size();
  const bool pads_left =
      config_.type() == proto::JoinConfig::LEFT || config_.type() == proto::JoinConfig::FULL;
  const bool pads_right =
      config_.type() == proto::JoinConfig::RIGHT || config_.type() == proto::JoinConfig::FULL;
  sides_.clear();
  sides_.emplace_back("left", left,
                      std::vector<uint32_t>(config_.left_keys().begin(), config_.left_keys().end()),
                      pads_left, config_.left_state_ttl_ms() * 1000);
  sides_.emplace_back("right", right,
                      std::vector<uint32_t>(config_.right_keys().begin(), config_.right_keys().end()),
                      pads_right, config_.right_state_ttl_ms() * 1000);
  ASSIGN_OR_RETURN(std::vector<DataType> key_types, ColumnTypes(left, sides_[0].key_columns()));
  for (DataType& type : key_types) type = type.WithNullable(true);
  for (JoinSide& side : sides_) RETURN_IF_ERROR(side.Open(key_types, context));
  keys_.emplace(key_types, context.max_parallelism());
  for (const Field& field : left.fields)
    null_columns_[0].push_back(Column::NullConstant(field.type.WithNullable(true), 1));
  for (const Field& field : right.fields)
    null_columns_[1].push_back(Column::NullConstant(field.type.WithNullable(true), 1));
  if (config_.has_condition()) {
    Schema both;
    both.fields = left.fields;
    both.fields.insert(both.fields.end(), right.fields.begin(), right.fields.end());
    const proto::Expression* condition = &config_.condition();
    ASSIGN_OR_RETURN(condition_, Expressions::Build({&condition, 1}, both, context));
  }
  ScheduleSweep();
  return Status::Ok();
}

void Join::ScheduleSweep() {
  int64_t shortest = INT64_MAX;
  for (const JoinSide& side : sides_) {
    if (side.ttl_micros() > 0) shortest = std::min(shortest, side.ttl_micros());
  }
  if (shortest == INT64_MAX) return;
  context_->RegisterProcessingTimer(context_->ProcessingTimeMicros() + std::max<int64_t>(shortest / 4, 1000));
}

Status Join::OnProcessingTime(int64_t, Output&) {
  for (JoinSide& side : sides_) RETURN_IF_ERROR(side.Sweep(context_->ProcessingTimeMicros()));
  ScheduleSweep();
  return Status::Ok();
}

Status Join::Process(uint32_t input, const Batch& batch, Output& output) {
  JoinSide& mine = sides_[input];
  JoinSide& other = sides_[1 - input];
  const int64_t now = context_->ProcessingTimeMicros();
  const Batch keyed = WithKeys(input, batch);
  keys_->Build(keyed, mine.key_columns());
  RETURN_IF_ERROR(other.FindCandidates(*keys_, now, &candidates_));
  RETURN_IF_ERROR(Match(input, keyed));
  gained_.clear();
  lost_.clear();
  if (other.padded()) ChangeMatches(other);
  // A reader that takes the changes one by one must never meet a row before the one it replaces has gone.
  RETURN_IF_ERROR(EmitPadded(input, batch, -1, gained_, output));
  RETURN_IF_ERROR(EmitMatches(input, batch, output));
  RETURN_IF_ERROR(EmitPadded(input, batch, 1, lost_, output));
  return mine.Update(keyed, *keys_, num_matches_, now);
}

/// The rows whose key has no NULL: the others match nothing.
Batch Join::WithKeys(uint32_t input, const Batch& batch) {
  std::vector<ColumnReader> keys = ReadColumns(batch, sides_[input].key_columns());
  std::erase_if(keys, [](const ColumnReader& key) { return !key.has_nulls(); });
  position_of_row_.clear();
  Selection kept;
  batch.ForEachRow([&](uint32_t row) {
    const bool has_null =
        std::any_of(keys.begin(), keys.end(), [row](const ColumnReader& key) { return key.IsNull(row); });
    position_of_row_.push_back(has_null ? kNoKey : static_cast<uint32_t>(kept.size()));
    if (!has_null) kept.push_back(row);
  });
  if (kept.size() == position_of_row_.size()) return batch;
  Batch keyed = batch;
  keyed.selection = std::make_shared<const Selection>(std::move(kept));
  return keyed;
}

/// Finds matches_, num_matches_ and deltas_.
Status Join::Match(uint32_t input, const Batch& batch) {
  matches_.clear();
  num_matches_.assign(keys_->size(), 0);
  deltas_.assign(candidates_.null_row, 0);
  std::vector<Pair> pairs;
  for (uint32_t i = 0; i < keys_->size(); ++i) {
    for (uint32_t c = candidates_.ranges[i].begin; c < candidates_.ranges[i].end; ++c) {
      pairs.push_back({i, c});
      if (pairs.size() == kPairsAtOnce) RETURN_IF_ERROR(EvaluatePairs(input, batch, &pairs));
    }
  }
  RETURN_IF_ERROR(EvaluatePairs(input, batch, &pairs));
  for (const Pair& match : matches_) {
    num_matches_[match.position] += candidates_.counts[match.candidate];
    deltas_[match.candidate] += batch.Weight(keys_->row(match.position));
  }
  return Status::Ok();
}

/// Moves the pairs that fulfil the condition to matches_.
Status Join::EvaluatePairs(uint32_t input, const Batch& batch, std::vector<Pair>* pairs) {
  if (!condition_ || pairs->empty()) {
    matches_.insert(matches_.end(), pairs->begin(), pairs->end());
    pairs->clear();
    return Status::Ok();
  }
  auto mine = std::make_shared<Selection>();
  auto others = std::make_shared<Selection>();
  for (const Pair& pair : *pairs) {
    mine->push_back(keys_->row(pair.position));
    others->push_back(pair.candidate);
  }
  const Batch both = PairBatch(input, batch, std::move(mine), std::move(others));
  ASSIGN_OR_RETURN(const Selection selected, condition_->SelectTrue(0, both, RowsOf(both)));
  for (uint32_t row : selected) matches_.push_back((*pairs)[row]);
  pairs->clear();
  return Status::Ok();
}

Batch Join::PairBatch(uint32_t input, const Batch& batch, std::shared_ptr<const Selection> mine,
                      std::shared_ptr<const Selection> others) const {
  Batch input_columns;
  input_columns.num_rows = batch.num_rows;
  input_columns.columns = batch.columns;
  Batch candidate_columns;
  candidate_columns.num_rows = candidates_.null_row + 1;
  candidate_columns.columns = candidates_.columns;
  std::vector<ColumnPtr> left = Take(input_columns, std::move(mine)).columns;
  Batch both = Take(candidate_columns, std::move(others));
  std::vector<ColumnPtr> right = std::move(both.columns);
  if (input == 1) std::swap(left, right);
  both.schema = schema_;
  both.columns = std::move(left);
  both.columns.insert(both.columns.end(), right.begin(), right.end());
  return both;
}

/// Notes new numbers of matches, and whose padded row comes or goes by it.
void Join::ChangeMatches(JoinSide& other) {
  const int64_t now = context_->ProcessingTimeMicros();
  for (uint32_t c = 0; c < deltas_.size(); ++c) {
    if (deltas_[c] == 0) continue;
    const int64_t before = other.AddMatches(candidates_.entries[c], deltas_[c], now);
    if (before <= 0 && before + deltas_[c] > 0) gained_.push_back(c);
    if (before > 0 && before + deltas_[c] <= 0) lost_.push_back(c);
  }
}

void Join::AppendRow(OutputRows* rows, uint32_t mine, uint32_t other, int8_t weight) const {
  rows->mine.push_back(mine);
  rows->others.push_back(other);
  rows->weights.push_back(weight);
}

/// Sends what each row gives, row by row: its matches, or itself padded.
Status Join::EmitMatches(uint32_t input, const Batch& batch, Output& output) {
  OutputRows rows;
  size_t next_match = 0;
  size_t i = 0;
  Status status;
  batch.ForEachRow([&](uint32_t row) {
    if (!status.ok()) return;
    const uint32_t position = position_of_row_[i++];
    const int8_t weight = batch.Weight(row);
    bool matched = false;
    for (; position != kNoKey && next_match < matches_.size() && matches_[next_match].position == position;
         ++next_match) {
      const uint32_t candidate = matches_[next_match].candidate;
      matched = true;
      for (int64_t copy = 0; copy < candidates_.counts[candidate]; ++copy)
        AppendRow(&rows, row, candidate, weight);
      if (status.ok() && rows.mine.size() >= kPairsAtOnce) status = EmitRows(input, batch, &rows, output);
    }
    if (!matched && sides_[input].padded()) AppendRow(&rows, row, candidates_.null_row, weight);
  });
  RETURN_IF_ERROR(status);
  return EmitRows(input, batch, &rows, output);
}

Status Join::EmitRows(uint32_t input, const Batch& batch, OutputRows* rows, Output& output) {
  OutputRows taken = std::exchange(*rows, {});
  if (taken.mine.empty()) return Status::Ok();
  const bool takes_back =
      std::any_of(taken.weights.begin(), taken.weights.end(), [](int8_t w) { return w < 0; });
  Batch joined = PairBatch(input, batch, std::make_shared<const Selection>(std::move(taken.mine)),
                           std::make_shared<const Selection>(std::move(taken.others)));
  if (takes_back) joined.weights = WeightColumn(taken.weights);
  return output.Emit(std::move(joined));
}

/// Sends candidates with NULLs for the side of the input.
Status Join::EmitPadded(uint32_t input, const Batch& batch, int8_t weight,
                        const std::vector<uint32_t>& candidates, Output& output) {
  if (candidates.empty()) return Status::Ok();
  Batch nulls;
  nulls.num_rows = 1;
  nulls.columns = null_columns_[input];
  OutputRows rows;
  for (uint32_t candidate : candidates) {
    for (int64_t copy = 0; copy < candidates_.counts[candidate]; ++copy)
      AppendRow(&rows, 0, candidate, weight);
  }
  return EmitRows(input, nulls, &rows, output);
}

}  // namespace

OperatorFactory JoinFactory() {
  return {.kind = "join",
          .keyed = true,
          .create = [](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
            return std::unique_ptr<Operator>(std::make_unique<Join>(config.join()));
          }};
}

}  // namespace millrace
