#pragma once

#include "operators/api/format.h"

namespace millrace {

/// Format raw: the bytes of a record are the value of the only column. docs/formats/raw.md.
FormatFactory MakeRawFormat();

}  // namespace millrace
