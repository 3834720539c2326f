#include "tests/bench/nexmark_batches.h"

#include "core/check.h"

namespace millrace::bench {
namespace {

NexmarkGenerator MakeGenerator() {
  static const NexmarkTexts* const texts = new NexmarkTexts();  // batches refer to its bytes
  NexmarkOptions options;
  options.events_per_second = kEventsPerSecond;
  return NexmarkGenerator(options, *texts, 1, kBaseMicros / 1000, 1);
}

/// The position of the kind's ROW in NexmarkColumns().
size_t ColumnOf(NexmarkEvent kind) {
  return 1 + static_cast<size_t>(kind);
}

}  // namespace

std::vector<Batch> MakeEvents(NexmarkEvent kind, uint32_t num_batches) {
  NexmarkGenerator generator = MakeGenerator();
  const Field& row = NexmarkColumns()[ColumnOf(kind)];
  const auto wide = std::make_shared<const Schema>(Schema{{row}, std::nullopt});
  const auto flat = std::make_shared<const Schema>(Schema{row.type.fields(), std::nullopt});
  NexmarkGenerator::Columns columns;
  (kind == NexmarkEvent::kPerson    ? columns.person
   : kind == NexmarkEvent::kAuction ? columns.auction
                                    : columns.bid) = 0;
  std::vector<Batch> batches;
  uint64_t index = 0;
  while (batches.size() < num_batches) {
    BatchBuilder builder(wide);
    std::vector<ColumnBuilder*> builders{&builder.column(0)};
    for (; builder.num_rows() < kBatchRows; ++index) {
      if (generator.KindOf(index) != kind) continue;
      generator.Append(index, columns, builders);
      builder.FinishRow();
    }
    batches.push_back({flat, kBatchRows, builder.Finish().columns[0]->parts().children, nullptr, nullptr});
  }
  return batches;
}

Batch MakeWideEvents(uint32_t num_rows) {
  NexmarkGenerator generator = MakeGenerator();
  BatchBuilder builder(std::make_shared<const Schema>(Schema{NexmarkColumns(), std::nullopt}));
  std::vector<ColumnBuilder*> columns;
  for (size_t i = 0; i < builder.num_columns(); ++i) columns.push_back(&builder.column(i));
  for (uint32_t i = 0; i < num_rows; ++i) {
    generator.Append(i, {0, 1, 2, 3}, columns);
    builder.FinishRow();
  }
  return builder.Finish();
}

Batch WithTimes(const Batch& batch, size_t column, int64_t first_micros, int64_t step_micros) {
  const DataType& type = batch.columns[column]->type();
  CHECK(type.physical() == PhysicalType::kInt64);
  const std::shared_ptr<Buffer> values = Buffer::Allocate(batch.num_rows * sizeof(int64_t));
  auto* const times = reinterpret_cast<int64_t*>(values->mutable_data());
  for (uint32_t row = 0; row < batch.num_rows; ++row) {
    const int64_t time_micros = first_micros + row * step_micros;
    times[row] = time_micros - time_micros % 1000;  // the column is a TIMESTAMP(3)
  }
  Batch timed = batch;
  timed.columns[column] = Column::Flat(type, batch.num_rows, {.values = values});
  return timed;
}

}  // namespace millrace::bench
