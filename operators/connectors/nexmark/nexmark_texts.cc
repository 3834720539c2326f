#include <cstdlib>

#include "operators/connectors/nexmark/nexmark_generator.h"

namespace millrace {
namespace {

constexpr uint64_t kSeed = 0x6e65786d61726b00ull;
constexpr const char* kHotNames[] = {"Google", "Facebook", "Baidu", "Apple"};

/// The benchmark's pool divides signed 32-bit draws, so that letters run from 'H' to 'z' with signs such as
/// '\' between.
void AppendPool(RandomStream& random, std::string* out) {
  while (out->size() < NexmarkTexts::kPoolBytes) {
    auto draw = static_cast<int32_t>(random.Next());
    for (int i = 0; i < 6 && out->size() < NexmarkTexts::kPoolBytes; ++i, draw /= 26) {
      out->push_back(static_cast<char>('a' + draw % 26));
    }
  }
}

void AppendBaseUrl(RandomStream& random, std::string* out) {
  out->append("https://www.nexmark.com/");
  for (const char* behind : {"/", "/", "/item.htm?query=1"}) {
    AppendNexmarkText(random, 5, '_', out);
    out->append(behind);
  }
}

int32_t ReverseBits(uint32_t value) {
  uint32_t reversed = 0;
  for (int i = 0; i < 32; ++i) reversed |= (value >> i & 1) << (31 - i);
  return static_cast<int32_t>(reversed);
}

struct Range {
  size_t begin;
  size_t size;
};

}  // namespace

void AppendNexmarkText(RandomStream& random, uint64_t max, char special, std::string* out) {
  const size_t begin = out->size();
  const uint64_t length = 3 + random.Below(max - 3);
  for (uint64_t i = 0; i < length; ++i) {
    out->push_back(random.Below(13) == 0 ? special : static_cast<char>('a' + random.Below(26)));
  }
  if (special != ' ') return;
  while (out->size() > begin && out->back() == ' ') out->pop_back();
  const size_t first = out->find_first_not_of(' ', begin);
  if (first != std::string::npos) out->erase(begin, first - begin);
}

NexmarkTexts::NexmarkTexts() {
  RandomStream random(kSeed);
  std::string bytes;
  AppendPool(random, &bytes);
  std::vector<Range> names;
  std::vector<Range> urls;
  const auto add = [&bytes](std::vector<Range>* ranges, auto&& append) {
    const size_t begin = bytes.size();
    append();
    ranges->push_back({begin, bytes.size() - begin});
  };
  for (const char* name : kHotNames) {
    add(&names, [&] { bytes.append(name); });
    add(&urls, [&] { AppendBaseUrl(random, &bytes); });
  }
  for (uint64_t i = 0; i < kNumChannels; ++i) {
    add(&names, [&] { bytes.append("channel-" + std::to_string(i)); });
    add(&urls, [&] {
      AppendBaseUrl(random, &bytes);
      if (random.Below(10) == 0) return;
      bytes.append("&channel_id=" +
                   std::to_string(std::abs(static_cast<int64_t>(ReverseBits(static_cast<uint32_t>(i))))));
    });
  }
  buffer_ = Buffer::CopyOf(bytes);
  const auto channel = [&](size_t i) {
    return Channel{Pool(names[i].begin, names[i].size), Pool(urls[i].begin, urls[i].size)};
  };
  for (size_t i = 0; i < kNumHotChannels; ++i) hot_channels_[i] = channel(i);
  for (size_t i = 0; i < kNumChannels; ++i) cold_channels_.push_back(channel(kNumHotChannels + i));
}

}  // namespace millrace
