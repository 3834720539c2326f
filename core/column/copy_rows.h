#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/column/column.h"

namespace millrace {

/// Rows of one column: all of them, or those that `rows` lists (any order, repeats allowed). Borrows both.
struct RowsOfColumn {
  const Column* column;
  const std::vector<uint32_t>* rows = nullptr;
};

/// A flat column of the given rows of columns of type `type`, one after the other, that shares nothing with
/// them: all long strings lie in one heap block.
ColumnPtr CopyRows(const DataType& type, std::span<const RowsOfColumn> pieces);

}  // namespace millrace
