#include "operators/formats/csv/csv_fields.h"

#include <algorithm>

namespace millrace {

const char* CsvFields::Split(std::string_view record) {
  fields_.clear();
  own_fields_.clear();
  own_text_.clear();
  size_t at = 0;
  while (true) {
    if (options_.quote && at < record.size() && record[at] == *options_.quote) {
      if (const char* error = ReadQuoted(record, &at)) return error;
    } else {
      ReadPlain(record, &at);
    }
    if (at == record.size()) break;
    ++at;  // the delimiter; behind the last one stands one more field, empty perhaps
  }
  // Only now the memory of own texts stays where it is.
  for (const OwnField& own : own_fields_) {
    fields_[own.index].text = std::string_view(own_text_).substr(own.begin, own.size);
  }
  return nullptr;
}

void CsvFields::AppendEscaped(std::string_view record, size_t* at) {
  ++*at;
  if (*at == record.size()) return;
  const char c = record[(*at)++];
  own_text_.push_back(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == '0' ? '\0' : c);
}

void CsvFields::ReadPlain(std::string_view record, size_t* at) {
  const size_t begin = *at;
  const size_t end = std::min(record.find(options_.field_delimiter, begin), record.size());
  const bool has_escape =
      options_.escape && record.substr(begin, end - begin).find(*options_.escape) != std::string_view::npos;
  if (!has_escape) {
    fields_.push_back({record.substr(begin, end - begin), true});
    *at = end;
    return;
  }
  BeginOwnText();
  while (*at < record.size() && record[*at] != options_.field_delimiter) {
    if (record[*at] == *options_.escape) {
      AppendEscaped(record, at);
    } else {
      own_text_.push_back(record[(*at)++]);
    }
  }
  AddOwnField();
}

const char* CsvFields::ReadQuoted(std::string_view record, size_t* at) {
  const char quote = *options_.quote;
  const size_t begin = *at + 1;
  size_t next = begin;
  bool is_own = false;
  while (true) {
    if (next >= record.size()) return "a quoted field has no closing quote";
    const char c = record[next];
    const bool is_escape = options_.escape && c == *options_.escape && c != quote;
    const bool is_double = c == quote && next + 1 < record.size() && record[next + 1] == quote;
    if ((is_escape || is_double) && !is_own) {
      is_own = true;
      BeginOwnText();
      own_text_.append(record.substr(begin, next - begin));
    }
    if (is_escape) {
      AppendEscaped(record, &next);
    } else if (is_double) {
      own_text_.push_back(quote);
      next += 2;
    } else if (c == quote) {
      break;
    } else {
      if (is_own) own_text_.push_back(c);
      ++next;
    }
  }
  if (is_own) {
    AddOwnField();
  } else {
    fields_.push_back({record.substr(begin, next - begin), true});
  }
  ++next;
  while (next < record.size() && record[next] == ' ' && options_.field_delimiter != ' ') ++next;
  if (next < record.size() && record[next] != options_.field_delimiter) {
    return "text follows the closing quote of a field";
  }
  *at = next;
  return nullptr;
}

}  // namespace millrace
