#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/descriptor/descriptor.h"

namespace millrace {

/// The options of connector nexmark, by the names of the public benchmark's connector.
struct NexmarkOptions {
  uint64_t num_events = 0;             // of all generators together; 0 = endless
  int64_t events_per_second = 10'000;  // in event time; and in real time when limited
  bool is_rate_limited = false;
  int64_t base_time_millis = 0;  // 0 = when the table is first read
  int64_t person_proportion = 1;
  int64_t auction_proportion = 3;
  int64_t bid_proportion = 46;
  int64_t person_size_bytes = 200;
  int64_t auction_size_bytes = 500;
  int64_t bid_size_bytes = 100;
  int64_t hot_auction_ratio = 2;
  int64_t hot_bidder_ratio = 4;
  int64_t hot_seller_ratio = 4;

  int64_t TotalProportion() const { return person_proportion + auction_proportion + bid_proportion; }
  static Result<NexmarkOptions> From(const Options& options);
};

std::vector<OptionDescriptor> NexmarkOptionDescriptors();

}  // namespace millrace
