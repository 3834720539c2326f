#pragma once

#include <algorithm>
#include <vector>

#include "state/key_batch.h"
#include "state/keyed_table.h"
#include "state/table/cold_rows.h"
#include "state/table/row_store.h"

namespace millrace::state {

/// Finds the rows of a whole batch of keys: cache lines are asked for some keys ahead, and keys that memory
/// lacks and the database may have are read in one go. store_of(i) is the store of key i. Owner thread.
class BatchProbe {
 public:
  explicit BatchProbe(ColdRows& cold) : cold_(cold) {}

  /// As KeyedTable::FindOrInsert; returns through `num_inserted` how many rows were made.
  template <class StoreOf>
  Status FindOrInsert(const KeyBatch& keys, StoreOf&& store_of, std::vector<RowRef>* rows,
                      std::vector<uint8_t>* inserted, uint64_t* num_inserted) {
    const uint32_t size = keys.size();
    FirstCandidates(keys, store_of, rows);
    inserted->assign(size, 0);
    missing_.clear();
    uint64_t made = 0;
    for (uint32_t i = 0; i < size; ++i) {
      Ahead(keys, i, store_of, rows);
      RowStore& store = *store_of(i);
      const uint32_t hash = IndexHash(keys.hash(i));
      Row* row = store.Find(hash, keys.key(i), static_cast<Row*>((*rows)[i].row));
      if (row == nullptr) {
        const auto group = static_cast<uint16_t>(keys.key_group(i).value);
        if (store.MayBeCold(hash, group)) {
          missing_.push_back(i);
          continue;
        }
        row = store.Add(hash, group, keys.key(i));
        (*inserted)[i] = 1;
        ++made;
      } else {
        row->referenced = 1;
        if (row->flags == kRowDeleted) {
          store.Revive(row);
          (*inserted)[i] = 1;
          ++made;
        }
      }
      (*rows)[i].row = row;
    }
    if (!missing_.empty()) {
      RETURN_IF_ERROR(cold_.Load(keys, missing_, store_of));
      for (uint32_t i : missing_) {
        RowStore& store = *store_of(i);
        Row* row = store.Find(IndexHash(keys.hash(i)), keys.key(i));
        if (row == nullptr) {
          row =
              store.Add(IndexHash(keys.hash(i)), static_cast<uint16_t>(keys.key_group(i).value), keys.key(i));
          (*inserted)[i] = 1;
          ++made;
        }
        (*rows)[i].row = row;
      }
    }
    *num_inserted = made;
    return Status::Ok();
  }

  template <class StoreOf>
  Status Find(const KeyBatch& keys, StoreOf&& store_of, std::vector<RowRef>* rows) {
    FirstCandidates(keys, store_of, rows);
    missing_.clear();
    for (uint32_t i = 0; i < keys.size(); ++i) {
      Ahead(keys, i, store_of, rows);
      RowStore& store = *store_of(i);
      const uint32_t hash = IndexHash(keys.hash(i));
      Row* row = store.Find(hash, keys.key(i), static_cast<Row*>((*rows)[i].row));
      if (row == nullptr && store.MayBeCold(hash, static_cast<uint16_t>(keys.key_group(i).value))) {
        missing_.push_back(i);
      }
      (*rows)[i].row = Visible(row);
    }
    if (missing_.empty()) return Status::Ok();
    RETURN_IF_ERROR(cold_.Load(keys, missing_, store_of));
    for (uint32_t i : missing_)
      (*rows)[i].row = Visible(store_of(i)->Find(IndexHash(keys.hash(i)), keys.key(i)));
    return Status::Ok();
  }

 private:
  static constexpr uint32_t kSlotsAhead = 16;
  static constexpr uint32_t kRowsAhead = 8;

  static Row* Visible(Row* row) {
    if (row == nullptr || row->flags == kRowDeleted) return nullptr;
    row->referenced = 1;
    return row;
  }
  static void SetCandidate(const KeyBatch& keys, uint32_t i, const RowStore& store,
                           std::vector<RowRef>* rows) {
    (*rows)[i].row = store.PrefetchCandidate(IndexHash(keys.hash(i)));
  }
  template <class StoreOf>
  static void FirstCandidates(const KeyBatch& keys, StoreOf& store_of, std::vector<RowRef>* rows) {
    rows->resize(keys.size());
    for (uint32_t i = 0; i < std::min(kRowsAhead, keys.size()); ++i)
      SetCandidate(keys, i, *store_of(i), rows);
  }
  /// Sets the candidate, as the row, of a key further on, and loads what that of another needs.
  template <class StoreOf>
  static void Ahead(const KeyBatch& keys, uint32_t i, StoreOf& store_of, std::vector<RowRef>* rows) {
    if (i + kSlotsAhead < keys.size()) {
      const uint32_t ahead = i + kSlotsAhead;
      const RowStore& store = *store_of(ahead);
      const uint32_t hash = IndexHash(keys.hash(ahead));
      store.index().Prefetch(hash);
      if (!store.cold().empty()) {
        const auto group = static_cast<uint16_t>(keys.key_group(ahead).value);
        store.cold().Prefetch(ColdFilter::Fingerprint(hash, group));
      }
    }
    if (i + kRowsAhead < keys.size()) SetCandidate(keys, i + kRowsAhead, *store_of(i + kRowsAhead), rows);
  }

  ColdRows& cold_;
  std::vector<uint32_t> missing_;
};

}  // namespace millrace::state
