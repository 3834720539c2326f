#include "operators/connectors/nexmark/nexmark_generator.h"

#include <algorithm>
#include <cmath>

namespace millrace {
namespace {

constexpr int64_t kFirstId = 1000;
constexpr int64_t kFirstCategory = 10;
constexpr uint64_t kNumCategories = 5;
constexpr int64_t kActivePeople = 1000;
constexpr int64_t kInFlightAuctions = 100;
constexpr int64_t kLead = 10;
constexpr int64_t kHotSpan = 100;
constexpr uint64_t kSeed = 0x9e3779b97f4a7c15ull;

constexpr std::string_view kFirstNames[] = {"Peter", "Paul",  "Luke",  "John",   "Saul",  "Vicky",
                                            "Kate",  "Julie", "Sarah", "Deiter", "Walter"};
constexpr std::string_view kLastNames[] = {"Shultz", "Abrams", "Spencer", "White", "Bartels",
                                           "Walton", "Smith",  "Jones",   "Noris"};
constexpr std::string_view kCities[] = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
                                        "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
constexpr std::string_view kStates[] = {"AZ", "CA", "ID", "OR", "WA", "WY"};

template <size_t kSize>
std::string_view Pick(RandomStream& random, const std::string_view (&from)[kSize]) {
  return from[random.Below(kSize)];
}

bool IsHot(RandomStream& random, int64_t ratio) {
  return random.Below(static_cast<uint64_t>(ratio)) > 0;
}

/// Of the shared texts, whose buffer the reader keeps alive.
void AppendShared(std::string_view text, ColumnBuilder* column) {
  column->AppendStringRef(StringRef(text));
}

void AppendTimestamp(int64_t millis, ColumnBuilder* column) {
  column->Append(millis * 1000);
}

}  // namespace

const std::vector<Field>& NexmarkColumns() {
  const auto text = [](const char* name) { return Field{name, DataType::String()}; };
  const auto number = [](const char* name) { return Field{name, DataType::Bigint()}; };
  const auto time = [](const char* name) { return Field{name, DataType::Timestamp(3)}; };
  static const std::vector<Field> kColumns = {
      {"event_type", DataType::Integer()},
      {"person", DataType::Row({number("id"), text("name"), text("emailAddress"), text("creditCard"),
                                text("city"), text("state"), time("dateTime"), text("extra")})},
      {"auction", DataType::Row({number("id"), text("itemName"), text("description"), number("initialBid"),
                                 number("reserve"), time("dateTime"), time("expires"), number("seller"),
                                 number("category"), text("extra")})},
      {"bid", DataType::Row({number("auction"), number("bidder"), number("price"), text("channel"),
                             text("url"), time("dateTime"), text("extra")})},
  };
  return kColumns;
}

NexmarkGenerator::NexmarkGenerator(const NexmarkOptions& options, const NexmarkTexts& texts,
                                   uint32_t num_generators, int64_t base_time_millis, uint64_t first_event_id)
    : options_(options),
      texts_(texts),
      delay_micros_(1e6 / static_cast<double>(options.events_per_second) * num_generators),
      base_time_millis_(base_time_millis),
      first_event_id_(first_event_id) {
}

int64_t NexmarkGenerator::TimestampOf(uint64_t event_number) const {
  return base_time_millis_ + static_cast<int64_t>(static_cast<double>(event_number) * delay_micros_) / 1000;
}

NexmarkEvent NexmarkGenerator::KindOf(uint64_t index) const {
  const auto rest = static_cast<int64_t>(EventId(index) % static_cast<uint64_t>(options_.TotalProportion()));
  if (rest < options_.person_proportion) return NexmarkEvent::kPerson;
  return rest < options_.person_proportion + options_.auction_proportion ? NexmarkEvent::kAuction
                                                                         : NexmarkEvent::kBid;
}

int64_t NexmarkGenerator::LastPerson(uint64_t event_id) const {
  const auto round = static_cast<int64_t>(event_id / static_cast<uint64_t>(options_.TotalProportion()));
  const auto rest = static_cast<int64_t>(event_id % static_cast<uint64_t>(options_.TotalProportion()));
  return round * options_.person_proportion + std::min(rest, options_.person_proportion - 1);
}

int64_t NexmarkGenerator::LastAuction(uint64_t event_id) const {
  const auto round = static_cast<int64_t>(event_id / static_cast<uint64_t>(options_.TotalProportion()));
  const auto rest = static_cast<int64_t>(event_id % static_cast<uint64_t>(options_.TotalProportion()));
  // In the round's persons, the last auction is that of the round before.
  if (rest < options_.person_proportion) return round * options_.auction_proportion - 1;
  return round * options_.auction_proportion +
         std::min(rest - options_.person_proportion, options_.auction_proportion - 1);
}

int64_t NexmarkGenerator::AnyPerson(RandomStream& random, uint64_t event_id) const {
  const int64_t num_people = LastPerson(event_id) + 1;
  const int64_t num_active = std::min(num_people, kActivePeople);
  return num_people - num_active +
         static_cast<int64_t>(random.Below(static_cast<uint64_t>(num_active + kLead)));
}

int64_t NexmarkGenerator::Price(RandomStream& random) const {
  return std::llround(std::pow(10.0, random.Unit() * 6) * 100);
}

void NexmarkGenerator::AppendExtra(RandomStream& random, int64_t used_bytes, int64_t wanted_bytes,
                                   ColumnBuilder* column) const {
  const int64_t missing = wanted_bytes - used_bytes;
  if (missing <= 0) return AppendShared("", column);
  const int64_t delta = std::llround(static_cast<double>(missing) * 0.2);
  const auto length = static_cast<uint64_t>(missing - delta) + random.Below(static_cast<uint64_t>(2 * delta));
  AppendShared(texts_.Pool(random.Below(NexmarkTexts::kPoolBytes - length), length), column);
}

void NexmarkGenerator::AppendPerson(uint64_t event_id, int64_t time_millis, ColumnBuilder* row) {
  RandomStream random(event_id * kSeed);
  const auto append = [&](size_t child, std::string_view text) {
    row->child(child).AppendString(text);
    return static_cast<int64_t>(text.size());
  };
  int64_t used_bytes = 8;
  row->child(0).Append(LastPerson(event_id) + kFirstId);
  scratch_ = Pick(random, kFirstNames);
  scratch_.append(" ").append(Pick(random, kLastNames));
  used_bytes += append(1, scratch_);
  scratch_.clear();
  AppendNexmarkText(random, 7, ' ', &scratch_);
  scratch_.push_back('@');
  AppendNexmarkText(random, 5, ' ', &scratch_);
  scratch_.append(".com");
  used_bytes += append(2, scratch_);
  scratch_.clear();
  for (int i = 0; i < 4; ++i) {
    if (i > 0) scratch_.push_back(' ');
    scratch_.append(std::to_string(10'000 + random.Below(10'000)).substr(1));
  }
  used_bytes += append(3, scratch_);
  used_bytes += append(4, Pick(random, kCities));
  used_bytes += append(5, Pick(random, kStates));
  AppendTimestamp(time_millis, &row->child(6));
  AppendExtra(random, used_bytes, options_.person_size_bytes, &row->child(7));
  row->AppendNested();
}

void NexmarkGenerator::AppendAuction(uint64_t event_id, uint64_t event_number, ColumnBuilder* row) {
  RandomStream random(event_id * kSeed);
  const int64_t time_millis = TimestampOf(event_number);
  row->child(0).Append(LastAuction(event_id) + kFirstId);
  scratch_.clear();
  AppendNexmarkText(random, 20, ' ', &scratch_);
  auto used_bytes = static_cast<int64_t>(scratch_.size());
  row->child(1).AppendString(scratch_);
  scratch_.clear();
  AppendNexmarkText(random, 100, ' ', &scratch_);
  used_bytes += static_cast<int64_t>(scratch_.size());
  row->child(2).AppendString(scratch_);
  const int64_t initial_bid = Price(random);
  row->child(3).Append(initial_bid);
  row->child(4).Append(initial_bid + Price(random));
  AppendTimestamp(time_millis, &row->child(5));
  // An auction lasts about as long as it takes for `kInFlightAuctions` others to begin.
  const int64_t num_events_ahead =
      kInFlightAuctions * options_.TotalProportion() / options_.auction_proportion;
  const int64_t horizon_millis =
      TimestampOf(event_number + static_cast<uint64_t>(num_events_ahead)) - time_millis;
  const auto span = static_cast<uint64_t>(std::max<int64_t>(2 * horizon_millis, 1));
  AppendTimestamp(time_millis + 1 + static_cast<int64_t>(random.Below(span)), &row->child(6));
  const int64_t seller = IsHot(random, options_.hot_seller_ratio) ? LastPerson(event_id) / kHotSpan * kHotSpan
                                                                  : AnyPerson(random, event_id);
  row->child(7).Append(seller + kFirstId);
  row->child(8).Append(kFirstCategory + static_cast<int64_t>(random.Below(kNumCategories)));
  AppendExtra(random, 8 + used_bytes + 40, options_.auction_size_bytes, &row->child(9));
  row->AppendNested();
}

void NexmarkGenerator::AppendBid(uint64_t event_id, int64_t time_millis, ColumnBuilder* row) {
  RandomStream random(event_id * kSeed);
  const int64_t last_auction = std::max<int64_t>(LastAuction(event_id), 0);
  int64_t auction = last_auction / kHotSpan * kHotSpan;
  if (!IsHot(random, options_.hot_auction_ratio)) {
    const int64_t first = std::max<int64_t>(last_auction - kInFlightAuctions, 0);
    auction =
        first + static_cast<int64_t>(random.Below(static_cast<uint64_t>(last_auction - first + 1 + kLead)));
  }
  row->child(0).Append(auction + kFirstId);
  const int64_t bidder = IsHot(random, options_.hot_bidder_ratio)
                             ? LastPerson(event_id) / kHotSpan * kHotSpan + 1
                             : AnyPerson(random, event_id);
  row->child(1).Append(bidder + 2 * kFirstId);  // the benchmark adds the offset twice
  row->child(2).Append(Price(random));
  const NexmarkTexts::Channel& channel = random.Below(2) > 0
                                             ? texts_.HotChannel(random.Below(NexmarkTexts::kNumHotChannels))
                                             : texts_.ColdChannel(random.Below(NexmarkTexts::kNumChannels));
  AppendShared(channel.name, &row->child(3));
  AppendShared(channel.url, &row->child(4));
  AppendTimestamp(time_millis, &row->child(5));
  AppendExtra(random, 32, options_.bid_size_bytes, &row->child(6));
  row->AppendNested();
}

void NexmarkGenerator::Append(uint64_t index, const Columns& columns, std::vector<ColumnBuilder*>& builders) {
  const NexmarkEvent kind = KindOf(index);
  const auto wanted = [&](int column) {
    return column < 0 ? nullptr : builders[static_cast<size_t>(column)];
  };
  if (ColumnBuilder* type = wanted(columns.event_type)) type->Append(static_cast<int32_t>(kind));
  if (ColumnBuilder* person = wanted(columns.person)) {
    kind == NexmarkEvent::kPerson ? AppendPerson(EventId(index), TimeMillis(index), person)
                                  : person->AppendNull();
  }
  if (ColumnBuilder* auction = wanted(columns.auction)) {
    kind == NexmarkEvent::kAuction ? AppendAuction(EventId(index), index + 1, auction)
                                   : auction->AppendNull();
  }
  if (ColumnBuilder* bid = wanted(columns.bid)) {
    kind == NexmarkEvent::kBid ? AppendBid(EventId(index), TimeMillis(index), bid) : bid->AppendNull();
  }
}

}  // namespace millrace
