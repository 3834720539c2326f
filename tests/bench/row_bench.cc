// Rows as bytes, and the hash by which they are routed.
#include <memory>
#include <string>

#include "core/check.h"
#include "core/row/key_hash.h"
#include "core/row/row_codec.h"
#include "tests/bench/nexmark_batches.h"
#include "tests/bench/workload.h"

namespace millrace::bench {
namespace {

struct Rows {
  Batch batch = MakeEvents(NexmarkEvent::kBid, 1)[0];
  std::vector<uint32_t> columns;
  std::vector<uint32_t> rows;
  RowCodec codec{{}};
  std::string bytes;
  std::vector<uint32_t> offsets;
  std::vector<uint64_t> hashes;

  explicit Rows(std::vector<uint32_t> wanted) : columns(std::move(wanted)) {
    std::vector<DataType> types;
    for (uint32_t column : columns) types.push_back(batch.schema->type(column));
    codec = RowCodec(std::move(types));
    for (uint32_t row = 0; row < batch.num_rows; ++row) rows.push_back(row);
  }
  void Encode() { codec.EncodeRows(ReadColumns(batch, columns), rows, &bytes, &offsets); }
};

const std::vector<uint32_t> kAllColumns = {0, 1, 2, 3, 4, 5, 6};

Workload EncodeBids() {
  auto rows = std::make_shared<Rows>(kAllColumns);
  return {.run = [rows] { rows->Encode(); }, .num_rows = kBatchRows};
}

Workload DecodeBids() {
  auto rows = std::make_shared<Rows>(kAllColumns);
  rows->Encode();
  auto builder = std::make_shared<BatchBuilder>(rows->batch.schema);
  return {.run =
              [rows, builder] {
                for (uint32_t row = 0; row < kBatchRows; ++row) {
                  const std::string_view bytes(rows->bytes.data() + rows->offsets[row],
                                               rows->offsets[row + 1] - rows->offsets[row]);
                  CHECK(rows->codec.Decode(bytes, *builder, 0).ok());
                  builder->FinishRow();
                }
                builder->Finish();
              },
          .num_rows = kBatchRows};
}

Workload Hash(std::vector<uint32_t> columns) {
  auto rows = std::make_shared<Rows>(std::move(columns));
  return {.run = [rows] { HashRows(rows->batch, rows->columns, &rows->hashes); }, .num_rows = kBatchRows};
}

}  // namespace

void AddRowWorkloads(Workloads* workloads) {
  workloads->push_back({"row/encode", EncodeBids});
  workloads->push_back({"row/decode", DecodeBids});
  workloads->push_back({"row/hash_bigint", [] { return Hash({0}); }});
  workloads->push_back({"row/hash_bigint_string", [] { return Hash({1, 3}); }});
}

}  // namespace millrace::bench
