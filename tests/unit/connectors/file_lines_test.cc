#include "operators/connectors/filesystem/file_lines.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "operators/connectors/io/pacer.h"
#include "tests/unit/connectors/fake_env.h"
#include "tests/unit/core/env/temporary_directory.h"

namespace millrace {
namespace {

struct Read {
  std::vector<std::string> lines;
  std::vector<uint64_t> ends;
};

Read ReadLines(const std::string& text, uint64_t block_bytes, uint32_t num_lines_max) {
  FakeEnv env;
  env.file_system.Put("/f", text);
  FileLines lines(&env, "/f", 0, text.size(), nullptr, block_bytes);
  Read read;
  LineRun run;
  for (int i = 0; i < 10'000; ++i) {
    const auto state = lines.Next(num_lines_max, &run);
    EXPECT_TRUE(state.ok());
    if (*state == FileLines::State::kEnd) return read;
    if (*state == FileLines::State::kPending) {
      env.executor.RunAll();
      continue;
    }
    EXPECT_LE(run.lines.size(), num_lines_max);
    for (const RawRecord& line : run.lines) {
      const char* begin = reinterpret_cast<const char*>(run.buffer->data());
      EXPECT_TRUE(line.bytes.empty() ||
                  (line.bytes.data() >= begin &&
                   line.bytes.data() + line.bytes.size() <= begin + run.buffer->size()));
      read.lines.emplace_back(line.bytes);
    }
    read.ends.insert(read.ends.end(), run.ends.begin(), run.ends.end());
  }
  ADD_FAILURE() << "endless";
  return read;
}

TEST(FileLines, AreTheSameForEveryBlockSize) {
  const std::string text = "one\n\ntwo three\r\nfour\n\n\nfive is a longer line\nsix";
  const std::vector<std::string> expected = {"one", "", "two three", "four", "", "", "five is a longer line",
                                             "six"};
  const std::vector<uint64_t> ends = {4, 5, 16, 21, 22, 23, 45, 48};
  for (uint64_t block_bytes = 1; block_bytes <= text.size() + 1; ++block_bytes) {
    for (const uint32_t num_lines_max : {1u, 2u, 100u}) {
      const Read read = ReadLines(text, block_bytes, num_lines_max);
      EXPECT_EQ(read.lines, expected) << block_bytes;
      EXPECT_EQ(read.ends, ends) << block_bytes;
    }
  }
}

TEST(FileLines, OfEmptyTexts) {
  EXPECT_TRUE(ReadLines("", 4, 10).lines.empty());
  EXPECT_EQ(ReadLines("\n", 4, 10).lines, std::vector<std::string>{""});
  EXPECT_EQ(ReadLines("a", 4, 10).ends, std::vector<uint64_t>{1});
}

TEST(FileLines, ReadAheadOnRealThreads) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/lines";
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i) + "\n";
  const std::unique_ptr<Env> env = CreateSystemEnv(3);
  ASSERT_TRUE(env->files().WriteFileAtomically(path, text).ok());
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> num_ready = 0;
    FileLines lines(
        env.get(), path, 0, text.size(), [&num_ready] { ++num_ready; }, 5000);
    // Every other reader goes away in the middle.
    const size_t num_wanted = round % 2 == 0 ? 20'000 : 3'000;
    size_t num_lines = 0;
    LineRun run;
    while (num_lines < num_wanted) {
      const auto state = lines.Next(100, &run);
      ASSERT_TRUE(state.ok());
      ASSERT_NE(*state, FileLines::State::kEnd);
      num_lines += run.lines.size();
      if (*state == FileLines::State::kPending) std::this_thread::yield();
    }
    EXPECT_GE(num_lines, num_wanted);
  }
}

TEST(Pacer, RingsOnRealThreadsAndIsQuietWhenGone) {
  const std::unique_ptr<Env> env = CreateSystemEnv(1);
  std::atomic<int> num_rings = 0;
  for (int round = 0; round < 20; ++round) {
    const int num_before = num_rings;
    Pacer pacer(env.get(), 1000);
    pacer.Took(pacer.Allowed(100));
    pacer.WakeWhenAllowed([&num_rings] { ++num_rings; });
    while (round % 2 == 0 && num_rings == num_before) std::this_thread::yield();
  }
  EXPECT_GE(num_rings, 10);
}

}  // namespace
}  // namespace millrace
