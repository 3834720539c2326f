#pragma once

#include <string>
#include <string_view>

#include "core/status.h"

namespace millrace::sql {

/// An error for a terminal: number and message, and where it has a place the source line with a caret below, then the
/// suggestion. `text` is what the place refers to. Several lines, no newline at the end.
std::string RenderError(const Status& error, std::string_view text);

}  // namespace millrace::sql
