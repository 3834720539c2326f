#pragma once

#include <string>
#include <string_view>

#include "core/status.h"

namespace millrace {

/// Values of options as text, beside the Parse functions of descriptor.h. ASCII only.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
std::string_view TrimSpaces(std::string_view text);
/// Error kBadOptionValue.
Result<double> ParseDouble(const std::string& text);

}  // namespace millrace
