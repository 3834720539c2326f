#include "runtime/input_gate.h"

#include <algorithm>

#include "core/check.h"

namespace millrace {

InputGate::InputGate(uint32_t num_inputs) : open_channels_(num_inputs, 0) {
}

void InputGate::AddChannel(uint32_t input, std::shared_ptr<Channel> channel) {
  CHECK(input < open_channels_.size());
  ++open_channels_[input];
  channels_.push_back({.input = input, .channel = std::move(channel)});
}

std::optional<InputGate::Event> InputGate::Next() {
  if (num_ended_ == channels_.size() && !all_ended_reported_) {
    all_ended_reported_ = true;
    return AllEnded{};
  }
  for (size_t tried = 0; tried < channels_.size();) {
    ChannelState& state = channels_[next_];
    std::optional<Element> element;
    if (!state.blocked) element = state.channel->Pop();
    if (!element) {
      next_ = (next_ + 1) % channels_.size();
      ++tried;
      continue;
    }
    // Stay on a channel only for what is not rows, so that no channel starves another.
    if (std::holds_alternative<Batch>(*element)) next_ = (next_ + 1) % channels_.size();
    if (std::optional<Event> event = Accept(state, std::move(*element))) return event;
    tried = 0;
  }
  return std::nullopt;
}

std::optional<InputGate::Event> InputGate::Accept(ChannelState& state, Element element) {
  if (auto* batch = std::get_if<Batch>(&element)) return Rows{state.input, std::move(*batch)};
  if (auto* watermark = std::get_if<Watermark>(&element)) {
    state.watermark = std::max(state.watermark, *watermark);
    state.idle = false;
    return MergeTime();
  }
  if (auto* idle = std::get_if<Idle>(&element)) {
    state.idle = idle->idle;
    return MergeTime();
  }
  if (auto* barrier = std::get_if<Barrier>(&element)) return AcceptBarrier(state, *barrier);
  return AcceptEnd(state);
}

std::optional<InputGate::Event> InputGate::AcceptBarrier(ChannelState& state, Barrier barrier) {
  state.blocked = true;
  if (++num_barriers_ < channels_.size()) return std::nullopt;
  num_barriers_ = 0;
  for (ChannelState& channel : channels_) channel.blocked = false;
  return barrier;
}

std::optional<InputGate::Event> InputGate::AcceptEnd(ChannelState& state) {
  CHECK(!state.ended);
  state.ended = true;
  ++num_ended_;
  if (--open_channels_[state.input] == 0) return InputEnded{state.input};
  return MergeTime();
}

std::optional<InputGate::Event> InputGate::MergeTime() {
  Watermark lowest{Watermark::kMax};
  Watermark highest{Watermark::kMin};
  bool all_idle = true;
  for (const ChannelState& channel : channels_) {
    // A channel that ended without a final watermark (stop without drain) must not hold the others back.
    if (channel.ended || channel.idle) {
      highest = std::max(highest, channel.watermark);
      continue;
    }
    all_idle = false;
    lowest = std::min(lowest, channel.watermark);
  }
  if (all_idle) lowest = highest;
  if (lowest > merged_) {
    merged_ = lowest;
    idle_ = false;
    return merged_;
  }
  if (all_idle != idle_ && num_ended_ < channels_.size()) {
    idle_ = all_idle;
    return Idle{all_idle};
  }
  return std::nullopt;
}

}  // namespace millrace
