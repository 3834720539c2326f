#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// HashBytes (core/row/key_hash.h, seed 0) of bytes that come in pieces. Single-owner.
class ByteHasher {
 public:
  ByteHasher();

  void Add(std::string_view bytes);
  /// Of all that was added; call once.
  uint64_t Finish() const;

 private:
  std::string rest_;       // 16 bytes that are in the lanes (once some are), then those that are not
  size_t num_hashed_ = 0;  // of rest_
  uint64_t size_bytes_ = 0;
  uint64_t seed_, lane1_, lane2_;
};

}  // namespace millrace
