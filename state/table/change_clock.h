#pragma once

#include <atomic>
#include <cstdint>

namespace millrace::state {

/// Numbers the freezes of one KeyedState: each row remembers the number of the freeze that takes its last
/// change. At one freeze a millisecond the numbers last for seven weeks, at one a second for 136 years.
struct ChangeClock {
  uint32_t current = 1;                 // owner thread: the number that changes get now
  uint32_t clean = 0;                   // owner thread: changes up to this one are in the database
  std::atomic<uint32_t> serialized{0};  // frozen changes up to this one have been read by the writer
};

}  // namespace millrace::state
