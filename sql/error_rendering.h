#pragma once

#include <string>
#include <string_view>

#include "core/status.h"

namespace millrace::sql {

/// Shows an error in the text that caused it, for a terminal:
///
///   error MR-1001: syntax error at: FORM
///    --> 3:10
///   3 | SELECT a FORM t
///     |          ^^^^
///   help: did you mean FROM?
///
/// The place and the help are left out when the status has none; the place too when it lies outside of
/// `source`. Long lines are cut around the place. No newline at the end. `name` (a file) stands before the
/// line number.
std::string RenderError(const Status& status, std::string_view source, std::string_view name = {});

}  // namespace millrace::sql
