// Bytes that jobs have stored: what an earlier build wrote must be read for ever, and is written the same
// today.
#include <gtest/gtest.h>

#include <cstdio>

#include "operators/connectors/datagen/datagen_connector.h"
#include "operators/connectors/filesystem/file_position.h"
#include "operators/connectors/filesystem/filesystem_connector.h"
#include "operators/connectors/nexmark/nexmark_connector.h"
#include "operators/connectors/nexmark/nexmark_generator.h"
#include "proto/filesystem.pb.h"
#include "tests/unit/connectors/sink_harness.h"
#include "tests/unit/connectors/source_harness.h"

namespace millrace {
namespace {

std::string Hex(const std::string& bytes) {
  std::string hex;
  for (const char c : bytes) {
    char text[3];
    snprintf(text, sizeof(text), "%02x", static_cast<unsigned char>(c));
    hex += text;
  }
  return hex;
}

TEST(DurableBytes, OfFilePositions) {
  FilePosition position;
  position.path = "/in/a";
  position.size_bytes = 300;
  position.modified_micros = 1;
  position.offset = 200;
  position.num_records = 3;
  EXPECT_EQ(Hex(EncodeFilePosition(position)), "080112052f696e2f6118ac02200128c8013003");
  const auto read = DecodeFilePosition(EncodeFilePosition(position));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->path, "/in/a");
  EXPECT_EQ(read->size_bytes, 300u);
  EXPECT_EQ(read->modified_micros, 1);
  EXPECT_EQ(read->offset, 200u);
  EXPECT_EQ(read->num_records, 3u);
}

TEST(DurableBytes, OfStagedFiles) {
  SinkHarness sink(MakeFilesystemConnector(), {{"v", DataType::Integer()}},
                   {{"path", "/out"}, {"format", "csv"}});
  ASSERT_TRUE(sink.Start().ok());
  ASSERT_TRUE(sink.Write({"{\"v\":1}"}).ok());
  const auto committables = sink.Prepare(5);
  ASSERT_TRUE(committables.ok());
  proto::StagedFiles staged;
  ASSERT_TRUE(staged.ParseFromString((*committables)[0].content()));
  EXPECT_EQ(staged.version(), 1u);
  // The names are part of the bytes: those of the hashes and of the first random number.
  const std::string name = "part-" + staged.job() + staged.operator_() + "-9e3779b9-0-5-0";
  ASSERT_EQ(staged.files_size(), 1);
  EXPECT_EQ(staged.files(0).staged_path(), "/out/." + name + ".staged");
  EXPECT_EQ(staged.files(0).visible_path(), "/out/" + name);
  proto::StagedFiles fixed;
  ASSERT_TRUE(fixed.ParseFromString(
      std::string("\x08\x01\x12\x06\x0a\x01\x61\x12\x01\x62\x1a\x01\x6a\x22\x01\x6f\x28\x03", 18)));
  EXPECT_EQ(fixed.files(0).staged_path(), "a");
  EXPECT_EQ(fixed.files(0).visible_path(), "b");
  EXPECT_EQ(fixed.job() + fixed.operator_(), "jo");
  EXPECT_EQ(fixed.subtask(), 3u);
}

TEST(DurableBytes, OfGeneratorPositions) {
  SourceHarness datagen(MakeDatagenConnector(), {{"i", DataType::Integer()}}, {{"number-of-rows", "10"}});
  datagen.parallelism = 2;
  const auto rows = datagen.Discover();
  EXPECT_EQ((*rows)[1].id, "rows-1");
  EXPECT_EQ(Hex((*rows)[1].position), "080110011802");
  ASSERT_TRUE(datagen.Start({(*rows)[1]}).ok());
  datagen.env.executor.Advance(1'000'000);
  ASSERT_TRUE(datagen.Poll(3).ok());
  EXPECT_EQ(Hex(datagen.reader().Snapshot()[0].position), "0801100118022003");

  SourceHarness nexmark(MakeNexmarkConnector(), {NexmarkColumns()[0]},
                        {{"events.num", "1000"}, {"base-time", "1000"}});
  nexmark.parallelism = 2;
  const auto generators = nexmark.Discover();
  EXPECT_EQ((*generators)[1].id, "generator-1");
  EXPECT_EQ(Hex((*generators)[1].position), "08011001180220e80728f50330f403");
  ASSERT_TRUE(nexmark.Start({(*generators)[1]}).ok());
  ASSERT_TRUE(nexmark.Poll(5).ok());
  EXPECT_EQ(Hex(nexmark.reader().Snapshot()[0].position), "08011001180220e80728f50330f4033805");
}

/// Rows of generated tables are durable too: a restored job must go on with the same ones.
TEST(DurableBytes, OfGeneratedRows) {
  SourceHarness datagen(
      MakeDatagenConnector(), {{"i", DataType::Integer()}, {"s", DataType::String()}},
      {{"number-of-rows", "2"}, {"fields.s.length", "6"}, {"fields.i.max", "1000"}, {"fields.i.min", "0"}});
  ASSERT_TRUE(datagen.Start(*datagen.Discover()).ok());
  datagen.env.executor.Advance(1'000'000);
  ASSERT_TRUE(datagen.ReadAll().ok());
  EXPECT_EQ(datagen.rows, (std::vector<std::string>{"[227, d7cbc3]", "[498, ae252a]"}));

  SourceHarness nexmark(MakeNexmarkConnector(), {NexmarkColumns()[3]},
                        {{"events.num", "3"}, {"base-time", "1000"}});
  ASSERT_TRUE(nexmark.Start(*nexmark.Discover()).ok());
  ASSERT_TRUE(nexmark.ReadAll().ok());
  const std::string bid =
      "[+I[1008, 2001, 25743390, channel-9935, https://www.nexmark.com/hx_/puaq/bmvb/item.htm?query=1, "
      "1970-01-01T00:00:01, TyvyjawV`LZJ";
  EXPECT_EQ(nexmark.rows.at(2).substr(0, bid.size()), bid);
}

}  // namespace
}  // namespace millrace
