#include "operators/connectors/filesystem/partition_path.h"

#include <algorithm>

#include "core/column/column_builder.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/print/row_text.h"
#include "operators/formats/text/text_value.h"

namespace millrace {
namespace {

bool NeedsEscape(unsigned char c) {
  static constexpr std::string_view kSpecial = "\"#%'*/:=?\\{[]^";
  return c < ' ' || c == 0x7f || kSpecial.find(static_cast<char>(c)) != std::string_view::npos;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Directories hold timestamps as Java prints them, "2026-03-01T10:00"; columns are read from "2026-03-01
/// 10:00:00".
std::string WithSpaceAndSeconds(std::string text) {
  constexpr size_t kSizeWithoutSeconds = 16;
  if (text.size() >= kSizeWithoutSeconds && text[10] == 'T') text[10] = ' ';
  if (text.size() == kSizeWithoutSeconds) text += ":00";
  return text;
}

}  // namespace

std::map<std::string, std::string> PartitionOf(const std::string& root, const std::string& file) {
  std::map<std::string, std::string> partition;
  std::string_view rest = file;
  rest.remove_prefix(std::min(root.size(), rest.size()));
  for (size_t slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
    const std::string_view directory = rest.substr(0, slash);
    const size_t equals = directory.find('=');
    if (equals != std::string_view::npos) {
      partition[UnescapePathName(directory.substr(0, equals))] =
          UnescapePathName(directory.substr(equals + 1));
    }
    rest.remove_prefix(slash + 1);
  }
  return partition;
}

std::string EscapePathName(std::string_view name) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (NeedsEscape(byte)) {
      escaped.push_back('%');
      escaped.push_back(kHex[byte >> 4]);
      escaped.push_back(kHex[byte & 15]);
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

std::string UnescapePathName(std::string_view name) {
  std::string text;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool is_escape =
        name[i] == '%' && i + 2 < name.size() && HexDigit(name[i + 1]) >= 0 && HexDigit(name[i + 2]) >= 0;
    text.push_back(is_escape ? static_cast<char>(HexDigit(name[i + 1]) * 16 + HexDigit(name[i + 2]))
                             : name[i]);
    if (is_escape) i += 2;
  }
  return text;
}

std::string PartitionDirectory(const std::vector<std::string>& keys,
                               const std::vector<const Column*>& columns, uint32_t row,
                               const std::string& default_name) {
  std::string directory;
  for (size_t i = 0; i < keys.size(); ++i) {
    std::string value;
    if (!columns[i]->IsNull(row)) AppendJavaText(*columns[i], row, &value);
    directory += EscapePathName(keys[i]) + "=" + EscapePathName(value.empty() ? default_name : value) + "/";
  }
  return directory;
}

Result<ColumnPtr> PartitionValue(const Field& column, const std::string& text,
                                 const std::string& default_name) {
  ColumnBuilder builder(column.type);
  const std::string plain = column.type.IsTimestamp() ? WithSpaceAndSeconds(text) : text;
  if (text == default_name) {
    builder.AppendNull();
  } else if (column.type.IsNested() || !AppendTextValue(column.type, plain, &builder)) {
    return Status(kBadRecord, "partition directory does not fit its column: " + column.name + " " +
                                  column.type.ToStringWithoutNullability() + ", directory '" + column.name +
                                  "=" + text + "'");
  }
  return builder.Finish();
}

}  // namespace millrace
