#include "core/types/schema.h"

namespace millrace {

std::optional<uint32_t> Schema::IndexOf(std::string_view name) const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return static_cast<uint32_t>(i);
  }
  return std::nullopt;
}

}  // namespace millrace
