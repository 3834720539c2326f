#include "server/api/error_detail.h"

#include "proto/control.pb.h"
#include "sql/error_rendering.h"

namespace millrace {

void FillErrorDetail(const Status& error, std::string_view text, uint32_t statement,
                     proto::ErrorDetail* out) {
  out->set_code(FormatErrorNumber(error.code()));
  out->set_message(error.message());
  out->set_suggestion(error.suggestion());
  if (error.place()) {
    out->set_line(error.place()->line);
    out->set_column(error.place()->column);
  }
  out->set_rendered(text.empty() ? error.ToString() : sql::RenderError(error, text));
  out->set_statement(statement);
  switch (error.code().domain) {
    case ErrorDomain::kUser:
      out->set_domain("user");
      break;
    case ErrorDomain::kExternal:
      out->set_domain("external");
      break;
    case ErrorDomain::kInternal:
      out->set_domain("internal");
      break;
  }
}

}  // namespace millrace
