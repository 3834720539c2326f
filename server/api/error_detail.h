#pragma once

#include <string_view>

#include "core/status.h"

namespace millrace::proto {
class ErrorDetail;
}  // namespace millrace::proto

namespace millrace {

/// Fills the wire form of an error. `text` is what its place refers to ("" = none), `statement` its number in
/// a script (0 = none).
void FillErrorDetail(const Status& error, std::string_view text, uint32_t statement, proto::ErrorDetail* out);

}  // namespace millrace
