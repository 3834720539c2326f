#include "state/object_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/error_codes.h"
#include "state/error_codes.h"
#include "tests/unit/state/state_fixture.h"

namespace millrace {
namespace {

class ObjectStoreTest : public StateTest {
 protected:
  std::vector<std::string> List(const std::string& prefix) {
    std::vector<std::string> paths;
    for (const ObjectInfo& object : ValueOf(store_->List(prefix))) paths.push_back(object.path);
    return paths;
  }
  std::string LocalFile(const std::string& name, const std::string& bytes) {
    const std::string file = directory_ + "/" + name;
    EXPECT_OK(env_->files().WriteFileAtomically(file, bytes));
    return file;
  }
};

TEST_F(ObjectStoreTest, PutsGetsAndReplaces) {
  EXPECT_EQ(store_->Get("a/b/c").status().code(), kFileNotFound);
  EXPECT_OK(store_->Put("a/b/c", "one"));
  EXPECT_EQ(ValueOf(store_->Get("a/b/c")), "one");
  EXPECT_OK(store_->Put("a/b/c", std::string("two\0three", 9)));
  EXPECT_EQ(ValueOf(store_->Get("a/b/c")).size(), 9u);
  EXPECT_OK(store_->Put("top", ""));
  EXPECT_EQ(ValueOf(store_->Get("top")), "");
  EXPECT_EQ(store_->Uri("a/b/c"), "file://" + directory_ + "/store/a/b/c");
}

TEST_F(ObjectStoreTest, MovesWholeFiles) {
  EXPECT_OK(store_->PutFile("x/file", LocalFile("first", "one")));
  EXPECT_EQ(ValueOf(store_->Get("x/file")), "one");
  EXPECT_OK(store_->PutFile("x/file", LocalFile("second", "two")));
  EXPECT_OK(store_->GetToFile("x/file", directory_ + "/copy"));
  EXPECT_EQ(ValueOf(env_->files().ReadFile(directory_ + "/copy")), "two");
  EXPECT_OK(store_->Delete("x/file"));
  EXPECT_EQ(ValueOf(env_->files().ReadFile(directory_ + "/copy")), "two");
  EXPECT_EQ(store_->GetToFile("x/file", directory_ + "/other").code(), kFileNotFound);
  EXPECT_EQ(store_->PutFile("x/file", directory_ + "/nothing").code(), kFileNotFound);
  EXPECT_TRUE(List("").empty());
}

TEST_F(ObjectStoreTest, CreatesOnlyWhatIsAbsent) {
  EXPECT_OK(store_->CreateIfAbsent("epochs/1", "mine"));
  const Status again = store_->CreateIfAbsent("epochs/1", "yours");
  EXPECT_EQ(again.code(), kFileExists);
  EXPECT_NE(again.message().find("epochs/1"), std::string::npos);
  EXPECT_EQ(ValueOf(store_->Get("epochs/1")), "mine");
}

TEST_F(ObjectStoreTest, OneOfManyCreatorsWins) {
  for (int round = 0; round < 20; ++round) {
    const std::string path = "race/" + std::to_string(round);
    std::atomic<int> num_winners = 0;
    std::vector<std::thread> threads;
    for (int writer = 0; writer < 4; ++writer) {
      threads.emplace_back([&, writer] {
        if (store_->CreateIfAbsent(path, std::to_string(writer)).ok()) ++num_winners;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(num_winners, 1);
  }
}

TEST_F(ObjectStoreTest, ListsByPrefix) {
  for (const char* path : {"a/1", "a/2", "ab/1", "a/b/c/3", "b"}) EXPECT_OK(store_->Put(path, "123"));
  EXPECT_OK(env_->files().WriteFileAtomically(directory_ + "/store/a/9.tmp-1-2", "half"));
  using Paths = std::vector<std::string>;
  EXPECT_EQ(List(""), (Paths{"a/1", "a/2", "a/b/c/3", "ab/1", "b"}));
  EXPECT_EQ(List("a"), (Paths{"a/1", "a/2", "a/b/c/3", "ab/1"}));
  EXPECT_EQ(List("a/"), (Paths{"a/1", "a/2", "a/b/c/3"}));
  EXPECT_EQ(List("a/b"), (Paths{"a/b/c/3"}));
  EXPECT_EQ(List("a/2"), (Paths{"a/2"}));
  EXPECT_EQ(List("nothing/at/all"), Paths());
  EXPECT_EQ(ValueOf(store_->List("b"))[0].size_bytes, 3u);
}

TEST_F(ObjectStoreTest, DeletesAlsoWhatIsMissing) {
  EXPECT_OK(store_->Put("a", "1"));
  EXPECT_OK(store_->Delete("a"));
  EXPECT_OK(store_->Delete("a"));
  EXPECT_OK(store_->Delete("no/such/folder"));
}

TEST_F(ObjectStoreTest, PathsStayInside) {
  for (const char* path : {"../a", "a/../../b", "/etc/passwd", "a//b", "a/", "./a"}) {
    EXPECT_EQ(store_->Put(path, "x").code(), kStateStore) << path;
    EXPECT_EQ(store_->Get(path).status().code(), kStateStore) << path;
    EXPECT_EQ(store_->Delete(path).code(), kStateStore) << path;
    EXPECT_EQ(store_->GetToFile(path, directory_ + "/copy").code(), kStateStore) << path;
  }
  EXPECT_EQ(store_->List("../").status().code(), kStateStore);
}

TEST_F(ObjectStoreTest, OpensDirectoriesOnly) {
  for (const std::string& uri : {directory_ + "/one", "file://" + directory_ + "/two///"}) {
    const auto store = ValueOf(OpenObjectStore(uri, *env_));
    EXPECT_OK(store->Put("a", "1"));
  }
  EXPECT_TRUE(env_->files().Exists(directory_ + "/two/a"));
  for (const char* uri : {"s3://bucket/dir", "hdfs://host/dir", "file://relative/dir", ""}) {
    const Status status = OpenObjectStore(uri, *env_).status();
    EXPECT_EQ(status.code(), kUnsupportedStore) << uri;
    EXPECT_FALSE(status.suggestion().empty()) << uri;
  }
}

}  // namespace
}  // namespace millrace
