#pragma once

#include <string>

#include "core/status.h"

namespace millrace {

/// The text of a script or graph; "-" is standard input.
Result<std::string> ReadScriptFile(const std::string& path);

}  // namespace millrace
