#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/row/value_json.h"

namespace millrace {

/// Appends JSON text piece by piece; the caller keeps the nesting right.
class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  JsonWriter& Key(std::string_view key) {
    Separate();
    AppendJsonString(key, &text_);
    text_ += ':';
    first_ = true;
    return *this;
  }
  JsonWriter& Text(std::string_view value) {
    Separate();
    AppendJsonString(value, &text_);
    return *this;
  }
  JsonWriter& Number(int64_t value) { return Raw(std::to_string(value)); }
  JsonWriter& Number(double value) { return Raw(FormatDoubleShortest(value)); }
  JsonWriter& Boolean(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }
  JsonWriter& Raw(std::string_view json) {
    Separate();
    text_ += json;
    return *this;
  }
  std::string Take() { return std::move(text_); }

 private:
  JsonWriter& Open(char bracket) {
    Separate();
    text_ += bracket;
    first_ = true;
    return *this;
  }
  JsonWriter& Close(char bracket) {
    text_ += bracket;
    first_ = false;
    return *this;
  }
  void Separate() {
    if (!first_) text_ += ',';
    first_ = false;
  }
  std::string text_;
  bool first_ = true;
};

}  // namespace millrace
