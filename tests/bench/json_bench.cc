// Nexmark events of all kinds as JSON: decoding them whole, only what a query on bids needs, in shapes that
// decoders find harder, with simdjson's On-Demand parser instead (parsing alone, no columns), and encoding
// them.
#include <simdjson.h>

#include <memory>

#include "core/check.h"
#include "core/column/batch.h"
#include "operators/formats/json/json_format.h"
#include "tests/bench/nexmark_batches.h"
#include "tests/bench/workload.h"

namespace millrace::bench {
namespace {

constexpr uint32_t kNumEvents = 4000;

/// The events' records in one buffer, padded as simdjson needs it.
struct Records {
  BufferPtr buffer;
  std::vector<RawRecord> records;
  int64_t num_bytes = 0;
};

Records RecordsOf(const std::vector<std::string>& texts) {
  Records records;
  std::string all;
  for (const std::string& text : texts) all += text;
  records.num_bytes = static_cast<int64_t>(all.size());
  all.append(simdjson::SIMDJSON_PADDING, '\0');
  records.buffer = Buffer::CopyOf(all);
  const char* data = reinterpret_cast<const char*>(records.buffer->data());
  for (const std::string& text : texts) {
    records.records.push_back({{data, text.size()}, false});
    data += text.size();
  }
  return records;
}

std::vector<std::string> EncodeEvents() {
  const Batch batch = MakeWideEvents(kNumEvents);
  auto encoder = std::move(MakeJsonFormat().create_encoder(NexmarkColumns(), {})).value();
  std::vector<std::string> texts(batch.num_rows);
  for (uint32_t row = 0; row < batch.num_rows; ++row) {
    CHECK(encoder->Encode(batch, row, 1, &texts[row]).ok());
  }
  return texts;
}

/// The members event_type, person, auction and bid the other way round in every second record, so that no
/// layout holds for long.
std::vector<std::string> EncodeInChangingOrder() {
  std::vector<std::string> texts = EncodeEvents();
  for (size_t i = 0; i < texts.size(); i += 2) {
    std::string& text = texts[i];
    const size_t comma = text.find(',');  // behind "event_type"
    text = "{" + text.substr(comma + 1, text.size() - comma - 2) + "," + text.substr(1, comma - 1) + "}";
  }
  return texts;
}

/// An escape in every URL.
std::vector<std::string> EncodeWithEscapes() {
  std::vector<std::string> texts = EncodeEvents();
  for (std::string& text : texts) {
    for (size_t at = text.find("https://"); at != std::string::npos; at = text.find("https://", at + 1)) {
      text.replace(at, 8, "https:\\/\\/");
    }
  }
  return texts;
}

Workload Decode(const std::vector<std::string>& texts, const std::vector<Field>& columns) {
  struct Decoding {
    Records records;
    std::unique_ptr<Decoder> decoder;
    BatchBuilder builder;
    std::vector<BadRecord> bad;

    void Run() {
      const auto finish_row = [this](uint32_t, int8_t weight) { builder.FinishRow(weight); };
      CHECK(decoder->Decode(records.records, records.buffer, builder, finish_row, &bad).ok());
      CHECK(bad.empty() && builder.Finish().num_rows == kNumEvents);
    }
  };
  auto decoding = std::make_shared<Decoding>(
      Decoding{RecordsOf(texts),
               std::move(MakeJsonFormat().create_decoder(columns, columns, {})).value(),
               BatchBuilder(std::make_shared<const Schema>(Schema{columns, std::nullopt})),
               {}});
  return {.run = [decoding] { decoding->Run(); },
          .num_rows = kNumEvents,
          .num_bytes = decoding->records.num_bytes};
}

/// What a query on bids reads: the kind and these fields.
std::vector<Field> BidColumns(const std::vector<std::string>& names) {
  std::vector<Field> fields;
  for (const Field& field : NexmarkColumns()[3].type.fields()) {
    if (std::find(names.begin(), names.end(), field.name) != names.end()) fields.push_back(field);
  }
  return {{"event_type", DataType::Integer()}, {"bid", DataType::Row(fields)}};
}

void ParseBid(simdjson::ondemand::document& document, int64_t* sum) {
  int64_t type;
  CHECK(document["event_type"].get(type) == simdjson::SUCCESS);
  *sum += type;
  simdjson::ondemand::object bid;
  if (type != 2 || document["bid"].get(bid) != simdjson::SUCCESS) return;
  for (const char* name : {"auction", "bidder", "price"}) {
    int64_t value;
    CHECK(bid[name].get(value) == simdjson::SUCCESS);
    *sum += value;
  }
  for (const char* name : {"channel", "url", "dateTime", "extra"}) {
    std::string_view value;
    CHECK(bid[name].get(value) == simdjson::SUCCESS);
    *sum += static_cast<int64_t>(value.size());
  }
}

Workload ParseWithSimdjson() {
  auto records = std::make_shared<Records>(RecordsOf(EncodeEvents()));
  auto parser = std::make_shared<simdjson::ondemand::parser>();
  return {.run =
              [records, parser] {
                int64_t sum = 0;
                for (const RawRecord& record : records->records) {
                  simdjson::ondemand::document document;
                  CHECK(parser
                            ->iterate(record.bytes.data(), record.bytes.size(),
                                      record.bytes.size() + simdjson::SIMDJSON_PADDING)
                            .get(document) == simdjson::SUCCESS);
                  ParseBid(document, &sum);
                }
                CHECK(sum > 0);
              },
          .num_rows = kNumEvents,
          .num_bytes = records->num_bytes};
}

Workload Encode() {
  auto batch = std::make_shared<const Batch>(MakeWideEvents(kNumEvents));
  std::shared_ptr<Encoder> encoder = std::move(MakeJsonFormat().create_encoder(NexmarkColumns(), {})).value();
  auto text = std::make_shared<std::string>();
  const auto run = [=] {
    text->clear();
    for (uint32_t row = 0; row < batch->num_rows; ++row)
      CHECK(encoder->Encode(*batch, row, 1, text.get()).ok());
  };
  run();
  return {.run = run, .num_rows = kNumEvents, .num_bytes = static_cast<int64_t>(text->size())};
}

}  // namespace

void AddJsonWorkloads(Workloads* workloads) {
  const std::vector<std::string> five = {"auction", "bidder", "price", "dateTime", "extra"};
  const auto decode = [workloads](const std::string& name, std::vector<std::string> (*texts)(),
                                  const std::vector<Field>& columns) {
    workloads->push_back({"json/decode_" + name, [=] { return Decode(texts(), columns); }});
  };
  decode("all", EncodeEvents, NexmarkColumns());
  decode("bid_5_fields", EncodeEvents, BidColumns(five));
  decode("bid_2_fields", EncodeEvents, BidColumns({"bidder", "price"}));
  decode("all_changing_order", EncodeInChangingOrder, NexmarkColumns());
  decode("bid_changing_order", EncodeInChangingOrder, BidColumns(five));
  decode("all_escapes", EncodeWithEscapes, NexmarkColumns());
  workloads->push_back({"json/simdjson_bid_fields", ParseWithSimdjson});
  workloads->push_back({"json/encode", Encode});
  workloads->push_back({"nexmark/generate", [] {
                          return Workload{.run = [] { MakeWideEvents(kNumEvents); }, .num_rows = kNumEvents};
                        }});
}

}  // namespace millrace::bench
