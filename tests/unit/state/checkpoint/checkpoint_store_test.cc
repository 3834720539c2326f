#include "state/checkpoint/checkpoint_store.h"

#include <gtest/gtest.h>

#include "core/error_codes.h"
#include "core/row/key_hash.h"
#include "state/error_codes.h"
#include "tests/unit/state/state_fixture.h"

namespace millrace::checkpoint {
namespace {

class CheckpointStoreTest : public StateTest {
 protected:
  CheckpointStoreTest() : checkpoints_(store_) {}

  proto::StoredFile PutFile(const std::string& path, const std::string& bytes) {
    EXPECT_OK(store_->Put(path, bytes));
    proto::StoredFile file;
    file.set_path(path);
    file.set_length(bytes.size());
    file.set_checksum(HashBytes(bytes));
    return file;
  }

  /// A manifest with keyed files named by `names` and one staged file.
  proto::CheckpointManifest MakeManifest(uint64_t epoch, const std::vector<std::string>& names,
                                         uint64_t generation = 3) {
    proto::CheckpointManifest manifest;
    manifest.set_version(1);
    manifest.set_job_id("00000000000000000000000000000001");
    manifest.set_epoch(epoch);
    manifest.set_generation(generation);
    proto::SubtaskSnapshot* subtask = manifest.add_operators()->add_subtasks();
    for (const std::string& name : names) {
      proto::NamedFile* file = subtask->add_keyed_files();
      file->set_name(name);
      *file->mutable_file() = PutFile("shared/op/" + name, "content of " + name);
    }
    *subtask->add_staged_files() = PutFile("staged/sink-0/" + std::to_string(epoch), "rows");
    return manifest;
  }
  RecordOutcome Commit(const proto::CheckpointManifest& manifest) {
    const proto::StoredFile written = ValueOf(checkpoints_.WriteManifest(manifest));
    return checkpoints_.CommitEpoch(Epoch{manifest.epoch()}, Generation{manifest.generation()}, written);
  }
  std::vector<std::string> Paths(const std::string& prefix) {
    std::vector<std::string> paths;
    for (const ObjectInfo& object : ValueOf(store_->List(prefix))) paths.push_back(object.path);
    return paths;
  }

  CheckpointStore checkpoints_;
};

TEST_F(CheckpointStoreTest, CommitsAndReadsBack) {
  const proto::CheckpointManifest manifest = MakeManifest(4, {"a", "b"});
  EXPECT_EQ(Commit(manifest), RecordOutcome::kCreated);
  EXPECT_EQ(Paths("epochs/"), (std::vector<std::string>{"epochs/4-3.manifest", "epochs/4.record"}));
  const auto found = ValueOf(checkpoints_.ListEpochs());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].epoch, Epoch{4});
  EXPECT_EQ(found[0].generation, Generation{3});
  EXPECT_TRUE(found[0].manifest_valid);
  EXPECT_FALSE(found[0].savepoint);
  const proto::CheckpointManifest read = ValueOf(checkpoints_.ReadManifest(Epoch{4}));
  EXPECT_EQ(read.SerializeAsString(), manifest.SerializeAsString());
  EXPECT_OK(checkpoints_.Verify(read));
  EXPECT_EQ(checkpoints_.ReadManifest(Epoch{5}).status().code(), kCheckpointNotFound);
}

TEST_F(CheckpointStoreTest, TellsWhoseARecordIs) {
  const proto::StoredFile written = ValueOf(checkpoints_.WriteManifest(MakeManifest(4, {"a"})));
  EXPECT_EQ(checkpoints_.CommitEpoch(Epoch{4}, Generation{3}, written), RecordOutcome::kCreated);
  EXPECT_EQ(checkpoints_.CommitEpoch(Epoch{4}, Generation{3}, written), RecordOutcome::kExistsOurs);
  proto::StoredFile other = written;
  other.set_checksum(1);
  EXPECT_EQ(checkpoints_.CommitEpoch(Epoch{4}, Generation{3}, other), RecordOutcome::kExistsOther);
  EXPECT_EQ(checkpoints_.CommitEpoch(Epoch{4}, Generation{2}, written), RecordOutcome::kExistsOther);
}

TEST_F(CheckpointStoreTest, LeaderThatWasReplacedCommitsNothing) {
  const proto::StoredFile old = ValueOf(checkpoints_.WriteManifest(MakeManifest(4, {"a"}, 3)));
  ASSERT_EQ(Commit(MakeManifest(5, {"a"}, 3)), RecordOutcome::kCreated);
  // Behind a newer record, also when its own epoch has none (any more).
  EXPECT_EQ(checkpoints_.CommitEpoch(Epoch{4}, Generation{3}, old), RecordOutcome::kExistsOther);
  // Another generation is about to commit.
  ASSERT_TRUE(checkpoints_.WriteManifest(MakeManifest(6, {"a"}, 4)).ok());
  EXPECT_EQ(Commit(MakeManifest(6, {"a"}, 3)), RecordOutcome::kExistsOther);
}

TEST_F(CheckpointStoreTest, FindsDamage) {
  const proto::CheckpointManifest manifest = MakeManifest(4, {"a", "b"});
  ASSERT_EQ(Commit(manifest), RecordOutcome::kCreated);
  const auto expect_damaged = [&](const Status& status, const std::string& path) {
    EXPECT_EQ(status.code(), kCheckpointDamaged);
    EXPECT_NE(status.message().find(store_->Uri(path)), std::string::npos) << status.ToString();
  };
  EXPECT_OK(store_->Put("shared/op/b", "content of c"));
  expect_damaged(checkpoints_.Verify(manifest), "shared/op/b");
  EXPECT_OK(store_->Put("shared/op/a", "short"));
  expect_damaged(checkpoints_.Verify(manifest), "shared/op/a");
  EXPECT_OK(store_->Delete("shared/op/a"));
  expect_damaged(checkpoints_.Verify(manifest), "shared/op/a");
  EXPECT_TRUE(ValueOf(checkpoints_.ListEpochs())[0].manifest_valid);  // says nothing about the files

  EXPECT_OK(store_->Put("epochs/4-3.manifest", "nonsense"));
  EXPECT_FALSE(ValueOf(checkpoints_.ListEpochs())[0].manifest_valid);
  expect_damaged(checkpoints_.ReadManifest(Epoch{4}).status(), "epochs/4-3.manifest");
  EXPECT_OK(store_->Put("epochs/4.record", "nonsense"));
  EXPECT_FALSE(ValueOf(checkpoints_.ListEpochs())[0].manifest_valid);
  expect_damaged(checkpoints_.ReadManifest(Epoch{4}).status(), "epochs/4.record");
}

TEST_F(CheckpointStoreTest, DeletesFilesThatOnlyDeletedEpochsReferTo) {
  ASSERT_EQ(Commit(MakeManifest(1, {"a", "b"})), RecordOutcome::kCreated);
  ASSERT_EQ(Commit(MakeManifest(2, {"b", "c"})), RecordOutcome::kCreated);
  ASSERT_EQ(Commit(MakeManifest(3, {"c", "d"})), RecordOutcome::kCreated);
  ASSERT_TRUE(checkpoints_.WriteManifest(MakeManifest(4, {"d", "e"})).ok());  // on its way
  PutFile("shared/op/f", "of no manifest yet");
  EXPECT_OK(checkpoints_.DeleteEpochs({Epoch{1}, Epoch{2}}));
  EXPECT_EQ(Paths("shared/"),
            (std::vector<std::string>{"shared/op/c", "shared/op/d", "shared/op/e", "shared/op/f"}));
  EXPECT_EQ(Paths("staged/"), (std::vector<std::string>{"staged/sink-0/3", "staged/sink-0/4"}));
  EXPECT_EQ(Paths("epochs/"),
            (std::vector<std::string>{"epochs/3-3.manifest", "epochs/3.record", "epochs/4-3.manifest"}));
  EXPECT_OK(checkpoints_.Verify(ValueOf(checkpoints_.ReadManifest(Epoch{3}))));
}

TEST_F(CheckpointStoreTest, FinishesAnInterruptedDeletion) {
  ASSERT_EQ(Commit(MakeManifest(1, {"a", "b"})), RecordOutcome::kCreated);
  ASSERT_EQ(Commit(MakeManifest(2, {"b", "c"})), RecordOutcome::kCreated);
  EXPECT_OK(store_->Delete("epochs/1.record"));
  EXPECT_OK(checkpoints_.DeleteEpochs({}));
  EXPECT_EQ(Paths("shared/"), (std::vector<std::string>{"shared/op/b", "shared/op/c"}));
  EXPECT_EQ(Paths("epochs/"), (std::vector<std::string>{"epochs/2-3.manifest", "epochs/2.record"}));
}

TEST_F(CheckpointStoreTest, DeletesNoFileWhileAKeptManifestIsUnreadable) {
  ASSERT_EQ(Commit(MakeManifest(1, {"a"})), RecordOutcome::kCreated);
  ASSERT_EQ(Commit(MakeManifest(2, {"a"})), RecordOutcome::kCreated);
  EXPECT_OK(store_->Put("epochs/2-3.manifest", "nonsense"));
  EXPECT_EQ(checkpoints_.DeleteEpochs({Epoch{1}}).code(), kCheckpointDamaged);
  EXPECT_EQ(Paths("shared/"), (std::vector<std::string>{"shared/op/a"}));
}

TEST_F(CheckpointStoreTest, SavepointNeedsNothingOfTheJob) {
  ASSERT_EQ(Commit(MakeManifest(9, {"a", "b"})), RecordOutcome::kCreated);
  const auto target = ValueOf(OpenObjectStore(directory_ + "/elsewhere", *env_));
  const std::string uri = ValueOf(checkpoints_.CopyAsSavepoint(Epoch{9}, *target, "savepoint-1"));
  EXPECT_EQ(uri, "file://" + directory_ + "/elsewhere/savepoint-1");
  EXPECT_OK(env_->files().RemoveRecursively(directory_ + "/store"));

  const auto source = ValueOf(OpenObjectStore(uri, *env_));
  const proto::CheckpointManifest manifest = ValueOf(OpenSavepoint(*source));
  EXPECT_TRUE(manifest.savepoint());
  EXPECT_EQ(manifest.epoch(), 9u);
  CheckpointStore other(
      std::shared_ptr<ObjectStore>(ValueOf(OpenObjectStore(directory_ + "/other-job", *env_))));
  ASSERT_OK(other.Import(*source, manifest, Generation{12}));
  EXPECT_OK(env_->files().RemoveRecursively(directory_ + "/elsewhere"));
  const proto::CheckpointManifest imported = ValueOf(other.ReadManifest(Epoch{9}));
  EXPECT_FALSE(imported.savepoint());
  EXPECT_EQ(imported.generation(), 12u);
  EXPECT_EQ(imported.operators(0).subtasks(0).keyed_files(0).file().path(), "imported/shared/op/a");
  EXPECT_EQ(imported.operators(0).subtasks(0).staged_files(0).path(), "staged/sink-0/9");
  EXPECT_OK(other.Verify(imported));
  EXPECT_FALSE(other.Import(*source, manifest, Generation{12}).ok());
}

TEST_F(CheckpointStoreTest, OpensTheNewestEpochOfAJob) {
  EXPECT_EQ(OpenSavepoint(*store_).status().code(), kCheckpointNotFound);
  ASSERT_EQ(Commit(MakeManifest(9, {"a"})), RecordOutcome::kCreated);
  ASSERT_EQ(Commit(MakeManifest(10, {"a"})), RecordOutcome::kCreated);
  EXPECT_EQ(ValueOf(OpenSavepoint(*store_)).epoch(), 10u);
}

TEST_F(CheckpointStoreTest, GenerationsGrow) {
  EXPECT_EQ(ValueOf(AcquireGeneration(*store_)), Generation{1});
  EXPECT_EQ(ValueOf(AcquireGeneration(*store_)), Generation{2});
  EXPECT_OK(store_->CreateIfAbsent("leader/10", ""));
  EXPECT_OK(store_->CreateIfAbsent("leader/note.txt", ""));
  EXPECT_EQ(ValueOf(AcquireGeneration(*store_)), Generation{11});
}

std::string Hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned char byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

// Released formats: these bytes are on disks and must stay readable.
TEST_F(CheckpointStoreTest, DurableMessagesKeepTheirBytes) {
  proto::CheckpointManifest manifest = MakeManifest(4, {"a"});
  proto::TableLayout* table = manifest.mutable_operators(0)->mutable_subtasks(0)->add_tables();
  table->set_name("counts");
  table->set_version(1);
  table->set_kind("table");
  table->add_key_types()->set_kind(proto::DataType::BIGINT);
  table->set_fixed_bytes(8);
  table->set_num_blobs(1);
  table->set_id(2);
  table->set_num_rows(300);
  ASSERT_EQ(Commit(manifest), RecordOutcome::kCreated);
  EXPECT_EQ(Hex(ValueOf(store_->Get("epochs/4.record"))),
            "08011004180322230a1365706f6368732f342d332e6d616e6966657374108d0118c0a691f991c8a9c9ec01");
  EXPECT_EQ(Hex(ValueOf(store_->Get("epochs/4-3.manifest"))),
            "08011220303030303030303030303030303030303030303030303030303030303030303120042803526332611a1e0a06"
            "636f756e747310011a057461626c652202080530083801400248ac02221f0a0161121a0a0b7368617265642f6f702f61"
            "100c18e0c1a5ee93a696b68701421e0a0f7374616765642f73696e6b2d302f34100418d0e18af9ccb6819ed501");
}

}  // namespace
}  // namespace millrace::checkpoint
