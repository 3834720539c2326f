#include "state/restore.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/env/env.h"
#include "core/error_codes.h"
#include "proto/checkpoint.pb.h"
#include "state/error_codes.h"
#include "state/file_checksum.h"
#include "state/object_store.h"
#include "state/rescale.h"
#include "state/table_layout.h"

namespace millrace::state {
namespace {

KeyGroupRange RangeOf(const proto::SubtaskSnapshot& snapshot) {
  return {snapshot.key_groups().first(), snapshot.key_groups().last()};
}

uint32_t SharedGroups(const proto::SubtaskSnapshot& snapshot, const KeyGroupRange& range) {
  const uint32_t first = std::max(range.first, snapshot.key_groups().first());
  const uint32_t last = std::min(range.last, snapshot.key_groups().last());
  return first <= last ? last - first + 1 : 0;
}

/// Brings the files of one snapshot into `directory` and makes them a database.
class SnapshotFetch {
 public:
  SnapshotFetch(ObjectStore& store, Env& env) : store_(store), env_(env) {}

  Status Run(const proto::SubtaskSnapshot& snapshot, const std::string& directory) {
    RETURN_IF_ERROR(env_.files().CreateDirectories(directory));
    std::string manifest;
    for (const proto::NamedFile& file : snapshot.keyed_files()) {
      if (file.name().starts_with("MANIFEST-")) manifest = file.name();
      RETURN_IF_ERROR(Fetch(file, directory + "/" + file.name()));
    }
    if (manifest.empty())
      return Status(kCheckpointDamaged, "checkpoint of keyed state lacks the database manifest");
    return env_.files().WriteFileAtomically(directory + "/CURRENT", manifest + "\n");
  }

 private:
  Status Fetch(const proto::NamedFile& file, const std::string& local) {
    const proto::StoredFile& stored = file.file();
    if (file.name().find('/') != std::string::npos) {
      return Status(kCheckpointDamaged, "checkpoint names a file outside of its database: " + file.name());
    }
    const Status fetched = store_.GetToFile(stored.path(), local);
    if (fetched.code() == kFileNotFound) {
      return Status(kCheckpointDamaged, "checkpoint file is missing: " + store_.Uri(stored.path()));
    }
    RETURN_IF_ERROR(fetched);
    ASSIGN_OR_RETURN(const FileChecksum content, ChecksumOf(env_.files(), local));
    if (content.length != stored.length() || content.checksum != stored.checksum()) {
      return Status(kCheckpointDamaged,
                    "checkpoint file has another length or checksum than when it was written: " +
                        store_.Uri(stored.path()))
          .WithSuggestion("restore from another checkpoint or a savepoint");
    }
    return Status::Ok();
  }

  ObjectStore& store_;
  Env& env_;
};

class Restore {
 public:
  Restore(const KeyedStateOptions& options, std::string directory, ObjectStore& store, Env& env)
      : options_(options), directory_(std::move(directory)), store_(store), env_(env) {}

  Result<RestoredState> Run(std::vector<const proto::SubtaskSnapshot*> snapshots) {
    const KeyGroupRange& range = options_.key_groups;
    std::erase_if(snapshots, [&](const auto* snapshot) { return SharedGroups(*snapshot, range) == 0; });
    // The base first: its database keeps its table ids, the others take them over.
    const auto rank = [&](const auto* snapshot) {
      return std::pair(!snapshot->keyed_files().empty(), Share(*snapshot));
    };
    std::stable_sort(snapshots.begin(), snapshots.end(),
                     [&](const auto* a, const auto* b) { return rank(a) > rank(b); });
    for (const proto::SubtaskSnapshot* snapshot : snapshots) {
      if (snapshot->keyed_files().empty()) {
        RETURN_IF_ERROR(AddTables(*snapshot, nullptr));
      } else if (result_.database == nullptr) {
        RETURN_IF_ERROR(TakeBase(*snapshot));
      } else {
        RETURN_IF_ERROR(CopyRows(*snapshot));
      }
    }
    return std::move(result_);
  }

 private:
  /// Bytes of a snapshot that the new range will hold.
  uint64_t Share(const proto::SubtaskSnapshot& snapshot) const {
    return snapshot.state_bytes() * SharedGroups(snapshot, options_.key_groups) /
           (snapshot.key_groups().last() - snapshot.key_groups().first() + 1);
  }

  /// Enters the tables of a snapshot, or finds them; `ids` receives new ids by old ones.
  Status AddTables(const proto::SubtaskSnapshot& snapshot, std::map<uint32_t, uint32_t>* ids) {
    for (const proto::TableLayout& table : snapshot.tables()) {
      auto known = std::find_if(result_.tables.begin(), result_.tables.end(),
                                [&](const auto& other) { return other.name() == table.name(); });
      if (known == result_.tables.end()) {
        result_.tables.push_back(table);
        known = std::prev(result_.tables.end());
        known->set_num_rows(0);
        if (next_id_ > 0) known->set_id(next_id_);
      } else {
        RETURN_IF_ERROR(CheckSameLayout(options_.operator_uid, *known, table));
      }
      if (ids != nullptr) ids->emplace(table.id(), known->id());
    }
    for (const auto& table : result_.tables) next_id_ = std::max(next_id_, table.id() + 1);
    return Status::Ok();
  }

  /// The snapshot's files become the database; rows of other key groups are deleted.
  Status TakeBase(const proto::SubtaskSnapshot& snapshot) {
    RETURN_IF_ERROR(AddTables(snapshot, nullptr));
    RETURN_IF_ERROR(SnapshotFetch(store_, env_).Run(snapshot, directory_));
    ASSIGN_OR_RETURN(result_.database, RowDatabase::Open(directory_));
    for (const proto::NamedFile& file : snapshot.keyed_files()) {
      if (!file.name().ends_with(".sst")) continue;
      result_.uploaded.push_back(
          {file.name(), file.file().path(), file.file().length(), file.file().checksum()});
    }
    const KeyGroupRange old = RangeOf(snapshot);
    const uint64_t old_groups = old.last - old.first + 1;
    const uint64_t kept_groups = SharedGroups(snapshot, options_.key_groups);
    for (const proto::TableLayout& table : snapshot.tables()) {
      AddRows(table.name(), table.num_rows() * kept_groups / old_groups);
      if (kept_groups < old_groups)
        RETURN_IF_ERROR(CutToRange(*result_.database, table, options_.key_groups));
    }
    return Status::Ok();
  }

  /// Copies the rows of the range out of another database.
  Status CopyRows(const proto::SubtaskSnapshot& snapshot) {
    std::map<uint32_t, uint32_t> ids;
    RETURN_IF_ERROR(AddTables(snapshot, &ids));
    const std::string directory = directory_ + ".import";
    RETURN_IF_ERROR(SnapshotFetch(store_, env_).Run(snapshot, directory));
    {
      ASSIGN_OR_RETURN(const std::unique_ptr<RowDatabase> source, RowDatabase::Open(directory));
      const std::unique_ptr<RowCursor> cursor = source->NewCursor();
      std::map<uint32_t, const proto::TableLayout*> by_new_id;
      for (const proto::TableLayout& table : snapshot.tables()) by_new_id[ids.at(table.id())] = &table;
      const std::unique_ptr<SstRunWriter> run = SstRunWriter::Create(directory_ + ".run-");
      for (const auto& [new_id, table] : by_new_id) {
        uint64_t num_rows = 0;
        RETURN_IF_ERROR(CopyRange(*cursor, *table, options_.key_groups, new_id, *run, &num_rows));
        AddRows(table->name(), num_rows);
      }
      ASSIGN_OR_RETURN(const std::vector<std::string> files, run->Finish());
      RETURN_IF_ERROR(result_.database->Ingest(files));
    }
    return env_.files().RemoveRecursively(directory);
  }

  void AddRows(const std::string& name, uint64_t num_rows) {
    for (proto::TableLayout& table : result_.tables) {
      if (table.name() == name) table.set_num_rows(table.num_rows() + num_rows);
    }
  }

  const KeyedStateOptions& options_;
  const std::string directory_;
  ObjectStore& store_;
  Env& env_;
  RestoredState result_;
  uint32_t next_id_ = 0;
};

}  // namespace

Result<RestoredState> RestoreDatabase(const KeyedStateOptions& options, const std::string& directory,
                                      const std::vector<const proto::SubtaskSnapshot*>& snapshots,
                                      ObjectStore& store, Env& env) {
  return Restore(options, directory, store, env).Run(snapshots);
}

}  // namespace millrace::state
