#include "server/cli/script_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "server/error_codes.h"

namespace millrace {

Result<std::string> ReadScriptFile(const std::string& path) {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
    return text.str();
  }
  std::ifstream in(path, std::ios::binary);
  if (in) text << in.rdbuf();
  if (!in || text.bad()) {
    return Status(kBadRequest, fmt::format("File cannot be read: {}: {}", path, std::strerror(errno)))
        .WithSuggestion("check the path");
  }
  return text.str();
}

}  // namespace millrace
