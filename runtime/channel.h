#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "core/column/batch.h"

namespace millrace {

/// A bounded queue of elements from one task to another; one producer, one consumer, each on its own thread.
/// Only batches take room: watermarks, barriers and ends always fit and keep their place. A producer that
/// pushes without room is not refused (one call of an operator may emit many batches), it must stop taking
/// input until there is room.
class Channel {
 public:
  virtual ~Channel() = default;
  // Producer.
  virtual bool HasRoom() const = 0;
  virtual void Push(Element element) = 0;
  // Consumer.
  virtual std::optional<Element> Pop() = 0;
  virtual bool IsEmpty() const = 0;
};

/// Both ends in one process. `on_element` wakes the consumer when the queue was empty, `on_room` the producer
/// when there is room again; both are called outside the lock, from the other side's thread.
class LocalChannel final : public Channel {
 public:
  LocalChannel(uint32_t capacity_batches, std::function<void()> on_element, std::function<void()> on_room);

  bool HasRoom() const override { return num_batches_.load(std::memory_order_acquire) < capacity_batches_; }
  void Push(Element element) override;
  std::optional<Element> Pop() override;
  bool IsEmpty() const override { return num_elements_.load(std::memory_order_acquire) == 0; }

 private:
  const uint32_t capacity_batches_;
  const std::function<void()> on_element_;
  const std::function<void()> on_room_;
  std::atomic<uint32_t> num_batches_{0};
  std::atomic<uint32_t> num_elements_{0};
  std::mutex mutex_;
  std::deque<Element> elements_;  // guarded by mutex_
};

}  // namespace millrace
