#include "runtime/output_router.h"

#include <gtest/gtest.h>

#include <set>

#include "core/row/key_hash.h"
#include "proto/worker.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kMaxParallelism = 128;

Batch Rows(int64_t count) {
  auto schema = std::make_shared<const Schema>(Schema{{{"k", DataType::Bigint()}}, {}});
  BatchBuilder builder(schema);
  for (int64_t i = 0; i < count; ++i) {
    builder.column(0).Append<int64_t>(i);
    builder.FinishRow();
  }
  return builder.Finish();
}

std::vector<int64_t> Received(LocalChannel& channel) {
  std::vector<int64_t> values;
  while (auto element = channel.Pop()) {
    if (auto* batch = std::get_if<Batch>(&*element)) {
      batch->ForEachRow(
          [&](uint32_t row) { values.push_back(ColumnReader(*batch->columns[0]).Value<int64_t>(row)); });
    }
  }
  return values;
}

class OutputRouterTest : public testing::Test {
 protected:
  void Open(proto::Partitioning::Kind kind, size_t num_channels) {
    proto::OutputDescriptor descriptor;
    descriptor.mutable_partitioning()->set_kind(kind);
    if (kind == proto::Partitioning::HASH) descriptor.mutable_partitioning()->add_keys(0);
    std::vector<std::shared_ptr<Channel>> channels;
    for (size_t i = 0; i < num_channels; ++i) {
      channels_.push_back(std::make_shared<LocalChannel>(
          2, [] {}, [] {}));
      channels.push_back(channels_.back());
    }
    router_.AddEdge(descriptor, std::move(channels));
  }

  OperatorProbe probe_;
  OutputRouter router_{kMaxParallelism, &probe_};
  std::vector<std::shared_ptr<LocalChannel>> channels_;
};

TEST_F(OutputRouterTest, HashSendsEveryRowToTheOwnerOfItsKeyGroup) {
  Open(proto::Partitioning::HASH, 3);
  const Batch batch = Rows(500);
  ASSERT_TRUE(router_.Emit(batch).ok());
  std::vector<uint64_t> hashes;
  const uint32_t keys[] = {0};
  HashRows(batch, keys, &hashes);
  size_t total = 0;
  for (uint32_t subtask = 0; subtask < 3; ++subtask) {
    for (int64_t value : Received(*channels_[subtask])) {
      const KeyGroup group = KeyGroupOfHash(hashes[static_cast<size_t>(value)], kMaxParallelism);
      EXPECT_TRUE(KeyGroupRangeOf(kMaxParallelism, 3, subtask).Contains(group));
      ++total;
    }
  }
  EXPECT_EQ(total, 500u);
  EXPECT_EQ(probe_.records_out.Get(), 500);
}

TEST_F(OutputRouterTest, RebalanceTakesTurns) {
  Open(proto::Partitioning::REBALANCE, 2);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(router_.Emit(Rows(1)).ok());
  EXPECT_EQ(Received(*channels_[0]).size(), 2u);
  EXPECT_EQ(Received(*channels_[1]).size(), 2u);
}

TEST_F(OutputRouterTest, BroadcastSendsAllToAll) {
  Open(proto::Partitioning::BROADCAST, 2);
  ASSERT_TRUE(router_.Emit(Rows(3)).ok());
  EXPECT_EQ(Received(*channels_[0]), (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(Received(*channels_[1]), (std::vector<int64_t>{0, 1, 2}));
}

TEST_F(OutputRouterTest, HasRoomWhileEveryChannelHas) {
  Open(proto::Partitioning::REBALANCE, 2);
  ASSERT_TRUE(router_.Emit(Rows(1)).ok());
  ASSERT_TRUE(router_.Emit(Rows(1)).ok());
  EXPECT_TRUE(router_.HasRoom());
  ASSERT_TRUE(router_.Emit(Rows(1)).ok());
  EXPECT_FALSE(router_.HasRoom());
  (void)channels_[0]->Pop();
  EXPECT_TRUE(router_.HasRoom());
}

TEST(KeyGroupTest, RangesCoverAllGroupsOnceAndAgreeWithTheOwner) {
  for (uint32_t max_parallelism : {1u, 2u, 7u, 128u, 1024u}) {
    for (uint32_t parallelism = 1; parallelism <= std::min(max_parallelism, 9u); ++parallelism) {
      std::set<uint32_t> seen;
      for (uint32_t subtask = 0; subtask < parallelism; ++subtask) {
        const KeyGroupRange range = KeyGroupRangeOf(max_parallelism, parallelism, subtask);
        for (uint32_t group = range.first; group <= range.last; ++group) {
          EXPECT_TRUE(seen.insert(group).second);
          EXPECT_EQ(SubtaskOfKeyGroup(max_parallelism, parallelism, KeyGroup{group}), subtask);
        }
      }
      EXPECT_EQ(seen.size(), max_parallelism);
    }
  }
}

}  // namespace
}  // namespace millrace
