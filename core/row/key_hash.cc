#include "core/row/key_hash.h"

#include <string>

#include "core/row/byte_hasher.h"
#include "core/row/canonical_value.h"
#include "core/row/row_codec.h"

namespace millrace {
namespace {

// Part of the durable format: see HashRows. The mixing is that of wyhash (public domain).
constexpr uint64_t kSecret[4] = {0x2d358dccaa6c78a5, 0x8bb84b93962eacc9, 0x4b33a62ed433d4a3,
                                 0x4d5a2da51de1aa47};
constexpr uint64_t kRowSeed = 0x9e3779b97f4a7c15;
constexpr uint64_t kNullHash = 0x6a09e667f3bcc909;

inline uint64_t MultiplyFold(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t Combine(uint64_t row_hash, uint64_t value_hash) {
  return MultiplyFold(row_hash ^ kSecret[0], value_hash ^ kSecret[1]);
}

inline uint64_t Finalize(uint64_t row_hash) {
  return MultiplyFold(row_hash ^ kSecret[2], kSecret[3]);
}

inline uint64_t Read64(const char* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

inline uint64_t Read32(const char* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

inline uint64_t ReadUpTo3(const char* at, size_t size) {
  const auto byte = [at](size_t i) { return static_cast<uint64_t>(static_cast<uint8_t>(at[i])); };
  return (byte(0) << 16) | (byte(size >> 1) << 8) | byte(size - 1);
}

// What goes into Combine for a value that is not NULL.
template <class T>
uint64_t ValueHash(T value) {
  return static_cast<uint64_t>(static_cast<int64_t>(value));
}
template <>
uint64_t ValueHash(Int128 value) {
  return Combine(static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64));
}
template <>
uint64_t ValueHash(float value) {
  uint32_t bits;
  const float canonical = Canonical(value);
  std::memcpy(&bits, &canonical, sizeof(bits));
  return bits;
}
template <>
uint64_t ValueHash(double value) {
  uint64_t bits;
  const double canonical = Canonical(value);
  std::memcpy(&bits, &canonical, sizeof(bits));
  return bits;
}
template <>
uint64_t ValueHash(WideTimestamp value) {
  return Combine(static_cast<uint64_t>(value.millis), static_cast<uint64_t>(value.nanos_of_milli));
}

/// Combines the hashes of one column into `hashes`. `hash_of(row)` hashes the value of a row that is not
/// NULL.
template <class HashOf>
void CombineRows(const Batch& batch, const ColumnReader& reader, HashOf&& hash_of, uint64_t* hashes) {
  if (batch.num_rows == 0) return;
  if (reader.is_constant()) {
    const uint64_t value = reader.IsNull(0) ? kNullHash : hash_of(0);
    batch.ForEachRow([&](uint32_t row) { hashes[row] = Combine(hashes[row], value); });
  } else if (reader.has_nulls()) {
    batch.ForEachRow([&](uint32_t row) {
      hashes[row] = Combine(hashes[row], reader.IsNull(row) ? kNullHash : hash_of(row));
    });
  } else {
    batch.ForEachRow([&](uint32_t row) { hashes[row] = Combine(hashes[row], hash_of(row)); });
  }
}

template <class T>
void CombineFixed(const Batch& batch, const ColumnReader& reader, uint64_t* hashes) {
  if (reader.is_flat()) {
    const T* values = reader.Values<T>();
    CombineRows(
        batch, reader, [values](uint32_t row) { return ValueHash(values[row]); }, hashes);
  } else {
    CombineRows(
        batch, reader, [&](uint32_t row) { return ValueHash(reader.Value<T>(row)); }, hashes);
  }
}

/// For values that are dear to hash: when rows share few payload rows, each of those is hashed once. Payload
/// rows that no row refers to are not touched, as their values are unspecified.
template <class HashOf>
void CombineOncePerValue(const Batch& batch, const ColumnReader& reader, HashOf&& hash_of, uint64_t* hashes) {
  const uint32_t num_values = reader.payload().size();
  if (reader.is_flat() || reader.is_constant() || num_values > batch.NumSelected() / 2) {
    return CombineRows(batch, reader, hash_of, hashes);
  }
  std::vector<uint64_t> value_hashes(num_values);
  std::vector<uint8_t> is_known(num_values);
  const auto known_hash_of = [&](uint32_t row) {
    const uint32_t at = reader.PayloadRow(row);
    if (!is_known[at]) {
      value_hashes[at] = hash_of(row);
      is_known[at] = 1;
    }
    return value_hashes[at];
  };
  CombineRows(batch, reader, known_hash_of, hashes);
}

void CombineColumn(const Batch& batch, const Column& column, uint64_t* hashes) {
  const ColumnReader reader(column);
  switch (column.physical()) {
    case PhysicalType::kBool:
      return CombineFixed<uint8_t>(batch, reader, hashes);
    case PhysicalType::kInt8:
      return CombineFixed<int8_t>(batch, reader, hashes);
    case PhysicalType::kInt16:
      return CombineFixed<int16_t>(batch, reader, hashes);
    case PhysicalType::kInt32:
      return CombineFixed<int32_t>(batch, reader, hashes);
    case PhysicalType::kInt64:
      return CombineFixed<int64_t>(batch, reader, hashes);
    case PhysicalType::kInt128:
      return CombineFixed<Int128>(batch, reader, hashes);
    case PhysicalType::kFloat:
      return CombineFixed<float>(batch, reader, hashes);
    case PhysicalType::kDouble:
      return CombineFixed<double>(batch, reader, hashes);
    case PhysicalType::kTimestamp:
      return CombineFixed<WideTimestamp>(batch, reader, hashes);
    case PhysicalType::kString:
      return CombineOncePerValue(
          batch, reader, [&](uint32_t row) { return HashBytes(reader.String(row)); }, hashes);
    case PhysicalType::kRow:
    case PhysicalType::kArray:
    case PhysicalType::kMap: {
      const RowCodec codec({column.type()});
      std::string bytes;
      return CombineOncePerValue(
          batch, reader,
          [&](uint32_t row) {
            bytes.clear();
            codec.Encode({&reader, 1}, row, &bytes);
            return HashBytes(bytes);
          },
          hashes);
    }
  }
}

}  // namespace

namespace {

uint64_t Finalize(uint64_t a, uint64_t b, uint64_t seed, uint64_t size) {
  const auto product = static_cast<unsigned __int128>(a ^ kSecret[1]) * (b ^ seed);
  return MultiplyFold(static_cast<uint64_t>(product) ^ kSecret[0] ^ size,
                      static_cast<uint64_t>(product >> 64) ^ kSecret[1]);
}

constexpr size_t kStrideBytes = 48;
constexpr size_t kLookBackBytes = 16;

uint64_t StartSeed(uint64_t seed) {
  return seed ^ MultiplyFold(seed ^ kSecret[0], kSecret[1]);
}

void HashStride(const char* at, uint64_t* seed, uint64_t* lane1, uint64_t* lane2) {
  *seed = MultiplyFold(Read64(at) ^ kSecret[1], Read64(at + 8) ^ *seed);
  *lane1 = MultiplyFold(Read64(at + 16) ^ kSecret[2], Read64(at + 24) ^ *lane1);
  *lane2 = MultiplyFold(Read64(at + 32) ^ kSecret[3], Read64(at + 40) ^ *lane2);
}

/// The end of more than 16 bytes, of which `rest`, at most a stride, lie from `at` on.
uint64_t HashEnd(const char* at, size_t rest, uint64_t seed, uint64_t size) {
  while (rest > 16) {
    seed = MultiplyFold(Read64(at) ^ kSecret[1], Read64(at + 8) ^ seed);
    at += 16;
    rest -= 16;
  }
  const uint64_t a = Read64(at + rest - 16);
  const uint64_t b = Read64(at + rest - 8);
  return Finalize(a, b, seed, size);
}

}  // namespace

ByteHasher::ByteHasher() : seed_(StartSeed(0)), lane1_(seed_), lane2_(seed_) {
}

void ByteHasher::Add(std::string_view bytes) {
  size_bytes_ += bytes.size();
  rest_.append(bytes);
  size_t at = num_hashed_;
  for (; rest_.size() - at > kStrideBytes; at += kStrideBytes) {
    HashStride(rest_.data() + at, &seed_, &lane1_, &lane2_);
  }
  if (at == num_hashed_) return;
  rest_.erase(0, at - kLookBackBytes);
  num_hashed_ = kLookBackBytes;
}

uint64_t ByteHasher::Finish() const {
  if (num_hashed_ == 0) return HashBytes(rest_);
  return HashEnd(rest_.data() + num_hashed_, rest_.size() - num_hashed_, seed_ ^ lane1_ ^ lane2_,
                 size_bytes_);
}

uint64_t HashBytes(std::string_view bytes, uint64_t seed) {
  const char* at = bytes.data();
  const size_t size = bytes.size();
  seed = StartSeed(seed);
  uint64_t a = 0;
  uint64_t b = 0;
  if (size <= 16) {
    if (size >= 4) {
      const size_t middle = (size >> 3) << 2;
      a = (Read32(at) << 32) | Read32(at + middle);
      b = (Read32(at + size - 4) << 32) | Read32(at + size - 4 - middle);
    } else if (size > 0) {
      a = ReadUpTo3(at, size);
    }
  } else {
    size_t rest = size;
    if (rest > kStrideBytes) {
      uint64_t lane1 = seed;
      uint64_t lane2 = seed;
      for (; rest > kStrideBytes; at += kStrideBytes, rest -= kStrideBytes) {
        HashStride(at, &seed, &lane1, &lane2);
      }
      seed ^= lane1 ^ lane2;
    }
    return HashEnd(at, rest, seed, size);
  }
  return Finalize(a, b, seed, size);
}

void HashRows(const Batch& batch, std::span<const uint32_t> key_columns, std::vector<uint64_t>* hashes) {
  if (key_columns.empty()) {
    hashes->assign(batch.num_rows, 0);
    return;
  }
  hashes->assign(batch.num_rows, kRowSeed);
  uint64_t* data = hashes->data();
  for (uint32_t column : key_columns) CombineColumn(batch, *batch.columns[column], data);
  batch.ForEachRow([&](uint32_t row) { data[row] = Finalize(data[row]); });
}

}  // namespace millrace
