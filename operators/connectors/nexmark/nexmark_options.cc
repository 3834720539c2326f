#include "operators/connectors/nexmark/nexmark_options.h"

#include "core/descriptor/error_codes.h"

namespace millrace {
namespace {

Result<int64_t> Whole(const Options& options, const std::string& key, int64_t otherwise, int64_t min) {
  const auto found = options.find(key);
  if (found == options.end()) return otherwise;
  ASSIGN_OR_RETURN(const int64_t value, ParseInteger(found->second));
  if (value >= min) return value;
  return Status(kBadOptionValue, "option '" + key + "' is too small: '" + found->second + "'")
      .WithSuggestion("use a number from " + std::to_string(min) + " on");
}

Result<int64_t> Size(const Options& options, const std::string& key, int64_t otherwise) {
  const auto found = options.find(key);
  if (found == options.end()) return otherwise;
  ASSIGN_OR_RETURN(const int64_t bytes, ParseMemorySizeBytes(found->second));
  constexpr int64_t kBytesMax = 512 << 10;
  if (bytes <= kBytesMax) return bytes;
  return Status(kBadOptionValue, "option '" + key + "' is too large: '" + found->second + "'")
      .WithSuggestion("use at most '512 kb'");
}

}  // namespace

Result<NexmarkOptions> NexmarkOptions::From(const Options& options) {
  NexmarkOptions result;
  ASSIGN_OR_RETURN(const int64_t num_events, Whole(options, "events.num", 0, 0));
  result.num_events = static_cast<uint64_t>(num_events);
  ASSIGN_OR_RETURN(result.events_per_second, Whole(options, "first-event.rate", result.events_per_second, 1));
  ASSIGN_OR_RETURN(const int64_t next_rate, Whole(options, "next-event.rate", result.events_per_second, 1));
  if (next_rate != result.events_per_second) {
    return Status(
               kUnsupportedByConnector,
               "connector 'nexmark' keeps one rate: option 'next-event.rate' differs from 'first-event.rate'")
        .WithSuggestion("set both to the same number");
  }
  ASSIGN_OR_RETURN(result.is_rate_limited, ParseBoolean(OptionOr(options, "rate.limited", "false")));
  ASSIGN_OR_RETURN(result.base_time_millis, Whole(options, "base-time", 0, 0));
  ASSIGN_OR_RETURN(result.person_proportion,
                   Whole(options, "person.proportion", result.person_proportion, 1));
  ASSIGN_OR_RETURN(result.auction_proportion,
                   Whole(options, "auction.proportion", result.auction_proportion, 1));
  ASSIGN_OR_RETURN(result.bid_proportion, Whole(options, "bid.proportion", result.bid_proportion, 0));
  ASSIGN_OR_RETURN(result.person_size_bytes, Size(options, "person.avg-size", result.person_size_bytes));
  ASSIGN_OR_RETURN(result.auction_size_bytes, Size(options, "auction.avg-size", result.auction_size_bytes));
  ASSIGN_OR_RETURN(result.bid_size_bytes, Size(options, "bid.avg-size", result.bid_size_bytes));
  ASSIGN_OR_RETURN(result.hot_auction_ratio,
                   Whole(options, "bid.hot-ratio.auctions", result.hot_auction_ratio, 1));
  ASSIGN_OR_RETURN(result.hot_bidder_ratio,
                   Whole(options, "bid.hot-ratio.bidders", result.hot_bidder_ratio, 1));
  ASSIGN_OR_RETURN(result.hot_seller_ratio,
                   Whole(options, "auction.hot-ratio.sellers", result.hot_seller_ratio, 1));
  return result;
}

std::vector<OptionDescriptor> NexmarkOptionDescriptors() {
  using Type = OptionType;
  return {
      {"events.num", Type::kInteger, "0", false, "Events of the table in all; 0 = endless.", {}},
      {"first-event.rate",
       Type::kInteger,
       "10000",
       false,
       "Events a second of event time; also of real time with 'rate.limited'.",
       {}},
      {"next-event.rate",
       Type::kInteger,
       "",
       false,
       "Must equal 'first-event.rate': the rate does not change.",
       {}},
      {"rate.limited",
       Type::kBoolean,
       "false",
       false,
       "Whether events come at their rate instead of at full speed.",
       {}},
      {"rate.shape",
       Type::kEnum,
       "SQUARE",
       false,
       "Without effect, as in the benchmark's own connector: the rate is constant.",
       {"SQUARE", "SINE"}},
      {"rate.period",
       Type::kDuration,
       "600 s",
       false,
       "Without effect, as in the benchmark's own connector.",
       {}},
      {"base-time",
       Type::kInteger,
       "0",
       false,
       "Event time of the first event in milliseconds since 1970; 0 = when the job starts.",
       {}},
      {"person.proportion", Type::kInteger, "1", false, "Persons in each round of events.", {}},
      {"auction.proportion", Type::kInteger, "3", false, "Auctions in each round of events.", {}},
      {"bid.proportion", Type::kInteger, "46", false, "Bids in each round of events.", {}},
      {"person.avg-size",
       Type::kMemorySize,
       "200 b",
       false,
       "Mean size of a person, to which 'extra' is filled.",
       {}},
      {"auction.avg-size",
       Type::kMemorySize,
       "500 b",
       false,
       "Mean size of an auction, to which 'extra' is filled.",
       {}},
      {"bid.avg-size",
       Type::kMemorySize,
       "100 b",
       false,
       "Mean size of a bid, to which 'extra' is filled.",
       {}},
      {"bid.hot-ratio.auctions",
       Type::kInteger,
       "2",
       false,
       "All bids but one in so many are for the hot auction.",
       {}},
      {"bid.hot-ratio.bidders",
       Type::kInteger,
       "4",
       false,
       "All bids but one in so many are by the hot bidder.",
       {}},
      {"auction.hot-ratio.sellers",
       Type::kInteger,
       "4",
       false,
       "All auctions but one in so many are of the hot seller.",
       {}},
      {"scan.parallelism",
       Type::kInteger,
       "",
       false,
       "Number of generators; by default the job's parallelism.",
       {}},
  };
}

}  // namespace millrace
