#pragma once

#include "operators/api/format.h"

namespace millrace {

/// Format json: one JSON object a record, or an array of objects for several rows. docs/formats/json.md.
FormatFactory MakeJsonFormat();

}  // namespace millrace
