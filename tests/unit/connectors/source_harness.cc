#include "tests/unit/connectors/source_harness.h"

#include "core/types/proto_conversion.h"
#include "operators/connectors/print/row_text.h"
#include "operators/formats/csv/csv_format.h"
#include "operators/formats/json/json_format.h"
#include "operators/formats/raw/raw_format.h"
#include "proto/checkpoint.pb.h"

namespace millrace {

void AddTextFormats(FormatRegistry* formats) {
  formats->Add(MakeJsonFormat());
  formats->Add(MakeCsvFormat());
  formats->Add(MakeRawFormat());
}

SourceHarness::SourceHarness(ConnectorFactory factory, const std::vector<Field>& physical, Options options,
                             std::vector<std::pair<std::string, Field>> metadata)
    : factory_(std::move(factory)) {
  AddTextFormats(&formats_);
  for (const auto& [key, value] : options) (*config.mutable_options())[key] = value;
  Schema schema;
  schema.fields = physical;
  ToProto(schema, config.mutable_physical());
  for (const auto& [key, field] : metadata) {
    config.add_metadata()->set_key(key);
    schema.fields.push_back(field);
  }
  schema_ = std::make_shared<const Schema>(std::move(schema));
}

ConnectorContext SourceHarness::Context() {
  ConnectorContext context;
  context.job_id.value = "0123456789abcdef0123456789abcdef";
  context.operator_uid = "source-1";
  context.parallelism = parallelism;
  context.formats = &formats_;
  context.env = &env;
  return context;
}

Result<std::vector<Split>> SourceHarness::Discover(const std::vector<std::string>& known) {
  ASSIGN_OR_RETURN(const auto enumerator, factory_.create_enumerator(config, Context(), known, ""));
  return enumerator->Discover();
}

Status SourceHarness::Preflight() {
  return factory_.preflight_source(config, Context());
}

Status SourceHarness::Start(const std::vector<Split>& splits) {
  ASSIGN_OR_RETURN(reader_, factory_.create_reader(config, Context(), schema_));
  reader_->SetWakeup([this] { ++num_wakeups; });
  builder_ = std::make_unique<BatchBuilder>(schema_);
  return reader_->AddSplits(splits);
}

Result<ReadState> SourceHarness::Poll(uint32_t max_rows) {
  std::vector<SplitRows> runs;
  ASSIGN_OR_RETURN(const ReadState state, reader_->PollNext(max_rows, *builder_, &runs, &ended));
  const Batch batch = builder_->Finish();
  size_t run = 0;
  for (uint32_t row = 0; row < batch.num_rows; ++row) {
    while (run + 1 < runs.size() && runs[run + 1].first_row <= row) ++run;
    split_of_row.push_back(runs.at(run).split);
    std::string text;
    AppendRowText(batch, row, "", &text);
    rows.push_back(text);
  }
  return state;
}

Status SourceHarness::ReadAll(uint32_t max_rows) {
  for (int i = 0; i < 100'000; ++i) {
    ASSIGN_OR_RETURN(const ReadState state, Poll(max_rows));
    if (state == ReadState::kEnd) return Status::Ok();
    if (state == ReadState::kIdle && !env.executor.RunOne()) return Status::Ok();
  }
  return Status(kInternalError, "the source does not end");
}

std::vector<std::string> SourceHarness::Rows() {
  const auto run = [this]() -> Status {
    ASSIGN_OR_RETURN(const std::vector<Split> splits, Discover());
    RETURN_IF_ERROR(Start(splits));
    return ReadAll();
  };
  if (const Status status = run(); !status.ok()) {
    rows.push_back("error " + FormatErrorNumber(status.code()) + ": " + status.message());
  }
  return rows;
}

}  // namespace millrace
