#include "server/cli/json_output.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <string>

namespace millrace {

void PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(message, &text, options);
  fmt::print("{}\n", text);
}

}  // namespace millrace
