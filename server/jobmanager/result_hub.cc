#include "server/jobmanager/result_hub.h"

#include "core/row/value_json.h"

namespace millrace {

std::vector<RowChange> RowSubscription::Take(int64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return !rows_.empty() || ended_; });
  std::vector<RowChange> rows(std::make_move_iterator(rows_.begin()), std::make_move_iterator(rows_.end()));
  rows_.clear();
  return rows;
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

void JobResults::OnRows(uint32_t query, const Batch& batch) {
  std::vector<std::shared_ptr<RowSubscription>> subscribers;
  {
    std::lock_guard lock(mutex_);
    auto [begin, end] = subscriptions_.equal_range(query);
    for (auto it = begin; it != end; ++it) {
      if (auto subscription = it->second.lock()) subscribers.push_back(std::move(subscription));
    }
  }
  if (subscribers.empty()) return;
  std::vector<RowChange> changes;
  AppendRowChanges(batch, &changes);
  for (const auto& subscription : subscribers) {
    std::lock_guard lock(subscription->mutex_);
    for (const RowChange& change : changes) {
      if (subscription->rows_max_ > 0 && subscription->rows_.size() >= subscription->rows_max_) {
        ++subscription->dropped_;
      } else {
        subscription->rows_.push_back(change);
      }
    }
    subscription->changed_.notify_all();
  }
}

std::shared_ptr<RowSubscription> JobResults::Subscribe(uint32_t query, size_t rows_max) {
  auto subscription = std::make_shared<RowSubscription>();
  subscription->rows_max_ = rows_max;
  std::lock_guard lock(mutex_);
  subscription->ended_ = ended_;
  std::erase_if(subscriptions_, [](const auto& entry) { return entry.second.expired(); });
  subscriptions_.emplace(query, subscription);
  return subscription;
}

void JobResults::End() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  for (auto& [query, weak] : subscriptions_) {
    auto subscription = weak.lock();
    if (!subscription) continue;
    std::lock_guard subscription_lock(subscription->mutex_);
    subscription->ended_ = true;
    subscription->changed_.notify_all();
  }
}

}  // namespace millrace
