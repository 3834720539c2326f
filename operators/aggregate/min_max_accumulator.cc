#include <utility>

#include "operators/aggregate/accumulator.h"

namespace millrace {
namespace {

/// Whether `a` is to replace `b` as the result.
template <class T>
bool Beats(const T& a, const T& b, bool want_max) {
  return want_max ? b < a : a < b;
}

/// MIN and MAX of fixed-width values. Payload: uint64 "there is a value", then the value.
template <class T>
class FixedExtremeAccumulator final : public Accumulator {
 public:
  FixedExtremeAccumulator(bool want_max, DataType type) : want_max_(want_max), type_(std::move(type)) {}

  uint32_t fixed_bytes() const override { return 8 + ((sizeof(T) + 7) & ~7u); }
  bool TakesBack() const override { return false; }

  void Update(const GroupedRows& in, std::span<const ColumnReader> arguments) override {
    ForEachValue<T>(in, arguments[0],
                    [&](size_t i, const T& value, int8_t) { Offer(At(in.groups, i), value); });
  }

  void MergeGroups(const Groups& from, const Groups& into) override {
    for (size_t i = 0; i < from.size; ++i) {
      if (Has(At(from, i))) Offer(At(into, i), LoadAs<T>(At(from, i) + 8));
    }
  }

  void AppendResult(const Groups& groups, ColumnBuilder& out) const override {
    for (size_t i = 0; i < groups.size; ++i) {
      if (Has(At(groups, i))) {
        out.Append<T>(LoadAs<T>(At(groups, i) + 8));
      } else {
        out.AppendNull();
      }
    }
  }

  std::vector<DataType> column_types() const override { return {type_}; }
  void AppendColumns(const Groups& groups, std::span<ColumnBuilder* const> out) const override {
    AppendResult(groups, *out[0]);
  }
  void UpdateFromColumns(const GroupedRows& in, std::span<const ColumnReader> columns) override {
    Update(in, columns);
  }

  bool IsResult(const Groups& groups, size_t group, const ColumnReader& argument,
                uint32_t row) const override {
    const uint8_t* at = At(groups, group);
    if (!Has(at)) return false;
    const T result = LoadAs<T>(at + 8);
    const T& value = argument.Value<T>(row);
    return !(result < value) && !(value < result);
  }

 private:
  static bool Has(const uint8_t* at) { return LoadAs<uint64_t>(at) != 0; }
  void Offer(uint8_t* at, const T& value) {
    if (Has(at) && !Beats(value, LoadAs<T>(at + 8), want_max_)) return;
    StoreAs<uint64_t>(at, 1);
    StoreAs<T>(at + 8, value);
  }

  const bool want_max_;
  const DataType type_;
};

/// MIN and MAX of strings, by bytes. Payload: uint64 "there is a value"; the value is a blob.
class StringExtremeAccumulator final : public Accumulator {
 public:
  StringExtremeAccumulator(bool want_max, DataType type) : want_max_(want_max), type_(std::move(type)) {}

  uint32_t fixed_bytes() const override { return 8; }
  uint32_t num_blobs() const override { return 1; }
  bool TakesBack() const override { return false; }

  void Update(const GroupedRows& in, std::span<const ColumnReader> arguments) override {
    const ColumnReader& column = arguments[0];
    for (size_t i = 0; i < in.size(); ++i) {
      if (!column.IsNull(in.rows[i])) Offer(in.groups, i, column.String(in.rows[i]));
    }
  }

  void MergeGroups(const Groups& from, const Groups& into) override {
    for (size_t i = 0; i < from.size; ++i) {
      if (Has(from, i)) Offer(into, i, from.blobs->Blob(from.rows[i], first_blob()));
    }
  }

  void AppendResult(const Groups& groups, ColumnBuilder& out) const override {
    for (size_t i = 0; i < groups.size; ++i) {
      if (Has(groups, i)) {
        out.AppendString(groups.blobs->Blob(groups.rows[i], first_blob()));
      } else {
        out.AppendNull();
      }
    }
  }

  std::vector<DataType> column_types() const override { return {type_}; }
  void AppendColumns(const Groups& groups, std::span<ColumnBuilder* const> out) const override {
    AppendResult(groups, *out[0]);
  }
  void UpdateFromColumns(const GroupedRows& in, std::span<const ColumnReader> columns) override {
    Update(in, columns);
  }

  bool IsResult(const Groups& groups, size_t group, const ColumnReader& argument,
                uint32_t row) const override {
    return Has(groups, group) && groups.blobs->Blob(groups.rows[group], first_blob()) == argument.String(row);
  }

 private:
  bool Has(const Groups& groups, size_t i) const { return LoadAs<uint64_t>(At(groups, i)) != 0; }
  void Offer(const Groups& groups, size_t i, std::string_view value) {
    if (Has(groups, i) && !Beats(value, groups.blobs->Blob(groups.rows[i], first_blob()), want_max_)) return;
    StoreAs<uint64_t>(At(groups, i), 1);
    groups.blobs->SetBlob(groups.rows[i], first_blob(), value);
  }

  const bool want_max_;
  const DataType type_;
};

template <class T>
std::unique_ptr<Accumulator> MakeFixed(bool want_max, const DataType& type) {
  return std::make_unique<FixedExtremeAccumulator<T>>(want_max, type);
}

}  // namespace

std::unique_ptr<Accumulator> MakeMinMaxAccumulator(const AccumulatorSpec& spec) {
  const bool want_max = spec.function == "MAX";
  if (!want_max && spec.function != "MIN") return nullptr;
  const std::vector<DataType>& from = spec.from_columns ? spec.columns : spec.arguments;
  if (from.empty()) return nullptr;
  const DataType type = from[0].WithNullable(true);
  switch (type.physical()) {
    case PhysicalType::kBool:
      return MakeFixed<uint8_t>(want_max, type);
    case PhysicalType::kInt8:
      return MakeFixed<int8_t>(want_max, type);
    case PhysicalType::kInt16:
      return MakeFixed<int16_t>(want_max, type);
    case PhysicalType::kInt32:
      return MakeFixed<int32_t>(want_max, type);
    case PhysicalType::kInt64:
      return MakeFixed<int64_t>(want_max, type);
    case PhysicalType::kInt128:
      return MakeFixed<Int128>(want_max, type);
    case PhysicalType::kFloat:
      return MakeFixed<float>(want_max, type);
    case PhysicalType::kDouble:
      return MakeFixed<double>(want_max, type);
    case PhysicalType::kTimestamp:
      return MakeFixed<WideTimestamp>(want_max, type);
    case PhysicalType::kString:
      return std::make_unique<StringExtremeAccumulator>(want_max, type);
    default:
      return nullptr;
  }
}

}  // namespace millrace
