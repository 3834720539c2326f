#include "operators/aggregate/accumulator.h"

namespace millrace {
namespace {

/// COUNT(*) and COUNT(x, ...): a row counts when none of its arguments is NULL. Payload: int64 count.
class CountAccumulator final : public Accumulator {
 public:
  uint32_t fixed_bytes() const override { return 8; }

  void Update(const GroupedRows& in, std::span<const ColumnReader> arguments) override {
    bool may_be_null = false;
    for (const ColumnReader& argument : arguments) may_be_null |= argument.has_nulls();
    for (size_t i = 0; i < in.size(); ++i) {
      if (may_be_null && AnyNull(arguments, in.rows[i])) continue;
      Add(in.groups, i, in.weight(i));
    }
  }

  void MergeGroups(const Groups& from, const Groups& into) override {
    for (size_t i = 0; i < from.size; ++i) Add(into, i, Count(from, i));
  }

  void AppendResult(const Groups& groups, ColumnBuilder& out) const override {
    for (size_t i = 0; i < groups.size; ++i) out.Append<int64_t>(Count(groups, i));
  }

  std::vector<DataType> column_types() const override { return {DataType::Bigint().NotNull()}; }

  void AppendColumns(const Groups& groups, std::span<ColumnBuilder* const> out) const override {
    AppendResult(groups, *out[0]);
  }

  void UpdateFromColumns(const GroupedRows& in, std::span<const ColumnReader> columns) override {
    for (size_t i = 0; i < in.size(); ++i)
      Add(in.groups, i, in.weight(i) * columns[0].Value<int64_t>(in.rows[i]));
  }

 private:
  static bool AnyNull(std::span<const ColumnReader> arguments, uint32_t row) {
    for (const ColumnReader& argument : arguments) {
      if (argument.IsNull(row)) return true;
    }
    return false;
  }
  int64_t Count(const Groups& groups, size_t i) const { return LoadAs<int64_t>(At(groups, i)); }
  void Add(const Groups& groups, size_t i, int64_t delta) {
    uint8_t* at = At(groups, i);
    StoreAs<int64_t>(at, LoadAs<int64_t>(at) + delta);
  }
};

}  // namespace

std::unique_ptr<Accumulator> MakeCountAccumulator(const AccumulatorSpec& spec) {
  if (spec.function != "COUNT") return nullptr;
  return std::make_unique<CountAccumulator>();
}

}  // namespace millrace
