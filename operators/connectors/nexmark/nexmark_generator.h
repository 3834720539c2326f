#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/column/column_builder.h"
#include "operators/connectors/datagen/random_stream.h"
#include "operators/connectors/nexmark/nexmark_options.h"

namespace millrace {

enum class NexmarkEvent : uint8_t { kPerson, kAuction, kBid };

/// Texts that all generators draw from: the pool of `extra`, and channels with their URLs. Immutable; made
/// from a fixed seed.
class NexmarkTexts {
 public:
  static constexpr uint64_t kPoolBytes = 1 << 20;
  static constexpr uint64_t kNumChannels = 10'000;
  static constexpr uint64_t kNumHotChannels = 4;

  struct Channel {
    std::string_view name;
    std::string_view url;
  };

  NexmarkTexts();
  /// Owns all bytes that the functions below give.
  const BufferPtr& buffer() const { return buffer_; }
  std::string_view Pool(uint64_t offset, uint64_t length) const {
    return {reinterpret_cast<const char*>(buffer_->data()) + offset, length};
  }
  const Channel& HotChannel(uint64_t index) const { return hot_channels_[index]; }
  const Channel& ColdChannel(uint64_t index) const { return cold_channels_[index]; }

 private:
  BufferPtr buffer_;
  std::array<Channel, kNumHotChannels> hot_channels_;
  std::vector<Channel> cold_channels_;
};

/// A text of 3 to max - 1 letters with some `special` ones between, trimmed.
void AppendNexmarkText(RandomStream& random, uint64_t max, char special, std::string* out);

/// One generator of Nexmark events; which event an id stands for depends on the id and the options alone.
/// Single-owner.
class NexmarkGenerator {
 public:
  /// Column positions in the builder, -1 = not wanted.
  struct Columns {
    int event_type = -1;
    int person = -1;
    int auction = -1;
    int bid = -1;
  };

  /// `num_generators` share the time line. `texts` outlives this.
  NexmarkGenerator(const NexmarkOptions& options, const NexmarkTexts& texts, uint32_t num_generators,
                   int64_t base_time_millis, uint64_t first_event_id);

  /// Event number `index` (from 0) of this generator: one value to each wanted column. Their children of type
  /// STRING must keep the texts' buffer alive.
  void Append(uint64_t index, const Columns& columns, std::vector<ColumnBuilder*>& builders);
  NexmarkEvent KindOf(uint64_t index) const;
  int64_t TimeMillis(uint64_t index) const { return TimestampOf(index + 1); }

 private:
  uint64_t EventId(uint64_t index) const { return first_event_id_ + index + 1; }
  int64_t TimestampOf(uint64_t event_number) const;
  int64_t LastPerson(uint64_t event_id) const;
  int64_t LastAuction(uint64_t event_id) const;
  int64_t AnyPerson(RandomStream& random, uint64_t event_id) const;
  int64_t Price(RandomStream& random) const;
  void AppendPerson(uint64_t event_id, int64_t time_millis, ColumnBuilder* row);
  void AppendAuction(uint64_t event_id, uint64_t event_number, ColumnBuilder* row);
  void AppendBid(uint64_t event_id, int64_t time_millis, ColumnBuilder* row);
  /// Fills up to the mean size with a piece of the pool.
  void AppendExtra(RandomStream& random, int64_t used_bytes, int64_t wanted_bytes,
                   ColumnBuilder* column) const;

  const NexmarkOptions options_;
  const NexmarkTexts& texts_;
  const double delay_micros_;  // of event time between two events
  const int64_t base_time_millis_;
  const uint64_t first_event_id_;
  std::string scratch_;
};

/// The columns that a nexmark table may have.
const std::vector<Field>& NexmarkColumns();

}  // namespace millrace
