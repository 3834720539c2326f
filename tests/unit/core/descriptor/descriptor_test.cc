#include "core/descriptor/descriptor.h"

#include <gtest/gtest.h>

#include "core/descriptor/error_codes.h"
#include "core/descriptor/option_text.h"

namespace millrace {
namespace {

TEST(OptionText, Durations) {
  const std::pair<const char*, int64_t> cases[] = {
      {"100", 100},          {"10 s", 10'000},    {"10s", 10'000},
      {" 5 min ", 300'000},  {"1 h", 3'600'000},  {"2 DAYS", 172'800'000},
      {"250 ms", 250},       {"1500 micros", 1},  {"3000000 ns", 3},
      {"0 ms", 0},           {"PT1M30S", 90'000}, {"P1DT1H", 90'000'000},
      {"1 milliseconds", 1},
  };
  for (const auto& [text, millis] : cases) {
    const Result<int64_t> parsed = ParseDurationMillis(text);
    ASSERT_TRUE(parsed.ok()) << text << ": " << parsed.status().ToString();
    EXPECT_EQ(*parsed, millis) << text;
  }
  for (const char* text :
       {"", "s", "-1 s", "1.5 s", "5 parsecs", "9223372036854775807 d", "P", "PT", "PTM", "P1H"}) {
    EXPECT_EQ(ParseDurationMillis(text).status().code(), kBadOptionValue) << text;
  }
}

TEST(OptionText, MemorySizes) {
  const std::pair<const char*, int64_t> cases[] = {
      {"0", 0},
      {"1024", 1024},
      {"64 kb", 65'536},
      {"128 MB", 134'217'728},
      {"1g", 1'073'741'824},
      {"2 tebibytes", 2'199'023'255'552},
  };
  for (const auto& [text, bytes] : cases) {
    const Result<int64_t> parsed = ParseMemorySizeBytes(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, bytes) << text;
  }
  for (const char* text : {"", "mb", "-1", "1.5 gb", "1 xb", "9000000000 gb"}) {
    EXPECT_EQ(ParseMemorySizeBytes(text).status().code(), kBadOptionValue) << text;
  }
}

TEST(OptionText, BooleansAndNumbers) {
  EXPECT_TRUE(*ParseBoolean("TRUE"));
  EXPECT_FALSE(*ParseBoolean(" false "));
  EXPECT_EQ(ParseBoolean("yes").status().code(), kBadOptionValue);
  EXPECT_EQ(*ParseInteger("-42"), -42);
  EXPECT_EQ(ParseInteger("4x").status().code(), kBadOptionValue);
  EXPECT_EQ(ParseInteger("").status().code(), kBadOptionValue);
  EXPECT_EQ(*ParseDouble("0.5"), 0.5);
  EXPECT_EQ(ParseDouble("half").status().code(), kBadOptionValue);
}

class ValidateOptionsTest : public testing::Test {
 protected:
  Status Validate(const Options& options) {
    return ValidateOptions("connector 'kafka'", descriptors_, options);
  }

  const std::vector<OptionDescriptor> descriptors_ = {
      {.key = "topic", .required = true, .description = "the topic to read"},
      {.key = "scan.startup.mode", .type = OptionType::kEnum, .values = {"earliest-offset", "latest-offset"}},
      {.key = "interval", .type = OptionType::kDuration},
      {.key = "properties.*"},
      {.key = "fields.*.min", .type = OptionType::kInteger},
  };
};

TEST_F(ValidateOptionsTest, AcceptsWhatIsDescribed) {
  EXPECT_TRUE(Validate({{"topic", "t"},
                        {"scan.startup.mode", "EARLIEST-offset"},
                        {"interval", "5 min"},
                        {"properties.bootstrap.servers", "a:1"},
                        {"fields.x.y.min", "3"}})
                  .ok());
}

TEST_F(ValidateOptionsTest, NamesTheClosestOption) {
  const Status status = Validate({{"topic", "t"}, {"scan.startup.mod", "x"}});
  EXPECT_EQ(status.code(), kUnknownOption);
  EXPECT_EQ(status.message(), "unknown option of connector 'kafka': 'scan.startup.mod'");
  EXPECT_EQ(status.suggestion(), "did you mean 'scan.startup.mode'?");
  EXPECT_EQ(Validate({{"topic", "t"}, {"properties.", "x"}}).code(), kUnknownOption);
  EXPECT_EQ(Validate({{"topic", "t"}, {"fields..min", "1"}}).code(), kUnknownOption);
}

TEST_F(ValidateOptionsTest, RefusesBadValues) {
  const Status mode = Validate({{"topic", "t"}, {"scan.startup.mode", "latest-offsets"}});
  EXPECT_EQ(mode.code(), kBadOptionValue);
  EXPECT_NE(mode.message().find("bad value of option 'scan.startup.mode' of connector 'kafka'"),
            std::string::npos);
  EXPECT_EQ(mode.suggestion(), "did you mean 'latest-offset'?");
  EXPECT_EQ(Validate({{"topic", "t"}, {"fields.a.min", "low"}}).code(), kBadOptionValue);
}

TEST_F(ValidateOptionsTest, NamesWhatIsMissing) {
  const Status status = Validate({{"interval", "1 s"}});
  EXPECT_EQ(status.code(), kMissingOption);
  EXPECT_NE(status.suggestion().find("the topic to read"), std::string::npos);
}

}  // namespace
}  // namespace millrace
