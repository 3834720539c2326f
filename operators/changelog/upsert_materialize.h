#pragma once

#include "operators/api/operator.h"

namespace millrace {

/// Stands before a sink that is written by primary key, where rows of the input may share a key
/// (UpsertMaterializeConfig): keeps the rows of each key in the order they came and sends changes of the last
/// one. A row that is taken back lets the one before it come back, or leaves nothing; behind a later row, or
/// unknown (forgotten after its time to live), it changes nothing. At most one change a key and input batch.
OperatorFactory UpsertMaterializeFactory();

}  // namespace millrace
