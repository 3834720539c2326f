#include "operators/changelog/upsert_materialize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/changelog/kept_rows.h"
#include "tests/unit/operators/harness.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Rows of id below the sink's key k.
HarnessOptions Options(const std::string& more = "upsert_key: 1") {
  HarnessOptions options;
  options.config = "upsert_materialize { keys: 0 " + more + " }";
  options.inputs = {"k STRING, id INT, v STRING"};
  options.output = "k STRING NOT NULL, id INT, v STRING";
  options.keys = {{0}};
  return options;
}

class UpsertMaterializeTest : public testing::Test {
 protected:
  const OperatorFactory factory_ = UpsertMaterializeFactory();
};

TEST_F(UpsertMaterializeTest, LastRowOfAKeyCountsAndTheOneBeforeItComesBack) {
  for (const char* upsert_key : {"", "upsert_key: 1"}) {
    SCOPED_TRACE(upsert_key);
    Harness harness(factory_, Options(upsert_key));
    const struct {
      const char* what;
      std::vector<std::string> in;
      std::vector<std::string> out;
    } kSteps[] = {
        {"first row", {"a, 1, x"}, {"+[\"a\",1,\"x\"]"}},
        {"a later one", {"a, 2, y"}, {"-[\"a\",1,\"x\"]", "+[\"a\",2,\"y\"]"}},
        {"the last one",
         {"a, 3, z", "b, 4, w"},
         {"-[\"a\",2,\"y\"]", "+[\"a\",3,\"z\"]", "+[\"b\",4,\"w\"]"}},
        {"behind the last one", {"- a, 2, y"}, {}},
        {"not there", {"- a, 9, y", "- c, 9, y"}, {}},
        {"the one before comes back", {"- a, 3, z"}, {"-[\"a\",3,\"z\"]", "+[\"a\",1,\"x\"]"}},
        {"update in place", {"- a, 1, x", "a, 1, u"}, {"-[\"a\",1,\"x\"]", "+[\"a\",1,\"u\"]"}},
        {"none is left", {"- a, 1, u"}, {"-[\"a\",1,\"u\"]"}},
        {"from the start", {"a, 1, x"}, {"+[\"a\",1,\"x\"]"}},
        {"one change a key", {"a, 5, p", "a, 6, q", "- a, 5, p"}, {"-[\"a\",1,\"x\"]", "+[\"a\",6,\"q\"]"}},
        {"nothing in the end", {"a, 7, p", "- a, 7, p", "c, 1, p", "- c, 1, p"}, {}},
        {"other keys are as they were", {"- b, 4, w"}, {"-[\"b\",4,\"w\"]"}},
    };
    for (const auto& step : kSteps) {
      ASSERT_OK(harness.Push(step.in));
      EXPECT_EQ(harness.TakeRows(), step.out) << step.what;
    }
  }
}

TEST_F(UpsertMaterializeTest, EqualRowsCount) {
  Harness harness(factory_, Options(""));
  ASSERT_OK(harness.Push({"a, 1, x", "a, 2, y", "a, 1, x"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",1,\"x\"]"));
  // The first of the equal rows goes.
  ASSERT_OK(harness.Push({"- a, 1, x"}));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
  ASSERT_OK(harness.Push({"- a, 1, x"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",1,\"x\"]", "+[\"a\",2,\"y\"]"));
}

TEST_F(UpsertMaterializeTest, UpsertKeyFindsRowsWhoseOtherColumnsDiffer) {
  Harness harness(factory_, Options());
  ASSERT_OK(harness.Push({"a, 1, x", "a, 2, y"}));
  harness.TakeRows();
  ASSERT_OK(harness.Push({"- a, 1, other"}));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
  ASSERT_OK(harness.Push({"- a, 2, other"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",2,\"y\"]"));
  // A row that was not taken back is replaced by its next state.
  ASSERT_OK(harness.Push({"a, 1, x", "a, NULL, y", "a, 1, z"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",1,\"z\"]"));
  ASSERT_OK(harness.Push({"- a, 1, z"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",1,\"z\"]", "+[\"a\",null,\"y\"]"));
}

TEST_F(UpsertMaterializeTest, ForgetsKeysAfterTheirTimeToLive) {
  Harness harness(factory_, Options("upsert_key: 1 state_ttl_ms: 1000"));
  ASSERT_OK(harness.Push({"a, 1, x", "b, 1, x"}));
  ASSERT_OK(harness.SetTime(1'500'000));
  ASSERT_OK(harness.Push({"b, 2, y"}));
  harness.TakeRows();
  ASSERT_OK(harness.SetTime(2'100'000));
  ASSERT_OK(harness.Push({"- a, 1, x", "a, 2, y", "- b, 2, y"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",2,\"y\"]", "-[\"b\",2,\"y\"]", "+[\"b\",1,\"x\"]"));
}

TEST_F(UpsertMaterializeTest, RowsThatTheSinkWouldNotTakeAreTreatedAsByTheSink) {
  HarnessOptions options = Options();
  options.output = "k STRING NOT NULL, id INT, v STRING NOT NULL";
  EXPECT_EQ(Harness(factory_, options).Push({"a, 1, NULL"}).code(), kNullInNotNullColumn);
  options.job_options["table.exec.sink.not-null-enforcer"] = "DROP";
  Harness harness(factory_, options);
  ASSERT_OK(harness.Push({"a, 1, x", "a, 2, NULL"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",1,\"x\"]"));
  ASSERT_OK(harness.Push({"- a, 2, NULL"}));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
}

TEST_F(UpsertMaterializeTest, RefusesWhatDoesNotFit) {
  HarnessOptions options = Options();
  options.config = "upsert_materialize { upsert_key: 1 }";
  EXPECT_EQ(Harness(factory_, options).Open().code(), kBadOperatorConfig);
  options.config = "upsert_materialize { keys: 7 }";
  EXPECT_EQ(Harness(factory_, options).Open().code(), kBadOperatorConfig);
  options = Options();
  options.output = "k STRING, id BIGINT, v STRING";
  EXPECT_EQ(Harness(factory_, options).Open().code(), kBadOperatorConfig);
  options = Options();
  options.job_options["table.exec.sink.not-null-enforcer"] = "SOMETIMES";
  EXPECT_EQ(Harness(factory_, options).Open().code(), kBadOptionValue);
}

TEST_F(UpsertMaterializeTest, OrderSurvivesARestoreAtAnotherParallelism) {
  HarnessOptions options = Options();
  options.memory_bytes = 4096;  // rows leave memory after each checkpoint
  Harness harness(factory_, options);
  std::vector<std::string> rows;
  for (int id = 1; id <= 3; ++id) {
    for (int key = 0; key < 40; ++key) {
      rows.push_back("key number " + std::to_string(key) + ", " + std::to_string(id) + ", a value");
    }
  }
  ASSERT_OK(harness.Push(rows));
  Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(1);
  ASSERT_OK(checkpoint.status());
  ASSERT_OK(harness.Restore(*checkpoint, 3));
  harness.TakeRows();
  ASSERT_OK(harness.Push({"- key number 7, 3, a value", "- key number 8, 1, a value"}));
  EXPECT_THAT(harness.TakeRows(),
              ElementsAre("-[\"key number 7\",3,\"a value\"]", "+[\"key number 7\",2,\"a value\"]"));
  checkpoint = harness.Checkpoint(2);
  ASSERT_OK(checkpoint.status());
  ASSERT_OK(harness.Restore(*checkpoint, 2));
  ASSERT_OK(harness.Push({"- key number 7, 2, a value"}));
  ASSERT_OK(harness.Push({"- key number 8, 3, a value"}));
  EXPECT_THAT(harness.TakeRows(),
              ElementsAre("-[\"key number 7\",2,\"a value\"]", "+[\"key number 7\",1,\"a value\"]",
                          "-[\"key number 8\",3,\"a value\"]", "+[\"key number 8\",2,\"a value\"]"));
}

/// Rows of ids that move among few keys; what is left of each key is its row that came last.
TEST_F(UpsertMaterializeTest, RandomChangesFoldToTheLastRowOfEachKey) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    HarnessOptions options = Options(seed % 3 == 0 ? "" : "upsert_key: 1");
    options.parallelism = 1 + seed % 2;
    if (seed % 2 == 1) options.memory_bytes = 4096;
    Harness harness(factory_, options);
    std::map<int, std::string> rows;                         // of each id
    std::map<std::string, std::vector<std::string>> by_key;  // in the order they came
    std::vector<std::string> all;
    const auto key_of = [](const std::string& row) { return row.substr(0, row.find(',')); };
    for (int step = 0; step < 60; ++step) {
      std::vector<std::string> changes;
      for (uint32_t i = 0, size = 1 + random() % 6; i < size; ++i) {
        const int id = static_cast<int>(random() % 8);
        if (const auto old = rows.find(id); old != rows.end()) {
          changes.push_back("- " + old->second);
          auto& of_key = by_key[key_of(old->second)];
          of_key.erase(std::find(of_key.begin(), of_key.end(), old->second));
          rows.erase(old);
        }
        if (random() % 4 == 0) continue;
        rows[id] = "k" + std::to_string(random() % 4) + ", " + std::to_string(id) + ", value number " +
                   std::to_string(random() % 3);
        changes.push_back(rows[id]);
        by_key[key_of(rows[id])].push_back(rows[id]);
      }
      ASSERT_OK(harness.Push(changes));
      const std::vector<std::string> out = harness.TakeRows();
      all.insert(all.end(), out.begin(), out.end());
      if (step % 17 == 16) {
        Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(static_cast<uint64_t>(step));
        ASSERT_OK(checkpoint.status());
        ASSERT_OK(harness.Restore(*checkpoint, 1 + random() % 3));
      }
      std::vector<std::string> left;
      for (const auto& [key, of_key] : by_key) {
        if (!of_key.empty()) left.push_back(of_key.back());
      }
      const SchemaPtr schema = ParseSchema(options.output);
      EXPECT_EQ(Fold(all), Fold(left.empty() ? left : FormatRows(ParseRows(schema, left))))
          << "seed " << seed << " step " << step;
    }
  }
}

TEST(KeptRowsTest, BytesAreStable) {
  std::string bytes;
  KeptRows rows(false);
  rows.Add({"row", "i"});
  rows.Add({"s", "jk"});
  rows.Append(&bytes);
  EXPECT_EQ(bytes, std::string("\x03\0\0\0row\x01\0\0\0i\x01\0\0\0s\x02\0\0\0jk", 23));
  KeptRows read(false);
  ASSERT_OK(read.Read(bytes));
  EXPECT_EQ(read.last(), "s");
  EXPECT_TRUE(read.TakeBack("jk"));
  EXPECT_EQ(read.last(), "row");

  bytes.clear();
  KeptRows whole(true);
  whole.Add({"row", "row"});
  whole.Append(&bytes);
  EXPECT_EQ(bytes, std::string("\x03\0\0\0row", 7));
}

TEST(KeptRowsTest, CutOffBytesAreRefused) {
  const std::string bytes("\x03\0\0\0row\x01\0\0\0i", 12);
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(KeptRows(false).Read(bytes.substr(0, size)).code(), kCorruptBytes) << size;
  }
}

}  // namespace
}  // namespace millrace
