#include "operators/connectors/datagen/random_generators.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/descriptor/error_codes.h"
#include "core/row/key_hash.h"
#include "core/temporal/civil.h"
#include "core/types/decimal.h"
#include "operators/connectors/datagen/random_stream.h"
#include "operators/connectors/print/row_text.h"

namespace millrace {
namespace {

constexpr int64_t kTextLengthDefault = 100;
constexpr int64_t kCollectionLengthDefault = 3;
constexpr int64_t kLengthMax = 1 << 24;

using AppendFn =
    std::function<void(RandomStream& random, uint64_t row, int64_t now_millis, ColumnBuilder* builder)>;

/// Gives each row a stream of its own, and the NULLs.
class RandomGenerator : public ValueGenerator {
 public:
  RandomGenerator(uint64_t seed, double null_rate, AppendFn append)
      : seed_(seed), null_rate_(null_rate), append_(std::move(append)) {}

  void Append(uint64_t row, int64_t now_millis, ColumnBuilder* builder) const override {
    RandomStream random(seed_ ^ (row + 1) * 0x9e3779b97f4a7c15ull);
    if (null_rate_ > 0 && random.Unit() < null_rate_) return builder->AppendNull();
    append_(random, row, now_millis, builder);
  }

 private:
  const uint64_t seed_;
  const double null_rate_;
  const AppendFn append_;
};

int64_t Between(RandomStream& random, int64_t min, int64_t max) {
  const uint64_t span = static_cast<uint64_t>(max) - static_cast<uint64_t>(min) + 1;  // 0: all of them
  return static_cast<int64_t>(static_cast<uint64_t>(min) + (span == 0 ? random.Next() : random.Below(span)));
}

Status CheckRange(const FieldOptions& options, bool is_in_order) {
  if (is_in_order) return Status::Ok();
  return Status(kBadOptionValue,
                "option '" + options.Key("min") + "' is larger than '" + options.Key("max") + "'")
      .WithSuggestion("exchange the two");
}

template <class T>
Result<AppendFn> IntegerValues(const FieldOptions& options, int64_t min_default, int64_t max_default) {
  constexpr int64_t kMin = std::numeric_limits<T>::min();
  constexpr int64_t kMax = std::numeric_limits<T>::max();
  ASSIGN_OR_RETURN(const int64_t min, options.Integer("min", kMin, kMax, min_default));
  ASSIGN_OR_RETURN(const int64_t max, options.Integer("max", kMin, kMax, max_default));
  RETURN_IF_ERROR(CheckRange(options, min <= max));
  return AppendFn([min, max](RandomStream& random, uint64_t, int64_t, ColumnBuilder* builder) {
    builder->Append(static_cast<T>(Between(random, min, max)));
  });
}

template <class T>
Result<AppendFn> FloatingValues(const FieldOptions& options) {
  ASSIGN_OR_RETURN(const double min, options.Number("min", std::numeric_limits<T>::min()));
  ASSIGN_OR_RETURN(const double max, options.Number("max", std::numeric_limits<T>::max()));
  RETURN_IF_ERROR(CheckRange(options, min <= max));
  return AppendFn([min, max](RandomStream& random, uint64_t, int64_t, ColumnBuilder* builder) {
    const double unit = random.Unit();
    builder->Append(static_cast<T>(min * (1 - unit) + max * unit));
  });
}

/// Uniform over the decimals of the type between the bounds; as in Flink, not negative by default.
Result<AppendFn> DecimalValues(const DataType& type, const FieldOptions& options) {
  ASSIGN_OR_RETURN(const double min, options.Number("min", 0));
  ASSIGN_OR_RETURN(const double max, options.Number("max", std::numeric_limits<double>::max()));
  RETURN_IF_ERROR(CheckRange(options, min <= max));
  const Int128 largest = PowerOfTen(type.precision()) - 1;
  const auto bound = [&](double value) {
    const auto decimal = DecimalFromDouble(value, type.precision(), type.scale());
    return decimal ? *decimal : value < 0 ? -largest : largest;
  };
  const Int128 low = bound(min);
  const Int128 high = bound(max);
  const bool is_short = type.physical() == PhysicalType::kInt64;
  return AppendFn([low, high, is_short](RandomStream& random, uint64_t, int64_t, ColumnBuilder* builder) {
    // 128 random bits: the bias of the remainder is far below what anybody could see.
    using Unsigned = unsigned __int128;
    const Unsigned bits = static_cast<Unsigned>(random.Next()) << 64 | random.Next();
    const Int128 value = low + static_cast<Int128>(bits % (static_cast<Unsigned>(high - low) + 1));
    is_short ? builder->Append(static_cast<int64_t>(value)) : builder->Append(value);
  });
}

/// The length of texts, bytes and collections: the option, within what the type allows.
Result<int64_t> LengthOf(const DataType& type, const FieldOptions& options, int64_t otherwise) {
  const bool is_fixed = type.kind() == TypeKind::kChar || type.kind() == TypeKind::kBinary;
  if (is_fixed && options.Get("length")) {
    return Status(kBadOptionValue, "option '" + options.Key("length") + "' cannot change the length of " +
                                       type.ToStringWithoutNullability())
        .WithSuggestion("leave it out");
  }
  const bool is_declared = (type.IsCharacter() || type.IsBinary()) && type.length() != DataType::kMaxLength;
  const int64_t max = is_declared ? type.length() : kLengthMax;
  return options.Integer("length", 1, max, is_declared ? max : otherwise);
}

Result<AppendFn> TextOrBytes(const DataType& type, const FieldOptions& options) {
  ASSIGN_OR_RETURN(const int64_t length, LengthOf(type, options, kTextLengthDefault));
  ASSIGN_OR_RETURN(const bool is_variable, ParseBoolean(options.Get("var-len").value_or("false")));
  if (is_variable && (type.kind() == TypeKind::kChar || type.kind() == TypeKind::kBinary)) {
    return Status(kBadOptionValue,
                  "option '" + options.Key("var-len") +
                      "' is for types of variable length only: " + type.ToStringWithoutNullability())
        .WithSuggestion("declare the column as STRING or BYTES");
  }
  const bool is_text = type.IsCharacter();
  return AppendFn([=](RandomStream& random, uint64_t, int64_t, ColumnBuilder* builder) {
    const auto size =
        static_cast<size_t>(is_variable && length > 1 ? Between(random, 1, length - 1) : length);
    std::string text(size, '\0');
    uint64_t bits = 0;
    for (size_t i = 0; i < size; ++i) {
      if (i % 8 == 0) bits = random.Next();
      text[i] = is_text ? "0123456789abcdef"[bits & 15] : static_cast<char>(bits & 255);
      bits >>= 8;
    }
    builder->AppendString(text);
  });
}

Result<AppendFn> PastTimestamps(const DataType& type, const FieldOptions& options) {
  ASSIGN_OR_RETURN(const int64_t max_past_millis, ParseDurationMillis(options.Get("max-past").value_or("0")));
  const bool is_wide = type.physical() == PhysicalType::kTimestamp;
  const int64_t unit_millis = type.precision() >= 3   ? 1
                              : type.precision() == 2 ? 10
                              : type.precision() == 1 ? 100
                                                      : 1000;
  return AppendFn([=](RandomStream& random, uint64_t, int64_t now_millis, ColumnBuilder* builder) {
    int64_t millis = now_millis - static_cast<int64_t>(random.Below(static_cast<uint64_t>(max_past_millis)));
    millis -= FloorMod(millis, unit_millis);
    is_wide ? builder->Append(WideTimestamp{millis, 0, 0}) : builder->Append(millis * kMicrosPerMilli);
  });
}

/// Elements are numbered through all rows, so that each is different.
Result<AppendFn> Arrays(const DataType& type, const FieldOptions& options) {
  ASSIGN_OR_RETURN(const int64_t length, LengthOf(type, options, kCollectionLengthDefault));
  ASSIGN_OR_RETURN(std::shared_ptr<ValueGenerator> elements,
                   MakeRandomGenerator(type.element(), options.Part("element")));
  return AppendFn(
      [length, elements](RandomStream&, uint64_t row, int64_t now_millis, ColumnBuilder* builder) {
        const auto size = static_cast<uint64_t>(length);
        for (uint64_t i = 0; i < size; ++i) elements->Append(row * size + i, now_millis, &builder->child(0));
        builder->AppendNested();
      });
}

/// MAP and MULTISET (whose counts are 1 to 10). Of equal keys the last value stays, so there may be fewer
/// entries.
Result<AppendFn> Maps(const DataType& type, const FieldOptions& options) {
  const bool is_map = type.kind() == TypeKind::kMap;
  ASSIGN_OR_RETURN(const int64_t length, LengthOf(type, options, kCollectionLengthDefault));
  ASSIGN_OR_RETURN(std::shared_ptr<ValueGenerator> keys,
                   MakeRandomGenerator(type.map_key(), options.Part(is_map ? "key" : "element")));
  std::shared_ptr<ValueGenerator> values;
  if (is_map) {
    ASSIGN_OR_RETURN(values, MakeRandomGenerator(type.map_value(), options.Part("value")));
  }
  return AppendFn([=](RandomStream& random, uint64_t row, int64_t now_millis, ColumnBuilder* builder) {
    const auto size = static_cast<uint64_t>(length);
    ColumnBuilder drawn_builder(type.map_key());
    for (uint64_t i = 0; i < size; ++i) keys->Append(row * size + i, now_millis, &drawn_builder);
    const ColumnPtr drawn = drawn_builder.Finish();
    std::set<std::string> seen;
    for (uint32_t i = 0; i < size; ++i) {
      std::string text;
      AppendJavaText(*drawn, i, &text);
      if (!seen.insert(text).second) continue;
      builder->child(0).AppendFrom(*drawn, i);
      if (is_map) {
        values->Append(row * size + i, now_millis, &builder->child(1));
      } else {
        builder->child(1).Append(static_cast<int32_t>(Between(random, 1, 10)));
      }
    }
    builder->AppendNested();
  });
}

Result<AppendFn> Rows(const DataType& type, const FieldOptions& options) {
  auto fields = std::make_shared<std::vector<std::unique_ptr<ValueGenerator>>>();
  for (const Field& field : type.fields()) {
    ASSIGN_OR_RETURN(std::unique_ptr<ValueGenerator> generator,
                     MakeRandomGenerator(field.type, options.Part(field.name)));
    fields->push_back(std::move(generator));
  }
  return AppendFn([fields](RandomStream&, uint64_t row, int64_t now_millis, ColumnBuilder* builder) {
    for (size_t i = 0; i < fields->size(); ++i) (*fields)[i]->Append(row, now_millis, &builder->child(i));
    builder->AppendNested();
  });
}

Result<AppendFn> ValuesOf(const DataType& type, const FieldOptions& options) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return AppendFn([](RandomStream& random, uint64_t, int64_t, ColumnBuilder* builder) {
        builder->Append(static_cast<uint8_t>(random.Next() & 1));
      });
    case TypeKind::kTinyint:
      return IntegerValues<int8_t>(options, INT8_MIN, INT8_MAX);
    case TypeKind::kSmallint:
      return IntegerValues<int16_t>(options, INT16_MIN, INT16_MAX);
    case TypeKind::kInteger:
      return IntegerValues<int32_t>(options, INT32_MIN, INT32_MAX);
    case TypeKind::kBigint:
      return IntegerValues<int64_t>(options, INT64_MIN, INT64_MAX);
    case TypeKind::kIntervalYearMonth:
      return IntegerValues<int32_t>(options, 0, 120'000);
    case TypeKind::kIntervalDayTime:
      return IntegerValues<int64_t>(options, INT64_MIN, INT64_MAX);
    case TypeKind::kFloat:
      return FloatingValues<float>(options);
    case TypeKind::kDouble:
      return FloatingValues<double>(options);
    case TypeKind::kDecimal:
      return DecimalValues(type, options);
    case TypeKind::kDate:
      return AppendFn([](RandomStream&, uint64_t, int64_t now_millis, ColumnBuilder* builder) {
        builder->Append(static_cast<int32_t>(FloorDiv(now_millis, kMillisPerDay)));
      });
    case TypeKind::kTime:
      return AppendFn([](RandomStream&, uint64_t, int64_t now_millis, ColumnBuilder* builder) {
        builder->Append(static_cast<int32_t>(FloorMod(now_millis, kMillisPerDay)));
      });
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return PastTimestamps(type, options);
    case TypeKind::kArray:
      return Arrays(type, options);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return Maps(type, options);
    case TypeKind::kRow:
      return Rows(type, options);
    default:
      return TextOrBytes(type, options);
  }
}

}  // namespace

Result<std::unique_ptr<ValueGenerator>> MakeRandomGenerator(const DataType& type,
                                                            const FieldOptions& options) {
  ASSIGN_OR_RETURN(const double null_rate, options.Number("null-rate", 0));
  if (null_rate < 0 || null_rate > 1) {
    return Status(kBadOptionValue, "option '" + options.Key("null-rate") + "' must be from 0 to 1")
        .WithSuggestion("use 0.1 for one NULL in ten");
  }
  ASSIGN_OR_RETURN(AppendFn append, ValuesOf(type, options));
  return std::unique_ptr<ValueGenerator>(
      std::make_unique<RandomGenerator>(HashBytes(options.Key("")), null_rate, std::move(append)));
}

}  // namespace millrace
