#include "state/table/timer_table_impl.h"

#include <algorithm>

#include "core/check.h"
#include "core/error_codes.h"
#include "state/table/row_bytes.h"

namespace millrace::state {
namespace {

constexpr size_t kChunkTimers = 4096;

std::string DatabaseKey(const std::string& prefix, const TimerKey& timer) {
  std::string key = prefix;
  AppendOrderedInt64(timer.first, &key);
  return key.append(timer.second);
}

}  // namespace

Status FrozenTimers::Write(ChangeSink& sink) const {
  for (const auto& [timer, changed] : changes_) {
    const std::string key = DatabaseKey(prefix_, timer);
    if (changed.change == TimerChange::kDeleted) {
      RETURN_IF_ERROR(sink.Delete(key));
      continue;
    }
    std::string group;
    AppendBigEndian16(changed.group, &group);
    RETURN_IF_ERROR(sink.Put(key, group));
  }
  return Status::Ok();
}

TimerTableImpl::TimerTableImpl(const TableSpec& spec, std::string prefix, ChangeClock& clock, ColdRows& cold)
    : prefix_(std::move(prefix)), clock_(clock), cold_(cold) {
}

void TimerTableImpl::Account(const TimerKey& timer, int64_t sign) {
  constexpr size_t kInlineBytes = 15;  // of a std::string
  const size_t heap = timer.second.size() > kInlineBytes ? timer.second.size() + 16 : 0;
  timer_bytes_ += static_cast<uint64_t>(sign * static_cast<int64_t>(sizeof(Timers::value_type) + heap));
}

void TimerTableImpl::Register(int64_t micros, std::string_view key, KeyGroup group) {
  auto [at, added] = timers_.try_emplace(TimerKey(micros, key));
  if (!added && !at->second.deleted) return;
  if (added) Account(at->first, 1);
  at->second = Timer{clock_.current, false};
  ++num_rows_;
  ChangedTimer& changed = changes_[at->first];
  // A deletion of this timer that is not written yet, or an unknown database, means that the database may
  // have it.
  const bool may_be_stored = changed.change == TimerChange::kDeleted || MayBeCold(micros);
  changed = {may_be_stored ? TimerChange::kAdded : TimerChange::kAddedNew,
             static_cast<uint16_t>(group.value)};
}

void TimerTableImpl::NoteDeleted(const TimerKey& timer, uint16_t group, uint32_t registered) {
  if (registered == clock_.current) {
    auto changed = changes_.find(timer);
    if (changed != changes_.end() && changed->second.change == TimerChange::kAddedNew) {
      changes_.erase(changed);
      return;
    }
  }
  changes_[timer] = {TimerChange::kDeleted, group};
}

void TimerTableImpl::Delete(int64_t micros, std::string_view key, KeyGroup group) {
  TimerKey timer(micros, key);
  auto at = timers_.find(timer);
  const auto key_group = static_cast<uint16_t>(group.value);
  if (MayBeCold(micros)) {
    if (at == timers_.end()) {
      at = timers_.try_emplace(std::move(timer)).first;
      Account(at->first, 1);
    } else if (at->second.deleted) {
      return;
    }
    NoteDeleted(at->first, key_group, at->second.change);
    at->second = Timer{clock_.current, true};
    if (num_rows_ > 0) --num_rows_;
    return;
  }
  if (at == timers_.end()) return;
  NoteDeleted(at->first, key_group, at->second.change);
  Account(at->first, -1);
  timers_.erase(at);
  if (num_rows_ > 0) --num_rows_;  // an estimate after a restore
}

std::vector<std::pair<int64_t, std::string>> TimerTableImpl::PopUntil(int64_t micros, size_t limit) {
  std::vector<std::pair<int64_t, std::string>> popped;
  while (popped.size() < limit) {
    const bool memory_has_next = !timers_.empty() && timers_.begin()->first.first <= micros &&
                                 !MayBeCold(timers_.begin()->first.first);
    if (!memory_has_next) {
      if (!MayBeCold(micros)) break;
      if (Status status = LoadChunk(); !status.ok()) {
        if (error_.ok()) error_ = std::move(status);
        break;
      }
      continue;
    }
    auto at = timers_.begin();
    const uint32_t registered = at->second.change;
    Account(at->first, -1);
    auto node = timers_.extract(at);
    NoteDeleted(node.key(), 0, registered);
    popped.push_back(std::move(node.key()));
  }
  num_rows_ -= std::min<uint64_t>(num_rows_, popped.size());
  return popped;
}

Status TimerTableImpl::LoadChunk() {
  CHECK(cold_from_.has_value() && cold_.database() != nullptr);
  const std::unique_ptr<RowCursor> cursor = cold_.database()->NewCursor();
  std::string from = prefix_;
  AppendOrderedInt64(*cold_from_, &from);
  std::optional<int64_t> next_cold;
  size_t loaded = 0;
  int64_t last_micros = 0;
  for (cursor->Seek(from); cursor->Valid() && cursor->key().starts_with(prefix_); cursor->Next()) {
    const std::string_view key = cursor->key().substr(prefix_.size());
    if (key.size() < sizeof(int64_t)) return Status(kCorruptBytes, "state key of a timer is too short");
    const int64_t micros = ReadOrderedInt64(key.data());
    if (loaded >= kChunkTimers && micros != last_micros) {
      next_cold = micros;
      break;
    }
    last_micros = micros;
    ++loaded;
    auto [at, added] = timers_.try_emplace(TimerKey(micros, key.substr(sizeof(int64_t))));
    if (added) Account(at->first, 1);
  }
  RETURN_IF_ERROR(cursor->status());
  // Deletions of what is loaded now need not be remembered here; those behind next_cold do.
  auto at = timers_.lower_bound(TimerKey(*cold_from_, ""));
  while (at != timers_.end() && (!next_cold.has_value() || at->first.first < *next_cold)) {
    if (!at->second.deleted) {
      ++at;
      continue;
    }
    Account(at->first, -1);
    at = timers_.erase(at);
  }
  cold_from_ = next_cold;
  return Status::Ok();
}

void TimerTableImpl::Freeze(FrozenChanges* out) {
  if (changes_.empty()) return;
  out->timers.push_back(std::make_unique<FrozenTimers>(prefix_, std::exchange(changes_, {})));
}

Status TimerTableImpl::Restore(uint64_t num_rows, bool load_all) {
  num_rows_ = num_rows;
  cold_from_ = INT64_MIN;
  while (load_all && cold_from_.has_value()) RETURN_IF_ERROR(LoadChunk());
  return Status::Ok();
}

uint64_t TimerTableImpl::Evict(uint64_t wanted_bytes) {
  // Deletions that the database does not have yet would be forgotten with the timers.
  if (clock_.clean + 1 != clock_.current || !changes_.empty()) return 0;
  const uint64_t before = timer_bytes_;
  // The next ones to come stay.
  constexpr size_t kKept = 1024;
  while (timers_.size() > kKept && before - timer_bytes_ < wanted_bytes) {
    const int64_t micros = timers_.rbegin()->first.first;
    if (micros == timers_.begin()->first.first) break;
    auto first = timers_.lower_bound(TimerKey(micros, ""));
    for (auto at = first; at != timers_.end(); ++at) Account(at->first, -1);
    timers_.erase(first, timers_.end());
    cold_from_ = cold_from_.has_value() ? std::min(*cold_from_, micros) : micros;
  }
  return before - timer_bytes_;
}

uint64_t TimerTableImpl::HeldBytes() const {
  constexpr size_t kChangeBytes = sizeof(std::pair<TimerKey, ChangedTimer>);
  return timer_bytes_ + changes_.size() * kChangeBytes;
}

}  // namespace millrace::state
