#include <type_traits>
#include <utility>

#include "operators/aggregate/accumulator.h"
#include "operators/aggregate/exact_sum.h"

namespace millrace {
namespace {

/// What is summed: int64 wraps as in Java (so does any narrower result), DECIMAL is exact.
template <class Sum>
struct Total {
  Sum sum;
  int64_t count;  // of the values, NULLs not among them
};

/// Which values which sum takes: DECIMAL is int64 or int128.
template <class Sum, class T>
inline constexpr bool kSums =
    std::is_same_v<Sum, ExactSum>  ? std::is_same_v<T, Int128> || std::is_same_v<T, int64_t>
    : std::is_same_v<Sum, int64_t> ? std::is_integral_v<T> && sizeof(T) <= 8
                                   : std::is_floating_point_v<T>;

template <class Sum, class T>
void AddValue(Sum& sum, T value, int8_t weight) {
  if constexpr (std::is_same_v<Sum, ExactSum>) {
    weight < 0 ? sum.Subtract(value) : sum.Add(value);
  } else if constexpr (std::is_integral_v<Sum>) {
    sum = static_cast<Sum>(static_cast<uint64_t>(sum) +
                           static_cast<uint64_t>(static_cast<int64_t>(value) * weight));
  } else {
    sum += static_cast<Sum>(value) * static_cast<Sum>(weight);
  }
}

/// SUM and AVG. Payload: Total<Sum>. A sum of no values is NULL, so is a DECIMAL that overflows.
template <class Sum>
class SumAccumulator final : public Accumulator {
 public:
  SumAccumulator(bool average, DataType result, DataType sum_type)
      : average_(average), result_(std::move(result)), sum_type_(std::move(sum_type)) {}

  uint32_t fixed_bytes() const override { return (sizeof(Total<Sum>) + 7) & ~7u; }

  void Update(const GroupedRows& in, std::span<const ColumnReader> arguments) override {
    const ColumnReader& column = arguments[0];
    switch (column.payload().physical()) {
      case PhysicalType::kInt8:
        return UpdateFrom<int8_t>(in, column);
      case PhysicalType::kInt16:
        return UpdateFrom<int16_t>(in, column);
      case PhysicalType::kInt32:
        return UpdateFrom<int32_t>(in, column);
      case PhysicalType::kInt64:
        return UpdateFrom<int64_t>(in, column);
      case PhysicalType::kFloat:
        return UpdateFrom<float>(in, column);
      case PhysicalType::kDouble:
        return UpdateFrom<double>(in, column);
      default:
        return UpdateFrom<Int128>(in, column);
    }
  }

  void MergeGroups(const Groups& from, const Groups& into) override {
    for (size_t i = 0; i < from.size; ++i) Merge(into, i, Load(from, i));
  }

  void AppendResult(const Groups& groups, ColumnBuilder& out) const override {
    switch (result_.physical()) {
      case PhysicalType::kInt8:
        return AppendAs<int8_t>(groups, out);
      case PhysicalType::kInt16:
        return AppendAs<int16_t>(groups, out);
      case PhysicalType::kInt32:
        return AppendAs<int32_t>(groups, out);
      case PhysicalType::kInt64:
        return AppendAs<int64_t>(groups, out);
      case PhysicalType::kFloat:
        return AppendAs<float>(groups, out);
      case PhysicalType::kDouble:
        return AppendAs<double>(groups, out);
      default:
        return AppendAs<Int128>(groups, out);
    }
  }

  std::vector<DataType> column_types() const override { return {sum_type_, DataType::Bigint().NotNull()}; }

  void AppendColumns(const Groups& groups, std::span<ColumnBuilder* const> out) const override {
    for (size_t i = 0; i < groups.size; ++i) {
      const Total<Sum> total = Load(groups, i);
      AppendSum(total, *out[0]);
      out[1]->Append<int64_t>(total.count);
    }
  }

  void UpdateFromColumns(const GroupedRows& in, std::span<const ColumnReader> columns) override {
    for (size_t i = 0; i < in.size(); ++i) {
      const uint32_t row = in.rows[i];
      Merge(in.groups, i,
            {ReadSum(columns[0], row, columns[1].Value<int64_t>(row)), columns[1].Value<int64_t>(row)});
    }
  }

 private:
  Total<Sum> Load(const Groups& groups, size_t i) const { return LoadAs<Total<Sum>>(At(groups, i)); }

  template <class T>
  void UpdateFrom(const GroupedRows& in, const ColumnReader& column) {
    if constexpr (kSums<Sum, T>) {
      ForEachValue<T>(in, column, [&](size_t i, T value, int8_t weight) {
        uint8_t* at = At(in.groups, i);
        Total<Sum> total = LoadAs<Total<Sum>>(at);
        AddValue(total.sum, value, weight);
        total.count += weight;
        StoreAs(at, total);
      });
    }
  }

  void Merge(const Groups& into, size_t i, const Total<Sum>& other) {
    Total<Sum> total = Load(into, i);
    if constexpr (std::is_same_v<Sum, ExactSum>) {
      total.sum.Add(other.sum);
    } else {
      AddValue(total.sum, other.sum, 1);
    }
    total.count += other.count;
    StoreAs(At(into, i), total);
  }

  void AppendSum(const Total<Sum>& total, ColumnBuilder& out) const {
    if constexpr (std::is_same_v<Sum, ExactSum>) {
      const std::optional<Int128> value = total.sum.Value(DataType::kMaxDecimalPrecision);
      // A NULL sum of some values tells GLOBAL of the overflow.
      if (value) {
        out.Append<Int128>(*value);
      } else {
        out.AppendNull();
      }
    } else if constexpr (std::is_integral_v<Sum>) {
      switch (out.type().physical()) {
        case PhysicalType::kInt8:
          return out.Append(static_cast<int8_t>(total.sum));
        case PhysicalType::kInt16:
          return out.Append(static_cast<int16_t>(total.sum));
        case PhysicalType::kInt32:
          return out.Append(static_cast<int32_t>(total.sum));
        default:
          return out.Append(static_cast<int64_t>(total.sum));
      }
    } else {
      out.Append<Sum>(total.sum);
    }
  }

  Sum ReadSum(const ColumnReader& column, uint32_t row, int64_t count) const {
    Sum sum{};
    if (column.IsNull(row)) {
      if constexpr (std::is_same_v<Sum, ExactSum>) {
        if (count != 0) sum.high = int64_t{1} << 40;  // overflowed: never comes back in range
      }
      return sum;
    }
    if constexpr (std::is_same_v<Sum, ExactSum>) {
      sum.Add(column.Value<Int128>(row));
    } else if constexpr (std::is_same_v<Sum, int64_t>) {
      switch (column.payload().physical()) {
        case PhysicalType::kInt8:
          return column.Value<int8_t>(row);
        case PhysicalType::kInt16:
          return column.Value<int16_t>(row);
        case PhysicalType::kInt32:
          return column.Value<int32_t>(row);
        default:
          return column.Value<int64_t>(row);
      }
    } else {
      sum = column.Value<Sum>(row);
    }
    return sum;
  }

  template <class T>
  void AppendAs(const Groups& groups, ColumnBuilder& out) const {
    for (size_t i = 0; i < groups.size; ++i) {
      const Total<Sum> total = Load(groups, i);
      if (total.count <= 0) {
        out.AppendNull();
      } else if constexpr (std::is_same_v<Sum, ExactSum>) {
        AppendDecimal<T>(total, out);
      } else {
        out.Append(static_cast<T>(average_ ? total.sum / static_cast<Sum>(total.count) : total.sum));
      }
    }
  }

  template <class T>
  void AppendDecimal(const Total<Sum>& total, ColumnBuilder& out) const {
    std::optional<Int128> value = total.sum.Value(DataType::kMaxDecimalPrecision);
    if (value && average_) {
      value = DivideDecimals(*value, sum_type_.scale(), total.count, 0, result_.scale(), result_.precision());
    }
    if (value && FitsPrecision(*value, result_.precision())) {
      out.Append(static_cast<T>(*value));
    } else {
      out.AppendNull();
    }
  }

  const bool average_;
  const DataType result_;
  const DataType sum_type_;
};

}  // namespace

std::unique_ptr<Accumulator> MakeSumAccumulator(const AccumulatorSpec& spec) {
  const bool average = spec.function == "AVG";
  if (!average && spec.function != "SUM") return nullptr;
  const std::vector<DataType>& from = spec.from_columns ? spec.columns : spec.arguments;
  if (from.empty() || !from[0].IsNumeric()) return nullptr;
  const DataType& argument = from[0];
  const DataType sum_type = average ? DataType() : spec.result.WithNullable(true);
  if (argument.kind() == TypeKind::kDecimal) {
    return std::make_unique<SumAccumulator<ExactSum>>(
        average, spec.result, DataType::Decimal(DataType::kMaxDecimalPrecision, argument.scale()));
  }
  if (argument.IsInteger()) {
    return std::make_unique<SumAccumulator<int64_t>>(average, spec.result,
                                                     average ? DataType::Bigint() : sum_type);
  }
  if (average || argument.kind() == TypeKind::kDouble) {
    return std::make_unique<SumAccumulator<double>>(average, spec.result,
                                                    average ? DataType::Double() : sum_type);
  }
  return std::make_unique<SumAccumulator<float>>(average, spec.result, sum_type);
}

}  // namespace millrace
