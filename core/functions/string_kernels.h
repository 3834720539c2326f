#pragma once

#include <optional>
#include <string_view>

#include "core/expr/function_registry.h"

namespace millrace {

/// Kernels of string functions as loops over whole columns, without a call a row.

Kernel CharLengthKernel();
Kernel LowerKernel();
Kernel UpperKernel();
/// REPLACE(text, search, replacement).
Kernel ReplaceKernel();
/// SPLIT_INDEX(text, separator, index) with a text as separator.
Kernel SplitIndexKernel();

/// The field of index (from 0) between separators; nullopt when there are fewer. An empty text has no field.
/// An empty separator stands for white space.
std::optional<std::string_view> FieldOfIndex(std::string_view text, std::string_view separator,
                                             int64_t index);

}  // namespace millrace
