#pragma once

#include <memory>

#include "operators/connectors/datagen/value_generator.h"

namespace millrace {

/// Random values of any type, within the column's 'min', 'max', 'length', 'var-len', 'max-past' and
/// 'null-rate'.
Result<std::unique_ptr<ValueGenerator>> MakeRandomGenerator(const DataType& type,
                                                            const FieldOptions& options);

}  // namespace millrace
