#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/types/data_type.h"

namespace millrace {

/// The columns of a batch or an edge. Immutable after construction; shared by pointer.
struct Schema {
  std::vector<Field> fields;
  /// Index of the event-time column (a TIMESTAMP or TIMESTAMP_LTZ), if the stream has one.
  std::optional<uint32_t> event_time;

  size_t size() const { return fields.size(); }
  const DataType& type(size_t index) const { return fields[index].type; }
  std::optional<uint32_t> IndexOf(std::string_view name) const;
  friend bool operator==(const Schema&, const Schema&) = default;
};

using SchemaPtr = std::shared_ptr<const Schema>;

}  // namespace millrace
