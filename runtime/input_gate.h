#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/column/batch.h"
#include "runtime/channel.h"

namespace millrace {

/// All input channels of a task. Merges watermarks and idleness, aligns barriers, notices the end. Owned and
/// called by the task's thread.
///
/// Alignment: a channel that delivered the barrier of epoch N is not read until every channel has delivered
/// it (Chandy-Lamport with aligned barriers, as Flink's exactly-once mode). Barriers also flow behind
/// EndOfInput, so that a drained job can still checkpoint.
class InputGate {
 public:
  explicit InputGate(uint32_t num_inputs);

  /// Before the first Next.
  void AddChannel(uint32_t input, std::shared_ptr<Channel> channel);

  struct Rows {
    uint32_t input;
    Batch batch;
  };
  struct InputEnded {
    uint32_t input;
  };
  struct AllEnded {};
  /// What the task has to act on: rows; the merged watermark has risen; all channels are idle, or no longer;
  /// a barrier that all channels have delivered; one input has ended; all have.
  using Event = std::variant<Rows, Watermark, Idle, Barrier, InputEnded, AllEnded>;

  /// The next event; nullopt when nothing can be read now.
  std::optional<Event> Next();

  bool IsAligning() const { return num_barriers_ > 0; }
  Watermark watermark() const { return merged_; }
  size_t num_channels() const { return channels_.size(); }

 private:
  struct ChannelState {
    uint32_t input;
    std::shared_ptr<Channel> channel;
    Watermark watermark;
    bool idle = false;
    bool ended = false;
    bool blocked = false;  // delivered the barrier that is being aligned
  };

  std::optional<Event> Accept(ChannelState& state, Element element);
  std::optional<Event> AcceptBarrier(ChannelState& state, Barrier barrier);
  std::optional<Event> AcceptEnd(ChannelState& state);
  std::optional<Event> MergeTime();

  std::vector<ChannelState> channels_;
  std::vector<uint32_t> open_channels_;  // by input
  size_t next_ = 0;                      // round robin
  size_t num_barriers_ = 0;
  size_t num_ended_ = 0;
  bool all_ended_reported_ = false;
  Watermark merged_;
  bool idle_ = false;
};

}  // namespace millrace
