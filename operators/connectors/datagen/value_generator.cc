#include "operators/connectors/datagen/value_generator.h"

#include <limits>

#include "core/descriptor/error_codes.h"
#include "core/types/decimal.h"
#include "operators/connectors/datagen/random_generators.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {
namespace {

/// start, start + 1, ... to end, as a number or its text.
class SequenceGenerator : public ValueGenerator {
 public:
  SequenceGenerator(DataType type, int64_t start, int64_t end)
      : type_(std::move(type)), start_(start), end_(end) {}

  std::optional<uint64_t> num_rows() const override {
    return end_ < start_ ? 0 : static_cast<uint64_t>(end_) - static_cast<uint64_t>(start_) + 1;
  }

  void Append(uint64_t row, int64_t, ColumnBuilder* builder) const override {
    const auto value = static_cast<int64_t>(static_cast<uint64_t>(start_) + row);
    switch (type_.kind()) {
      case TypeKind::kTinyint:
        return builder->Append(static_cast<int8_t>(value));
      case TypeKind::kSmallint:
        return builder->Append(static_cast<int16_t>(value));
      case TypeKind::kInteger:
        return builder->Append(static_cast<int32_t>(value));
      case TypeKind::kBigint:
        return builder->Append(value);
      case TypeKind::kFloat:
        return builder->Append(static_cast<float>(value));
      case TypeKind::kDouble:
        return builder->Append(static_cast<double>(value));
      default:
        break;
    }
    std::string text;
    AppendInteger(value, &text);
    if (type_.kind() == TypeKind::kDecimal) return AppendDecimalValue(type_, text, builder);
    builder->AppendString(text);
  }

 private:
  const DataType type_;
  const int64_t start_;
  const int64_t end_;
};

int64_t MinOf(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTinyint:
      return std::numeric_limits<int8_t>::min();
    case TypeKind::kSmallint:
      return std::numeric_limits<int16_t>::min();
    case TypeKind::kInteger:
      return std::numeric_limits<int32_t>::min();
    default:
      return std::numeric_limits<int64_t>::min();
  }
}

Result<std::unique_ptr<ValueGenerator>> MakeSequence(const DataType& type, const FieldOptions& options) {
  if (!type.IsNumeric() && !type.IsCharacter() && !type.IsBinary()) {
    return Status(kUnsupportedByConnector, "connector 'datagen' has no sequence of type " +
                                               type.ToStringWithoutNullability() + ": option '" +
                                               options.Key("kind") + "'")
        .WithSuggestion("use 'random'");
  }
  for (const char* option : {"start", "end"}) {
    if (options.Get(option)) continue;
    return Status(kMissingOption, "a sequence needs option '" + options.Key(option) + "'")
        .WithSuggestion("add '" + options.Key("start") + "' = '1' and '" + options.Key("end") + "' = '1000'");
  }
  const int64_t min = MinOf(type);
  ASSIGN_OR_RETURN(const int64_t start, options.Integer("start", min, ~min, 0));
  ASSIGN_OR_RETURN(const int64_t end, options.Integer("end", min, ~min, 0));
  return std::unique_ptr<ValueGenerator>(std::make_unique<SequenceGenerator>(type, start, end));
}

}  // namespace

FieldOptions FieldOptions::Part(const std::string& part) const {
  FieldOptions options = *this;
  options.prefix_ += part + ".";
  return options;
}

std::optional<std::string> FieldOptions::Get(const std::string& option) const {
  const std::string key = Key(option);
  used_->insert(key);
  const auto found = options_.find(key);
  return found == options_.end() ? std::nullopt : std::optional(found->second);
}

Result<int64_t> FieldOptions::Integer(const std::string& option, int64_t min, int64_t max,
                                      int64_t otherwise) const {
  const std::optional<std::string> text = Get(option);
  if (!text) return otherwise;
  const std::optional<int64_t> value = ParseIntegerText(TrimControls(*text), min, max);
  if (value) return *value;
  return Status(kBadOptionValue, "option '" + Key(option) + "' is no whole number from " +
                                     std::to_string(min) + " to " + std::to_string(max) + ": '" + *text + "'")
      .WithSuggestion("give a number that the column's type holds");
}

Result<double> FieldOptions::Number(const std::string& option, double otherwise) const {
  const std::optional<std::string> text = Get(option);
  if (!text) return otherwise;
  const std::optional<double> value = ParseDoubleText(*text);
  if (value) return *value;
  return Status(kBadOptionValue, "option '" + Key(option) + "' is no number: '" + *text + "'")
      .WithSuggestion("use 0.5, for example");
}

Result<std::unique_ptr<ValueGenerator>> MakeValueGenerator(const DataType& type,
                                                           const FieldOptions& options) {
  const std::string kind = options.Get("kind").value_or("random");
  if (kind == "sequence") return MakeSequence(type, options);
  if (kind == "random") return MakeRandomGenerator(type, options);
  return Status(kBadOptionValue, "option '" + options.Key("kind") + "' is not known: '" + kind + "'")
      .WithSuggestion("use 'random' or 'sequence'");
}

}  // namespace millrace
