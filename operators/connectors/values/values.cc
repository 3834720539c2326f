#include "operators/connectors/values/values.h"

#include <algorithm>
#include <utility>

#include "core/error_codes.h"
#include "core/row/row_codec.h"
#include "proto/job_graph.pb.h"
#include "proto/values.pb.h"

namespace millrace {
namespace {

constexpr char kSplitId[] = "values";
constexpr uint32_t kPositionVersion = 1;

std::string EncodePosition(uint64_t next_row) {
  proto::ValuesPosition position;
  position.set_version(kPositionVersion);
  position.set_next_row(next_row);
  return position.SerializeAsString();
}

/// Knows one split; after a restore it only hands it out when no snapshot of the enumerator says that it has.
class ValuesSplitEnumerator final : public SplitEnumerator {
 public:
  explicit ValuesSplitEnumerator(bool discovered) : discovered_(discovered) {}

  Result<std::vector<Split>> Discover() override {
    if (std::exchange(discovered_, true)) return std::vector<Split>();
    return std::vector<Split>{{.id = kSplitId, .position = EncodePosition(0)}};
  }
  std::optional<int64_t> next_discovery_ms() const override { return std::nullopt; }
  std::string Snapshot() const override { return discovered_ ? kSplitId : ""; }

 private:
  bool discovered_;
};

class ValuesSplitReader final : public SplitReader {
 public:
  ValuesSplitReader(std::vector<std::string> rows, std::vector<DataType> types)
      : rows_(std::move(rows)), codec_(std::move(types)) {}

  Status AddSplits(std::span<const Split> splits) override {
    for (const Split& split : splits) {
      proto::ValuesPosition position;
      if (!position.ParseFromString(split.position) || position.version() != kPositionVersion) {
        return Status(kCorruptBytes, "the position of a values split cannot be read: '" + split.id + "'");
      }
      next_row_ = std::min<uint64_t>(position.next_row(), rows_.size());
      active_ = true;
    }
    return Status::Ok();
  }

  Result<ReadState> PollNext(uint32_t max_rows, BatchBuilder& builder, std::vector<SplitRows>* runs,
                             std::vector<uint32_t>* ended) override {
    if (!active_) return ReadState::kEnd;
    const size_t end = std::min<size_t>(rows_.size(), next_row_ + max_rows);
    if (next_row_ < end) runs->push_back({.split = 0, .first_row = builder.num_rows()});
    for (; next_row_ < end; ++next_row_) {
      RETURN_IF_ERROR(codec_.Decode(rows_[next_row_], builder, 0));
      builder.FinishRow();
    }
    if (next_row_ < rows_.size()) return ReadState::kReady;
    ended->push_back(0);
    active_ = false;
    return ReadState::kEnd;
  }

  void SetWakeup(std::function<void()>) override {}

  std::vector<Split> Snapshot() override {
    if (!active_) return {};
    return {{.id = kSplitId, .position = EncodePosition(next_row_)}};
  }

  int64_t PendingRecords() override { return static_cast<int64_t>(rows_.size() - next_row_); }

 private:
  const std::vector<std::string> rows_;
  const RowCodec codec_;
  bool active_ = false;
  size_t next_row_ = 0;
};

}  // namespace

ConnectorFactory ValuesConnector() {
  ConnectorFactory factory;
  factory.descriptor.name = "values";
  factory.descriptor.description = "The rows of a VALUES clause";
  factory.descriptor.source = true;
  factory.descriptor.bounded = [](const Options&) { return true; };
  factory.create_enumerator =
      [](const proto::SourceConfig&, const ConnectorContext&, const std::vector<std::string>& restored_splits,
         const std::string& enumerator_state) -> Result<std::unique_ptr<SplitEnumerator>> {
    const bool discovered = !restored_splits.empty() || !enumerator_state.empty();
    return std::unique_ptr<SplitEnumerator>(std::make_unique<ValuesSplitEnumerator>(discovered));
  };
  factory.create_reader = [](const proto::SourceConfig& config, const ConnectorContext&,
                             SchemaPtr schema) -> Result<std::unique_ptr<SplitReader>> {
    std::vector<DataType> types;
    for (const Field& field : schema->fields) types.push_back(field.type);
    return std::unique_ptr<SplitReader>(std::make_unique<ValuesSplitReader>(
        std::vector<std::string>(config.rows().begin(), config.rows().end()), std::move(types)));
  };
  return factory;
}

}  // namespace millrace
