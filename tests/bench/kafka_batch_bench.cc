// Records of Nexmark's size out of record batches, as the native Kafka reader takes them: checksum,
// decompression, framing; per record.
#include <benchmark/benchmark.h>

#include <string>

#include "core/check.h"
#include "operators/connectors/kafka/native/crc32c.h"
#include "operators/connectors/kafka/native/record_set.h"
#include "tests/unit/connectors/kafka_batch_builder.h"

namespace millrace {
namespace {

constexpr int kRecordsABatch = 400;
constexpr int kNumBatches = 8;

std::string Event(int number) {
  std::string text = "{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{\"auction\":" +
                     std::to_string(1000 + number * 7919 % 100'000) +
                     ",\"bidder\":" + std::to_string(2000 + number * 104'729 % 50'000) +
                     ",\"price\":" + std::to_string(number * 15'485'863LL % 10'000'000) +
                     ",\"channel\":\"channel-" + std::to_string(number % 10'000) +
                     "\",\"url\":\"https://www.nexmark.com/item.htm?query=1&channel_id=" +
                     std::to_string(number * 32'452'843LL % 1'000'000'000) +
                     "\",\"dateTime\":\"2026-01-01 00:00:01.234\",\"extra\":\"";
  for (uint32_t seed = static_cast<uint32_t>(number); text.size() < 328;) {
    seed = seed * 1664525 + 1013904223;
    text += static_cast<char>('a' + (seed >> 24) % 26);
  }
  return text + "\"}}";
}

void BM_KafkaRecordSet(benchmark::State& state) {
  const auto codec = static_cast<KafkaCodec>(state.range(0));
  std::string bytes;
  for (int i = 0; i < kNumBatches; ++i) {
    BatchBuilderForKafka batch{.base_offset = i * kRecordsABatch, .codec = codec};
    for (int j = 0; j < kRecordsABatch; ++j) batch.records.push_back({{}, Event(i * kRecordsABatch + j), j});
    bytes += batch.Build();
  }
  const BufferPtr block = Buffer::CopyOf(bytes);
  BlockPool blocks;
  PieceWriter pieces(&blocks);
  Decompressor decompressor;
  FetchedRecords fetched;
  for (auto _ : state) {
    RecordSet set{"t", 0, 0, 0, {reinterpret_cast<const char*>(block->data()), bytes.size()}, block, {}};
    RecordSetReader reader(std::move(set), {}, &decompressor, &pieces);
    while (!reader.is_at_end()) {
      fetched.Clear();
      CHECK(reader.Take(1000, &fetched).ok());
      benchmark::DoNotOptimize(fetched.values.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * kNumBatches * kRecordsABatch);
}
BENCHMARK(BM_KafkaRecordSet)->Name("kafka/record_set")->ArgName("codec")->Arg(0)->Arg(2)->Arg(3)->Arg(4);

void BM_Crc32c(benchmark::State& state) {
  const std::string bytes(static_cast<size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(Crc32c(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Crc32c)->Name("kafka/crc32c")->Arg(64)->Arg(1 << 10)->Arg(1 << 16);

}  // namespace
}  // namespace millrace
