#include "core/row/key_hash.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdio>
#include <set>

#include "tests/unit/core/column/sample_columns.h"

namespace millrace {
namespace {

std::vector<uint64_t> HashAll(const std::vector<ColumnPtr>& columns) {
  const Batch batch = BatchOf(columns);
  std::vector<uint32_t> keys(columns.size());
  for (uint32_t i = 0; i < keys.size(); ++i) keys[i] = i;
  std::vector<uint64_t> hashes;
  HashRows(batch, keys, &hashes);
  return hashes;
}

std::string HexOf(uint64_t hash) {
  char text[20];
  std::snprintf(text, sizeof(text), "%016lx", hash);
  return text;
}

// Durable: key groups of every checkpoint depend on these numbers.
TEST(HashBytesTest, HashesAreThoseReleased) {
  std::string long_text;
  for (int i = 0; i < 100; ++i) long_text += static_cast<char>('a' + i % 26);
  const struct {
    std::string_view bytes;
    const char* hash;
  } cases[] = {
      {"", "93228a4de0eec5a2"},
      {"a", "aced12527fe5bff8"},
      {"abc", "989b4a209c1011c9"},
      {"abcd", "6d9a9834037410eb"},
      {"abcdefghijkl", "87f227113c1b6972"},
      {"abcdefghijklmnop", "35309de45dc92e4a"},
      {"abcdefghijklmnopq", "9e0aa4c61a2da95d"},
      {std::string_view(long_text).substr(0, 48), "8519cf6f1ba2a0fb"},
      {std::string_view(long_text).substr(0, 49), "0751201883d8db49"},
      {long_text, "aae7edd1c324f48b"},
  };
  for (const auto& c : cases) EXPECT_EQ(HexOf(HashBytes(c.bytes)), c.hash) << c.bytes;
  EXPECT_NE(HashBytes("abc", 1), HashBytes("abc", 2));
}

TEST(HashRowsTest, HashesAreThoseReleased) {
  const struct {
    ColumnPtr column;
    const char* hash;
  } cases[] = {
      {ColumnOf<uint8_t>(DataType::Boolean(), {1}), "dded05994d7f071a"},
      {ColumnOf<int8_t>(DataType::Tinyint(), {-5}), "3d89591bfdd0632d"},
      {ColumnOf<int16_t>(DataType::Smallint(), {-5}), "3d89591bfdd0632d"},
      {ColumnOf<int32_t>(DataType::Integer(), {42}), "34e405f286af41d3"},
      {ColumnOf<int64_t>(DataType::Bigint(), {42}), "34e405f286af41d3"},
      {ColumnOf<int64_t>(DataType::Decimal(10, 2), {4200}), "18b523e29ed72718"},
      {ColumnOf<Int128>(DataType::Decimal(38, 2), {Int128{-4200}}), "dd048ba04a959864"},
      {ColumnOf<float>(DataType::Float(), {1.5f}), "5baeffc93b833fa1"},
      {ColumnOf<double>(DataType::Double(), {1.5}), "f7c24931313560a7"},
      {ColumnOf<WideTimestamp>(DataType::Timestamp(9), {WideTimestamp{7, 8, 0}}), "ba2c879e2bb0a9f6"},
      {StringColumnOf({"key"}), "53b16adfbf323795"},
      {StringColumnOf({""}), "81e7d805fa69c0c3"},
      {StringColumnOf({std::nullopt}), "9c0d52c127b4235b"},
      {RowsOfTwo(1), "9b7242413f03cdec"},
      {BigintArrays(1), "f43c613f3f6f808b"},
      {StringMaps(1), "f43c613f3f6f808b"},
  };
  for (const auto& c : cases) EXPECT_EQ(HexOf(HashAll({c.column})[0]), c.hash) << c.column->type().ToString();
  EXPECT_EQ(HexOf(HashAll({cases[3].column, cases[10].column})[0]), "0e7a08a3ee4a57ed");
}

TEST(HashRowsTest, EncodingsOfTheSameRowsHashEqually) {
  std::vector<uint32_t> many;
  for (uint32_t i = 0; i < 100; ++i) many.push_back(i * 7 % 10);
  for (const ColumnPtr& flat : OneColumnOfEachType()) {
    const std::vector<uint64_t> wanted = HashAll({flat});
    const std::vector<uint64_t> taken = HashAll({Column::Dictionary(flat, Rows(many))});
    for (size_t i = 0; i < many.size(); ++i) ASSERT_EQ(taken[i], wanted[many[i]]) << flat->type().ToString();
    EXPECT_EQ(HashAll({Column::Dictionary(flat, Rows({4, 2}))})[1], wanted[2]);
    EXPECT_EQ(HashAll({Column::ConstantOf(flat, 6, 2)})[1], wanted[6]);
  }
}

TEST(HashRowsTest, OnlySelectedRowsAreLookedAt) {
  // Values of other rows are unspecified: here a view of a text at an address that does not exist.
  std::shared_ptr<Buffer> values = Buffer::Allocate(3 * sizeof(StringRef));
  std::memset(values->mutable_data(), 0, values->size());
  const uint32_t size = 1000;
  std::memcpy(values->mutable_data(), &size, sizeof(size));
  Column::Parts parts;
  parts.values = values;
  const ColumnPtr column = Column::Flat(DataType::String(), 3, std::move(parts));
  const uint64_t hash_of_empty = HashAll({StringColumnOf({""})})[0];
  const uint32_t keys[] = {0};
  std::vector<uint64_t> hashes;

  Batch batch = BatchOf({column});
  batch.selection = Rows({1, 2});
  HashRows(batch, keys, &hashes);
  EXPECT_EQ(hashes[1], hash_of_empty);

  const Batch dictionary = BatchOf({Column::Dictionary(column, Rows({1, 2, 1, 2, 1, 2, 1, 2}))});
  HashRows(dictionary, keys, &hashes);
  EXPECT_EQ(hashes[7], hash_of_empty);
}

TEST(HashRowsTest, EqualKeysHashEqually) {
  const std::vector<uint64_t> doubles =
      HashAll({ColumnOf<double>(DataType::Double(), {0.0, -0.0, std::nan("1"), -std::nan("2"), 1.0})});
  EXPECT_EQ(doubles[0], doubles[1]);
  EXPECT_EQ(doubles[2], doubles[3]);
  EXPECT_NE(doubles[0], doubles[4]);
  const std::vector<uint64_t> floats =
      HashAll({ColumnOf<float>(DataType::Float(), {0.0f, -0.0f, std::nanf("1"), -std::nanf("2")})});
  EXPECT_EQ(floats[0], floats[1]);
  EXPECT_EQ(floats[2], floats[3]);
}

TEST(HashRowsTest, DistinctKeysSpreadEvenlyOverKeyGroups) {
  constexpr uint32_t kNumKeys = 100'000;
  constexpr uint32_t kNumGroups = 128;
  for (const int64_t step : {int64_t{1}, int64_t{1024}, int64_t{1} << 32, int64_t{1'000'000}}) {
    std::vector<std::optional<int64_t>> keys;
    for (int64_t i = 0; i < kNumKeys; ++i) keys.emplace_back(i * step);
    const std::vector<uint64_t> hashes = HashAll({ColumnOf<int64_t>(DataType::Bigint(), keys)});
    EXPECT_EQ(std::set<uint64_t>(hashes.begin(), hashes.end()).size(), kNumKeys);
    std::vector<uint32_t> groups(kNumGroups);
    std::vector<uint32_t> low_bits(kNumGroups);
    for (uint64_t hash : hashes) {
      ++groups[KeyGroupOfHash(hash, kNumGroups).value];
      ++low_bits[hash % kNumGroups];
    }
    for (uint32_t count : groups) EXPECT_NEAR(count, kNumKeys / kNumGroups, 200) << step;
    for (uint32_t count : low_bits) EXPECT_NEAR(count, kNumKeys / kNumGroups, 200) << step;
  }
}

TEST(HashRowsTest, RowsWithoutAKeyBelongToKeyGroupZero) {
  const Batch batch = BatchOf({ColumnOf<int32_t>(DataType::Integer(), {1, 2})});
  std::vector<uint64_t> hashes = {7, 7, 7};
  HashRows(batch, {}, &hashes);
  EXPECT_THAT(hashes, ::testing::ElementsAre(0, 0));
  EXPECT_EQ(KeyGroupOfHash(hashes[0], 1024).value, 0u);
}

TEST(HashRowsTest, ColumnsAreNotInterchangeable) {
  const ColumnPtr one = ColumnOf<int32_t>(DataType::Integer(), {1, std::nullopt});
  const ColumnPtr two = ColumnOf<int32_t>(DataType::Integer(), {2, 2});
  EXPECT_NE(HashAll({one, two}), HashAll({two, one}));
}

}  // namespace
}  // namespace millrace
