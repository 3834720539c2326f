#include "core/env/system_file_system.h"

#include <gmock/gmock.h>

#include <thread>

#include "core/error_codes.h"
#include "tests/unit/core/env/temporary_directory.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SystemFileSystemTest : public ::testing::Test {
 protected:
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    const Result<std::vector<FileInfo>> listed = files_->ListDirectory(directory_.path());
    for (const FileInfo& file : *listed) names.push_back(file.name);
    return names;
  }
  std::string Path(const std::string& name) { return directory_.File(name); }
  void Write(const std::string& name, std::string_view bytes) {
    const Status status = files_->WriteFileAtomically(Path(name), bytes);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<FileSystem> files_ = CreateSystemFileSystem();
};

TEST_F(SystemFileSystemTest, WritesAppendsAndReads) {
  {
    auto file = files_->Create(Path("a"));
    ASSERT_TRUE(file.ok());
    EXPECT_TRUE((*file)->Append("hello ").ok());
    EXPECT_TRUE((*file)->Append("world").ok());
    EXPECT_TRUE((*file)->Sync().ok());
    EXPECT_TRUE((*file)->Close().ok());
    EXPECT_TRUE((*file)->Close().ok());
  }
  {
    auto file = files_->OpenAppend(Path("a"));
    ASSERT_TRUE(file.ok());
    EXPECT_TRUE((*file)->Append("!").ok());
  }
  EXPECT_EQ(*files_->ReadFile(Path("a")), "hello world!");
  EXPECT_EQ(*files_->ReadAt(Path("a"), 6, 5), "world");
  EXPECT_EQ(*files_->ReadAt(Path("a"), 10, UINT64_MAX), "d!");
  EXPECT_EQ(*files_->ReadAt(Path("a"), 100, 5), "");
  EXPECT_TRUE(files_->Create(Path("a")).ok());
  EXPECT_EQ(*files_->ReadFile(Path("a")), "");
}

TEST_F(SystemFileSystemTest, ReadsFilesThatDoNotKnowTheirSize) {
  const Result<std::string> maps = files_->ReadFile("/proc/self/maps");
  ASSERT_TRUE(maps.ok());
  EXPECT_FALSE(maps->empty());
}

TEST_F(SystemFileSystemTest, WriteAtomicallyReplacesAndLeavesNoTemporary) {
  Write("a", "one");
  Write("a", "two");
  EXPECT_EQ(*files_->ReadFile(Path("a")), "two");
  EXPECT_THAT(Names(), ElementsAre("a"));
  EXPECT_TRUE(files_->CreateDirectories(Path("d")).ok());
  EXPECT_EQ(files_->WriteFileAtomically(Path("d"), "x").code(), kFileIo);
  EXPECT_THAT(Names(), ElementsAre("a", "d"));
}

TEST_F(SystemFileSystemTest, CreateExclusivelyRefusesAnExistingFile) {
  EXPECT_TRUE(files_->CreateFileExclusively(Path("record"), "mine").ok());
  const Status second = files_->CreateFileExclusively(Path("record"), "theirs");
  EXPECT_EQ(second.code(), kFileExists);
  EXPECT_THAT(second.message(), HasSubstr(Path("record")));
  EXPECT_EQ(*files_->ReadFile(Path("record")), "mine");
  EXPECT_THAT(Names(), ElementsAre("record"));
}

TEST_F(SystemFileSystemTest, CreateExclusivelyHasOneWinner) {
  constexpr int kNumThreads = 8;
  for (int round = 0; round < 20; ++round) {
    const std::string path = Path("record-" + std::to_string(round));
    std::vector<Status> results(kNumThreads);
    std::vector<std::thread> threads;
    for (int i = 0; i < kNumThreads; ++i) {
      threads.emplace_back([&, i] { results[i] = files_->CreateFileExclusively(path, std::to_string(i)); });
    }
    for (std::thread& thread : threads) thread.join();
    int winner = -1;
    for (int i = 0; i < kNumThreads; ++i) {
      if (!results[i].ok()) {
        EXPECT_EQ(results[i].code(), kFileExists);
      } else {
        EXPECT_EQ(winner, -1);
        winner = i;
      }
    }
    EXPECT_EQ(*files_->ReadFile(path), std::to_string(winner));
  }
}

TEST_F(SystemFileSystemTest, MissingFilesAreNotFound) {
  const Status missing = files_->ReadFile(Path("none")).status();
  EXPECT_EQ(missing.code(), kFileNotFound);
  EXPECT_EQ(missing.message(), "Cannot open file, No such file or directory: " + Path("none"));
  EXPECT_EQ(files_->ReadAt(Path("none"), 0, 1).status().code(), kFileNotFound);
  EXPECT_EQ(files_->Stat(Path("none")).status().code(), kFileNotFound);
  EXPECT_EQ(files_->ListDirectory(Path("none")).status().code(), kFileNotFound);
  EXPECT_EQ(files_->RemoveFile(Path("none")).code(), kFileNotFound);
  EXPECT_EQ(files_->Rename(Path("none"), Path("other")).code(), kFileNotFound);
  EXPECT_EQ(files_->HardLinkOrCopy(Path("none"), Path("other")).code(), kFileNotFound);
  EXPECT_EQ(files_->Create(Path("none/file")).status().code(), kFileNotFound);
  EXPECT_EQ(files_->CreateFileExclusively(Path("none/file"), "x").code(), kFileNotFound);
  EXPECT_EQ(files_->SyncDirectory(Path("none")).code(), kFileNotFound);
  EXPECT_TRUE(files_->RemoveRecursively(Path("none")).ok());
  EXPECT_FALSE(files_->Exists(Path("none")));
}

TEST_F(SystemFileSystemTest, FullDiskHasItsOwnCode) {
  auto file = files_->OpenAppend("/dev/full");
  ASSERT_TRUE(file.ok());
  const Status full = (*file)->Append("x");
  EXPECT_EQ(full.code(), kDiskFull);
  EXPECT_EQ(full.message(), "Cannot write file, No space left on device: /dev/full");
  EXPECT_THAT(full.suggestion(), HasSubstr("free space"));
}

TEST_F(SystemFileSystemTest, OtherErrorsAreIo) {
  EXPECT_EQ(files_->ReadFile(directory_.path()).status().code(), kFileIo);
  Write("file", "x");
  EXPECT_EQ(files_->CreateDirectories(Path("file/below")).code(), kFileIo);
  EXPECT_EQ(files_->CreateDirectories(Path("file")).code(), kFileExists);
  EXPECT_EQ(files_->ListDirectory(Path("file")).status().code(), kFileIo);
}

TEST_F(SystemFileSystemTest, DirectoriesAreListedByName) {
  EXPECT_TRUE(files_->CreateDirectories(Path("b/c/d/")).ok());
  EXPECT_TRUE(files_->CreateDirectories(Path("b/c")).ok());
  Write("c", "12345");
  Write("a", "");
  const Result<std::vector<FileInfo>> listed = files_->ListDirectory(directory_.path());
  ASSERT_TRUE(listed.ok());
  EXPECT_THAT(Names(), ElementsAre("a", "b", "c"));
  EXPECT_TRUE((*listed)[1].is_directory);
  EXPECT_EQ((*listed)[2].size_bytes, 5u);
  EXPECT_GT((*listed)[2].modified_micros, 1'500'000'000'000'000);
  const Result<FileInfo> info = files_->Stat(Path("c"));
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->name, "c");
  EXPECT_EQ(info->size_bytes, 5u);
}

TEST_F(SystemFileSystemTest, LinksRenamesAndRemoves) {
  Write("a", "content");
  EXPECT_TRUE(files_->HardLinkOrCopy(Path("a"), Path("b")).ok());
  EXPECT_EQ(files_->HardLinkOrCopy(Path("a"), Path("b")).code(), kFileExists);
  EXPECT_TRUE(files_->RemoveFile(Path("a")).ok());
  EXPECT_EQ(*files_->ReadFile(Path("b")), "content");
  Write("c", "other");
  EXPECT_TRUE(files_->Rename(Path("b"), Path("c")).ok());
  EXPECT_EQ(*files_->ReadFile(Path("c")), "content");
  EXPECT_TRUE(files_->SyncDirectory(directory_.path()).ok());
  EXPECT_TRUE(files_->CreateDirectories(Path("d/e")).ok());
  EXPECT_TRUE(files_->Rename(Path("c"), Path("d/e/c")).ok());
  EXPECT_TRUE(files_->RemoveRecursively(Path("d")).ok());
  EXPECT_TRUE(Names().empty());
}

TEST_F(SystemFileSystemTest, CopiesAcrossDevices) {
  // /proc is another device and refuses links into it as well as from it.
  ASSERT_TRUE(files_->HardLinkOrCopy("/proc/version", Path("copy")).ok());
  EXPECT_EQ(*files_->ReadFile(Path("copy")), *files_->ReadFile("/proc/version"));
}

TEST_F(SystemFileSystemTest, ScratchIsNotSynced) {
  // The system refuses to sync this file, so that a sync shows.
  const auto sync = [](FileSystem& files) {
    auto file = files.OpenAppend("/dev/null");
    EXPECT_TRUE(file.ok());
    return (*file)->Sync();
  };
  EXPECT_EQ(sync(*files_).code(), kFileIo);
  EXPECT_EQ(sync(*CreateSystemFileSystem("/de")).code(), kFileIo);
  EXPECT_TRUE(sync(*CreateSystemFileSystem("/dev")).ok());
  EXPECT_TRUE(sync(*CreateSystemFileSystem("/dev/null")).ok());
}

}  // namespace
}  // namespace millrace
