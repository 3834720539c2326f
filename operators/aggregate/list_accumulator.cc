#include <unordered_map>
#include <utility>

#include "core/row/row_codec.h"
#include "operators/aggregate/accumulator.h"

namespace millrace {
namespace {

enum class ListFunction : uint8_t { kFirstValue, kLastValue, kListAgg, kCollect, kArrayAgg };

/// Appends one entry of a list: a length, then the bytes.
void AppendEntry(std::string_view value, std::string* list) {
  const auto length = static_cast<uint32_t>(value.size());
  list->append(reinterpret_cast<const char*>(&length), sizeof(length));
  list->append(value);
}

/// Takes the first entry off `list`; false at its end.
bool TakeEntry(std::string_view* list, std::string_view* value) {
  uint32_t length = 0;
  if (list->size() < sizeof(length)) return false;
  std::memcpy(&length, list->data(), sizeof(length));
  *value = list->substr(sizeof(length), length);
  list->remove_prefix(sizeof(length) + value->size());
  return true;
}

/// Takes the first entry with these bytes out.
bool RemoveEntry(std::string_view value, std::string* list) {
  std::string_view rest = *list;
  std::string_view entry;
  for (size_t at = 0; TakeEntry(&rest, &entry); at = list->size() - rest.size()) {
    if (entry != value) continue;
    list->erase(at, sizeof(uint32_t) + value.size());
    return true;
  }
  return false;
}

/// Aggregates whose result depends on the order of the values: the values lie in a blob in the order they
/// came, each as row codec bytes; FIRST_VALUE and LAST_VALUE keep one when none can be taken back. Payload:
/// int64 number of values. Blobs: the list, then the separator (LISTAGG).
class ListAccumulator final : public Accumulator {
 public:
  ListAccumulator(ListFunction function, const AccumulatorSpec& spec)
      : function_(function),
        keeps_one_(!spec.retracts &&
                   (function == ListFunction::kFirstValue || function == ListFunction::kLastValue)),
        takes_back_(spec.retracts),
        codec_({spec.arguments[0].WithNullable(true)}) {}

  uint32_t fixed_bytes() const override { return sizeof(int64_t); }
  uint32_t num_blobs() const override { return 2; }
  bool TakesBack() const override { return takes_back_; }
  bool TakesNulls() const override { return function_ == ListFunction::kArrayAgg; }

  void Update(const GroupedRows& in, std::span<const ColumnReader> arguments) override {
    const ColumnReader& column = arguments[0];
    for (size_t i = 0; i < in.size(); ++i) {
      if (column.IsNull(in.rows[i]) && !TakesNulls()) continue;
      value_.clear();
      codec_.Encode({&column, 1}, in.rows[i], &value_);
      if (in.weight(i) > 0) {
        Append(in.groups, i, value_);
      } else if (RemoveEntry(value_, &ListOf(in.groups, i))) {
        AddCount(in.groups, i, -1);
      }
      if (arguments.size() > 1 && !arguments[1].IsNull(in.rows[i])) {
        in.groups.blobs->SetBlob(in.groups.rows[i], first_blob() + 1, arguments[1].String(in.rows[i]));
      }
    }
    StoreLists(in.groups);
  }

  void MergeGroups(const Groups& from, const Groups& into) override {
    for (size_t i = 0; i < from.size; ++i) {
      const std::string list(from.blobs->Blob(from.rows[i], first_blob()));
      std::string_view rest = list;
      std::string_view value;
      while (TakeEntry(&rest, &value)) Append(into, i, value);
      const std::string separator(from.blobs->Blob(from.rows[i], first_blob() + 1));
      if (!separator.empty()) into.blobs->SetBlob(into.rows[i], first_blob() + 1, separator);
    }
    StoreLists(into);
  }

  void AppendResult(const Groups& groups, ColumnBuilder& out) const override {
    for (size_t i = 0; i < groups.size; ++i) {
      const std::string_view list = groups.blobs->Blob(groups.rows[i], first_blob());
      switch (function_) {
        case ListFunction::kFirstValue:
        case ListFunction::kLastValue:
          AppendOne(list, out);
          break;
        case ListFunction::kListAgg:
          AppendJoined(list, groups.blobs->Blob(groups.rows[i], first_blob() + 1), out);
          break;
        case ListFunction::kCollect:
          AppendMultiset(list, out);
          break;
        case ListFunction::kArrayAgg:
          AppendArray(list, out);
          break;
      }
    }
  }

 private:
  void AddCount(const Groups& groups, size_t i, int64_t delta) {
    StoreAs<int64_t>(At(groups, i), LoadAs<int64_t>(At(groups, i)) + delta);
  }

  /// The list of a group while a batch changes it.
  std::string& ListOf(const Groups& groups, size_t i) {
    const auto [found, inserted] = lists_.try_emplace(groups.payloads[i], Changed{groups.rows[i], {}});
    if (inserted) found->second.list = groups.blobs->Blob(groups.rows[i], first_blob());
    return found->second.list;
  }

  void Append(const Groups& groups, size_t i, std::string_view value) {
    std::string& list = ListOf(groups, i);
    if (keeps_one_ && !list.empty()) {
      if (function_ == ListFunction::kFirstValue) return;
      list.clear();
    }
    AppendEntry(value, &list);
    AddCount(groups, i, 1);
  }

  void StoreLists(const Groups& groups) {
    for (const auto& [payload, changed] : lists_)
      groups.blobs->SetBlob(changed.row, first_blob(), changed.list);
    lists_.clear();
  }

  /// Values come from Encode of the same codec: they decode.
  void Decode(std::string_view value, ColumnBuilder& out) const {
    ColumnBuilder* builder = &out;
    CHECK(codec_.Decode(value, {&builder, 1}).ok());
  }

  void AppendOne(std::string_view list, ColumnBuilder& out) const {
    std::string_view value, last;
    while (TakeEntry(&list, &value)) {
      last = value;
      if (function_ == ListFunction::kFirstValue) break;
    }
    last.empty() ? out.AppendNull() : Decode(last, out);
  }

  void AppendJoined(std::string_view list, std::string_view separator, ColumnBuilder& out) const {
    if (list.empty()) return out.AppendNull();
    ColumnBuilder texts(codec_.types()[0]);
    std::string_view value;
    while (TakeEntry(&list, &value)) Decode(value, texts);
    const ColumnPtr column = texts.Finish();
    const ColumnReader reader(*column);
    std::string joined;
    for (uint32_t row = 0; row < column->size(); ++row) {
      if (row > 0) joined.append(separator.empty() ? "," : separator);
      joined.append(reader.String(row));
    }
    out.AppendString(joined);
  }

  void AppendMultiset(std::string_view list, ColumnBuilder& out) const {
    std::unordered_map<std::string_view, int32_t> counts;
    std::vector<std::string_view> values;  // distinct, in order
    std::string_view value;
    while (TakeEntry(&list, &value)) {
      if (++counts[value] == 1) values.push_back(value);
    }
    for (std::string_view distinct : values) {
      Decode(distinct, out.child(0));
      out.child(1).Append<int32_t>(counts[distinct]);
    }
    out.AppendNested();
  }

  void AppendArray(std::string_view list, ColumnBuilder& out) const {
    if (list.empty()) return out.AppendNull();
    std::string_view value;
    while (TakeEntry(&list, &value)) Decode(value, out.child(0));
    out.AppendNested();
  }

  struct Changed {
    RowRef row;
    std::string list;
  };
  const ListFunction function_;
  const bool keeps_one_;
  const bool takes_back_;
  const RowCodec codec_;
  std::string value_;
  std::unordered_map<const uint8_t*, Changed> lists_;  // by payload; empty between calls
};

}  // namespace

std::unique_ptr<Accumulator> MakeListAccumulator(const AccumulatorSpec& spec) {
  struct Entry {
    const char* name;
    ListFunction function;
  };
  static constexpr Entry kEntries[] = {
      {"FIRST_VALUE", ListFunction::kFirstValue}, {"LAST_VALUE", ListFunction::kLastValue},
      {"LISTAGG", ListFunction::kListAgg},        {"COLLECT", ListFunction::kCollect},
      {"ARRAY_AGG", ListFunction::kArrayAgg},
  };
  if (spec.from_columns || spec.arguments.empty()) return nullptr;
  for (const Entry& entry : kEntries) {
    if (spec.function != entry.name) continue;
    const bool is_text = spec.arguments.back().IsCharacter() && spec.arguments.front().IsCharacter();
    const bool fits = entry.function == ListFunction::kListAgg ? is_text && spec.arguments.size() <= 2
                                                               : spec.arguments.size() == 1;
    if (fits) return std::make_unique<ListAccumulator>(entry.function, spec);
  }
  return nullptr;
}

}  // namespace millrace
