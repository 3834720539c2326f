// Nexmark events of all kinds as JSON: decoding them whole, only what a query on bids needs, with simdjson's
// On-Demand parser instead (parsing alone, no columns), and encoding them.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include "core/check.h"
#include "core/column/batch.h"
#include "operators/connectors/nexmark/nexmark_generator.h"
#include "operators/formats/json/json_format.h"

namespace millrace {
namespace {

constexpr uint32_t kNumEvents = 4000;

Batch MakeEvents() {
  static const NexmarkTexts texts;
  NexmarkGenerator generator(NexmarkOptions{}, texts, 1, 1'700'000'000'000, 1);
  BatchBuilder builder(std::make_shared<const Schema>(Schema{NexmarkColumns(), std::nullopt}));
  std::vector<ColumnBuilder*> columns;
  for (size_t i = 0; i < builder.num_columns(); ++i) columns.push_back(&builder.column(i));
  for (uint32_t i = 0; i < kNumEvents; ++i) {
    generator.Append(i, {0, 1, 2, 3}, columns);
    builder.FinishRow();
  }
  return builder.Finish();  // `texts` is never destroyed before it
}

/// The events' records in one buffer, padded as simdjson needs it.
struct Records {
  BufferPtr buffer;
  std::vector<RawRecord> records;
  int64_t num_bytes = 0;
};

Records EncodeEvents() {
  const Batch batch = MakeEvents();
  auto encoder = std::move(MakeJsonFormat().create_encoder(NexmarkColumns(), {})).value();
  std::string text;
  std::vector<size_t> ends;
  for (uint32_t row = 0; row < batch.num_rows; ++row) {
    CHECK(encoder->Encode(batch, row, 1, &text).ok());
    ends.push_back(text.size());
  }
  Records records;
  records.num_bytes = static_cast<int64_t>(text.size());
  text.append(simdjson::SIMDJSON_PADDING, '\0');
  records.buffer = Buffer::CopyOf(text);
  const char* const data = reinterpret_cast<const char*>(records.buffer->data());
  size_t begin = 0;
  for (const size_t end : ends) {
    records.records.push_back({{data + begin, end - begin}, false});
    begin = end;
  }
  return records;
}

void Decode(benchmark::State& state, const std::vector<Field>& columns) {
  const Records records = EncodeEvents();
  const auto decoder = std::move(MakeJsonFormat().create_decoder(columns, columns, {})).value();
  BatchBuilder builder(std::make_shared<const Schema>(Schema{columns, std::nullopt}));
  std::vector<BadRecord> bad;
  const auto finish_row = [&builder](uint32_t, int8_t weight) { builder.FinishRow(weight); };
  for (auto _ : state) {
    CHECK(decoder->Decode(records.records, records.buffer, builder, finish_row, &bad).ok());
    benchmark::DoNotOptimize(builder.Finish());
  }
  CHECK(bad.empty());
  state.SetItemsProcessed(state.iterations() * kNumEvents);
  state.SetBytesProcessed(state.iterations() * records.num_bytes);
}

void BM_DecodeEvents(benchmark::State& state) {
  Decode(state, NexmarkColumns());
}
BENCHMARK(BM_DecodeEvents);

void BM_DecodeBidderAndPrice(benchmark::State& state) {
  const DataType bid = DataType::Row({{"bidder", DataType::Bigint()}, {"price", DataType::Bigint()}});
  Decode(state, {{"event_type", DataType::Integer()}, {"bid", bid}});
}
BENCHMARK(BM_DecodeBidderAndPrice);

void BM_SimdjsonAllBidFields(benchmark::State& state) {
  const Records records = EncodeEvents();
  simdjson::ondemand::parser parser;
  for (auto _ : state) {
    int64_t sum = 0;
    for (const RawRecord& record : records.records) {
      simdjson::ondemand::document document;
      CHECK(parser
                .iterate(record.bytes.data(), record.bytes.size(),
                         record.bytes.size() + simdjson::SIMDJSON_PADDING)
                .get(document) == simdjson::SUCCESS);
      int64_t type;
      CHECK(document["event_type"].get(type) == simdjson::SUCCESS);
      sum += type;
      simdjson::ondemand::object bid;
      if (type != 2 || document["bid"].get(bid) != simdjson::SUCCESS) continue;
      for (const char* name : {"auction", "bidder", "price"}) {
        int64_t value;
        CHECK(bid[name].get(value) == simdjson::SUCCESS);
        sum += value;
      }
      for (const char* name : {"channel", "url", "dateTime", "extra"}) {
        std::string_view value;
        CHECK(bid[name].get(value) == simdjson::SUCCESS);
        sum += static_cast<int64_t>(value.size());
      }
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * kNumEvents);
  state.SetBytesProcessed(state.iterations() * records.num_bytes);
}
BENCHMARK(BM_SimdjsonAllBidFields);

void BM_EncodeEvents(benchmark::State& state) {
  const Batch batch = MakeEvents();
  auto encoder = std::move(MakeJsonFormat().create_encoder(NexmarkColumns(), {})).value();
  std::string text;
  for (auto _ : state) {
    text.clear();
    for (uint32_t row = 0; row < batch.num_rows; ++row) CHECK(encoder->Encode(batch, row, 1, &text).ok());
    benchmark::DoNotOptimize(text.data());
  }
  state.SetItemsProcessed(state.iterations() * kNumEvents);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_EncodeEvents);

void BM_GenerateEvents(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(MakeEvents());
  state.SetItemsProcessed(state.iterations() * kNumEvents);
}
BENCHMARK(BM_GenerateEvents);

}  // namespace
}  // namespace millrace
