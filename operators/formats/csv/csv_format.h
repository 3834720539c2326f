#pragma once

#include "operators/api/format.h"

namespace millrace {

/// Format csv: one line of delimited fields a record. docs/formats/csv.md.
FormatFactory MakeCsvFormat();

}  // namespace millrace
