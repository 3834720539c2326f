#include <atomic>
#include <memory>

#include "core/env/env.h"
#include "core/functions/function_entry.h"

namespace millrace {
namespace {

/// java.util.Random, so that seeded numbers are Flink's. Thread-safe, as its model is.
class JavaRandom {
 public:
  explicit JavaRandom(int64_t seed) : state_((static_cast<uint64_t>(seed) ^ kMultiplier) & kMask) {}

  double NextDouble() {
    const uint64_t high = Next(26);
    return static_cast<double>((high << 27) + Next(27)) * 0x1.0p-53;
  }
  int32_t NextInt(int32_t bound) {
    const auto limit = static_cast<uint32_t>(bound);
    uint32_t bits = Next(31);
    if ((limit & (limit - 1)) == 0) return static_cast<int32_t>((uint64_t{limit} * bits) >> 31);
    while (bits - bits % limit + (limit - 1) > 0x7fffffffu) bits = Next(31);
    return static_cast<int32_t>(bits % limit);
  }

 private:
  static constexpr uint64_t kMultiplier = 0x5deece66dull;
  static constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;

  uint32_t Next(int bits) {
    uint64_t old = state_.load(std::memory_order_relaxed);
    uint64_t next = 0;
    do {
      next = (old * kMultiplier + 0xb) & kMask;
    } while (!state_.compare_exchange_weak(old, next, std::memory_order_relaxed));
    return static_cast<uint32_t>(next >> (48 - bits));
  }

  std::atomic<uint64_t> state_;
};

/// 64 random bits for one row: of the context, else of a sequence seeded by the processing time.
uint64_t RandomBits(const Row& row) {
  if (row.context().random != nullptr) return row.context().random->Next64();
  static std::atomic<uint64_t> counter{0};
  uint64_t x = static_cast<uint64_t>(row.context().processing_time_micros) +
               0x9e3779b97f4a7c15ull * (1 + counter.fetch_add(1, std::memory_order_relaxed));
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

using SeededFn = void (*)(Row&, JavaRandom*);

/// A function with an optional first argument that seeds it; `num_arguments` without the seed.
void AddRandom(FunctionFamily* family, const char* signature, const char* description, size_t num_arguments,
               DataType result, SeededFn fn) {
  family->AddPrepared(
      signature, description,
      num_arguments == 0 ? ArgumentRule{}.Optional({Takes::kInteger})
                         : ArgumentRule{Takes::kInteger}.Optional({Takes::kInteger}),
      Gives(std::move(result)),
      [fn, num_arguments](const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                          const SessionSettings&) -> Result<Kernel> {
        if (call.argument_types.size() == num_arguments)
          return RowKernel([fn](Row& row) { fn(row, nullptr); });
        if (const std::optional<int64_t> seed = LiteralInteger(arguments[0])) {
          return RowKernel(
              [fn, random = std::make_shared<JavaRandom>(*seed)](Row& row) { fn(row, random.get()); });
        }
        return RowKernel([fn](Row& row) {
          JavaRandom random(row.Long(0));
          fn(row, &random);
        });
      },
      false);
}

void Rand(Row& row, JavaRandom* random) {
  row.ReturnDouble(random != nullptr ? random->NextDouble()
                                     : static_cast<double>(RandomBits(row) >> 11) * 0x1.0p-53);
}

void RandInteger(Row& row, JavaRandom* random) {
  const int64_t bound = row.Long(row.num_arguments() - 1);
  if (bound < 1 || bound > INT32_MAX) {
    return row.Fail(kInvalidArgument, "RAND_INTEGER needs a positive INT as bound: " + std::to_string(bound));
  }
  row.ReturnInt(random != nullptr ? random->NextInt(static_cast<int32_t>(bound))
                                  : static_cast<int32_t>(RandomBits(row) % static_cast<uint64_t>(bound)));
}

/// A UUID of version 4.
void Uuid(Row& row) {
  constexpr char kDigits[] = "0123456789abcdef";
  uint64_t words[2] = {RandomBits(row), RandomBits(row)};
  words[0] = (words[0] & ~uint64_t{0xf000}) | 0x4000;
  words[1] = (words[1] & ~(uint64_t{3} << 62)) | (uint64_t{2} << 62);
  std::string& out = row.Scratch();
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) out += '-';
    out += kDigits[words[digit / 16] >> (60 - digit % 16 * 4) & 15];
  }
  row.ReturnText(out);
}

}  // namespace

void AddRandomFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "arithmetic");
  AddRandom(&family, "RAND([seed])", "A random DOUBLE from 0 to below 1", 0, DataType::Double(), Rand);
  AddRandom(&family, "RAND_INTEGER([seed,] bound)", "A random INT from 0 to below the bound", 1,
            DataType::Integer(), RandInteger);
  family.AddPrepared(
      "UUID()", "A random UUID", ArgumentRule{}, GivesNotNull(DataType::Char(36)),
      [](const ResolvedCall&, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return RowKernel(Uuid);
      },
      false);
}

}  // namespace millrace
