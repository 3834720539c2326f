#pragma once

#include <string>
#include <string_view>

#include "core/status.h"

namespace millrace::sql {

/// An error at a place of the user's text. A place without a line is none.
Status ErrorAt(ErrorCode code, std::string message, const SourcePlace& place);

/// kNotSupportedYet: "Not supported yet: <construct>".
Status NotSupported(std::string_view construct, const SourcePlace& place);

/// "did you mean 'x'?", or "" when `closest` is empty.
std::string DidYouMean(const std::string& closest);

/// Puts the place on an error that has none.
Status PlacedAt(Status status, const SourcePlace& place);

}  // namespace millrace::sql
