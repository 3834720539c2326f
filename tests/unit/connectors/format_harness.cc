#include "tests/unit/connectors/format_harness.h"

#include "core/check.h"
#include "operators/connectors/print/row_text.h"
#include "operators/formats/json/json_format.h"

namespace millrace {
namespace {

std::vector<std::string> RowsOf(const Batch& batch) {
  std::vector<std::string> rows;
  batch.ForEachRow([&](uint32_t row) {
    std::string text;
    AppendRowText(batch, row, batch.Weight(row) > 0 ? "" : "-", &text);
    rows.push_back(text);
  });
  return rows;
}

Batch DecodeToBatch(Decoder& decoder, const std::vector<Field>& columns,
                    const std::vector<std::string>& records, bool zero_copy, Decoded* decoded) {
  std::string joined;
  for (const std::string& record : records) joined += record;
  const BufferPtr buffer = Buffer::CopyOf(joined);
  std::vector<RawRecord> raw;
  const char* at = reinterpret_cast<const char*>(buffer->data());
  for (const std::string& record : records) {
    raw.push_back({{at, record.size()}, false});
    at += record.size();
  }
  BatchBuilder builder(std::make_shared<const Schema>(Schema{columns, std::nullopt}));
  decoded->status = decoder.Decode(
      raw, zero_copy ? buffer : nullptr, builder,
      [&builder](uint32_t, int8_t weight) { builder.FinishRow(weight); }, &decoded->bad);
  return builder.Finish();
}

}  // namespace

Decoded DecodeRecords(Decoder& decoder, const std::vector<Field>& columns,
                      const std::vector<std::string>& records, bool zero_copy) {
  Decoded decoded;
  const Batch batch = DecodeToBatch(decoder, columns, records, zero_copy, &decoded);
  decoded.rows = RowsOf(batch);
  return decoded;
}

std::unique_ptr<Decoder> MakeDecoder(const FormatFactory& format, const std::vector<Field>& columns,
                                     const Options& options, const std::vector<Field>& declared) {
  auto decoder = format.create_decoder(columns, declared.empty() ? columns : declared, options);
  CHECK(decoder.ok());
  return std::move(*decoder);
}

std::vector<std::string> DecodeToLines(const FormatFactory& format, const std::vector<Field>& columns,
                                       const Options& options, const std::vector<std::string>& records,
                                       const std::vector<Field>& declared) {
  const auto decoder = MakeDecoder(format, columns, options, declared);
  Decoded decoded = DecodeRecords(*decoder, columns, records);
  CHECK(decoded.status.ok());
  for (const BadRecord& bad : decoded.bad) decoded.rows.push_back("bad: " + bad.why.message());
  return decoded.rows;
}

std::vector<std::string> EncodeRows(const FormatFactory& format, const std::vector<Field>& columns,
                                    const Options& options, const Batch& batch) {
  auto encoder = format.create_encoder(columns, options);
  CHECK(encoder.ok());
  std::vector<std::string> records;
  batch.ForEachRow([&](uint32_t row) {
    std::string record;
    const Status status = (*encoder)->Encode(batch, row, 1, &record);
    records.push_back(status.ok() ? record
                                  : "error " + FormatErrorNumber(status.code()) + ": " + status.message());
  });
  return records;
}

Batch BatchOfJson(const std::vector<Field>& columns, const std::vector<std::string>& rows) {
  const auto decoder = MakeDecoder(MakeJsonFormat(), columns, {});
  Decoded decoded;
  Batch batch = DecodeToBatch(*decoder, columns, rows, false, &decoded);
  CHECK(decoded.status.ok() && decoded.bad.empty());
  return batch;
}

}  // namespace millrace
