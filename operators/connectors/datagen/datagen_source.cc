#include "operators/connectors/datagen/datagen_source.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "core/types/type_rules.h"
#include "proto/generators.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kVersion = 1;

/// Options below "fields." that no column asked for.
Status CheckAllUsed(const Options& options, const std::set<std::string>& used) {
  for (const auto& [key, value] : options) {
    if (key.rfind("fields.", 0) != 0 || used.count(key) > 0) continue;
    const std::string close = ClosestName(key, std::vector<std::string>(used.begin(), used.end()));
    return Status(kUnknownOption, "connector 'datagen' does not know option '" + key + "' for these columns")
        .WithSuggestion(close.empty() ? "the part behind 'fields.' is the name of a column"
                                      : "did you mean '" + close + "'?");
  }
  return Status::Ok();
}

}  // namespace

Result<DatagenTable> DatagenTable::From(const std::vector<Field>& declared, const Options& options) {
  DatagenTable table;
  std::set<std::string> used;
  if (const auto text = options.find("number-of-rows"); text != options.end()) {
    ASSIGN_OR_RETURN(const int64_t num_rows, ParseInteger(text->second));
    if (num_rows < 0) {
      return Status(kBadOptionValue, "option 'number-of-rows' is negative: '" + text->second + "'")
          .WithSuggestion("leave it out for an endless table");
    }
    table.num_rows = static_cast<uint64_t>(num_rows);
  }
  ASSIGN_OR_RETURN(const int64_t rate, ParseInteger(OptionOr(options, "rows-per-second", "10000")));
  if (rate <= 0) {
    return Status(kBadOptionValue, "option 'rows-per-second' must be larger than 0")
        .WithSuggestion("use '10000'");
  }
  table.rows_per_second = static_cast<double>(rate);
  for (const Field& field : declared) {
    ASSIGN_OR_RETURN(std::unique_ptr<ValueGenerator> generator,
                     MakeValueGenerator(field.type, FieldOptions(field.name, options, &used)));
    if (const auto num_rows = generator->num_rows()) {
      table.num_rows = std::min(table.num_rows.value_or(UINT64_MAX), *num_rows);
    }
    table.names.push_back(field.name);
    table.generators.push_back(std::move(generator));
  }
  RETURN_IF_ERROR(CheckAllUsed(options, used));
  return table;
}

Result<std::vector<Split>> DatagenEnumerator::Discover() {
  std::vector<Split> splits;
  if (std::exchange(is_done_, true)) return splits;
  for (uint32_t i = 0; i < num_splits_; ++i) {
    proto::DatagenPosition position;
    position.set_version(kVersion);
    position.set_split(i);
    position.set_num_splits(num_splits_);
    Split split;
    split.id = "rows-" + std::to_string(i);
    split.position = position.SerializeAsString();
    splits.push_back(std::move(split));
  }
  return splits;
}

Status DatagenReader::AddSplits(std::span<const Split> splits) {
  for (const Split& split : splits) {
    proto::DatagenPosition position;
    if (!position.ParseFromString(split.position) || position.version() != kVersion ||
        position.num_splits() == 0) {
      return Status(kCorruptBytes, "the position of a datagen split cannot be read: '" + split.id + "'");
    }
    sequences_.push_back({split.id, position.split(), position.num_splits(), position.num_done(), false});
  }
  double share = 0;
  for (const Sequence& sequence : sequences_) share += 1.0 / static_cast<double>(sequence.num_splits);
  if (!sequences_.empty()) pacer_ = std::make_unique<Pacer>(env_, table_.rows_per_second * share);
  return Status::Ok();
}

uint64_t DatagenReader::Remaining(const Sequence& sequence) const {
  if (!table_.num_rows) return UINT64_MAX;
  if (*table_.num_rows <= sequence.split) return 0;
  const uint64_t total = (*table_.num_rows - sequence.split - 1) / sequence.num_splits + 1;
  return total > sequence.num_done ? total - sequence.num_done : 0;
}

void DatagenReader::EndSplits(std::vector<uint32_t>* ended) {
  for (uint32_t i = 0; i < sequences_.size(); ++i) {
    if (sequences_[i].has_ended || Remaining(sequences_[i]) > 0) continue;
    sequences_[i].has_ended = true;
    ended->push_back(i);
  }
}

Result<ReadState> DatagenReader::PollNext(uint32_t max_rows, BatchBuilder& builder,
                                          std::vector<SplitRows>* runs, std::vector<uint32_t>* ended) {
  EndSplits(ended);
  for (size_t i = 0; i < sequences_.size(); ++i) {
    const size_t index = (next_ + i) % sequences_.size();
    Sequence& sequence = sequences_[index];
    if (sequence.has_ended) continue;
    const uint64_t num_rows = pacer_->Allowed(std::min<uint64_t>(max_rows, Remaining(sequence)));
    if (num_rows == 0) {
      pacer_->WakeWhenAllowed(wakeup_);
      return ReadState::kIdle;
    }
    next_ = index + 1;
    runs->push_back({static_cast<uint32_t>(index), builder.num_rows()});
    const int64_t now_millis = env_->clock().WallMicros() / 1000;
    for (uint64_t n = 0; n < num_rows; ++n, ++sequence.num_done) {
      const uint64_t row = sequence.split + sequence.num_done * sequence.num_splits;
      for (size_t c = 0; c < columns_.size(); ++c) {
        table_.generators[columns_[c]]->Append(row, now_millis, &builder.column(c));
      }
      builder.FinishRow();
    }
    pacer_->Took(num_rows);
    EndSplits(ended);
    return ReadState::kReady;
  }
  return ReadState::kEnd;
}

std::vector<Split> DatagenReader::Snapshot() {
  std::vector<Split> splits;
  for (const Sequence& sequence : sequences_) {
    if (sequence.has_ended) continue;
    proto::DatagenPosition position;
    position.set_version(kVersion);
    position.set_split(sequence.split);
    position.set_num_splits(sequence.num_splits);
    position.set_num_done(sequence.num_done);
    Split split;
    split.id = sequence.id;
    split.position = position.SerializeAsString();
    splits.push_back(std::move(split));
  }
  return splits;
}

int64_t DatagenReader::PendingRecords() {
  if (!table_.num_rows) return -1;
  uint64_t num_rows = 0;
  for (const Sequence& sequence : sequences_) num_rows += Remaining(sequence);
  return static_cast<int64_t>(num_rows);
}

}  // namespace millrace
