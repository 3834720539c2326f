#pragma once

#include <cstdint>
#include <vector>

#include "core/column/batch.h"
#include "operators/connectors/nexmark/nexmark_generator.h"

namespace millrace::bench {

constexpr uint32_t kBatchRows = 4096;
constexpr int64_t kBaseMicros = 1'700'000'000'000'000;
/// Of event time: one Nexmark event in 10 us.
constexpr int64_t kEventsPerSecond = 100'000;

/// The first `num_batches` * kBatchRows events of one kind, flat: the columns of the kind's ROW.
std::vector<Batch> MakeEvents(NexmarkEvent kind, uint32_t num_batches);

/// All kinds in one wide row each, as they stand in a topic.
Batch MakeWideEvents(uint32_t num_rows);

/// The batch with a new flat column of times in the place of `column`: first_micros, then `step_micros` more
/// from row to row, cut to milliseconds.
Batch WithTimes(const Batch& batch, size_t column, int64_t first_micros, int64_t step_micros);

}  // namespace millrace::bench
