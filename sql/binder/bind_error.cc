#include "sql/binder/bind_error.h"

#include "sql/error_codes.h"

namespace millrace::sql {

Status ErrorAt(ErrorCode code, std::string message, const SourcePlace& place) {
  return PlacedAt(Status(code, std::move(message)), place);
}

Status NotSupported(std::string_view construct, const SourcePlace& place) {
  return ErrorAt(kNotSupportedYet, "Not supported yet: " + std::string(construct), place);
}

std::string DidYouMean(const std::string& closest) {
  return closest.empty() ? "" : "did you mean '" + closest + "'?";
}

Status PlacedAt(Status status, const SourcePlace& place) {
  return place.line > 0 ? status.WithPlace(place) : status;
}

}  // namespace millrace::sql
