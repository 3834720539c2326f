#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "operators/api/format.h"
#include "operators/connectors/filesystem/file_blocks.h"

namespace millrace {

/// Some lines of a file that lie in one buffer.
struct LineRun {
  std::vector<RawRecord> lines;  // without their line ends (\n or \r\n)
  std::vector<uint64_t> ends;    // offset behind each line and its end
  BufferPtr buffer;
};

/// Cuts a file into lines. The last one may lack its line end. Single-owner, as FileBlocks.
class FileLines {
 public:
  static constexpr uint64_t kLineBytesMax = 256 << 20;

  FileLines(Env* env, const std::string& path, uint64_t offset, uint64_t end, std::function<void()> on_ready,
            uint64_t block_bytes = FileBlocks::kBlockBytes)
      : path_(path), offset_(offset), blocks_(env, path, offset, end, std::move(on_ready), block_bytes) {}

  void Start() { blocks_.Start(); }
  enum class State : uint8_t { kLines, kPending, kEnd };
  /// Up to `num_lines_max` lines, at least one when kLines. kPending: on_ready follows.
  Result<State> Next(uint32_t num_lines_max, LineRun* run);

 private:
  void CutLines(uint32_t num_lines_max, LineRun* run);
  /// The line that began in earlier blocks and ends in this one.
  void CutStraddlingLine(const char* line_end, LineRun* run);
  void AddLine(const char* begin, const char* end, LineRun* run);

  std::string path_;
  uint64_t offset_;  // behind the last line handed out
  FileBlocks blocks_;
  BufferPtr block_;
  size_t block_used_ = 0;
  std::string partial_;  // the beginning of a line whose end is in a later block
};

}  // namespace millrace
