#include "core/row/byte_hasher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/row/key_hash.h"

namespace millrace {
namespace {

TEST(ByteHasherTest, PiecesHashAsTheWhole) {
  std::mt19937_64 random(3);
  for (size_t size = 0; size < 400; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    for (size_t piece_max : {size_t{1}, size_t{17}, size_t{48}, size_t{100}, size + 1}) {
      ByteHasher hasher;
      for (size_t at = 0; at < size;) {
        const size_t piece = std::min(size - at, 1 + random() % piece_max);
        hasher.Add(std::string_view(bytes).substr(at, piece));
        at += piece;
      }
      ASSERT_EQ(hasher.Finish(), HashBytes(bytes)) << size << " bytes in pieces of up to " << piece_max;
    }
  }
}

}  // namespace
}  // namespace millrace
