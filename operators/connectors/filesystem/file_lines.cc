#include "operators/connectors/filesystem/file_lines.h"

#include <cstring>
#include <utility>

#include "operators/api/error_codes.h"

namespace millrace {

void FileLines::AddLine(const char* begin, const char* end, LineRun* run) {
  if (end != begin && end[-1] == '\r') --end;
  run->lines.push_back({{begin, static_cast<size_t>(end - begin)}, false});
  run->ends.push_back(offset_);
}

void FileLines::CutStraddlingLine(const char* line_end, LineRun* run) {
  const char* const begin = reinterpret_cast<const char*>(block_->data()) + block_used_;
  partial_.append(begin, line_end);
  run->buffer = Buffer::CopyOf(partial_);
  offset_ += partial_.size() + 1;
  const char* const line = reinterpret_cast<const char*>(run->buffer->data());
  AddLine(line, line + partial_.size(), run);
  block_used_ += static_cast<size_t>(line_end - begin) + 1;
  partial_.clear();
}

void FileLines::CutLines(uint32_t num_lines_max, LineRun* run) {
  const char* const data = reinterpret_cast<const char*>(block_->data());
  const char* const end = data + block_->size();
  while (run->lines.size() < num_lines_max && block_used_ < block_->size()) {
    const char* const begin = data + block_used_;
    const auto* const line_end =
        static_cast<const char*>(std::memchr(begin, '\n', static_cast<size_t>(end - begin)));
    if (line_end == nullptr) {
      if (!run->lines.empty()) return;  // the rest is another buffer's line
      partial_.append(begin, end);
      block_used_ = block_->size();
      return;
    }
    if (!partial_.empty()) {
      if (run->lines.empty()) CutStraddlingLine(line_end, run);
      return;
    }
    run->buffer = block_;
    const auto length = static_cast<size_t>(line_end - begin) + 1;
    offset_ += length;
    block_used_ += length;
    AddLine(begin, line_end, run);
  }
}

Result<FileLines::State> FileLines::Next(uint32_t num_lines_max, LineRun* run) {
  run->lines.clear();
  run->ends.clear();
  run->buffer = nullptr;
  while (true) {
    if (block_ != nullptr) CutLines(num_lines_max, run);
    if (!run->lines.empty()) return State::kLines;
    if (partial_.size() > kLineBytesMax) {
      return Status(kBadRecord, "a line is longer than " + std::to_string(kLineBytesMax) + " bytes: file '" +
                                    path_ + "', byte " + std::to_string(offset_));
    }
    block_ = nullptr;
    block_used_ = 0;
    if (blocks_.IsAtEnd()) break;
    ASSIGN_OR_RETURN(block_, blocks_.Next());
    if (block_ == nullptr) return State::kPending;
  }
  if (partial_.empty()) return State::kEnd;
  run->buffer = Buffer::CopyOf(partial_);
  offset_ += partial_.size();
  const char* const line = reinterpret_cast<const char*>(run->buffer->data());
  AddLine(line, line + partial_.size(), run);
  partial_.clear();
  return State::kLines;
}

}  // namespace millrace
