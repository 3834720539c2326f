#include <gtest/gtest.h>

#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "core/types/proto_conversion.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/filesystem/filesystem_connector.h"
#include "tests/unit/connectors/source_harness.h"

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

const std::vector<Field> kLine = {{"line", DataType::String()}};
const Options kRaw = {{"path", "/in"}, {"format", "raw"}};

SourceHarness RawFiles(Options more = {}) {
  more.insert(kRaw.begin(), kRaw.end());
  return SourceHarness(MakeFilesystemConnector(), kLine, more);
}

Options With(Options options, const std::string& key, const std::string& value) {
  options[key] = value;
  return options;
}

TEST(FilesystemSource, ReadsFilesInOrderOfTheirPaths) {
  SourceHarness source = RawFiles();
  source.env.file_system.Put("/in/b", "3\n4");
  source.env.file_system.Put("/in/a/z", "1\r\n\n2\n");
  source.env.file_system.Put("/in/empty", "");
  source.env.file_system.Put("/in/.hidden", "no\n");
  source.env.file_system.Put("/in/_SUCCESS", "no\n");
  source.env.file_system.Put("/in/.tmp/x", "no\n");
  EXPECT_EQ(source.Rows(), (Lines{"[1]", "[]", "[2]", "[3]", "[4]"}));
  EXPECT_EQ(source.split_of_row, (std::vector<uint32_t>{0, 0, 0, 1, 1}));
  EXPECT_EQ(source.ended, (std::vector<uint32_t>{0, 1, 2}));
}

TEST(FilesystemSource, ReadsOneFile) {
  SourceHarness source(MakeFilesystemConnector(), kLine, With(kRaw, "path", "file:///in/a"));
  source.env.file_system.Put("/in/a", "1\n");
  source.env.file_system.Put("/in/ab", "2\n");
  EXPECT_EQ(source.Rows(), Lines{"[1]"});
}

TEST(FilesystemSource, TakesOnlyPathsThatMatch) {
  SourceHarness source = RawFiles({{"source.path.regex-pattern", "/in/.*\\.log"}});
  source.env.file_system.Put("/in/a.log", "1\n");
  source.env.file_system.Put("/in/a.log.1", "2\n");
  source.env.file_system.Put("/in/deep/er/b.log", "3\n");
  EXPECT_EQ(source.Rows(), (Lines{"[1]", "[3]"}));
}

TEST(FilesystemSource, SaysWhatIsWrongWithThePath) {
  const struct {
    const char* path;
    ErrorCode code;
  } cases[] = {
      {"/nowhere", kOutsideMissing},
      {"s3://bucket/x", kUnsupportedByConnector},
      {"file://host/x", kBadOptionValue},
      {"", kMissingOption},
  };
  for (const auto& test : cases) {
    SourceHarness source(MakeFilesystemConnector(), kLine, With(kRaw, "path", test.path));
    const Status status = source.Preflight();
    EXPECT_EQ(status.code(), test.code) << test.path << ": " << status.ToString();
    EXPECT_FALSE(status.suggestion().empty());
  }
  SourceHarness source = RawFiles();
  source.env.file_system.Put("/in/a.json.gz", "x");
  EXPECT_EQ(source.Preflight().code(), kUnsupportedByConnector);
}

TEST(FilesystemSource, FindsNewFilesOnce) {
  SourceHarness source = RawFiles({{"source.monitor-interval", "5 s"}});
  source.env.file_system.Put("/in/a", "1\n");
  const auto factory = MakeFilesystemConnector();
  ConnectorContext context;
  context.env = &source.env;
  auto enumerator = factory.create_enumerator(source.config, context, {"/in/old"}, "");
  ASSERT_TRUE(enumerator.ok());
  EXPECT_EQ((*enumerator)->next_discovery_ms(), 5000);
  source.env.file_system.Put("/in/old", "0\n");
  EXPECT_EQ((*enumerator)->Discover()->size(), 1u);
  EXPECT_EQ((*enumerator)->Discover()->size(), 0u);
  source.env.file_system.Put("/in/c", "3\n");
  source.env.file_system.Put("/in/b", "2\n");
  const auto more = (*enumerator)->Discover();
  ASSERT_EQ(more->size(), 2u);
  EXPECT_EQ((*more)[0].id, "/in/b");
}

TEST(FilesystemSource, AddsMetadataAndPartitionColumns) {
  const std::vector<Field> physical = {{"v", DataType::Integer()},
                                       {"site", DataType::String()},
                                       {"n", DataType::Integer()},
                                       {"day", DataType::Date()}};
  SourceHarness source(MakeFilesystemConnector(), physical, {{"path", "/in"}, {"format", "csv"}},
                       {{"file.name", {"name", DataType::String()}},
                        {"file.path", {"path", DataType::String()}},
                        {"file.size", {"size", DataType::Bigint()}},
                        {"file.modification-time", {"time", DataType::TimestampLtz(3)}}});
  source.config.add_partition_keys("site");
  source.config.add_partition_keys("day");
  source.env.file_system.Put("/in/site=east%2Fwest/day=2026-03-01/part-0", "1,10\n2,20\n");
  source.env.file_system.Put("/in/site=__DEFAULT_PARTITION__/day=2026-03-02/part-0", "3,30\n");
  EXPECT_EQ(
      source.Rows(),
      (Lines{"[3, null, 30, 2026-03-02, part-0, /in/site=__DEFAULT_PARTITION__/day=2026-03-02/part-0, 5, "
             "2023-11-14T22:13:20Z]",
             "[1, east/west, 10, 2026-03-01, part-0, /in/site=east%2Fwest/day=2026-03-01/part-0, 10, "
             "2023-11-14T22:13:20Z]",
             "[2, east/west, 20, 2026-03-01, part-0, /in/site=east%2Fwest/day=2026-03-01/part-0, 10, "
             "2023-11-14T22:13:20Z]"}));
}

TEST(FilesystemSource, RefusesFilesOutsideOfPartitions) {
  const std::vector<Field> physical = {{"v", DataType::Integer()}, {"day", DataType::Date()}};
  for (const char* path : {"/in/part-0", "/in/day=monday/part-0"}) {
    SourceHarness source(MakeFilesystemConnector(), physical, {{"path", "/in"}, {"format", "csv"}});
    source.config.add_partition_keys("day");
    source.env.file_system.Put(path, "1\n");
    const Lines rows = source.Rows();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].substr(0, 14), "error MR-3101:") << rows[0];
  }
}

TEST(FilesystemSource, ReadsSomeColumnsByPosition) {
  SourceHarness source(MakeFilesystemConnector(), {{"c", DataType::Integer()}},
                       {{"path", "/in"}, {"format", "csv"}});
  Schema declared;
  declared.fields = {{"a", DataType::Integer()}, {"b", DataType::String()}, {"c", DataType::Integer()}};
  ToProto(declared, source.config.mutable_declared());
  source.env.file_system.Put("/in/a", "x,y,3\n");
  EXPECT_EQ(source.Rows(), Lines{"[3]"});
}

TEST(FilesystemSource, NamesThePlaceOfABadRecord) {
  SourceHarness source(MakeFilesystemConnector(), {{"id", DataType::Integer()}},
                       {{"path", "/in"}, {"format", "json"}});
  source.env.file_system.Put("/in/a", "{\"id\":1}\n{\"id\":2}\n{\"id\":\"x\"}\n");
  EXPECT_EQ(source.Rows().back(),
            "error MR-3101: file '/in/a', line 3, byte 18: JSON value of field 'id' is not INT: \"x\"");
}

TEST(FilesystemSource, NoticesAFileThatShrank) {
  SourceHarness source = RawFiles();
  source.env.file_system.Put("/in/a", "1\n2\n");
  const auto splits = source.Discover();
  source.env.file_system.Put("/in/a", "1\n");
  ASSERT_TRUE(source.Start(*splits).ok());
  EXPECT_EQ(source.ReadAll().code(), kPositionLost);
}

TEST(FilesystemSource, IsIdleUntilItsBlockIsThere) {
  SourceHarness source = RawFiles();
  source.env.file_system.Put("/in/a", "1\n");
  ASSERT_TRUE(source.Start(*source.Discover()).ok());
  EXPECT_EQ(*source.Poll(10), ReadState::kIdle);
  EXPECT_EQ(source.num_wakeups, 0);
  source.env.executor.RunAll();
  EXPECT_EQ(source.num_wakeups, 1);
  EXPECT_EQ(*source.Poll(10), ReadState::kReady);
  EXPECT_EQ(*source.Poll(10), ReadState::kEnd);
}

TEST(FilesystemSource, MayGoAwayWhileItReads) {
  SourceHarness source = RawFiles();
  source.env.file_system.Put("/in/a", "1\n");
  ASSERT_TRUE(source.Start(*source.Discover()).ok());
  EXPECT_EQ(*source.Poll(10), ReadState::kIdle);
  ASSERT_TRUE(source.Start({}).ok());  // destroys the first reader
  source.env.executor.RunAll();
  EXPECT_EQ(source.num_wakeups, 0);
}

/// Reads all rows `step` at a time and restores from a snapshot after every poll.
Lines ReadWithRestores(SourceHarness* source, uint32_t step) {
  std::vector<Split> splits = *source->Discover();
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(source->Start(splits).ok());
    Result<ReadState> state = ReadState::kIdle;
    while ((state = source->Poll(step)).ok() && *state == ReadState::kIdle) source->env.executor.RunAll();
    EXPECT_TRUE(state.ok());
    splits = source->reader().Snapshot();
    if (*state == ReadState::kEnd) return source->rows;
  }
  return {"endless"};
}

TEST(FilesystemSource, GoesOnWhereASnapshotWasTaken) {
  Lines expected;
  std::string text;
  for (int i = 0; i < 200; ++i) {
    const std::string line = std::string(static_cast<size_t>(i * 7 % 40), 'x') + std::to_string(i);
    expected.push_back("[" + line + "]");
    text += line + (i == 199 ? "" : i % 3 == 0 ? "\r\n" : "\n");
  }
  for (const uint32_t step : {1u, 2u, 7u, 1000u}) {
    SourceHarness source = RawFiles();
    source.env.file_system.Put("/in/a", text);
    source.env.file_system.Put("/in/b", "last\n");
    Lines all = expected;
    all.push_back("[last]");
    EXPECT_EQ(ReadWithRestores(&source, step), all) << "step " << step;
  }
}

TEST(FilesystemSource, RefusesStrangePositions) {
  SourceHarness source = RawFiles();
  EXPECT_EQ(source.Start({{.id = "x", .position = "what"}}).code(), kCorruptBytes);
}

TEST(FilesystemOptions, AreChecked) {
  const ConnectorDescriptor descriptor = MakeFilesystemConnector().descriptor;
  const struct {
    const char* key;
    const char* value;
    ErrorCode code;
  } cases[] = {
      {"source.monitor-interval", "0 s", kBadOptionValue},
      {"source.path.regex-pattern", "(", kBadOptionValue},
      {"sink.rolling-policy.file-size", "0 b", kBadOptionValue},
      {"sink.rolling-policy.rollover-interval", "0 s", kBadOptionValue},
      {"sink.rolling-policy.check-interval", "soon", kBadOptionValue},
      {"auto-compaction", "true", kUnsupportedByConnector},
      {"compaction.file-size", "1 MB", kUnsupportedByConnector},
      {"sink.partition-commit.policy.kind", "success-file", kUnsupportedByConnector},
      {"sink.partition-commit.trigger", "partition-time", kUnsupportedByConnector},
      {"sink.shuffle-by-partition.enable", "true", kUnsupportedByConnector},
      {"partition.time-extractor.class", "X", kUnsupportedByConnector},
  };
  for (const auto& test : cases) {
    const Status status = descriptor.validate(With(kRaw, test.key, test.value), true);
    EXPECT_EQ(status.code(), test.code) << test.key << ": " << status.ToString();
    EXPECT_FALSE(status.suggestion().empty()) << test.key;
  }
  EXPECT_TRUE(descriptor.validate(With(kRaw, "auto-compaction", "false"), true).ok());
  EXPECT_TRUE(descriptor.bounded(kRaw));
  EXPECT_FALSE(descriptor.bounded(With(kRaw, "source.monitor-interval", "1 s")));
}

}  // namespace
}  // namespace millrace
