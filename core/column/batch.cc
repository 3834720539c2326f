#include "core/column/batch.h"

#include "core/check.h"
#include "core/column/copy_rows.h"

namespace millrace {
namespace {

/// Composes `rows` with the indices of dictionary columns. Columns of one batch mostly share their indices,
/// so the last composition is kept.
class RowTaker {
 public:
  explicit RowTaker(SelectionPtr rows) : rows_(std::move(rows)) {}

  ColumnPtr Take(const ColumnPtr& column) {
    if (column->encoding() != Encoding::kDictionary) return Column::Dictionary(column, rows_);
    const std::vector<uint32_t>& indices = column->indices();
    if (&indices != last_indices_) {
      auto composed = std::make_shared<Selection>(rows_->size());
      for (size_t i = 0; i < composed->size(); ++i) (*composed)[i] = indices[(*rows_)[i]];
      last_indices_ = &indices;
      last_composed_ = std::move(composed);
    }
    return Column::Dictionary(column->dictionary(), last_composed_);
  }

 private:
  SelectionPtr rows_;
  const std::vector<uint32_t>* last_indices_ = nullptr;
  SelectionPtr last_composed_;
};

DataType WeightType() {
  return DataType::Tinyint().NotNull();
}

ColumnPtr ConstantWeight(int8_t weight, uint32_t size) {
  Column::Parts parts;
  parts.values = Buffer::CopyOf({reinterpret_cast<const char*>(&weight), 1});
  return Column::Constant(WeightType(), size, std::move(parts));
}

}  // namespace

size_t Batch::RetainedBytes() const {
  std::vector<std::pair<const void*, size_t>> blocks;
  for (const ColumnPtr& column : columns) column->AddRetainedBlocks(&blocks);
  if (weights) weights->AddRetainedBlocks(&blocks);
  if (selection) blocks.emplace_back(selection.get(), selection->capacity() * sizeof(uint32_t));
  return SumRetainedBlocks(&blocks);
}

Batch Compact(const Batch& batch) {
  return batch.selection ? Take(batch, batch.selection) : batch;
}

Batch Slice(const Batch& batch, uint32_t first, uint32_t count) {
  CHECK(batch.selection == nullptr && uint64_t{first} + count <= batch.num_rows);
  Batch slice;
  slice.schema = batch.schema;
  slice.num_rows = count;
  for (const ColumnPtr& column : batch.columns) slice.columns.push_back(Column::Slice(column, first, count));
  if (batch.weights) slice.weights = Column::Slice(batch.weights, first, count);
  return slice;
}

Batch Take(const Batch& batch, std::shared_ptr<const Selection> rows) {
  Batch taken;
  taken.schema = batch.schema;
  taken.num_rows = static_cast<uint32_t>(rows->size());
  taken.columns.reserve(batch.columns.size());
  RowTaker taker(std::move(rows));
  for (const ColumnPtr& column : batch.columns) taken.columns.push_back(taker.Take(column));
  if (batch.weights) taken.weights = taker.Take(batch.weights);
  return taken;
}

Batch Concatenate(std::span<const Batch> batches) {
  CHECK(!batches.empty());
  Batch joined;
  joined.schema = batches.front().schema;
  bool has_weights = false;
  for (const Batch& batch : batches) {
    CHECK(batch.columns.size() == batches.front().columns.size());
    joined.num_rows += batch.NumSelected();
    has_weights |= batch.weights != nullptr;
  }
  std::vector<RowsOfColumn> pieces(batches.size());
  for (size_t i = 0; i < batches.front().columns.size(); ++i) {
    for (size_t b = 0; b < batches.size(); ++b)
      pieces[b] = {batches[b].columns[i].get(), batches[b].selection.get()};
    joined.columns.push_back(CopyRows(batches.front().columns[i]->type(), pieces));
  }
  if (has_weights) {
    std::vector<ColumnPtr> filled;
    for (size_t b = 0; b < batches.size(); ++b) {
      filled.push_back(batches[b].weights ? batches[b].weights : ConstantWeight(1, batches[b].num_rows));
      pieces[b] = {filled.back().get(), batches[b].selection.get()};
    }
    joined.weights = CopyRows(WeightType(), pieces);
  }
  return joined;
}

BatchBuilder::BatchBuilder(SchemaPtr schema) : schema_(std::move(schema)) {
  columns_.reserve(schema_->size());
  for (const Field& field : schema_->fields) columns_.emplace_back(field.type);
}

void BatchBuilder::AppendWeight(int8_t weight) {
  if (!has_weights_) {
    has_weights_ = true;
    weights_.assign(num_rows_, 1);
  }
  weights_.push_back(weight);
}

void BatchBuilder::AbandonRow() {
  for (ColumnBuilder& column : columns_) column.TruncateTo(num_rows_);
}

Batch BatchBuilder::Finish() {
  Batch batch;
  batch.schema = schema_;
  batch.num_rows = num_rows_;
  batch.columns.reserve(columns_.size());
  for (ColumnBuilder& column : columns_) {
    DCHECK(column.size() == num_rows_);
    batch.columns.push_back(column.Finish());
  }
  if (has_weights_) {
    Column::Parts parts;
    parts.values = Buffer::CopyOf({reinterpret_cast<const char*>(weights_.data()), weights_.size()});
    batch.weights = Column::Flat(WeightType(), num_rows_, std::move(parts));
  }
  num_rows_ = 0;
  has_weights_ = false;
  weights_.clear();
  return batch;
}

}  // namespace millrace
