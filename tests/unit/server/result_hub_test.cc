#include "server/jobmanager/result_hub.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

/// Rows (value, weight) of one BIGINT column.
Batch Rows(const std::vector<std::pair<int64_t, int8_t>>& rows) {
  BatchBuilder builder(std::make_shared<const Schema>(Schema{{{"v", DataType::Bigint()}}, {}}));
  for (const auto& [value, weight] : rows) {
    builder.column(0).Append<int64_t>(value);
    builder.FinishRow(weight);
  }
  return builder.Finish();
}

std::string Text(const std::vector<RowChange>& changes) {
  std::string text;
  for (const RowChange& change : changes) text += change.op + change.row_json + " ";
  return text;
}

TEST(ResultHubTest, WeightsBecomeChanges) {
  const struct {
    std::vector<std::pair<int64_t, int8_t>> rows;
    const char* expected;
  } cases[] = {
      {{}, ""},
      {{{1, 1}, {2, 1}}, "+I[1] +I[2] "},
      {{{1, -1}}, "-D[1] "},
      {{{1, -1}, {2, 1}}, "-U[1] +U[2] "},
      {{{1, 1}, {1, -1}}, "+I[1] -D[1] "},
      {{{1, -1}, {2, -1}, {3, 1}, {4, 1}}, "-D[1] -U[2] +U[3] +I[4] "},
      {{{1, -1}, {2, 1}, {3, -1}, {4, 1}}, "-U[1] +U[2] -U[3] +U[4] "},
  };
  for (const auto& test : cases) {
    std::vector<RowChange> changes;
    AppendRowChanges(Rows(test.rows), &changes);
    EXPECT_EQ(Text(changes), test.expected);
  }
}

TEST(ResultHubTest, RowsOutsideTheSelectionAreNotSeen) {
  Batch batch = Rows({{1, -1}, {2, -1}, {3, 1}});
  batch.selection = std::make_shared<const Selection>(Selection{0, 2});
  std::vector<RowChange> changes;
  AppendRowChanges(batch, &changes);
  EXPECT_EQ(Text(changes), "-U[1] +U[3] ");
}

TEST(ResultHubTest, SubscribersGetTheRowsOfTheirQuery) {
  JobResults results;
  results.OnRows(1, Rows({{1, 1}}));  // nobody listens yet
  const auto first = results.Subscribe(1, 0);
  const auto again = results.Subscribe(1, 0);
  const auto other = results.Subscribe(2, 0);
  results.OnRows(1, Rows({{2, 1}}));
  results.OnRows(2, Rows({{3, 1}}));
  EXPECT_EQ(Text(first->Take(0)), "+I[2] ");
  EXPECT_EQ(Text(again->Take(0)), "+I[2] ");
  EXPECT_EQ(Text(other->Take(0)), "+I[3] ");
  EXPECT_EQ(Text(first->Take(0)), "");
  EXPECT_FALSE(first->ended());
}

TEST(ResultHubTest, DroppedRowsOfASlowSubscriberAreCounted) {
  JobResults results;
  const auto slow = results.Subscribe(1, 2);
  const auto patient = results.Subscribe(1, 0);
  results.OnRows(1, Rows({{1, 1}, {2, 1}, {3, 1}}));
  results.OnRows(1, Rows({{4, 1}}));
  EXPECT_EQ(Text(slow->Take(0)), "+I[1] +I[2] ");
  EXPECT_EQ(slow->TakeDropped(), 2u);
  EXPECT_EQ(slow->TakeDropped(), 0u);
  EXPECT_EQ(Text(patient->Take(0)), "+I[1] +I[2] +I[3] +I[4] ");
  EXPECT_EQ(patient->TakeDropped(), 0u);
  results.OnRows(1, Rows({{5, 1}}));
  EXPECT_EQ(Text(slow->Take(0)), "+I[5] ");
}

TEST(ResultHubTest, ProducersWaitForAReaderOfEveryRow) {
  JobResults results;
  int num_wakeups = 0;
  const auto has_room = [&] { return results.HasRoom(1, &results, [&num_wakeups] { ++num_wakeups; }); };
  EXPECT_TRUE(has_room());  // nobody listens
  auto reader = results.Subscribe(1, 0);
  const auto dropping = results.Subscribe(1, 1);
  EXPECT_TRUE(has_room());
  const Batch many = Rows(std::vector<std::pair<int64_t, int8_t>>(10'000, {1, 1}));
  size_t num_batches = 0;
  for (; has_room(); ++num_batches) results.OnRows(1, many);
  EXPECT_EQ(num_batches, 7u);  // 65,536 rows, and the batch that goes beyond
  EXPECT_TRUE(results.HasRoom(2, &results, [] {}));
  EXPECT_EQ(num_wakeups, 0);
  EXPECT_EQ(reader->Take(0).size(), 70'000u);
  EXPECT_EQ(num_wakeups, 1);
  EXPECT_TRUE(has_room());

  for (; has_room();) results.OnRows(1, many);
  results.Forget(&results);
  EXPECT_EQ(reader->Take(0).size(), 70'000u);
  EXPECT_EQ(num_wakeups, 1);

  for (; has_room();) results.OnRows(1, many);
  reader.reset();  // who has left holds nobody up
  EXPECT_EQ(num_wakeups, 2);
  EXPECT_TRUE(has_room());
}

TEST(ResultHubTest, EndComesBehindTheLastRow) {
  JobResults results;
  const auto subscription = results.Subscribe(1, 0);
  results.OnRows(1, Rows({{1, 1}}));
  results.End();
  EXPECT_FALSE(subscription->ended());
  EXPECT_EQ(Text(subscription->Take(60'000)), "+I[1] ");
  EXPECT_TRUE(subscription->ended());
  EXPECT_TRUE(subscription->Take(60'000).empty());
  const auto late = results.Subscribe(1, 0);
  EXPECT_TRUE(late->ended());
}

}  // namespace
}  // namespace millrace
