#include "tests/unit/state/state_fixture.h"

#include <cstdlib>

namespace millrace {
namespace {

template <class Append>
void Build(const DataType& type, uint32_t num_rows, const Append& append, KeyBatch* keys) {
  auto schema = std::make_shared<Schema>();
  schema->fields.push_back({"key", type});
  BatchBuilder builder(schema);
  for (uint32_t i = 0; i < num_rows; ++i) {
    append(builder.column(0), i);
    builder.FinishRow();
  }
  const uint32_t columns[] = {0};
  keys->Build(builder.Finish(), columns);
}

}  // namespace

void BuildKeys(const std::vector<int64_t>& values, KeyBatch* keys) {
  const auto append = [&](ColumnBuilder& column, uint32_t i) { column.Append<int64_t>(values[i]); };
  Build(DataType::Bigint(), static_cast<uint32_t>(values.size()), append, keys);
}

void BuildTextKeys(const std::vector<std::string>& values, KeyBatch* keys) {
  const auto append = [&](ColumnBuilder& column, uint32_t i) { column.AppendString(values[i]); };
  Build(DataType::String(), static_cast<uint32_t>(values.size()), append, keys);
}

StateTest::StateTest() : env_(CreateSystemEnv(2)), budget_(std::make_unique<MemoryBudget>(1 << 30)) {
  std::string name = testing::TempDir() + "/state_test_XXXXXX";
  directory_ = mkdtemp(name.data());
  store_ = ValueOf(OpenObjectStore("file://" + directory_ + "/store", *env_));
}

StateTest::~StateTest() {
  EXPECT_OK(env_->files().RemoveRecursively(directory_));
}

Result<std::unique_ptr<KeyedState>> StateTest::TryOpen(uint32_t subtask, uint32_t parallelism,
                                                       const std::vector<proto::SubtaskSnapshot>& restore) {
  KeyedStateOptions options;
  options.operator_uid = "op-1";
  options.subtask = subtask;
  options.max_parallelism = max_parallelism_;
  options.key_groups = KeyGroupRangeOf(max_parallelism_, parallelism, subtask);
  options.local_directory = directory_ + "/local-" + std::to_string(num_opened_);
  options.store_prefix = "shared/op-1";
  options.unique_suffix = "g1a" + std::to_string(num_opened_) + "s" + std::to_string(subtask);
  ++num_opened_;
  std::vector<const proto::SubtaskSnapshot*> snapshots;
  for (const proto::SubtaskSnapshot& snapshot : restore) snapshots.push_back(&snapshot);
  return KeyedState::Open(std::move(options), snapshots, store_, *budget_, *env_);
}

proto::SubtaskSnapshot StateTest::Snapshot(KeyedState& state, uint64_t epoch) {
  proto::SubtaskSnapshot snapshot;
  EXPECT_OK(state.Freeze(Epoch{epoch})->Write(&snapshot));
  return snapshot;
}

TableSpec CountSpec(const std::string& name) {
  TableSpec spec;
  spec.name = name;
  spec.key_types = {DataType::Bigint()};
  spec.value_types = {DataType::Bigint()};
  spec.fixed_bytes = 8;
  return spec;
}

}  // namespace millrace
