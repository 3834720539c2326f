#include "core/temporal/civil.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(CivilTest, EveryDayOfTenThousandYearsRoundTrips) {
  CivilDate date{1, 1, 1};
  for (int32_t days = DaysFromCivil(date); date.year < 10000; ++days) {
    ASSERT_EQ(CivilFromDays(days), date);
    ASSERT_EQ(DaysFromCivil(date), days);
    if (++date.day > DaysInMonth(date.year, date.month)) {
      date.day = 1;
      if (++date.month > 12) {
        date.month = 1;
        ++date.year;
      }
    }
  }
}

TEST(CivilTest, KnownDays) {
  EXPECT_EQ(DaysFromCivil({1970, 1, 1}), 0);
  EXPECT_EQ(DaysFromCivil({2020, 2, 29}), 18321);
  EXPECT_EQ(DaysFromCivil({1969, 12, 31}), -1);
  EXPECT_EQ(DaysFromCivil({1, 1, 1}), -719162);
  EXPECT_EQ(IsoDayOfWeek(0), 4);
  EXPECT_EQ(IsoDayOfWeek(-4), 7);
  EXPECT_EQ(DayOfYear(DaysFromCivil({2024, 12, 31})), 366);
}

TEST(CivilTest, IsoWeeksBelongToTheYearOfTheirThursday) {
  const struct {
    CivilDate date;
    int32_t year;
    int32_t week;
  } cases[] = {
      {{2021, 1, 3}, 2020, 53}, {{2021, 1, 4}, 2021, 1}, {{2018, 12, 31}, 2019, 1}, {{2016, 1, 1}, 2015, 53}};
  for (const auto& c : cases) {
    const IsoWeek week = IsoWeekOf(DaysFromCivil(c.date));
    EXPECT_EQ(week.year, c.year);
    EXPECT_EQ(week.week, c.week);
  }
}

TEST(CivilTest, AddMonthsStaysInTheMonth) {
  const struct {
    CivilDate from;
    int64_t months;
    CivilDate to;
  } cases[] = {{{2020, 1, 31}, 1, {2020, 2, 29}},
               {{2021, 1, 31}, 1, {2021, 2, 28}},
               {{2020, 3, 31}, -1, {2020, 2, 29}},
               {{2020, 11, 15}, 14, {2022, 1, 15}},
               {{2020, 1, 15}, -13, {2018, 12, 15}}};
  for (const auto& c : cases) EXPECT_EQ(CivilFromDays(AddMonths(DaysFromCivil(c.from), c.months)), c.to);
}

TEST(CivilTest, TimestampText) {
  const struct {
    int64_t micros;
    int precision;
    const char* text;
  } cases[] = {{0, 0, "1970-01-01 00:00:00"},
               {0, 3, "1970-01-01 00:00:00.000"},
               {-1, 6, "1969-12-31 23:59:59.999999"},
               {-1, 1, "1969-12-31 23:59:59.9"},
               {1577934245678901, 4, "2020-01-02 03:04:05.6789"},
               {1577934245678901, 9, "2020-01-02 03:04:05.678901000"},
               {-62135596800000000, 0, "0001-01-01 00:00:00"},
               {253402300799999999, 6, "9999-12-31 23:59:59.999999"},
               {253402300800000000, 0, "10000-01-01 00:00:00"},
               {-62167219200000001, 0, "-0001-12-31 23:59:59"}};
  for (const auto& c : cases) {
    std::string narrow;
    std::string wide;
    AppendTimestamp(c.micros, c.precision, &narrow);
    AppendTimestamp(WideFromMicros(c.micros), c.precision, &wide);
    EXPECT_EQ(narrow, c.text);
    EXPECT_EQ(wide, c.text);
    EXPECT_EQ(MicrosFromWide(WideFromMicros(c.micros)), c.micros);
  }
}

TEST(CivilTest, ExtremeTimestampsHaveSomeText) {
  for (const int64_t micros : {INT64_MIN, INT64_MAX}) {
    std::string text;
    AppendTimestamp(micros, 9, &text);
    EXPECT_GE(text.size(), 29u);
  }
}

TEST(CivilTest, ParsesDates) {
  const struct {
    const char* text;
    std::optional<int32_t> days;
  } cases[] = {{"1970-01-02", 1},   {"2020-2-29", 18321}, {"0001-01-01", -719162}, {"2021-02-29", {}},
               {"2020-13-01", {}},  {"2020-00-01", {}},   {"2020-01-00", {}},      {"20-01-01", {}},
               {"0000-01-01", {}},  {"2020-01-01x", {}},  {"2020-01", {}},         {"", {}},
               {"2020-001-01", {}}, {" 2020-01-01", {}}};
  for (const auto& c : cases) EXPECT_EQ(ParseDate(c.text), c.days) << c.text;
}

TEST(CivilTest, ParsesTimes) {
  const struct {
    const char* text;
    std::optional<int64_t> nanos;
  } cases[] = {{"00:00:00", 0},
               {"23:59:59.999999999", kNanosPerDay - 1},
               {"1:2:3", 3723 * kNanosPerSecond},
               {"10:30", 37800 * kNanosPerSecond},
               {"00:00:00.5", 500'000'000},
               {"24:00:00", {}},
               {"00:60:00", {}},
               {"00:00:60", {}},
               {"00:00:00.1234567890", {}},
               {"00", {}},
               {"", {}}};
  for (const auto& c : cases) EXPECT_EQ(ParseTimeOfDay(c.text), c.nanos) << c.text;
}

TEST(CivilTest, ParsesTimestamps) {
  const struct {
    const char* text;
    char separator;
    bool allow_offset;
    std::optional<int64_t> micros;
  } cases[] = {{"1970-01-02", ' ', false, kMicrosPerDay},
               {"1970-01-01 00:00:01.000002", ' ', false, 1'000'002},
               {"1969-12-31 23:59:59.9999999", ' ', false, -1},
               {"1970-01-01T00:00:01", ' ', false, {}},
               {"1970-01-01T00:00:01Z", 'T', true, 1'000'000},
               {"1970-01-01T00:00:01Z", 'T', false, {}},
               {"1970-01-01 02:00:00+02:00", ' ', true, 0},
               {"1970-01-01 00:00:00-0130", ' ', true, 5400 * kMicrosPerSecond},
               {"1970-01-01 ", ' ', false, {}},
               {"1970-01-01 00:00:01 ", ' ', false, {}},
               {"1970-01-01 00:00:00+2", ' ', true, {}}};
  for (const auto& c : cases) {
    const std::optional<ParsedTimestamp> parsed = ParseTimestamp(c.text, c.separator, c.allow_offset);
    ASSERT_EQ(parsed.has_value(), c.micros.has_value()) << c.text;
    if (!parsed) continue;
    EXPECT_EQ(parsed->Micros(), *c.micros) << c.text;
    EXPECT_EQ(MicrosFromWide(parsed->Wide()), *c.micros) << c.text;
  }
  EXPECT_EQ(ParseTimestamp("1970-01-01 00:00:00.123456789")->Wide(), (WideTimestamp{123, 456789, 0}));
}

}  // namespace
}  // namespace millrace
