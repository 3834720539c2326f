#include "operators/aggregate/change_rows.h"

#include <string>

#include "core/row/row_codec.h"

namespace millrace {
namespace {

template <class T>
void MarkFixed(const ColumnReader& reader, uint32_t count, std::vector<uint8_t>* distinct) {
  for (uint32_t i = 0; i < count; ++i) {
    if (reader.IsNull(i) || reader.IsNull(count + i)) {
      (*distinct)[i] |= reader.IsNull(i) != reader.IsNull(count + i) ? 1 : 0;
    } else {
      const T& a = reader.Value<T>(i);
      const T& b = reader.Value<T>(count + i);
      (*distinct)[i] |= !(a == b) && !(a != a && b != b) ? 1 : 0;
    }
  }
}

void MarkEncoded(const Column& column, const ColumnReader& reader, uint32_t count,
                 std::vector<uint8_t>* distinct) {
  const RowCodec codec({column.type()});
  std::string a, b;
  for (uint32_t i = 0; i < count; ++i) {
    a.clear();
    b.clear();
    codec.Encode({&reader, 1}, i, &a);
    codec.Encode({&reader, 1}, count + i, &b);
    (*distinct)[i] |= a != b ? 1 : 0;
  }
}

}  // namespace

void MarkDistinctHalves(const Column& column, uint32_t count, std::vector<uint8_t>* distinct) {
  const ColumnReader reader(column);
  switch (column.physical()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
      return MarkFixed<int8_t>(reader, count, distinct);
    case PhysicalType::kInt16:
      return MarkFixed<int16_t>(reader, count, distinct);
    case PhysicalType::kInt32:
      return MarkFixed<int32_t>(reader, count, distinct);
    case PhysicalType::kInt64:
      return MarkFixed<int64_t>(reader, count, distinct);
    case PhysicalType::kInt128:
      return MarkFixed<Int128>(reader, count, distinct);
    case PhysicalType::kFloat:
      return MarkFixed<float>(reader, count, distinct);
    case PhysicalType::kDouble:
      return MarkFixed<double>(reader, count, distinct);
    case PhysicalType::kString:
      return MarkFixed<StringRef>(reader, count, distinct);
    case PhysicalType::kTimestamp:
      return MarkFixed<WideTimestamp>(reader, count, distinct);
    default:
      return MarkEncoded(column, reader, count, distinct);
  }
}

ColumnPtr WeightColumn(const std::vector<int8_t>& weights) {
  Column::Parts parts;
  parts.values = Buffer::CopyOf({reinterpret_cast<const char*>(weights.data()), weights.size()});
  return Column::Flat(DataType::Tinyint().NotNull(), static_cast<uint32_t>(weights.size()), std::move(parts));
}

}  // namespace millrace
