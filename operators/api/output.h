#pragma once

#include "core/column/batch.h"
#include "core/status.h"

namespace millrace {

/// Where an operator sends its rows and watermarks: the next operator of the chain, or the task's channels.
/// Used on the task's thread only. Never blocks: a task runs only while its outputs have room, and what one
/// call emits beyond that is queued.
class Output {
 public:
  virtual ~Output() = default;
  /// Batches without selected rows are dropped. An error comes from an operator further down the chain:
  /// return it.
  virtual Status Emit(Batch batch) = 0;
  virtual Status EmitWatermark(Watermark watermark) = 0;
  virtual Status EmitIdle(Idle idle) = 0;
};

}  // namespace millrace
