#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "operators/connectors/nexmark/nexmark_connector.h"
#include "operators/connectors/nexmark/nexmark_generator.h"
#include "tests/unit/connectors/source_harness.h"

namespace millrace {
namespace {

SourceHarness Nexmark(Options options, const std::vector<Field>& columns = NexmarkColumns()) {
  options.insert({"base-time", "1000"});
  return SourceHarness(MakeNexmarkConnector(), columns, options);
}

TEST(NexmarkGenerator, NumbersEventsAsTheBenchmark) {
  const NexmarkTexts texts;
  const NexmarkOptions options;
  const NexmarkGenerator generator(options, texts, 1, 0, 1);
  EXPECT_EQ(generator.KindOf(0), NexmarkEvent::kAuction);  // the first event has id 2
  std::map<NexmarkEvent, int> counts;
  for (uint64_t i = 0; i < 5000; ++i) ++counts[generator.KindOf(i)];
  EXPECT_EQ(counts[NexmarkEvent::kPerson], 100);
  EXPECT_EQ(counts[NexmarkEvent::kAuction], 300);
  EXPECT_EQ(counts[NexmarkEvent::kBid], 4600);
  EXPECT_EQ(generator.TimeMillis(0), 0);  // event 1 at 100 us
  EXPECT_EQ(generator.TimeMillis(9999), 1000);
}

/// Rows of 20,000 events by default options.
struct Sample {
  std::vector<int64_t> person_ids, auction_ids, sellers, categories, bid_auctions, bidders, prices;
  std::map<std::string, int> channels;
  std::map<std::string, std::string> urls;
  double mean_bid_extra = 0;
  size_t num_hot_auctions = 0;
};

Sample MakeSample() {
  const NexmarkTexts texts;
  NexmarkGenerator generator(NexmarkOptions{}, texts, 1, 0, 1);
  std::vector<ColumnBuilder> builders;
  for (const Field& field : NexmarkColumns()) builders.emplace_back(field.type);
  std::vector<ColumnBuilder*> pointers;
  for (ColumnBuilder& builder : builders) pointers.push_back(&builder);
  constexpr uint32_t kNumEvents = 20'000;
  for (uint64_t i = 0; i < kNumEvents; ++i) generator.Append(i, {0, 1, 2, 3}, pointers);
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.Finish());
  const auto number = [&](size_t column, size_t child, uint32_t row) {
    return ColumnReader(*columns[column]->parts().children[child]).Value<int64_t>(row);
  };
  const auto text = [&](size_t column, size_t child, uint32_t row) {
    return std::string(ColumnReader(*columns[column]->parts().children[child]).String(row));
  };
  Sample sample;
  for (uint32_t row = 0; row < kNumEvents; ++row) {
    const int32_t type = ColumnReader(*columns[0]).Value<int32_t>(row);
    for (int c = 1; c <= 3; ++c) EXPECT_EQ(columns[static_cast<size_t>(c)]->IsNull(row), type != c - 1);
    if (type == 0) {
      sample.person_ids.push_back(number(1, 0, row));
    } else if (type == 1) {
      sample.auction_ids.push_back(number(2, 0, row));
      sample.sellers.push_back(number(2, 7, row));
      sample.categories.push_back(number(2, 8, row));
      EXPECT_GT(number(2, 6, row), number(2, 5, row));  // expires after it begins
      EXPECT_GT(number(2, 4, row), number(2, 3, row));  // reserve above the initial bid
    } else {
      sample.bid_auctions.push_back(number(3, 0, row));
      sample.bidders.push_back(number(3, 1, row));
      sample.prices.push_back(number(3, 2, row));
      const std::string channel = text(3, 3, row);
      ++sample.channels[channel];
      const std::string url = text(3, 4, row);
      EXPECT_TRUE(sample.urls.emplace(channel, url).second || sample.urls[channel] == url);
      sample.mean_bid_extra += static_cast<double>(text(3, 6, row).size()) / (kNumEvents * 0.92);
    }
  }
  return sample;
}

TEST(NexmarkGenerator, DrawsFromTheBenchmarksDistributions) {
  const Sample sample = MakeSample();
  const auto share = [](const std::vector<int64_t>& values, auto&& is) {
    return static_cast<double>(std::count_if(values.begin(), values.end(), is)) /
           static_cast<double>(values.size());
  };
  for (size_t i = 0; i < sample.person_ids.size(); ++i)
    EXPECT_EQ(sample.person_ids[i], 1001 + static_cast<int64_t>(i));
  for (size_t i = 0; i < sample.auction_ids.size(); ++i)
    EXPECT_EQ(sample.auction_ids[i], 1001 + static_cast<int64_t>(i));
  EXPECT_NEAR(share(sample.bid_auctions, [](int64_t id) { return id % 100 == 0; }), 0.505, 0.02);
  EXPECT_NEAR(share(sample.bidders, [](int64_t id) { return id % 100 == 1; }), 0.7525, 0.02);
  EXPECT_NEAR(share(sample.sellers, [](int64_t id) { return id % 100 == 0; }), 0.7525, 0.04);
  for (const int64_t bidder : sample.bidders)
    EXPECT_TRUE(bidder >= 2000 && bidder < 2000 + 400 + 11) << bidder;
  EXPECT_NEAR(share(sample.prices, [](int64_t price) { return price < 10'000; }), 1.0 / 3, 0.02);
  EXPECT_NEAR(share(sample.prices, [](int64_t price) { return price >= 1'000'000; }), 1.0 / 3, 0.02);
  EXPECT_NEAR(share(sample.categories, [](int64_t category) { return category == 10; }), 0.2, 0.04);
  int num_hot = 0;
  for (const char* name : {"Google", "Facebook", "Baidu", "Apple"}) num_hot += sample.channels.at(name);
  EXPECT_NEAR(num_hot / 18'400.0, 0.5, 0.02);
  EXPECT_EQ(sample.urls.at("Google").rfind("https://www.nexmark.com/", 0), 0u);
  EXPECT_EQ(sample.urls.at("Google").find("channel_id"), std::string::npos);
  EXPECT_NEAR(sample.mean_bid_extra, 68, 1.5);
}

TEST(Nexmark, GivesTheSameEventsOnEveryPath) {
  const Options options = {{"events.num", "2000"}};
  SourceHarness plain = Nexmark(options);
  ASSERT_TRUE(plain.Start(*plain.Discover()).ok());
  ASSERT_TRUE(plain.ReadAll(333).ok());
  ASSERT_EQ(plain.rows.size(), 2000u);

  SourceHarness pieces = Nexmark(options);
  std::vector<Split> splits = *pieces.Discover();
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(pieces.Start(splits).ok());
    const auto state = pieces.Poll(67);
    ASSERT_TRUE(state.ok());
    splits = pieces.reader().Snapshot();
    if (*state == ReadState::kEnd) break;
  }
  EXPECT_EQ(pieces.rows, plain.rows);

  // Bids alone are the same bids.
  SourceHarness bids = Nexmark(options, {NexmarkColumns()[3]});
  ASSERT_TRUE(bids.Start(*bids.Discover()).ok());
  ASSERT_TRUE(bids.ReadAll().ok());
  ASSERT_EQ(bids.rows.size(), 2000u);
  for (size_t i = 0; i < 100; ++i) {
    const std::string bid = bids.rows[i].substr(1);
    EXPECT_EQ(plain.rows[i].substr(plain.rows[i].size() - bid.size()), bid);
  }
}

TEST(Nexmark, GeneratorsHaveEventsOfTheirOwnOnOneTimeLine) {
  SourceHarness source =
      Nexmark({{"events.num", "10001"}, {"first-event.rate", "1000"}}, {NexmarkColumns()[2]});
  source.parallelism = 3;
  const std::vector<Split> splits = *source.Discover();
  ASSERT_EQ(splits.size(), 3u);
  ASSERT_TRUE(source.Start(splits).ok());
  ASSERT_TRUE(source.ReadAll(1000).ok());
  EXPECT_EQ(source.rows.size(), 10001u);
  EXPECT_EQ(source.ended.size(), 3u);
  std::set<std::string> ids;
  size_t num_auctions = 0;
  for (const std::string& row : source.rows) {
    if (row == "[null]") continue;
    ++num_auctions;
    ids.insert(row.substr(0, row.find(',')));
  }
  EXPECT_EQ(ids.size(), num_auctions);
  std::map<uint32_t, int> rows_of;
  for (const uint32_t split : source.split_of_row) ++rows_of[split];
  EXPECT_EQ(rows_of[0], 3333);
  EXPECT_EQ(rows_of[2], 3335);
}

TEST(Nexmark, KeepsItsRateWhenLimited) {
  SourceHarness source =
      Nexmark({{"rate.limited", "true"}, {"first-event.rate", "1000"}}, {NexmarkColumns()[0]});
  ASSERT_TRUE(source.Start(*source.Discover()).ok());
  EXPECT_EQ(*source.Poll(10'000), ReadState::kIdle);
  source.env.executor.Advance(500'000);
  EXPECT_EQ(source.num_wakeups, 1);
  EXPECT_EQ(*source.Poll(10'000), ReadState::kReady);
  EXPECT_EQ(source.rows.size(), 500u);
  EXPECT_EQ(*source.Poll(10'000), ReadState::kIdle);
}

TEST(Nexmark, TakesItsTimeFromTheClockAndKeepsIt) {
  SourceHarness source(MakeNexmarkConnector(), {NexmarkColumns()[3]}, {{"events.num", "100"}});
  const std::vector<Split> splits = *source.Discover();
  source.env.fake_clock.micros += 1'000'000'000;
  ASSERT_TRUE(source.Start(splits).ok());
  ASSERT_TRUE(source.ReadAll().ok());
  EXPECT_NE(source.rows[10].find("2023-11-14T22:13:20"), std::string::npos) << source.rows[10];
  EXPECT_EQ(source.Discover({"generator-0"})->size(), 0u);
  EXPECT_EQ(source.Start({{.id = "x", .position = "what"}}).code(), kCorruptBytes);
}

TEST(Nexmark, FollowsItsProportions) {
  SourceHarness source = Nexmark({{"events.num", "1000"},
                                  {"person.proportion", "2"},
                                  {"auction.proportion", "3"},
                                  {"bid.proportion", "5"},
                                  {"bid.avg-size", "32"}},
                                 {NexmarkColumns()[0], NexmarkColumns()[3]});
  ASSERT_TRUE(source.Start(*source.Discover()).ok());
  ASSERT_TRUE(source.ReadAll().ok());
  std::map<char, int> types;
  for (const std::string& row : source.rows) {
    ++types[row[1]];
    if (row[1] == '2') {
      EXPECT_EQ(row.substr(row.size() - 4), ", ]]");  // no extra
    }
  }
  EXPECT_EQ(types, (std::map<char, int>{{'0', 200}, {'1', 300}, {'2', 500}}));
}

TEST(Nexmark, RefusesWhatItCannotDo) {
  const ConnectorDescriptor descriptor = MakeNexmarkConnector().descriptor;
  const struct {
    Options options;
    ErrorCode code;
  } cases[] = {
      {{{"first-event.rate", "10"}, {"next-event.rate", "20"}}, kUnsupportedByConnector},
      {{{"first-event.rate", "0"}}, kBadOptionValue},
      {{{"events.num", "-1"}}, kBadOptionValue},
      {{{"person.proportion", "0"}}, kBadOptionValue},
      {{{"bid.avg-size", "1 mb"}}, kBadOptionValue},
      {{{"rate.limited", "perhaps"}}, kBadOptionValue},
      {{{"bid.hot-ratio.auctions", "0"}}, kBadOptionValue},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(descriptor.validate(test.options, true).code(), test.code) << test.options.begin()->first;
  }
  EXPECT_FALSE(descriptor.bounded({}));
  EXPECT_TRUE(descriptor.bounded({{"events.num", "5"}}));
  EXPECT_EQ(Nexmark({}, {{"seller", DataType::Bigint()}}).Preflight().code(), kUnsupportedByConnector);
  EXPECT_EQ(Nexmark({}, {{"event_type", DataType::Bigint()}}).Preflight().code(), kUnsupportedByConnector);
  EXPECT_TRUE(Nexmark({}).Preflight().ok());
  std::vector<Field> short_texts = NexmarkColumns()[3].type.fields();
  short_texts[3].type = DataType::Varchar(1);
  EXPECT_TRUE(Nexmark({}, {{"bid", DataType::Row(short_texts)}}).Preflight().ok());
  short_texts[3].name = "canal";
  EXPECT_EQ(Nexmark({}, {{"bid", DataType::Row(short_texts)}}).Preflight().code(), kUnsupportedByConnector);
}

}  // namespace
}  // namespace millrace
