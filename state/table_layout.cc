#include "state/table_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "core/types/proto_conversion.h"
#include "proto/checkpoint.pb.h"
#include "state/error_codes.h"
#include "state/table/row_bytes.h"

namespace millrace::state {
namespace {

using Types = google::protobuf::RepeatedPtrField<proto::DataType>;

const char* KindName(TableKind kind) {
  switch (kind) {
    case TableKind::kTable:
      return "table";
    case TableKind::kMap:
      return "map";
    case TableKind::kSlices:
      return "slices";
    case TableKind::kTimers:
      return "timers";
  }
  return "";
}

/// NOT NULL does not change the bytes of a value, so it does not count.
std::string Describe(const Types& types) {
  std::vector<std::string> names;
  for (const proto::DataType& type : types) {
    Result<DataType> parsed = FromProto(type);
    names.push_back(parsed.ok() ? parsed->ToStringWithoutNullability() : "an unknown type");
  }
  return fmt::format("({})", fmt::join(names, ", "));
}

bool SameTypes(const Types& a, const Types& b) {
  if (a.size() != b.size()) return false;
  for (int i = 0; i < a.size(); ++i) {
    Result<DataType> type_a = FromProto(a[i]);
    Result<DataType> type_b = FromProto(b[i]);
    if (!type_a.ok() || !type_b.ok() || !type_a->EqualsIgnoringNullability(*type_b)) return false;
  }
  return true;
}

}  // namespace

proto::TableLayout MakeLayout(const TableSpec& spec, TableKind kind, uint32_t id) {
  proto::TableLayout layout;
  layout.set_name(spec.name);
  layout.set_version(spec.version);
  layout.set_kind(KindName(kind));
  for (const DataType& type : spec.key_types) ToProto(type, layout.add_key_types());
  for (const DataType& type : spec.value_types) ToProto(type, layout.add_value_types());
  layout.set_fixed_bytes(spec.fixed_bytes);
  layout.set_num_blobs(spec.num_blobs);
  layout.set_id(id);
  return layout;
}

Status CheckSameLayout(const std::string& operator_uid, const proto::TableLayout& restored,
                       const proto::TableLayout& declared) {
  std::vector<std::string> differences;
  const auto compare = [&](const char* what, const auto& before, const auto& now) {
    if (before != now) differences.push_back(fmt::format("{} {}, now {}", what, before, now));
  };
  compare("kind", restored.kind(), declared.kind());
  compare("version", restored.version(), declared.version());
  if (!SameTypes(restored.key_types(), declared.key_types())) {
    compare("key types", Describe(restored.key_types()), Describe(declared.key_types()));
  }
  if (!SameTypes(restored.value_types(), declared.value_types())) {
    compare("value types", Describe(restored.value_types()), Describe(declared.value_types()));
  }
  compare("payload bytes", restored.fixed_bytes(), declared.fixed_bytes());
  compare("variable parts", restored.num_blobs(), declared.num_blobs());
  if (differences.empty()) return Status::Ok();
  return Status(kIncompatibleState,
                fmt::format("restored state does not fit the job, operator {}, state {}: {}", operator_uid,
                            restored.name(), fmt::join(differences, "; ")))
      .WithSuggestion("restore with the query that wrote the checkpoint, or start the job without it");
}

std::string TablePrefix(uint32_t id) {
  std::string prefix;
  AppendBigEndian16(static_cast<uint16_t>(id), &prefix);
  return prefix;
}

}  // namespace millrace::state
