#include "operators/join/join_side.h"

#include <algorithm>
#include <utility>

#include "core/temporal/civil.h"

namespace millrace {
namespace {

constexpr uint32_t kRowBytes = 2 * sizeof(int64_t);        // count, written_micros
constexpr uint32_t kPaddedRowBytes = 3 * sizeof(int64_t);  // num_matches too
constexpr size_t kSweepKeys = 4096;

std::vector<DataType> NullableTypes(const Schema& schema) {
  std::vector<DataType> types;
  for (const Field& field : schema.fields) types.push_back(field.type.WithNullable(true));
  return types;
}

}  // namespace

JoinSide::JoinSide(std::string name, const Schema& schema, std::vector<uint32_t> key_columns, bool padded,
                   int64_t ttl_micros)
    : name_(std::move(name)),
      key_columns_(std::move(key_columns)),
      padded_(padded),
      ttl_micros_(ttl_micros),
      codec_(NullableTypes(schema)),
      groups_(0, 0) {
  for (const DataType& type : codec_.types()) builders_.emplace_back(type);
  for (ColumnBuilder& builder : builders_) builder_pointers_.push_back(&builder);
}

Status JoinSide::Open(const std::vector<DataType>& key_types, OperatorContext& context) {
  TableSpec spec;
  spec.name = name_;
  spec.key_types = key_types;
  spec.value_types = codec_.types();
  spec.fixed_bytes = padded_ ? kPaddedRowBytes : kRowBytes;
  ASSIGN_OR_RETURN(map_, context.keyed_state().OpenMap(spec));
  if (ttl_micros_ > 0) {
    ASSIGN_OR_RETURN(expiries_, context.keyed_state().OpenTimers(name_ + "_expiry"));
  }
  key_rows_.emplace(key_types, context.max_parallelism());
  return Status::Ok();
}

JoinRow JoinSide::Read(RowRef entry) const {
  JoinRow row;
  const uint8_t* bytes = map_->Fixed(entry);
  std::memcpy(&row, bytes, kRowBytes);
  if (padded_) std::memcpy(&row, bytes, kPaddedRowBytes);
  return row;
}

void JoinSide::Write(RowRef entry, const JoinRow& row) {
  uint8_t* bytes = map_->MutableFixed(entry);
  std::memcpy(bytes, &row, kRowBytes);
  if (padded_) std::memcpy(bytes, &row, kPaddedRowBytes);
}

Status JoinSide::FindCandidates(const KeyBatch& keys, int64_t now_micros, JoinCandidates* out) {
  RETURN_IF_ERROR(map_->FindKeys(keys, &found_keys_));
  out->ranges.assign(keys.size(), {});
  out->entries.clear();
  out->counts.clear();
  groups_.Clear();
  std::vector<JoinCandidates::Range> ranges;  // of each distinct key
  found_rows_.clear();
  for (uint32_t i = 0; i < keys.size(); ++i) {
    if (!found_keys_[i]) continue;
    const uint32_t group = groups_.Add(keys.hash(i), keys.key(i));
    if (group == ranges.size()) {
      const auto begin = static_cast<uint32_t>(out->entries.size());
      map_->ForEachEntry(found_keys_[i], [&](std::string_view row_bytes, RowRef entry) {
        const JoinRow row = Read(entry);
        if (row.count <= 0 || IsExpired(row, now_micros)) return true;
        found_rows_.push_back(row_bytes);
        out->entries.push_back(entry);
        out->counts.push_back(row.count);
        return true;
      });
      ranges.push_back({begin, static_cast<uint32_t>(out->entries.size())});
    }
    out->ranges[i] = ranges[group];
  }
  RETURN_IF_ERROR(codec_.DecodeRows(found_rows_, builder_pointers_));
  out->null_row = static_cast<uint32_t>(out->entries.size());
  out->columns.clear();
  for (ColumnBuilder& builder : builders_) {
    builder.AppendNull();
    out->columns.push_back(builder.Finish());
  }
  return Status::Ok();
}

Status JoinSide::FindEntries(const Batch& batch, const KeyBatch& keys) {
  std::vector<ColumnReader> readers;
  for (const ColumnPtr& column : batch.columns) readers.emplace_back(*column);
  row_numbers_.clear();
  for (uint32_t i = 0; i < keys.size(); ++i) row_numbers_.push_back(keys.row(i));
  codec_.EncodeRows(readers, row_numbers_, &row_bytes_, &row_offsets_);
  wanted_.clear();
  for (uint32_t i = 0; i < keys.size(); ++i)
    wanted_.push_back({i, {row_bytes_.data() + row_offsets_[i], row_offsets_[i + 1] - row_offsets_[i]}});
  return map_->FindOrInsert(keys, wanted_, &entries_, &inserted_);
}

Status JoinSide::Update(const Batch& batch, const KeyBatch& keys, const std::vector<int64_t>& num_matches,
                        int64_t now_micros) {
  RETURN_IF_ERROR(FindEntries(batch, keys));
  std::vector<RowRef> unused;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    const bool added = batch.Weight(keys.row(i)) > 0;
    JoinRow row;
    if (inserted_[i] == 0) row = Read(entries_[i]);
    if (IsExpired(row, now_micros)) row.count = 0;
    row.count += added ? 1 : -1;
    if (row.count <= 0) {  // less when what is taken back was forgotten after its time to live
      row = JoinRow();
      unused.push_back(entries_[i]);
    } else {
      row.written_micros = now_micros;
      row.num_matches = num_matches[i];
    }
    Write(entries_[i], row);
    if (added) RegisterExpiry(keys, i, now_micros);
  }
  std::sort(unused.begin(), unused.end(), [](RowRef a, RowRef b) { return a.row < b.row; });
  unused.erase(std::unique(unused.begin(), unused.end()), unused.end());
  for (RowRef entry : unused) {
    if (Read(entry).count <= 0) map_->Erase(entry);
  }
  return Status::Ok();
}

int64_t JoinSide::AddMatches(RowRef entry, int64_t delta, int64_t now_micros) {
  JoinRow row = Read(entry);
  const int64_t before = row.num_matches;
  row.num_matches += delta;
  row.written_micros = now_micros;
  Write(entry, row);
  return before;
}

/// Changes close in time share one registration.
void JoinSide::RegisterExpiry(const KeyBatch& keys, uint32_t i, int64_t now_micros) {
  if (expiries_ == nullptr) return;
  const int64_t unit = std::max<int64_t>(ttl_micros_ / 4, 1);
  expiries_->Register((FloorDiv(now_micros, unit) + 1) * unit + ttl_micros_, keys.key(i), keys.key_group(i));
}

Status JoinSide::Sweep(int64_t now_micros) {
  if (expiries_ == nullptr) return Status::Ok();
  while (true) {
    const auto due = expiries_->PopUntil(now_micros, kSweepKeys);
    if (due.empty()) return Status::Ok();
    for (const auto& [micros, key] : due) RETURN_IF_ERROR(key_rows_->Add(key));
    key_rows_->Finish();
    const KeyBatch& keys = key_rows_->keys();
    RETURN_IF_ERROR(map_->Prefetch(keys));
    std::vector<RowRef> expired;
    for (uint32_t i = 0; i < keys.size(); ++i) {
      expired.clear();
      bool kept = false;
      RETURN_IF_ERROR(map_->ForEachEntry(keys, i, [&](std::string_view, RowRef entry) {
        if (IsExpired(Read(entry), now_micros)) {
          expired.push_back(entry);
        } else {
          kept = true;
        }
        return true;
      }));
      for (RowRef entry : expired) map_->Erase(entry);
      // Rows that a change of their matches has renewed.
      if (kept) RegisterExpiry(keys, i, now_micros);
    }
  }
}

}  // namespace millrace
