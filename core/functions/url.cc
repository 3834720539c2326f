#include "core/functions/function_entry.h"

namespace millrace {
namespace {

/// The parts of a URL as java.net.URL sees them.
struct Url {
  std::string_view protocol, authority, file, path;
  std::optional<std::string_view> query, ref, user_info;
  std::string_view host;
};

std::optional<Url> ParseUrl(std::string_view text) {
  Url url;
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  url.protocol = text.substr(0, colon);
  bool known = false;
  for (std::string_view protocol : {"http", "https", "ftp", "file", "jar", "mailto"})
    known = known || protocol == url.protocol;
  if (!known) return std::nullopt;
  std::string_view rest = text.substr(colon + 1);
  if (const size_t hash = rest.find('#'); hash != std::string_view::npos) {
    url.ref = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t end = std::min(rest.find_first_of("/?"), rest.size());
    url.authority = rest.substr(0, end);
    rest = rest.substr(end);
    url.host = url.authority;
    if (const size_t at = url.host.rfind('@'); at != std::string_view::npos) {
      url.user_info = url.host.substr(0, at);
      url.host.remove_prefix(at + 1);
    }
    const size_t bracket = url.host.rfind(']');
    const size_t port = url.host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (port != std::string_view::npos) url.host = url.host.substr(0, port);
  }
  url.file = rest;
  const size_t question = rest.find('?');
  url.path = rest.substr(0, question);
  if (question != std::string_view::npos) url.query = rest.substr(question + 1);
  return url;
}

std::optional<std::string_view> PartOf(const Url& url, std::string_view part) {
  if (part == "HOST") return url.host;
  if (part == "PATH") return url.path;
  if (part == "QUERY") return url.query;
  if (part == "REF") return url.ref;
  if (part == "PROTOCOL") return url.protocol;
  if (part == "FILE") return url.file;
  if (part == "AUTHORITY") return url.authority;
  if (part == "USERINFO") return url.user_info;
  return std::nullopt;
}

/// The value of the first `key=value` of a query.
std::optional<std::string_view> QueryValue(std::string_view query, std::string_view key) {
  while (true) {
    const size_t end = query.find('&');
    const std::string_view entry = query.substr(0, end);
    if (entry.starts_with(key) && entry.size() > key.size() && entry[key.size()] == '=') {
      return entry.substr(key.size() + 1);
    }
    if (end == std::string_view::npos) return std::nullopt;
    query.remove_prefix(end + 1);
  }
}

void ParseUrlPart(Row& row) {
  const std::optional<Url> url = ParseUrl(row.Text(0));
  std::optional<std::string_view> part;
  if (url) part = PartOf(*url, row.Text(1));
  if (part && row.num_arguments() > 2) {
    part = row.Text(1) == "QUERY" ? QueryValue(*part, row.Text(2)) : std::nullopt;
  }
  if (!part) return row.ReturnNull();
  row.ReturnPart(0, *part);
}

void UrlEncode(Row& row) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string& out = row.Scratch();
  for (char c : row.Text(0)) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '.' || c == '-' || c == '*' || c == '_';
    if (is_plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[c & 15];
    }
  }
  row.ReturnText(out);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void UrlDecode(Row& row) {
  const std::string_view text = row.Text(0);
  std::string& out = row.Scratch();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const bool complete = i + 2 < text.size();
      const int high = complete ? HexDigit(text[i + 1]) : -1;
      const int low = complete ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return row.ReturnNull();
      out += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  row.ReturnText(out);
}

}  // namespace

void AddUrlFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "string");
  family.Add("PARSE_URL(url, part [, key])",
             "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY, USERINFO",
             ArgumentRule{Takes::kString, Takes::kString}.Optional({Takes::kString}),
             GivesNullable(DataType::String()), ParseUrlPart);
  family.Add("URL_ENCODE(string)", "The text in the form of a URL's parameters", {Takes::kString},
             GivesNullable(DataType::String()), UrlEncode);
  family.Add("URL_DECODE(string)", "The text of a URL's parameter; NULL when it is malformed",
             {Takes::kString}, GivesNullable(DataType::String()), UrlDecode);
}

}  // namespace millrace
