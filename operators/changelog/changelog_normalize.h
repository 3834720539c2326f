#pragma once

#include "operators/api/operator.h"

namespace millrace {

/// Turns upserts by key into a full changelog (ChangelogNormalizeConfig): remembers the last row of every key
/// and sends the old one back before the new one, at most one change a key and input batch.
OperatorFactory ChangelogNormalizeFactory();

}  // namespace millrace
