#include "server/jobmanager/result_hub.h"

#include <algorithm>

#include "core/row/value_json.h"

namespace millrace {
namespace {

/// Producers wait while a reader who is to get every row has not taken so many.
constexpr size_t kUntakenRowsMax = 65'536;

}  // namespace

void RowWaiters::Add(const void* waiter, std::function<void()> wakeup) {
  std::lock_guard lock(mutex_);
  waiters_.insert_or_assign(waiter, std::move(wakeup));
}

void RowWaiters::Remove(const void* waiter) {
  std::lock_guard lock(mutex_);
  waiters_.erase(waiter);
}

void RowWaiters::WakeAll() {
  std::lock_guard lock(mutex_);
  for (const auto& [waiter, wakeup] : waiters_) wakeup();
  waiters_.clear();
}

std::vector<RowChange> RowSubscription::Take(int64_t timeout_ms) {
  std::vector<RowChange> rows;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                      [this] { return !rows_.empty() || ended_; });
    rows.assign(std::make_move_iterator(rows_.begin()), std::make_move_iterator(rows_.end()));
    rows_.clear();
  }
  if (!rows.empty()) waiters_->WakeAll();
  return rows;
}

bool RowSubscription::HasRoom() const {
  std::lock_guard lock(mutex_);
  return rows_max_ > 0 || rows_.size() < kUntakenRowsMax;
}

void RowSubscription::Append(const std::vector<RowChange>& changes) {
  std::lock_guard lock(mutex_);
  for (const RowChange& change : changes) {
    if (rows_max_ > 0 && rows_.size() >= rows_max_) {
      ++dropped_;
    } else {
      rows_.push_back(change);
    }
  }
  changed_.notify_all();
}

void RowSubscription::End() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool RowSubscription::ended() const {
  std::lock_guard lock(mutex_);
  return ended_ && rows_.empty();
}

uint64_t RowSubscription::TakeDropped() {
  std::lock_guard lock(mutex_);
  return std::exchange(dropped_, 0);
}

void AppendRowChanges(const Batch& batch, std::vector<RowChange>* changes) {
  std::vector<uint32_t> rows;
  batch.ForEachRow([&](uint32_t row) { rows.push_back(row); });
  bool previous_is_retraction = false;
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool is_addition = batch.Weight(rows[i]) > 0;
    const bool next_is_addition = i + 1 < rows.size() && batch.Weight(rows[i + 1]) > 0;
    RowChange change;
    if (is_addition) {
      change.op = previous_is_retraction ? "+U" : "+I";
    } else {
      change.op = next_is_addition ? "-U" : "-D";
    }
    previous_is_retraction = !is_addition;
    change.row_json = "[";
    for (size_t column = 0; column < batch.columns.size(); ++column) {
      if (column > 0) change.row_json += ',';
      AppendValueJson(*batch.columns[column], rows[i], &change.row_json);
    }
    change.row_json += ']';
    changes->push_back(std::move(change));
  }
}

JobResults::Subscriptions JobResults::SubscriptionsOf(uint32_t query) {
  Subscriptions found;
  std::lock_guard lock(mutex_);
  auto [begin, end] = subscriptions_.equal_range(query);
  for (auto it = begin; it != end; ++it) {
    if (auto subscription = it->second.lock()) found.push_back(std::move(subscription));
  }
  return found;
}

void JobResults::OnRows(uint32_t query, const Batch& batch) {
  const Subscriptions subscriptions = SubscriptionsOf(query);
  if (subscriptions.empty()) return;
  std::vector<RowChange> changes;
  AppendRowChanges(batch, &changes);
  for (const auto& subscription : subscriptions) subscription->Append(changes);
}

bool JobResults::HasRoom(uint32_t query, const void* waiter, std::function<void()> wakeup) {
  const auto all_have_room = [this, query] {
    return std::ranges::all_of(SubscriptionsOf(query), [](const auto& one) { return one->HasRoom(); });
  };
  if (all_have_room()) return true;
  waiters_->Add(waiter, std::move(wakeup));
  if (!all_have_room()) return false;
  waiters_->Remove(waiter);  // a reader came between the two looks
  return true;
}

std::shared_ptr<RowSubscription> JobResults::Subscribe(uint32_t query, size_t rows_max) {
  auto subscription = std::make_shared<RowSubscription>(waiters_, rows_max);
  std::lock_guard lock(mutex_);
  if (ended_) subscription->End();
  std::erase_if(subscriptions_, [](const auto& entry) { return entry.second.expired(); });
  subscriptions_.emplace(query, subscription);
  return subscription;
}

void JobResults::End() {
  Subscriptions all;
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
    for (const auto& [query, weak] : subscriptions_) {
      if (auto subscription = weak.lock()) all.push_back(std::move(subscription));
    }
  }
  for (const auto& subscription : all) subscription->End();
}

}  // namespace millrace
