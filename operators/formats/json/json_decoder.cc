#include "operators/formats/json/json_decoder.h"

#include <simdjson.h>

#include "operators/api/error_codes.h"

namespace millrace {
namespace {

Status NotUtf8() {
  return Status(kBadRecord, "record is not valid UTF-8")
      .WithSuggestion("correct the record or set 'json.ignore-parse-errors' = 'true' to skip it");
}

}  // namespace

JsonDecoder::JsonDecoder(const std::vector<Field>& columns, const JsonOptions& options)
    : num_columns_(static_cast<uint32_t>(columns.size())),
      ignore_parse_errors_(options.ignore_parse_errors),
      reader_(columns, options) {
}

Status JsonDecoder::Decode(std::span<const RawRecord> records, const BufferPtr& keep_alive,
                           BatchBuilder& builder, const RowFinisher& finish_row,
                           std::vector<BadRecord>* bad) {
  builders_.clear();
  for (uint32_t i = 0; i < num_columns_; ++i) builders_.push_back(&builder.column(Target(i)));
  reader_.Bind(builders_, keep_alive);
  Status why;
  for (uint32_t i = 0; i < records.size(); ++i) {
    if (records[i].is_null || DecodeRecord(records[i].bytes, i, builder, finish_row, &why)) continue;
    builder.AbandonRow();
    if (!ignore_parse_errors_) bad->push_back({i, std::move(why)});
  }
  return Status::Ok();
}

bool JsonDecoder::DecodeRecord(std::string_view text, uint32_t number, BatchBuilder& builder,
                               const RowFinisher& finish_row, Status* why) {
  JsonCursor cursor(text);
  cursor.SkipSpace();
  const bool is_array = cursor.Peek() == '[';
  if (is_array && !simdjson::validate_utf8(text.data(), text.size())) {
    *why = NotUtf8();
  } else if (is_array) {
    *why = DecodeArray(&cursor, number, builder, finish_row);
    return why->ok();
  } else if (!reader_.ReadRow(&cursor)) {
    *why = reader_.Failure(cursor);
  } else if (cursor.saw_non_ascii() && !simdjson::validate_utf8(text.data(), text.size())) {
    *why = NotUtf8();
  } else {
    FinishRow(builder, finish_row, number, 1);
    return true;
  }
  return false;
}

Status JsonDecoder::DecodeArray(JsonCursor* cursor, uint32_t number, BatchBuilder& builder,
                                const RowFinisher& finish_row) {
  cursor->Consume('[');
  cursor->SkipSpace();
  if (cursor->Consume(']')) return Status::Ok();
  while (true) {
    if (!reader_.ReadRow(cursor)) return reader_.Failure(*cursor);
    FinishRow(builder, finish_row, number, 1);
    cursor->SkipSpace();
    if (cursor->Consume(']')) return Status::Ok();
    if (!cursor->Consume(',')) {
      return Status(kBadRecord,
                    "record is not valid JSON, it has neither ',' nor ']' behind an element: byte " +
                        std::to_string(cursor->offset()));
    }
    cursor->SkipSpace();
  }
}

}  // namespace millrace
