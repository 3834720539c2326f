#include "core/row/row_codec.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "core/check.h"
#include "core/error_codes.h"
#include "core/row/canonical_value.h"

namespace millrace {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes are little-endian");

constexpr size_t kLengthBytes = 4;
constexpr size_t kTimestampBytes = 12;

size_t BitmapBytes(size_t num_values) {
  return (num_values + 7) / 8;
}

void SetNullBit(char* bitmap, size_t index) {
  bitmap[index >> 3] = static_cast<char>(bitmap[index >> 3] | (1 << (index & 7)));
}

/// Bytes of a value with fixed size, 0 for others.
size_t EncodedSize(PhysicalType type) {
  if (type == PhysicalType::kTimestamp) return kTimestampBytes;
  return type == PhysicalType::kString ? 0 : PhysicalSize(type);
}

/// Calls `fn.operator()<T>()` with the C++ type of a fixed physical type.
template <class Fn>
void WithFixedType(PhysicalType type, Fn&& fn) {
  switch (type) {
    case PhysicalType::kBool:
      return fn.template operator()<uint8_t>();
    case PhysicalType::kInt8:
      return fn.template operator()<int8_t>();
    case PhysicalType::kInt16:
      return fn.template operator()<int16_t>();
    case PhysicalType::kInt32:
      return fn.template operator()<int32_t>();
    case PhysicalType::kInt64:
      return fn.template operator()<int64_t>();
    case PhysicalType::kInt128:
      return fn.template operator()<Int128>();
    case PhysicalType::kFloat:
      return fn.template operator()<float>();
    case PhysicalType::kDouble:
      return fn.template operator()<double>();
    case PhysicalType::kTimestamp:
      return fn.template operator()<WideTimestamp>();
    default:
      CHECK(false);
  }
}

template <class T>
constexpr size_t kEncodedSize = sizeof(T);
template <>
constexpr size_t kEncodedSize<WideTimestamp> = kTimestampBytes;

template <class T>
void WriteFixed(T value, char* at) {
  const T canonical = Canonical(value);
  std::memcpy(at, &canonical, kEncodedSize<T>);  // WideTimestamp: without its reserved part
}

void WriteLength(size_t length, char* at) {
  const auto length32 = static_cast<uint32_t>(length);
  std::memcpy(at, &length32, kLengthBytes);
}

void AppendLength(size_t length, std::string* out) {
  char bytes[kLengthBytes];
  WriteLength(length, bytes);
  out->append(bytes, kLengthBytes);
}

void AppendNestedValue(const ColumnReader& reader, uint32_t row, std::string* out);

/// Appends a value that is not NULL.
void AppendValue(const ColumnReader& reader, uint32_t row, std::string* out) {
  const PhysicalType type = reader.payload().physical();
  if (type == PhysicalType::kString) {
    const std::string_view text = reader.String(row);
    AppendLength(text.size(), out);
    out->append(text);
  } else if (EncodedSize(type) > 0) {
    WithFixedType(type, [&]<class T>() {
      char bytes[kEncodedSize<T>];
      WriteFixed(reader.Value<T>(row), bytes);
      out->append(bytes, sizeof(bytes));
    });
  } else {
    const size_t length_at = out->size();
    AppendLength(0, out);
    AppendNestedValue(reader, row, out);
    WriteLength(out->size() - length_at - kLengthBytes, out->data() + length_at);
  }
}

void AppendFields(std::span<const ColumnReader> columns, uint32_t row, std::string* out) {
  const size_t bitmap_at = out->size();
  out->append(BitmapBytes(columns.size()), '\0');
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].IsNull(row)) {
      SetNullBit(out->data() + bitmap_at, i);
    } else {
      AppendValue(columns[i], row, out);
    }
  }
}

std::vector<ColumnReader> ReadChildren(const Column& payload) {
  std::vector<ColumnReader> readers;
  readers.reserve(payload.parts().children.size());
  for (const ColumnPtr& child : payload.parts().children) readers.emplace_back(*child);
  return readers;
}

void AppendArray(const ColumnReader& elements, uint32_t begin, uint32_t end, std::string* out) {
  AppendLength(end - begin, out);
  const size_t bitmap_at = out->size();
  out->append(BitmapBytes(end - begin), '\0');
  for (uint32_t at = begin; at < end; ++at) {
    if (elements.IsNull(at)) {
      SetNullBit(out->data() + bitmap_at, at - begin);
    } else {
      AppendValue(elements, at, out);
    }
  }
}

void AppendMap(std::span<const ColumnReader> key_and_value, uint32_t begin, uint32_t end, std::string* out) {
  std::vector<std::string> entries(end - begin);
  for (uint32_t at = begin; at < end; ++at) AppendFields(key_and_value, at, &entries[at - begin]);
  std::sort(entries.begin(), entries.end());
  AppendLength(entries.size(), out);
  for (const std::string& entry : entries) out->append(entry);
}

void AppendNestedValue(const ColumnReader& reader, uint32_t row, std::string* out) {
  const std::vector<ColumnReader> children = ReadChildren(reader.payload());
  if (reader.payload().physical() == PhysicalType::kRow) {
    AppendFields(children, reader.PayloadRow(row), out);
    return;
  }
  const auto [begin, end] = reader.ChildRange(row);
  if (reader.payload().physical() == PhysicalType::kArray) {
    AppendArray(children.front(), begin, end, out);
  } else {
    AppendMap(children, begin, end, out);
  }
}

/// Reads the bytes of one row. Any read past the end fails the whole.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}
  bool AtEnd() const { return rest_.empty(); }
  bool Take(size_t size, std::string_view* taken) {
    if (rest_.size() < size) return false;
    *taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  bool TakeLength(uint32_t* length) {
    std::string_view bytes;
    if (!Take(kLengthBytes, &bytes)) return false;
    std::memcpy(length, bytes.data(), kLengthBytes);
    return true;
  }
  bool TakeWithLength(std::string_view* taken) {
    uint32_t length;
    return TakeLength(&length) && Take(length, taken);
  }

 private:
  std::string_view rest_;
};

bool IsNullBit(std::string_view bitmap, size_t index) {
  return (static_cast<uint8_t>(bitmap[index >> 3]) >> (index & 7)) & 1;
}

bool DecodeNested(std::string_view bytes, ColumnBuilder& builder);

bool DecodeValue(Input& input, ColumnBuilder& builder) {
  const PhysicalType type = builder.type().physical();
  std::string_view bytes;
  if (type == PhysicalType::kString) {
    if (!input.TakeWithLength(&bytes)) return false;
    builder.AppendString(bytes);
    return true;
  }
  if (EncodedSize(type) == 0) return input.TakeWithLength(&bytes) && DecodeNested(bytes, builder);
  if (!input.Take(EncodedSize(type), &bytes)) return false;
  WithFixedType(type, [&]<class T>() {
    T value{};
    std::memcpy(static_cast<void*>(&value), bytes.data(), kEncodedSize<T>);
    builder.Append(value);
  });
  return true;
}

/// `builder_of(i)` is the builder of field i. Fields before a corrupt one stay appended.
template <class BuilderOf>
bool DecodeFields(Input& input, size_t num_fields, BuilderOf&& builder_of) {
  std::string_view bitmap;
  if (!input.Take(BitmapBytes(num_fields), &bitmap)) return false;
  for (size_t i = 0; i < num_fields; ++i) {
    ColumnBuilder& builder = builder_of(i);
    if (IsNullBit(bitmap, i)) {
      builder.AppendNull();
    } else if (!DecodeValue(input, builder)) {
      return false;
    }
  }
  return true;
}

bool DecodeNested(std::string_view bytes, ColumnBuilder& builder) {
  Input input(bytes);
  const auto child = [&](size_t i) -> ColumnBuilder& { return builder.child(i); };
  const PhysicalType type = builder.type().physical();
  uint32_t count;
  if (type == PhysicalType::kRow) {
    if (!DecodeFields(input, builder.type().fields().size(), child)) return false;
  } else if (type == PhysicalType::kArray) {
    if (!input.TakeLength(&count)) return false;
    if (!DecodeFields(input, count, [&](size_t) -> ColumnBuilder& { return builder.child(0); })) return false;
  } else {
    if (!input.TakeLength(&count)) return false;
    for (uint32_t i = 0; i < count; ++i) {
      if (!DecodeFields(input, 2, child)) return false;
    }
  }
  if (!input.AtEnd()) return false;
  builder.AppendNested();
  return true;
}

/// Appends field `field` of every row; false when one is corrupt.
bool DecodeColumn(size_t field, std::span<const std::string_view> rows, std::vector<Input>& inputs,
                  ColumnBuilder& builder) {
  const PhysicalType type = builder.type().physical();
  bool ok = true;
  const auto decode = [&](auto&& append_value) {
    for (size_t i = 0; i < rows.size() && ok; ++i) {
      if (IsNullBit(rows[i], field)) {
        builder.AppendNull();
      } else {
        ok = append_value(inputs[i]);
      }
    }
  };
  if (type == PhysicalType::kString) {
    decode([&](Input& input) {
      std::string_view text;
      if (!input.TakeWithLength(&text)) return false;
      builder.AppendString(text);
      return true;
    });
  } else if (EncodedSize(type) > 0) {
    WithFixedType(type, [&]<class T>() {
      decode([&](Input& input) {
        std::string_view bytes;
        if (!input.Take(kEncodedSize<T>, &bytes)) return false;
        T value{};
        std::memcpy(static_cast<void*>(&value), bytes.data(), kEncodedSize<T>);
        builder.Append(value);
        return true;
      });
    });
  } else {
    decode([&](Input& input) { return DecodeValue(input, builder); });
  }
  return ok;
}

template <class BuilderOf>
Status DecodeRow(std::string_view bytes, size_t num_fields, BuilderOf&& builder_of) {
  const uint32_t num_rows = num_fields > 0 ? builder_of(0).size() : 0;
  Input input(bytes);
  if (DecodeFields(input, num_fields, builder_of) && input.AtEnd()) return Status::Ok();
  for (size_t i = 0; i < num_fields; ++i) builder_of(i).TruncateTo(num_rows);
  return Status(kCorruptBytes,
                "row bytes do not fit their column types, bytes: " + std::to_string(bytes.size()));
}

bool AnyNull(const ColumnReader& column, std::span<const uint32_t> rows) {
  const ColumnReader reader = column;  // nobody else's: what it points to stays in registers
  return reader.has_nulls() &&
         std::any_of(rows.begin(), rows.end(), [&](uint32_t row) { return reader.IsNull(row); });
}

/// How many bytes the value of a column takes in every row; 0 when that differs.
size_t CommonSize(const ColumnReader& column, std::span<const uint32_t> rows) {
  if (rows.empty() || AnyNull(column, rows)) return 0;
  const PhysicalType type = column.payload().physical();
  if (type == PhysicalType::kString && column.is_constant()) return kLengthBytes + column.String(0).size();
  return EncodedSize(type);
}

/// Writes a column of equally long values, at `to` the one of the first row.
void WriteStrided(const ColumnReader& column, std::span<const uint32_t> rows, size_t stride, char* to) {
  const ColumnReader reader = column;
  if (reader.payload().physical() == PhysicalType::kString) {
    std::string value;
    AppendValue(reader, 0, &value);
    for (size_t i = 0; i < rows.size(); ++i) std::memcpy(to + i * stride, value.data(), value.size());
    return;
  }
  WithFixedType(reader.payload().physical(), [&]<class T>() {
    for (size_t i = 0; i < rows.size(); ++i) WriteFixed(reader.Value<T>(rows[i]), to + i * stride);
  });
}

/// EncodeRows of rows that all take the same bytes; false (and nothing done) when they do not.
bool EncodeEqualSizes(std::span<const ColumnReader> columns, std::span<const uint32_t> rows,
                      std::string* bytes, std::vector<uint32_t>* offsets) {
  const size_t bitmap_bytes = BitmapBytes(columns.size());
  size_t stride = bitmap_bytes;
  for (const ColumnReader& column : columns) {
    const size_t size = CommonSize(column, rows);
    if (size == 0) return false;
    stride += size;
  }
  CHECK(stride * rows.size() <= UINT32_MAX);
  bytes->resize(stride * rows.size());
  offsets->resize(rows.size() + 1);
  for (size_t i = 0; i <= rows.size(); ++i) (*offsets)[i] = static_cast<uint32_t>(i * stride);
  char* to = bytes->data();
  for (size_t i = 0; i < rows.size(); ++i) std::memset(to + i * stride, 0, bitmap_bytes);
  to += bitmap_bytes;
  for (const ColumnReader& column : columns) {
    WriteStrided(column, rows, stride, to);
    to += CommonSize(column, rows.first(1));
  }
  return true;
}

/// One column of EncodeRows: adds the sizes of its values to `sizes`, then writes them at `cursors`.
class ColumnEncoder {
 public:
  ColumnEncoder(const ColumnReader& reader, std::span<const uint32_t> rows) : reader_(reader), rows_(rows) {}

  void AddSizes(uint32_t* sizes) {
    const PhysicalType type = reader_.payload().physical();
    if (const size_t size = EncodedSize(type); size > 0) {
      ForEachValid([&](size_t i, uint32_t) { sizes[i] += static_cast<uint32_t>(size); });
    } else if (type == PhysicalType::kString) {
      ForEachValid([&](size_t i, uint32_t row) {
        sizes[i] += static_cast<uint32_t>(kLengthBytes + reader_.Value<StringRef>(row).size());
      });
    } else {
      ForEachValid([&](size_t i, uint32_t row) {
        const size_t before = nested_.size();
        AppendValue(reader_, row, &nested_);
        nested_sizes_.push_back(static_cast<uint32_t>(nested_.size() - before));
        sizes[i] += nested_sizes_.back();
      });
    }
  }

  /// `bytes` are zero at the bitmaps, `offsets[i]` is where the bitmap of row i is.
  void Write(size_t field, const uint32_t* offsets, char* bytes, uint32_t* cursors) {
    if (reader_.has_nulls()) {
      for (size_t i = 0; i < rows_.size(); ++i) {
        if (reader_.IsNull(rows_[i])) SetNullBit(bytes + offsets[i], field);
      }
    }
    const PhysicalType type = reader_.payload().physical();
    if (EncodedSize(type) > 0) {
      WithFixedType(type, [&]<class T>() {
        ForEachValid([&](size_t i, uint32_t row) {
          WriteFixed(reader_.Value<T>(row), bytes + cursors[i]);
          cursors[i] += static_cast<uint32_t>(kEncodedSize<T>);
        });
      });
    } else if (type == PhysicalType::kString) {
      ForEachValid([&](size_t i, uint32_t row) {
        const std::string_view text = reader_.String(row);
        WriteLength(text.size(), bytes + cursors[i]);
        if (!text.empty()) std::memcpy(bytes + cursors[i] + kLengthBytes, text.data(), text.size());
        cursors[i] += static_cast<uint32_t>(kLengthBytes + text.size());
      });
    } else {
      const char* from = nested_.data();
      const uint32_t* size = nested_sizes_.data();
      ForEachValid([&](size_t i, uint32_t) {
        std::memcpy(bytes + cursors[i], from, *size);
        cursors[i] += *size;
        from += *size++;
      });
    }
  }

 private:
  template <class Fn>
  void ForEachValid(Fn&& fn) const {
    if (!reader_.has_nulls()) {
      for (size_t i = 0; i < rows_.size(); ++i) fn(i, rows_[i]);
    } else {
      for (size_t i = 0; i < rows_.size(); ++i) {
        if (!reader_.IsNull(rows_[i])) fn(i, rows_[i]);
      }
    }
  }

  const ColumnReader& reader_;
  std::span<const uint32_t> rows_;
  std::string nested_;
  std::vector<uint32_t> nested_sizes_;
};

}  // namespace

RowCodec::RowCodec(std::vector<DataType> types)
    : types_(std::move(types)), bitmap_bytes_(BitmapBytes(types_.size())) {
}

void RowCodec::Encode(std::span<const ColumnReader> columns, uint32_t row, std::string* out) const {
  DCHECK(columns.size() == types_.size());
  AppendFields(columns, row, out);
}

void RowCodec::EncodeRows(std::span<const ColumnReader> columns, std::span<const uint32_t> rows,
                          std::string* bytes, std::vector<uint32_t>* offsets) const {
  DCHECK(columns.size() == types_.size());
  if (EncodeEqualSizes(columns, rows, bytes, offsets)) return;
  offsets->assign(rows.size() + 1, static_cast<uint32_t>(bitmap_bytes_));
  std::vector<ColumnEncoder> encoders;
  encoders.reserve(columns.size());
  for (const ColumnReader& column : columns) encoders.emplace_back(column, rows).AddSizes(offsets->data());

  uint64_t total = 0;
  std::vector<uint32_t> cursors(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t size = (*offsets)[i];
    (*offsets)[i] = static_cast<uint32_t>(total);
    cursors[i] = static_cast<uint32_t>(total + bitmap_bytes_);
    total += size;
  }
  CHECK(total <= UINT32_MAX);
  offsets->back() = static_cast<uint32_t>(total);

  bytes->resize(total);
  for (size_t i = 0; i < rows.size(); ++i) {
    char* bitmap = bytes->data() + (*offsets)[i];
    for (size_t at = 0; at < bitmap_bytes_; ++at) bitmap[at] = 0;
  }
  for (size_t i = 0; i < encoders.size(); ++i)
    encoders[i].Write(i, offsets->data(), bytes->data(), cursors.data());
}

Status RowCodec::Decode(std::string_view bytes, std::span<ColumnBuilder* const> builders) const {
  DCHECK(builders.size() == types_.size());
  return DecodeRow(bytes, types_.size(), [&](size_t i) -> ColumnBuilder& { return *builders[i]; });
}

Status RowCodec::DecodeRows(std::span<const std::string_view> rows,
                            std::span<ColumnBuilder* const> builders) const {
  DCHECK(builders.size() == types_.size());
  std::vector<Input> inputs;
  inputs.reserve(rows.size());
  const uint32_t num_before = builders.empty() ? 0 : builders[0]->size();
  size_t num_whole = 0;  // rows that hold their bitmap
  for (std::string_view row : rows) {
    std::string_view bitmap;
    num_whole += inputs.emplace_back(row).Take(bitmap_bytes_, &bitmap);
  }
  bool ok = num_whole == rows.size();
  for (size_t field = 0; field < types_.size() && ok; ++field)
    ok = DecodeColumn(field, rows, inputs, *builders[field]);
  for (const Input& input : inputs) ok = ok && input.AtEnd();
  if (ok) return Status::Ok();
  const auto truncate = [&] {
    for (ColumnBuilder* builder : builders) builder->TruncateTo(num_before);
  };
  truncate();
  Status status;  // of the first row that is corrupt
  for (size_t i = 0; i < rows.size() && status.ok(); ++i) status = Decode(rows[i], builders);
  truncate();
  return status;
}

Status RowCodec::Decode(std::string_view bytes, BatchBuilder& builder, size_t first_column) const {
  DCHECK(first_column + types_.size() <= builder.num_columns());
  return DecodeRow(bytes, types_.size(),
                   [&](size_t i) -> ColumnBuilder& { return builder.column(first_column + i); });
}

std::vector<ColumnReader> ReadColumns(const Batch& batch, std::span<const uint32_t> columns) {
  std::vector<ColumnReader> readers;
  readers.reserve(columns.size());
  for (uint32_t column : columns) readers.emplace_back(*batch.columns[column]);
  return readers;
}

}  // namespace millrace
