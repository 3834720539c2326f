#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operators/formats/csv/csv_options.h"

namespace millrace {

/// Splits one csv record into its fields. Single-owner; reuses its memory.
class CsvFields {
 public:
  explicit CsvFields(const CsvOptions& options) : options_(options) {}

  struct Field {
    std::string_view text;     // without quotes and escapes
    bool is_in_record = true;  // else in this object's own memory
  };

  /// Null when it could be split, else why not. Fields are valid until the next call and as long as the
  /// record.
  const char* Split(std::string_view record);
  const std::vector<Field>& fields() const { return fields_; }

 private:
  /// Both begin at `at` and end behind the field; `at` is the record's size or at a delimiter then.
  void ReadPlain(std::string_view record, size_t* at);
  const char* ReadQuoted(std::string_view record, size_t* at);
  /// Appends the character that an escape at `at` stands for and moves behind it.
  void AppendEscaped(std::string_view record, size_t* at);
  void BeginOwnText() { own_begin_ = own_text_.size(); }
  void AddOwnField() {
    own_fields_.push_back({fields_.size(), own_begin_, own_text_.size() - own_begin_}),
        fields_.push_back({{}, false});
  }

  struct OwnField {
    size_t index;
    size_t begin;
    size_t size;
  };

  const CsvOptions options_;
  std::vector<Field> fields_;
  std::vector<OwnField> own_fields_;
  std::string own_text_;
  size_t own_begin_ = 0;
};

}  // namespace millrace
