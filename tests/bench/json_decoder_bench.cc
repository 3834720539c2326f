// Decoding of Nexmark bids in the wide row, all columns and two of them.
#include <benchmark/benchmark.h>

#include "core/check.h"
#include "core/column/batch.h"
#include "operators/formats/json/json_format.h"

namespace millrace {
namespace {

constexpr uint32_t kBatchRows = 1024;
constexpr char kBid[] =
    R"({"event_type":2,"person":null,"auction":null,"bid":{"auction":1017,"bidder":2001,"price":29412,)"
    R"("channel":"channel-7042","url":"https://www.nexmark.com/abo/axk/yg_/item.htm?query=1&channel_id=1317011456",)"
    R"("dateTime":"2024-01-01 00:00:01.250","extra":"mnvbcxzasdfghjklpoiuytrewqmnbvcxzasdfghjklpoiuytrewq"}})";

std::vector<Field> BidColumns(bool all) {
  std::vector<Field> bid = {{"auction", DataType::Bigint()}, {"price", DataType::Bigint()}};
  if (all) {
    bid = {{"auction", DataType::Bigint()}, {"bidder", DataType::Bigint()}, {"price", DataType::Bigint()},
           {"channel", DataType::String()}, {"url", DataType::String()}, {"dateTime", DataType::Timestamp(3)},
           {"extra", DataType::String()}};
  }
  std::vector<Field> columns = {{"event_type", DataType::Integer()}};
  columns.push_back({"bid", DataType::Row(bid)});
  return columns;
}

void BM_DecodeJsonBids(benchmark::State& state) {
  const std::vector<Field> columns = BidColumns(state.range(0) != 0);
  const FormatFactory format = MakeJsonFormat();
  const auto decoder = std::move(format.create_decoder(columns, columns, {})).value();
  std::string text;
  for (uint32_t row = 0; row < kBatchRows; ++row) text += kBid;
  const BufferPtr buffer = Buffer::CopyOf(text);
  std::vector<RawRecord> records;
  for (uint32_t row = 0; row < kBatchRows; ++row) {
    records.push_back({{reinterpret_cast<const char*>(buffer->data()) + row * (sizeof(kBid) - 1), sizeof(kBid) - 1}, false});
  }
  BatchBuilder builder(std::make_shared<const Schema>(Schema{columns, std::nullopt}));
  std::vector<BadRecord> bad;
  for (auto _ : state) {
    CHECK(decoder->Decode(records, buffer, builder, [&](uint32_t, int8_t weight) { builder.FinishRow(weight); }, &bad).ok());
    CHECK(bad.empty());
    benchmark::DoNotOptimize(builder.Finish());
  }
  state.SetItemsProcessed(state.iterations() * kBatchRows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_DecodeJsonBids)->Arg(0)->Arg(1);

}  // namespace
}  // namespace millrace
