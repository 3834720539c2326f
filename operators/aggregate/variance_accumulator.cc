#include <cmath>
#include <utility>

#include "core/types/decimal.h"
#include "operators/aggregate/accumulator.h"

namespace millrace {
namespace {

/// Count, mean and sum of squared distances from the mean (Welford): stable, and values can be taken back.
struct Moments {
  int64_t count;
  double mean;
  double squares;
};

void AddValue(Moments& moments, double value) {
  ++moments.count;
  const double distance = value - moments.mean;
  moments.mean += distance / static_cast<double>(moments.count);
  moments.squares += distance * (value - moments.mean);
}

void TakeBackValue(Moments& moments, double value) {
  if (--moments.count <= 0) {
    moments = {moments.count, 0, 0};
    return;
  }
  const double mean = moments.mean - (value - moments.mean) / static_cast<double>(moments.count);
  moments.squares -= (value - moments.mean) * (value - mean);
  moments.mean = mean;
}

enum class Statistic : uint8_t {
  kVariancePopulation,
  kVarianceSample,
  kDeviationPopulation,
  kDeviationSample
};

/// STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP and their short names. Payload: Moments.
class VarianceAccumulator final : public Accumulator {
 public:
  VarianceAccumulator(Statistic statistic, int argument_scale, DataType result)
      : statistic_(statistic), argument_scale_(argument_scale), result_(std::move(result)) {}

  uint32_t fixed_bytes() const override { return sizeof(Moments); }

  void Update(const GroupedRows& in, std::span<const ColumnReader> arguments) override {
    const ColumnReader& column = arguments[0];
    const bool is_decimal = column.payload().type().kind() == TypeKind::kDecimal;
    switch (column.payload().physical()) {
      case PhysicalType::kInt8:
        return UpdateFrom<int8_t>(in, column, false);
      case PhysicalType::kInt16:
        return UpdateFrom<int16_t>(in, column, false);
      case PhysicalType::kInt32:
        return UpdateFrom<int32_t>(in, column, false);
      case PhysicalType::kInt64:
        return UpdateFrom<int64_t>(in, column, is_decimal);
      case PhysicalType::kFloat:
        return UpdateFrom<float>(in, column, false);
      case PhysicalType::kDouble:
        return UpdateFrom<double>(in, column, false);
      default:
        return UpdateFrom<Int128>(in, column, is_decimal);
    }
  }

  void MergeGroups(const Groups& from, const Groups& into) override {
    for (size_t i = 0; i < from.size; ++i) {
      const auto a = LoadAs<Moments>(At(into, i));
      const auto b = LoadAs<Moments>(At(from, i));
      if (b.count == 0) continue;
      const auto count_a = static_cast<double>(a.count), count_b = static_cast<double>(b.count);
      const double distance = b.mean - a.mean;
      StoreAs(At(into, i),
              Moments{a.count + b.count, a.mean + distance * count_b / (count_a + count_b),
                      a.squares + b.squares + distance * distance * count_a * count_b / (count_a + count_b)});
    }
  }

  void AppendResult(const Groups& groups, ColumnBuilder& out) const override {
    const bool sample = statistic_ == Statistic::kVarianceSample || statistic_ == Statistic::kDeviationSample;
    const bool root =
        statistic_ == Statistic::kDeviationPopulation || statistic_ == Statistic::kDeviationSample;
    for (size_t i = 0; i < groups.size; ++i) {
      const auto moments = LoadAs<Moments>(At(groups, i));
      const int64_t divisor = sample ? moments.count - 1 : moments.count;
      if (divisor <= 0) {
        out.AppendNull();
        continue;
      }
      const double variance = std::max(0.0, moments.squares) / static_cast<double>(divisor);
      AppendDouble(root ? std::sqrt(variance) : variance, out);
    }
  }

 private:
  template <class T>
  void UpdateFrom(const GroupedRows& in, const ColumnReader& column, bool is_decimal) {
    ForEachValue<T>(in, column, [&](size_t i, const T& value, int8_t weight) {
      double number;
      if constexpr (std::is_same_v<T, Int128> || std::is_same_v<T, int64_t>) {
        number = is_decimal ? DecimalToDouble(value, argument_scale_) : static_cast<double>(value);
      } else {
        number = static_cast<double>(value);
      }
      auto moments = LoadAs<Moments>(At(in.groups, i));
      weight < 0 ? TakeBackValue(moments, number) : AddValue(moments, number);
      StoreAs(At(in.groups, i), moments);
    });
  }

  /// Appends in the result's own type: that of the argument.
  void AppendDouble(double value, ColumnBuilder& out) const {
    switch (result_.physical()) {
      case PhysicalType::kInt8:
        return out.Append(static_cast<int8_t>(value));
      case PhysicalType::kInt16:
        return out.Append(static_cast<int16_t>(value));
      case PhysicalType::kInt32:
        return out.Append(static_cast<int32_t>(value));
      case PhysicalType::kFloat:
        return out.Append(static_cast<float>(value));
      case PhysicalType::kDouble:
        return out.Append(value);
      case PhysicalType::kInt64:
        if (result_.kind() != TypeKind::kDecimal) return out.Append(static_cast<int64_t>(value));
        break;
      default:
        break;
    }
    const std::optional<Int128> decimal = DecimalFromDouble(value, result_.precision(), result_.scale());
    if (!decimal) return out.AppendNull();
    if (result_.physical() == PhysicalType::kInt64) return out.Append(static_cast<int64_t>(*decimal));
    out.Append(*decimal);
  }

  const Statistic statistic_;
  const int argument_scale_;
  const DataType result_;
};

}  // namespace

std::unique_ptr<Accumulator> MakeVarianceAccumulator(const AccumulatorSpec& spec) {
  struct Entry {
    const char* name;
    Statistic statistic;
  };
  static constexpr Entry kEntries[] = {
      {"VAR_POP", Statistic::kVariancePopulation},  {"VAR_SAMP", Statistic::kVarianceSample},
      {"VARIANCE", Statistic::kVarianceSample},     {"STDDEV_POP", Statistic::kDeviationPopulation},
      {"STDDEV_SAMP", Statistic::kDeviationSample}, {"STDDEV", Statistic::kDeviationSample},
  };
  if (spec.from_columns || spec.arguments.size() != 1 || !spec.arguments[0].IsNumeric()) return nullptr;
  for (const Entry& entry : kEntries) {
    if (spec.function != entry.name) continue;
    return std::make_unique<VarianceAccumulator>(entry.statistic, spec.arguments[0].scale(), spec.result);
  }
  return nullptr;
}

}  // namespace millrace
