#include "runtime/channel.h"

namespace millrace {

LocalChannel::LocalChannel(uint32_t capacity_batches, std::function<void()> on_element,
                           std::function<void()> on_room)
    : capacity_batches_(capacity_batches), on_element_(std::move(on_element)), on_room_(std::move(on_room)) {
}

void LocalChannel::Push(Element element) {
  const bool is_batch = std::holds_alternative<Batch>(element);
  bool was_empty;
  {
    std::lock_guard lock(mutex_);
    was_empty = elements_.empty();
    elements_.push_back(std::move(element));
    num_elements_.fetch_add(1, std::memory_order_release);
    if (is_batch) num_batches_.fetch_add(1, std::memory_order_release);
  }
  if (was_empty) on_element_();
}

std::optional<Element> LocalChannel::Pop() {
  std::optional<Element> element;
  bool has_room_again = false;
  {
    std::lock_guard lock(mutex_);
    if (elements_.empty()) return std::nullopt;
    element = std::move(elements_.front());
    elements_.pop_front();
    num_elements_.fetch_sub(1, std::memory_order_release);
    if (std::holds_alternative<Batch>(*element)) {
      has_room_again = num_batches_.fetch_sub(1, std::memory_order_release) == capacity_batches_;
    }
  }
  if (has_room_again) on_room_();
  return element;
}

}  // namespace millrace
