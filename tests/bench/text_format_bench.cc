// CSV and raw records of Nexmark bids.
#include <memory>

#include "core/check.h"
#include "operators/formats/csv/csv_format.h"
#include "operators/formats/raw/raw_format.h"
#include "tests/bench/nexmark_batches.h"
#include "tests/bench/workload.h"

namespace millrace::bench {
namespace {

/// One format on the columns of one batch.
struct Records {
  FormatFactory format;
  Batch batch;
  std::vector<std::string> texts;
  std::vector<RawRecord> records;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Decoder> decoder;
  std::string text;
  std::vector<BadRecord> bad;

  Records(FormatFactory wanted, Batch rows) : format(std::move(wanted)), batch(std::move(rows)) {
    const std::vector<Field>& columns = batch.schema->fields;
    encoder = std::move(format.create_encoder(columns, {})).value();
    decoder = std::move(format.create_decoder(columns, columns, {})).value();
    texts.resize(batch.num_rows);
    for (uint32_t row = 0; row < batch.num_rows; ++row) {
      CHECK(encoder->Encode(batch, row, 1, &texts[row]).ok());
    }
    for (const std::string& record : texts) records.push_back({record, false});
  }
  int64_t num_bytes() const {
    int64_t sum = 0;
    for (const std::string& record : texts) sum += static_cast<int64_t>(record.size());
    return sum;
  }
  void Encode() {
    text.clear();
    for (uint32_t row = 0; row < batch.num_rows; ++row) CHECK(encoder->Encode(batch, row, 1, &text).ok());
  }
  void Decode() {
    BatchBuilder builder(batch.schema);
    const auto finish_row = [&builder](uint32_t, int8_t weight) { builder.FinishRow(weight); };
    CHECK(decoder->Decode(records, nullptr, builder, finish_row, &bad).ok());
    CHECK(bad.empty() && builder.Finish().num_rows == batch.num_rows);
  }
};

/// Only the texts: what a raw table has.
Batch ExtraOf(const Batch& bids) {
  const auto schema = std::make_shared<const Schema>(Schema{{bids.schema->fields[6]}, std::nullopt});
  return {schema, bids.num_rows, {bids.columns[6]}, nullptr, nullptr};
}

void Add(const std::string& name, const std::function<std::shared_ptr<Records>()>& make,
         Workloads* workloads) {
  const auto add = [&](const std::string& what, void (Records::*run)()) {
    workloads->push_back({name + "/" + what, [make, run] {
                            const std::shared_ptr<Records> records = make();
                            return Workload{.run = [records, run] { (*records.*run)(); },
                                            .num_rows = records->batch.num_rows,
                                            .num_bytes = records->num_bytes()};
                          }});
  };
  add("decode", &Records::Decode);
  add("encode", &Records::Encode);
}

}  // namespace

void AddTextFormatWorkloads(Workloads* workloads) {
  Add(
      "csv", [] { return std::make_shared<Records>(MakeCsvFormat(), MakeEvents(NexmarkEvent::kBid, 1)[0]); },
      workloads);
  Add(
      "raw",
      [] {
        return std::make_shared<Records>(MakeRawFormat(), ExtraOf(MakeEvents(NexmarkEvent::kBid, 1)[0]));
      },
      workloads);
}

}  // namespace millrace::bench
