// The engine alone: queries over Nexmark events that are columns already. All on one core; rows/s is of the
// pushed rows.
#include <memory>

#include "core/check.h"
#include "tests/bench/nexmark_batches.h"
#include "tests/bench/query_pipeline.h"
#include "tests/bench/workload.h"

namespace millrace::bench {
namespace {

constexpr uint32_t kNumBatches = 64;    // that come round again
constexpr uint32_t kNumDistinct = 256;  // of queries that keep every row: 1 M rows
constexpr int64_t kMicrosAnEvent = 1'000'000 / kEventsPerSecond;

constexpr char kTables[] = R"(
CREATE TABLE bid (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
  `dateTime` TIMESTAMP(3), extra STRING, WATERMARK FOR `dateTime` AS `dateTime`) WITH ('connector' = 'prepared');
CREATE TABLE auction (id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT,
  `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING,
  WATERMARK FOR `dateTime` AS `dateTime`) WITH ('connector' = 'prepared');
)";
constexpr size_t kBidTime = 5;  // `dateTime` among the columns of bid

/// The same bids as upserts by auction, and what is written by it.
constexpr char kLastBid[] = R"(
CREATE TABLE last_bid (auction BIGINT, bidder BIGINT, price BIGINT, PRIMARY KEY (auction) NOT ENFORCED)
WITH ('connector' = 'prepared-upserts');
)";

/// Event time of a stream of bids: the batches come round, time goes on.
struct BidStream {
  std::string table;
  std::vector<Batch> batches;
  int64_t step_micros = 0;  // 0: the times that the bids have
  uint64_t num_pushed = 0;

  void PushNext(QueryPipeline& pipeline) {
    const Batch& batch = batches[num_pushed % batches.size()];
    if (step_micros == 0) {
      pipeline.Push(table, batch);
    } else {
      const int64_t first = kBaseMicros + static_cast<int64_t>(num_pushed) * kBatchRows * step_micros;
      pipeline.Push(table, WithTimes(batch, kBidTime, first, step_micros));
      // The next batch may begin in the millisecond in which this one ends.
      pipeline.AdvanceWatermark(table, Watermark{first + (kBatchRows - 1) * step_micros - 1000});
    }
    ++num_pushed;
  }
};

Workload WorkloadOf(const std::shared_ptr<QueryPipeline>& pipeline, std::function<void()> run) {
  return {.run = std::move(run), .num_rows = kBatchRows, .num_rows_out = [pipeline] {
            return pipeline->num_rows_out();
          }};
}

/// Pushes bids; `num_warm_runs` batches before the first run.
Workload OverBids(const std::string& query, uint32_t num_batches, int64_t step_micros = 0,
                  uint32_t num_warm_runs = 0, const std::string& table = "bid") {
  auto pipeline = std::make_shared<QueryPipeline>(kTables + query);
  auto bids = std::make_shared<BidStream>(table, MakeEvents(NexmarkEvent::kBid, num_batches), step_micros);
  for (uint32_t i = 0; i < num_warm_runs; ++i) bids->PushNext(*pipeline);
  return WorkloadOf(pipeline, [pipeline, bids] { bids->PushNext(*pipeline); });
}

NamedWorkload Stateless(const std::string& name, const std::string& query) {
  return {name, [query] { return OverBids(query, kNumBatches); }};
}

/// State reaches its size within a few rounds of the batches.
NamedWorkload Keyed(const std::string& name, const std::string& query) {
  return {name, [query] { return OverBids(query, kNumBatches, 0, kNumBatches); }};
}

/// Nothing comes twice.
NamedWorkload Growing(const std::string& name, const std::string& query) {
  return {name, [query] { return OverBids(query, kNumDistinct); }, kNumDistinct};
}

NamedWorkload Windowed(const std::string& name, const std::string& query,
                       int64_t step_micros = kMicrosAnEvent, uint32_t num_warm_runs = kNumBatches) {
  return {name, [=] { return OverBids(query, kNumBatches, step_micros, num_warm_runs); }};
}

std::string CountIn(const std::string& window) {
  return "SELECT k, COUNT(*), window_start, window_end FROM TABLE(" + window +
         ") GROUP BY k, window_start, " + "window_end;\n";
}
std::string KeyedBids(const std::string& key) {
  return "CREATE VIEW keyed AS SELECT " + key + " AS k, price, `dateTime` FROM bid;\n";
}
std::string Hop(const std::string& slide, const std::string& size) {
  return "HOP(TABLE keyed, DESCRIPTOR(`dateTime`), INTERVAL " + slide + ", INTERVAL " + size + ")";
}
std::string Tumble(const std::string& size) {
  return "TUMBLE(TABLE keyed, DESCRIPTOR(`dateTime`), INTERVAL " + size + ")";
}

void AddStateless(Workloads* workloads) {
  const auto add = [workloads](const std::string& name, const std::string& query) {
    workloads->push_back(Stateless(name, query));
  };
  const auto project = [&add](const std::string& name, const std::string& expressions) {
    add("project/" + name, "SELECT " + expressions + " FROM bid;");
  };
  add("filter/mod", "SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;");
  add("filter/half", "SELECT auction, price FROM bid WHERE price > 10000 AND bidder > 1000;");
  add("filter_project/arithmetic",
      "SELECT auction, bidder, price * 2 + bidder FROM bid WHERE price > 10000 AND MOD(auction, 2) = 0;");
  add("filter/in_texts",
      "SELECT auction FROM bid WHERE channel IN ('Apple', 'Google', 'Facebook', 'Baidu');");
  // What is costly is in the filter and in the results.
  add("filter_project/shared_decimal",
      "SELECT auction, 0.908 * price FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000;");
  add("filter_project/shared_regexp",
      "SELECT auction, CASE WHEN LOWER(channel) = 'apple' THEN '0' WHEN LOWER(channel) = 'google' THEN '1' "
      "ELSE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) END FROM bid "
      "WHERE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) IS NOT NULL "
      "OR LOWER(channel) IN ('apple', 'google');");
  project("columns", "auction, bidder, price, `dateTime`, extra");
  project("arithmetic", "auction + 1, price * 2 + bidder");
  project("decimal", "0.908 * price");
  project("case",
          "CASE WHEN HOUR(`dateTime`) >= 8 AND HOUR(`dateTime`) <= 18 THEN 'dayTime' "
          "WHEN HOUR(`dateTime`) <= 6 OR HOUR(`dateTime`) >= 20 THEN 'nightTime' ELSE 'otherTime' END");
  project("logic", "price >= 10000 AND price < 1000000");
  project("lower", "LOWER(channel)");
  project("split_index", "SPLIT_INDEX(url, '/', 3), SPLIT_INDEX(url, '/', 4), SPLIT_INDEX(url, '/', 5)");
  project("regexp_extract", "REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2)");
  project("replace", "CHAR_LENGTH(extra) - CHAR_LENGTH(REPLACE(extra, 'c', ''))");
  project("date_format", "DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')");
  project("date_format_minute", "DATE_FORMAT(`dateTime`, 'HH:mm')");
  project("cast_bigint_to_string", "CAST(price AS STRING)");
  project("cast_timestamp_to_string", "CAST(`dateTime` AS STRING)");
  project("cast_to_double", "CAST(price AS DOUBLE) / 3");
}

/// Two thousand windows of an hour a row are in, against one; the input is the same: a hundred keys, 2,500
/// rows a second of event time, so that one slide has 4,500 rows. The runs before leave a whole hour behind.
void AddWindowsOfAnHour(Workloads* workloads) {
  constexpr int64_t kStepMicros = 400;
  constexpr uint32_t kRunsOfAnHour = 3600 * (1'000'000 / kStepMicros) / kBatchRows + 1;
  const std::string keyed = KeyedBids("MOD(auction, 100)");
  workloads->push_back(
      Windowed("window/hour_1", keyed + CountIn(Tumble("'1' HOUR")), kStepMicros, kRunsOfAnHour));
  workloads->push_back(Windowed("window/hour_2000", keyed + CountIn(Hop("'1.8' SECOND", "'1' HOUR")),
                                kStepMicros, kRunsOfAnHour));
}

void AddWindows(Workloads* workloads) {
  workloads->push_back(Windowed("window/tumble_count", KeyedBids("bidder") + CountIn(Tumble("'10' SECOND"))));
  workloads->push_back(
      Windowed("window/tumble_count_hot", KeyedBids("MOD(auction, 100)") + CountIn(Tumble("'10' SECOND"))));
  const std::string hot = KeyedBids("MOD(auction, 1000)");
  workloads->push_back(Windowed("window/hop_10", hot + CountIn(Hop("'2' SECOND", "'20' SECOND"))));
  workloads->push_back(
      Windowed("window/hop_60", hot + CountIn(Hop("'2' SECOND", "'120' SECOND")), kMicrosAnEvent, 3000));
  workloads->push_back(Windowed("window/hop_600", hot + CountIn(Hop("'2' SECOND", "'1200' SECOND")),
                                10 * kMicrosAnEvent, 3000));
  AddWindowsOfAnHour(workloads);
}

void AddAggregates(Workloads* workloads) {
  workloads->push_back(
      Keyed("aggregate/count_hot",
            "SELECT MOD(auction, 1000) AS k, COUNT(*) FROM bid GROUP BY MOD(auction, 1000);"));
  workloads->push_back(
      Keyed("aggregate/update", "SELECT auction, COUNT(*), SUM(price) FROM bid GROUP BY auction;"));
  workloads->push_back(Keyed("aggregate/min_max_avg",
                             "SELECT auction, COUNT(*) FILTER (WHERE price < 10000), MIN(price), MAX(price), "
                             "AVG(price), SUM(price) FROM bid GROUP BY auction;"));
  // A third of the rows has a key that never came before.
  workloads->push_back(
      Growing("aggregate/new_keys",
              "SELECT auction, bidder, COUNT(*), SUM(price) FROM bid GROUP BY auction, bidder;"));
  workloads->push_back(Keyed("aggregate/by_string", "SELECT channel, COUNT(*) FROM bid GROUP BY channel;"));
  workloads->push_back(
      Growing("distinct/count",
              "SELECT MOD(auction, 100), COUNT(DISTINCT bidder) FROM bid GROUP BY MOD(auction, 100);"));
  workloads->push_back(
      Growing("distinct/count_filtered",
              "SELECT channel, COUNT(DISTINCT bidder), COUNT(DISTINCT bidder) FILTER (WHERE price < 10000), "
              "COUNT(DISTINCT auction), COUNT(DISTINCT auction) FILTER (WHERE price < 10000) FROM bid GROUP "
              "BY channel;"));
}

constexpr char kBidsOfAuctions[] =
    "SELECT bid.auction, bid.price, auction.category FROM bid JOIN auction ON bid.auction = auction.id;";

/// Bids meet the auctions that are all there.
Workload JoinProbe() {
  auto pipeline = std::make_shared<QueryPipeline>(std::string(kTables) + kBidsOfAuctions);
  for (const Batch& batch : MakeEvents(NexmarkEvent::kAuction, kNumDistinct * 3 / 46 + 1)) {
    pipeline->Push("auction", batch);
  }
  auto bids = std::make_shared<BidStream>("bid", MakeEvents(NexmarkEvent::kBid, kNumDistinct));
  return WorkloadOf(pipeline, [pipeline, bids] { bids->PushNext(*pipeline); });
}

/// Auctions of which no bid has come.
Workload JoinBuild() {
  auto pipeline = std::make_shared<QueryPipeline>(std::string(kTables) + kBidsOfAuctions);
  auto auctions = std::make_shared<std::vector<Batch>>(MakeEvents(NexmarkEvent::kAuction, kNumDistinct));
  auto next = std::make_shared<size_t>(0);
  return WorkloadOf(pipeline, [=] { pipeline->Push("auction", (*auctions)[(*next)++ % auctions->size()]); });
}

void AddChangelog(Workloads* workloads) {
  // Every bid changes the sum of its auction, which takes a row of the outer aggregate back.
  workloads->push_back(Keyed("changelog/two_levels",
                             "SELECT MOD(k, 10), AVG(p) FROM (SELECT auction AS k, SUM(price) AS p FROM bid "
                             "GROUP BY auction) GROUP BY MOD(k, 10);"));
  workloads->push_back({"changelog/normalize", [] {
                          return OverBids(std::string(kLastBid) + "SELECT * FROM last_bid;", kNumBatches, 0,
                                          kNumBatches, "last_bid");
                        }});
  workloads->push_back(
      Keyed("changelog/upsert_materialize",
            std::string(kLastBid) + "SET 'table.exec.sink.upsert-materialize' = 'FORCE';\n" +
                "INSERT INTO last_bid SELECT auction, MAX(bidder), SUM(price) FROM bid GROUP BY auction;"));
}

}  // namespace

void AddQueryWorkloads(Workloads* workloads) {
  AddStateless(workloads);
  AddWindows(workloads);
  AddAggregates(workloads);
  workloads->push_back({"join/probe", JoinProbe, kNumDistinct});
  workloads->push_back({"join/build", JoinBuild, kNumDistinct});
  AddChangelog(workloads);
}

}  // namespace millrace::bench
