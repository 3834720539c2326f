#include "state/table/cold_rows.h"

#include <algorithm>

#include "core/check.h"
#include "core/error_codes.h"
#include "state/table/row_bytes.h"

namespace millrace::state {

Result<ParsedKey> ParseDatabaseKey(std::string_view database_key, size_t prefix_bytes) {
  constexpr size_t kHeadBytes = 6;
  if (database_key.size() < prefix_bytes + kHeadBytes) return Status(kCorruptBytes, "state key is too short");
  database_key.remove_prefix(prefix_bytes);
  return ParsedKey{ReadBigEndian16(database_key.data()), ReadBigEndian32(database_key.data() + 2),
                   database_key.substr(kHeadBytes)};
}

void ColdRows::Want(RowStore& store, const KeyBatch& keys, uint32_t i) {
  Wanted& wanted = wanted_.emplace_back(Wanted{store.prefix(), &store, i});
  AppendBigEndian16(static_cast<uint16_t>(keys.key_group(i).value), &wanted.database_key);
  AppendBigEndian32(IndexHash(keys.hash(i)), &wanted.database_key);
  wanted.database_key.append(keys.key(i));
}

Status ColdRows::LoadWanted(const KeyBatch& keys) {
  CHECK(database_ != nullptr);
  std::sort(wanted_.begin(), wanted_.end(),
            [](const Wanted& a, const Wanted& b) { return a.database_key < b.database_key; });
  wanted_.erase(
      std::unique(wanted_.begin(), wanted_.end(),
                  [](const Wanted& a, const Wanted& b) { return a.database_key == b.database_key; }),
      wanted_.end());
  database_keys_.clear();
  for (Wanted& wanted : wanted_) database_keys_.push_back(std::move(wanted.database_key));
  RETURN_IF_ERROR(database_->MultiGet(database_keys_, &values_));
  for (size_t i = 0; i < wanted_.size(); ++i) {
    if (!values_[i].has_value()) continue;
    const uint32_t key = wanted_[i].key;
    ASSIGN_OR_RETURN(
        [[maybe_unused]] Row * row,
        wanted_[i].store->AddCold(IndexHash(keys.hash(key)), static_cast<uint16_t>(keys.key_group(key).value),
                                  keys.key(key), *values_[i]));
  }
  return Status::Ok();
}

Status ColdRows::LoadAll(RowStore& store) {
  const std::unique_ptr<RowCursor> cursor = database_->NewCursor();
  const std::string& prefix = store.prefix();
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    ASSIGN_OR_RETURN(const ParsedKey parsed, ParseDatabaseKey(cursor->key(), prefix.size()));
    ASSIGN_OR_RETURN([[maybe_unused]] Row * row,
                     store.AddCold(parsed.hash, parsed.group, parsed.key, cursor->value()));
  }
  return cursor->status();
}

Status ColdRows::ForEachCold(RowStore& store, const std::function<Status(Row*)>& visit) {
  if (store.cold().empty()) return Status::Ok();
  CHECK(database_ != nullptr);
  const std::unique_ptr<RowCursor> cursor = database_->NewCursor();
  const std::string& prefix = store.prefix();
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    ASSIGN_OR_RETURN(const ParsedKey parsed, ParseDatabaseKey(cursor->key(), prefix.size()));
    if (store.Find(parsed.hash, parsed.key) != nullptr) continue;
    ASSIGN_OR_RETURN(Row * row, store.MakeTransient(parsed.hash, parsed.group, parsed.key, cursor->value()));
    const Status status = visit(row);
    store.FreeTransient(row);
    RETURN_IF_ERROR(status);
  }
  return cursor->status();
}

}  // namespace millrace::state
