#include "runtime/input_gate.h"

#include <gtest/gtest.h>

#include "core/column/batch.h"

namespace millrace {
namespace {

std::shared_ptr<LocalChannel> MakeChannel() {
  return std::make_shared<LocalChannel>(
      4, [] {}, [] {});
}

Batch OneRow(int64_t value) {
  auto schema = std::make_shared<const Schema>(Schema{{{"v", DataType::Bigint()}}, {}});
  BatchBuilder builder(schema);
  builder.column(0).Append<int64_t>(value);
  builder.FinishRow();
  return builder.Finish();
}

class InputGateTest : public testing::Test {
 protected:
  void Open(uint32_t num_inputs, std::vector<uint32_t> inputs) {
    gate_ = std::make_unique<InputGate>(num_inputs);
    for (uint32_t input : inputs) {
      channels_.push_back(MakeChannel());
      gate_->AddChannel(input, channels_.back());
    }
  }
  /// Every event until there is none, as text.
  std::string Drain() {
    std::string text;
    while (auto event = gate_->Next()) {
      if (auto* rows = std::get_if<InputGate::Rows>(&*event)) {
        text += "rows" + std::to_string(rows->input) + ":" +
                std::to_string(ColumnReader(*rows->batch.columns[0]).Value<int64_t>(0)) + " ";
      } else if (auto* watermark = std::get_if<Watermark>(&*event)) {
        text += "w" + std::to_string(watermark->micros) + " ";
      } else if (auto* idle = std::get_if<Idle>(&*event)) {
        text += idle->idle ? "idle " : "active ";
      } else if (auto* barrier = std::get_if<Barrier>(&*event)) {
        text += "barrier" + std::to_string(barrier->epoch.value) + " ";
      } else if (auto* ended = std::get_if<InputGate::InputEnded>(&*event)) {
        text += "ended" + std::to_string(ended->input) + " ";
      } else {
        text += "all ";
      }
    }
    return text;
  }

  std::unique_ptr<InputGate> gate_;
  std::vector<std::shared_ptr<LocalChannel>> channels_;
};

TEST_F(InputGateTest, MergesWatermarksByTheLowest) {
  Open(1, {0, 0});
  channels_[0]->Push(Watermark{10});
  EXPECT_EQ(Drain(), "");
  channels_[1]->Push(Watermark{5});
  EXPECT_EQ(Drain(), "w5 ");
  channels_[1]->Push(Watermark{20});
  EXPECT_EQ(Drain(), "w10 ");
  channels_[0]->Push(Watermark{3});  // never back
  EXPECT_EQ(Drain(), "");
}

TEST_F(InputGateTest, IdleChannelsDoNotHoldBackTheWatermark) {
  Open(2, {0, 1});
  channels_[0]->Push(Watermark{10});
  channels_[1]->Push(Idle{true});
  EXPECT_EQ(Drain(), "w10 ");
  channels_[1]->Push(Watermark{4});
  EXPECT_EQ(Drain(), "");
  channels_[0]->Push(Idle{true});
  channels_[1]->Push(Idle{true});
  EXPECT_EQ(Drain(), "idle ");
  channels_[1]->Push(Watermark{12});
  EXPECT_EQ(Drain(), "w12 ");
}

TEST_F(InputGateTest, AlignsBarriersAndReadsNothingBehindThem) {
  Open(1, {0, 0});
  channels_[0]->Push(Barrier{Epoch{7}});
  channels_[0]->Push(OneRow(2));
  channels_[1]->Push(OneRow(1));
  EXPECT_EQ(Drain(), "rows0:1 ");
  EXPECT_TRUE(gate_->IsAligning());
  channels_[1]->Push(Barrier{Epoch{7}});
  EXPECT_EQ(Drain(), "barrier7 rows0:2 ");
  EXPECT_FALSE(gate_->IsAligning());
}

TEST_F(InputGateTest, BarriersFlowBehindTheEnd) {
  Open(1, {0, 0});
  for (auto& channel : channels_) channel->Push(Watermark{Watermark::kMax});
  channels_[0]->Push(EndOfInput{});
  EXPECT_EQ(Drain(), "w" + std::to_string(Watermark::kMax) + " ");
  channels_[1]->Push(EndOfInput{});
  EXPECT_EQ(Drain(), "ended0 all ");
  for (auto& channel : channels_) channel->Push(Barrier{Epoch{3}, true});
  EXPECT_EQ(Drain(), "barrier3 ");
}

TEST_F(InputGateTest, TakesTurnsBetweenChannels) {
  Open(2, {0, 1});
  for (int64_t i = 0; i < 3; ++i) {
    channels_[0]->Push(OneRow(i));
    channels_[1]->Push(OneRow(10 + i));
  }
  EXPECT_EQ(Drain(), "rows0:0 rows1:10 rows0:1 rows1:11 rows0:2 rows1:12 ");
}

TEST(LocalChannelTest, OnlyBatchesTakeRoom) {
  int elements = 0;
  int rooms = 0;
  LocalChannel channel(
      2, [&] { ++elements; }, [&] { ++rooms; });
  channel.Push(Watermark{1});
  channel.Push(OneRow(1));
  EXPECT_TRUE(channel.HasRoom());
  channel.Push(OneRow(2));
  EXPECT_FALSE(channel.HasRoom());
  channel.Push(OneRow(3));  // never refused
  channel.Push(Barrier{Epoch{1}});
  EXPECT_EQ(elements, 1);
  EXPECT_TRUE(std::holds_alternative<Watermark>(*channel.Pop()));
  (void)channel.Pop();
  EXPECT_EQ(rooms, 0);
  (void)channel.Pop();
  EXPECT_EQ(rooms, 1);
  EXPECT_TRUE(channel.HasRoom());
  (void)channel.Pop();
  EXPECT_TRUE(std::holds_alternative<Barrier>(*channel.Pop()));
  EXPECT_FALSE(channel.Pop().has_value());
}

}  // namespace
}  // namespace millrace
