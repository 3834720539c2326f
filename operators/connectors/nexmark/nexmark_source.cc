#include "operators/connectors/nexmark/nexmark_source.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/error_codes.h"
#include "proto/generators.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kVersion = 1;
/// Events of one generator in a row: few enough that generators of one reader keep the same time.
constexpr uint32_t kBlockEvents = 500;

/// Endless tables have so many events that ids do not overflow.
uint64_t TotalEvents(const NexmarkOptions& options) {
  if (options.num_events > 0) return options.num_events;
  const int64_t largest =
      std::max({options.person_size_bytes, options.auction_size_bytes, options.bid_size_bytes, int64_t{1}});
  return static_cast<uint64_t>(std::numeric_limits<int64_t>::max() / (options.TotalProportion() * largest));
}

/// Texts of rows lie in the buffer that all generators share.
void KeepTexts(const BufferPtr& buffer, ColumnBuilder* column) {
  const std::vector<Field>& fields = column->type().fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].type.IsCharacter()) column->child(i).KeepAlive(buffer);
  }
}

}  // namespace

struct NexmarkReader::Stream {
  std::string id;
  proto::NexmarkPosition position;
  NexmarkGenerator generator;
  uint32_t index;  // among the splits
  bool has_ended = false;

  uint64_t Remaining() const { return position.num_events() - position.num_done(); }
};

NexmarkReader::NexmarkReader(NexmarkOptions options, NexmarkGenerator::Columns columns, Env* env)
    : options_(options), columns_(columns), env_(env) {
}

NexmarkReader::~NexmarkReader() = default;

Result<std::vector<Split>> NexmarkEnumerator::Discover() {
  std::vector<Split> splits;
  if (std::exchange(is_done_, true)) return splits;
  const int64_t base_time_millis =
      options_.base_time_millis > 0 ? options_.base_time_millis : clock_->WallMicros() / 1000;
  const uint64_t total = TotalEvents(options_);
  const uint64_t share = total / num_generators_;
  for (uint32_t i = 0; i < num_generators_; ++i) {
    proto::NexmarkPosition position;
    position.set_version(kVersion);
    position.set_generator(i);
    position.set_num_generators(num_generators_);
    position.set_base_time_millis(base_time_millis);
    position.set_first_event_id(1 + i * share);
    position.set_num_events(i + 1 < num_generators_ ? share : total - share * (num_generators_ - 1));
    Split split;
    split.id = "generator-" + std::to_string(i);
    split.position = position.SerializeAsString();
    splits.push_back(std::move(split));
  }
  return splits;
}

Status NexmarkReader::AddSplits(std::span<const Split> splits) {
  double rate = 0;
  for (const Split& split : splits) {
    proto::NexmarkPosition position;
    if (!position.ParseFromString(split.position) || position.version() != kVersion ||
        position.num_generators() == 0) {
      return Status(kCorruptBytes, "the position of a nexmark split cannot be read: '" + split.id + "'");
    }
    NexmarkGenerator generator(options_, texts_, position.num_generators(), position.base_time_millis(),
                               position.first_event_id());
    streams_.push_back(std::unique_ptr<Stream>(
        new Stream{split.id, position, std::move(generator), static_cast<uint32_t>(streams_.size())}));
  }
  for (const auto& stream : streams_) {
    rate += static_cast<double>(options_.events_per_second) / stream->position.num_generators();
  }
  pacer_ = std::make_unique<Pacer>(env_, options_.is_rate_limited ? rate : 0);
  return Status::Ok();
}

NexmarkReader::Stream* NexmarkReader::Earliest() {
  Stream* earliest = nullptr;
  for (const auto& stream : streams_) {
    if (stream->has_ended) continue;
    if (earliest == nullptr || stream->position.num_done() < earliest->position.num_done())
      earliest = stream.get();
  }
  return earliest;
}

Result<ReadState> NexmarkReader::PollNext(uint32_t max_rows, BatchBuilder& builder,
                                          std::vector<SplitRows>* runs, std::vector<uint32_t>* ended) {
  builders_.clear();
  for (size_t i = 0; i < builder.num_columns(); ++i) {
    builders_.push_back(&builder.column(i));
    KeepTexts(texts_.buffer(), &builder.column(i));
  }
  uint32_t num_rows = 0;
  while (num_rows < max_rows) {
    Stream* stream = Earliest();
    if (stream == nullptr) return num_rows > 0 ? ReadState::kReady : ReadState::kEnd;
    const uint64_t wanted = std::min<uint64_t>({stream->Remaining(), max_rows - num_rows, kBlockEvents});
    const uint64_t allowed = pacer_->Allowed(wanted);
    if (allowed == 0 && wanted > 0) break;
    if (allowed > 0) runs->push_back({stream->index, builder.num_rows()});
    for (uint64_t i = 0; i < allowed; ++i) {
      stream->generator.Append(stream->position.num_done() + i, columns_, builders_);
      builder.FinishRow();
    }
    pacer_->Took(allowed);
    num_rows += static_cast<uint32_t>(allowed);
    stream->position.set_num_done(stream->position.num_done() + allowed);
    if (stream->Remaining() == 0) {
      stream->has_ended = true;
      ended->push_back(stream->index);
    }
  }
  if (num_rows > 0) return ReadState::kReady;
  pacer_->WakeWhenAllowed(wakeup_);
  return ReadState::kIdle;
}

std::vector<Split> NexmarkReader::Snapshot() {
  std::vector<Split> splits;
  for (const auto& stream : streams_) {
    if (stream->has_ended) continue;
    Split split;
    split.id = stream->id;
    split.position = stream->position.SerializeAsString();
    splits.push_back(std::move(split));
  }
  return splits;
}

int64_t NexmarkReader::PendingRecords() {
  if (options_.num_events == 0) return -1;
  uint64_t num_events = 0;
  for (const auto& stream : streams_) num_events += stream->Remaining();
  return static_cast<int64_t>(num_events);
}

}  // namespace millrace
