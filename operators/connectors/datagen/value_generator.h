#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/column/column_builder.h"
#include "core/descriptor/descriptor.h"
#include "core/status.h"

namespace millrace {

/// Makes the values of one column (or a part of one) by row number. Pure: the same row and clock give the
/// same value.
class ValueGenerator {
 public:
  virtual ~ValueGenerator() = default;
  /// `now_millis`: the wall clock, for columns that show it.
  virtual void Append(uint64_t row, int64_t now_millis, ColumnBuilder* builder) const = 0;
  /// Rows a sequence has; nullopt = any number.
  virtual std::optional<uint64_t> num_rows() const { return std::nullopt; }
};

/// The options of a column: those below "fields.<name>." of the table. Remembers what was asked for, so that
/// the rest can be refused.
class FieldOptions {
 public:
  FieldOptions(std::string name, const Options& options, std::set<std::string>* used)
      : prefix_("fields." + std::move(name) + "."), options_(options), used_(used) {}

  /// Of a part of the column: "element", "key", "value" or the name of a field.
  FieldOptions Part(const std::string& part) const;
  std::string Key(const std::string& option) const { return prefix_ + option; }
  std::optional<std::string> Get(const std::string& option) const;
  Result<int64_t> Integer(const std::string& option, int64_t min, int64_t max, int64_t otherwise) const;
  Result<double> Number(const std::string& option, double otherwise) const;

 private:
  std::string prefix_;
  const Options& options_;
  std::set<std::string>* used_;
};

/// The generator of a column of connector datagen. Errors: kBadOptionValue, kMissingOption,
/// kUnsupportedByConnector.
Result<std::unique_ptr<ValueGenerator>> MakeValueGenerator(const DataType& type, const FieldOptions& options);

}  // namespace millrace
