#include "core/expr/value_compare.h"

#include <cmath>

namespace millrace {
namespace {

template <class T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

template <class T>
int OrderFloats(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return Order(std::isnan(a), std::isnan(b));
  return Order(a, b);
}

int OrderNullsFirst(const ColumnReader& a, uint32_t row_a, const ColumnReader& b, uint32_t row_b) {
  const bool null_a = a.IsNull(row_a);
  const bool null_b = b.IsNull(row_b);
  if (null_a || null_b) return Order(!null_a, !null_b);
  return CompareValues(a, row_a, b, row_b);
}

int CompareArrays(const ColumnReader& a, uint32_t row_a, const ColumnReader& b, uint32_t row_b) {
  const auto [begin_a, end_a] = a.ChildRange(row_a);
  const auto [begin_b, end_b] = b.ChildRange(row_b);
  const ColumnReader elements_a(*a.payload().parts().children[0]);
  const ColumnReader elements_b(*b.payload().parts().children[0]);
  uint32_t i = begin_a;
  uint32_t j = begin_b;
  for (; i < end_a && j < end_b; ++i, ++j) {
    if (const int order = OrderNullsFirst(elements_a, i, elements_b, j); order != 0) return order;
  }
  return Order(end_a - begin_a, end_b - begin_b);
}

int CompareRows(const ColumnReader& a, uint32_t row_a, const ColumnReader& b, uint32_t row_b) {
  const auto& fields_a = a.payload().parts().children;
  const auto& fields_b = b.payload().parts().children;
  for (size_t i = 0; i < fields_a.size(); ++i) {
    const int order = OrderNullsFirst(ColumnReader(*fields_a[i]), a.PayloadRow(row_a),
                                      ColumnReader(*fields_b[i]), b.PayloadRow(row_b));
    if (order != 0) return order;
  }
  return 0;
}

bool AreMapsEqual(const ColumnReader& a, uint32_t row_a, const ColumnReader& b, uint32_t row_b) {
  const auto [begin_a, end_a] = a.ChildRange(row_a);
  const auto [begin_b, end_b] = b.ChildRange(row_b);
  if (end_a - begin_a != end_b - begin_b) return false;
  const ColumnReader keys_a(*a.payload().parts().children[0]);
  const ColumnReader keys_b(*b.payload().parts().children[0]);
  const ColumnReader values_a(*a.payload().parts().children[1]);
  const ColumnReader values_b(*b.payload().parts().children[1]);
  for (uint32_t i = begin_a; i < end_a; ++i) {
    uint32_t j = begin_b;
    while (j < end_b && !AreValuesEqual(keys_a, i, keys_b, j)) ++j;
    if (j == end_b || !AreValuesEqual(values_a, i, values_b, j)) return false;
  }
  return true;
}

}  // namespace

int CompareValues(const ColumnReader& a, uint32_t row_a, const ColumnReader& b, uint32_t row_b) {
  switch (a.payload().physical()) {
    case PhysicalType::kBool:
      return Order(a.Value<uint8_t>(row_a), b.Value<uint8_t>(row_b));
    case PhysicalType::kInt8:
      return Order(a.Value<int8_t>(row_a), b.Value<int8_t>(row_b));
    case PhysicalType::kInt16:
      return Order(a.Value<int16_t>(row_a), b.Value<int16_t>(row_b));
    case PhysicalType::kInt32:
      return Order(a.Value<int32_t>(row_a), b.Value<int32_t>(row_b));
    case PhysicalType::kInt64:
      return Order(a.Value<int64_t>(row_a), b.Value<int64_t>(row_b));
    case PhysicalType::kInt128:
      return Order(a.Value<Int128>(row_a), b.Value<Int128>(row_b));
    case PhysicalType::kFloat:
      return OrderFloats(a.Value<float>(row_a), b.Value<float>(row_b));
    case PhysicalType::kDouble:
      return OrderFloats(a.Value<double>(row_a), b.Value<double>(row_b));
    case PhysicalType::kString:
      return CompareText(a.String(row_a), b.String(row_b));
    case PhysicalType::kTimestamp:
      return Order(a.Value<WideTimestamp>(row_a), b.Value<WideTimestamp>(row_b));
    case PhysicalType::kRow:
      return CompareRows(a, row_a, b, row_b);
    case PhysicalType::kArray:
      return CompareArrays(a, row_a, b, row_b);
    case PhysicalType::kMap: {
      if (AreMapsEqual(a, row_a, b, row_b)) return 0;
      const auto [begin_a, end_a] = a.ChildRange(row_a);
      const auto [begin_b, end_b] = b.ChildRange(row_b);
      return end_a - begin_a < end_b - begin_b ? -1 : 1;
    }
  }
  return 0;
}

bool AreValuesEqual(const ColumnReader& a, uint32_t row_a, const ColumnReader& b, uint32_t row_b) {
  return OrderNullsFirst(a, row_a, b, row_b) == 0;
}

}  // namespace millrace
