#pragma once

#include <vector>

#include "core/column/batch.h"

namespace millrace {

/// Marks (sets to 1) the rows i of [0, count) for which rows i and count + i of the column are distinct.
void MarkDistinctHalves(const Column& column, uint32_t count, std::vector<uint8_t>* distinct);

/// A TINYINT NOT NULL column of weights.
ColumnPtr WeightColumn(const std::vector<int8_t>& weights);

}  // namespace millrace
