#include <openssl/evp.h>

#include "core/functions/function_entry.h"

namespace millrace {
namespace {

/// The digest in lower-case hexadecimal digits.
void ReturnDigest(Row& row, const EVP_MD* algorithm) {
  constexpr char kDigits[] = "0123456789abcdef";
  const std::string_view text = row.Text(0);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, algorithm, nullptr) != 1) {
    return row.Fail(kInternalError, "Digest failed");
  }
  char out[2 * EVP_MAX_MD_SIZE];
  for (unsigned int i = 0; i < size; ++i) {
    out[2 * i] = kDigits[digest[i] >> 4];
    out[2 * i + 1] = kDigits[digest[i] & 15];
  }
  row.ReturnText({out, size_t{size} * 2});
}

const EVP_MD* Sha2OfLength(int64_t bits) {
  switch (bits) {
    case 224:
      return EVP_sha224();
    case 256:
      return EVP_sha256();
    case 384:
      return EVP_sha384();
    case 512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

void Sha2(Row& row) {
  const EVP_MD* algorithm = Sha2OfLength(row.Long(1));
  if (algorithm == nullptr) {
    return row.Fail(kInvalidArgument,
                    "SHA2 has lengths 224, 256, 384 and 512, not " + std::to_string(row.Long(1)));
  }
  ReturnDigest(row, algorithm);
}

}  // namespace

void AddHashFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "hash");
  const struct {
    const char* signature;
    const char* description;
    const EVP_MD* (*algorithm)();
    int num_digits;
  } entries[] = {
      {"MD5(string)", "The MD5 digest in hexadecimal digits", EVP_md5, 32},
      {"SHA1(string)", "The SHA-1 digest in hexadecimal digits", EVP_sha1, 40},
      {"SHA224(string)", "The SHA-224 digest in hexadecimal digits", EVP_sha224, 56},
      {"SHA256(string)", "The SHA-256 digest in hexadecimal digits", EVP_sha256, 64},
      {"SHA384(string)", "The SHA-384 digest in hexadecimal digits", EVP_sha384, 96},
      {"SHA512(string)", "The SHA-512 digest in hexadecimal digits", EVP_sha512, 128},
  };
  for (const auto& entry : entries) {
    family.Add(entry.signature, entry.description, {Takes::kBytes}, Gives(DataType::Char(entry.num_digits)),
               [algorithm = entry.algorithm()](Row& row) { ReturnDigest(row, algorithm); });
  }
  family.Add("SHA2(string, length)", "The SHA-2 digest of that many bits in hexadecimal digits",
             {Takes::kBytes, Takes::kInteger}, Gives(DataType::Varchar(128)), Sha2);
}

}  // namespace millrace
