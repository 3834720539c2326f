#include "operators/connectors/print/print_writer.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "operators/api/error_codes.h"
#include "operators/connectors/print/row_text.h"
#include "proto/checkpoint.pb.h"

namespace millrace {
namespace {

constexpr uint64_t kPendingBytesMax = 4 << 20;

std::string KeyText(const Batch& batch, uint32_t row, const std::vector<uint32_t>& key_columns) {
  std::string text;
  for (uint32_t column : key_columns) {
    AppendJavaText(*batch.columns[column], row, &text);
    text.push_back('\0');
  }
  return text;
}

}  // namespace

void AppendChangelogLines(const Batch& batch, const std::string& prefix,
                          const std::vector<uint32_t>& key_columns, std::string* out) {
  std::vector<uint32_t> rows;
  rows.reserve(batch.NumSelected());
  batch.ForEachRow([&rows](uint32_t row) { rows.push_back(row); });
  const auto append_line = [&](uint32_t row, std::string_view kind) {
    out->append(prefix);
    AppendRowText(batch, row, kind, out);
    out->push_back('\n');
  };
  for (size_t i = 0; i < rows.size(); ++i) {
    if (batch.Weight(rows[i]) > 0) {
      append_line(rows[i], "+I");
      continue;
    }
    const bool is_update = i + 1 < rows.size() && batch.Weight(rows[i + 1]) > 0 &&
                           KeyText(batch, rows[i], key_columns) == KeyText(batch, rows[i + 1], key_columns);
    append_line(rows[i], is_update ? "-U" : "-D");
    if (is_update) append_line(rows[++i], "+U");
  }
}

std::string PrintPrefix(const std::string& identifier, uint32_t subtask, uint32_t parallelism) {
  std::string prefix = identifier;
  if (parallelism > 1) {
    if (!prefix.empty()) prefix.push_back(':');
    prefix.append(std::to_string(subtask + 1));
  }
  if (!prefix.empty()) prefix.append("> ");
  return prefix;
}

PrintWriter::PrintWriter(std::FILE* stream, std::string prefix, std::vector<uint32_t> key_columns,
                         Executor* executor)
    : stream_(stream),
      prefix_(std::move(prefix)),
      key_columns_(std::move(key_columns)),
      io_(std::make_shared<OrderedIo>(executor)) {
}

PrintWriter::~PrintWriter() {
  io_->SetOnProgress(nullptr);
  // What cannot be written any more has no one to be told to.
  (void)io_->RunPending().ok();
}

Status PrintWriter::Write(const Batch& batch) {
  auto lines = std::make_shared<std::string>();
  AppendChangelogLines(batch, prefix_, key_columns_, lines.get());
  if (lines->empty()) return io_->status();
  io_->Add(lines->size(), [stream = stream_, lines] {
    const size_t written = std::fwrite(lines->data(), 1, lines->size(), stream);
    if (written == lines->size() && std::fflush(stream) == 0) return Status::Ok();
    return Status(kOutsideUnreachable,
                  std::string("cannot write to the standard stream: ") + std::strerror(errno));
  });
  return io_->status();
}

bool PrintWriter::IsFull() const {
  return io_->pending_bytes() > kPendingBytesMax;
}

void PrintWriter::SetWakeup(std::function<void()> wakeup) {
  io_->SetOnProgress(std::move(wakeup));
}

Result<std::function<Result<SinkWriter::Staged>()>> PrintWriter::Prepare(Epoch epoch) {
  return std::function<Result<Staged>()>([io = io_]() -> Result<Staged> {
    RETURN_IF_ERROR(io->RunPending());
    return Staged{};
  });
}

}  // namespace millrace
