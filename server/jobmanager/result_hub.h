#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/column/batch.h"
#include "operators/api/operator.h"

namespace millrace {

/// One change of a query's result, as Flink prints it: op is "+I", "-U", "+U" or "-D", row a JSON array.
struct RowChange {
  std::string op;
  std::string row_json;
};

/// Producers of rows that wait for their readers. Thread-safe.
class RowWaiters {
 public:
  void Add(const void* waiter, std::function<void()> wakeup);
  void Remove(const void* waiter);
  /// Calls and removes all; removal of one waits for its call.
  void WakeAll();

 private:
  std::mutex mutex_;
  std::map<const void*, std::function<void()>> waiters_;  // guarded by mutex_
};

/// Rows that one subscriber has not taken yet. Thread-safe.
class RowSubscription {
 public:
  /// `rows_max`: more rows are dropped; 0 = the producers wait instead.
  RowSubscription(std::shared_ptr<RowWaiters> waiters, size_t rows_max)
      : waiters_(std::move(waiters)), rows_max_(rows_max) {}
  /// The producers no longer wait for this reader.
  ~RowSubscription() { waiters_->WakeAll(); }

  /// Waits until there are rows, the query has ended, or `timeout_ms` is over (0 = do not wait). Empty and
  /// !ended(): time is up.
  std::vector<RowChange> Take(int64_t timeout_ms);
  bool ended() const;
  /// Rows that were dropped since the last call because the subscriber was too slow.
  uint64_t TakeDropped();

 private:
  friend class JobResults;
  bool HasRoom() const;
  void Append(const std::vector<RowChange>& changes);
  void End();

  const std::shared_ptr<RowWaiters> waiters_;
  const size_t rows_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RowChange> rows_;
  uint64_t dropped_ = 0;
  bool ended_ = false;
};

/// The results of one job's collect operators. Rows come from compute threads; -1/+1 weights are re-formed
/// into changes per batch. Thread-safe.
class JobResults final : public ResultSink {
 public:
  void OnRows(uint32_t query, const Batch& batch) override;
  bool HasRoom(uint32_t query, const void* waiter, std::function<void()> wakeup) override;
  void Forget(const void* waiter) override { waiters_->Remove(waiter); }
  /// Rows from now on. `rows_max` = 0: none is dropped, the query waits while its reader is behind (the
  /// owner, who reads to the end or gives the subscription up).
  std::shared_ptr<RowSubscription> Subscribe(uint32_t query, size_t rows_max);
  void End();

 private:
  using Subscriptions = std::vector<std::shared_ptr<RowSubscription>>;
  Subscriptions SubscriptionsOf(uint32_t query);

  const std::shared_ptr<RowWaiters> waiters_ = std::make_shared<RowWaiters>();
  std::mutex mutex_;
  bool ended_ = false;
  std::multimap<uint32_t, std::weak_ptr<RowSubscription>> subscriptions_;
};

/// Rows of a batch as changes, in order: +1 is "+I", -1 is "-D"; a -1 directly followed by a +1 is an update,
/// "-U" and "+U".
void AppendRowChanges(const Batch& batch, std::vector<RowChange>* changes);

}  // namespace millrace
