#include "state/cold_key_scan.h"

#include <utility>

#include "core/env/env.h"
#include "core/error_codes.h"
#include "proto/checkpoint.pb.h"
#include "state/table/cold_rows.h"
#include "state/table_layout.h"

namespace millrace::state {
namespace {

constexpr int kKeysATurn = 50'000;

}  // namespace

ColdKeyScan::ColdKeyScan(std::shared_ptr<StateWriter> writer, const std::vector<proto::TableLayout>& tables,
                         Env& env)
    : writer_(std::move(writer)), env_(env), cursor_(writer_->database()->NewCursor()) {
  for (const proto::TableLayout& table : tables) {
    if (table.kind() == "timers") continue;  // they know their cold ones by time
    tables_.push_back({TablePrefix(table.id()), table.kind() == "slices", table.num_rows()});
  }
}

void ColdKeyScan::Start() {
  env_.io().Submit([scan = shared_from_this()] { scan->RunTurn(); });
}

Status ColdKeyScan::AddKey(const Table& table) {
  constexpr size_t kSliceBytes = 8;
  const size_t prefix_bytes = table.prefix.size() + (table.has_slices ? kSliceBytes : 0);
  ASSIGN_OR_RETURN(const ParsedKey key, ParseDatabaseKey(cursor_->key(), prefix_bytes));
  auto [filter, added] = filters_.try_emplace(std::string(cursor_->key().substr(0, prefix_bytes)));
  if (added && !table.has_slices) filter->second.Reserve(table.num_rows);
  filter->second.Add(ColdFilter::Fingerprint(key.hash, key.group));
  return Status::Ok();
}

void ColdKeyScan::RunTurn() {
  for (int i = 0; i < kKeysATurn && !tables_.empty(); ++i) {
    const Table& table = tables_.back();
    if (!in_table_) {
      cursor_->Seek(table.prefix);
      in_table_ = true;
    }
    if (!cursor_->Valid() || !cursor_->key().starts_with(table.prefix)) {
      if (!cursor_->status().ok()) return;
      tables_.pop_back();
      in_table_ = false;
      continue;
    }
    if (!AddKey(table).ok()) return;
    cursor_->Next();
  }
  if (writer_->closed()) {
    cursor_.reset();
  } else if (tables_.empty()) {
    cursor_.reset();
    finished_.store(true, std::memory_order_release);
  } else {
    Start();
  }
}

}  // namespace millrace::state
