#include "server/cli/line_editor.h"

#include <histedit.h>

#include <cstdio>
#include <cstring>

namespace millrace {
namespace {

constexpr int kHistoryEntriesMax = 1000;

class LibeditLineEditor final : public LineEditor {
 public:
  LibeditLineEditor(std::string history_file,
                    std::function<std::vector<std::string>(const std::string&)> complete)
      : history_file_(std::move(history_file)), complete_(std::move(complete)) {
    editor_ = el_init("millrace", stdin, stdout, stderr);
    el_set(editor_, EL_CLIENTDATA, this);
    el_set(editor_, EL_PROMPT, &LibeditLineEditor::Prompt);
    el_set(editor_, EL_EDITOR, "emacs");
    el_set(editor_, EL_SIGNAL, 0);
    el_set(editor_, EL_ADDFN, "ed-complete", "Complete a word", &LibeditLineEditor::Complete);
    el_set(editor_, EL_BIND, "^I", "ed-complete", nullptr);
    el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    history_ = history_init();
    HistEvent event;
    history(history_, &event, H_SETSIZE, kHistoryEntriesMax);
    history(history_, &event, H_SETUNIQUE, 1);
    el_set(editor_, EL_HIST, history, history_);
    if (!history_file_.empty()) history(history_, &event, H_LOAD, history_file_.c_str());
  }

  ~LibeditLineEditor() override {
    HistEvent event;
    if (!history_file_.empty()) history(history_, &event, H_SAVE, history_file_.c_str());
    history_end(history_);
    el_end(editor_);
  }

  std::optional<std::string> ReadLine(const std::string& prompt, bool* interrupted) override {
    prompt_ = prompt;
    *interrupted = false;
    int length = 0;
    const char* line = el_gets(editor_, &length);
    if (line == nullptr) {
      if (length < 0) {  // a signal
        *interrupted = true;
        std::fputs("\n", stdout);
        el_reset(editor_);
        return std::string();
      }
      return std::nullopt;
    }
    std::string text(line, static_cast<size_t>(length));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
  }

  void AddHistory(const std::string& entry) override {
    HistEvent event;
    history(history_, &event, H_ENTER, entry.c_str());
  }

 private:
  static LibeditLineEditor* Of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return static_cast<LibeditLineEditor*>(self);
  }
  static char* Prompt(EditLine* editor) { return Of(editor)->prompt_.data(); }

  static unsigned char Complete(EditLine* editor, int) {
    const LineInfo* line = el_line(editor);
    const char* begin = line->cursor;
    while (begin > line->buffer && (std::isalnum(static_cast<unsigned char>(begin[-1])) || begin[-1] == '_'))
      --begin;
    const std::string prefix(begin, line->cursor);
    if (prefix.empty()) return CC_ERROR;
    const std::vector<std::string> words = Of(editor)->complete_(prefix);
    if (words.empty()) return CC_ERROR;
    std::string common = words.front();
    for (const std::string& word : words) {
      size_t same = 0;
      while (same < common.size() && same < word.size() && common[same] == word[same]) ++same;
      common.resize(same);
    }
    if (words.size() > 1 && common.size() <= prefix.size()) {
      std::fputs("\n", stdout);
      for (const std::string& word : words) std::printf("%s  ", word.c_str());
      std::fputs("\n", stdout);
      return CC_REDISPLAY;
    }
    el_deletestr(editor, static_cast<int>(prefix.size()));
    el_insertstr(editor, (words.size() == 1 ? common + " " : common).c_str());
    return CC_REFRESH;
  }

  const std::string history_file_;
  const std::function<std::vector<std::string>(const std::string&)> complete_;
  std::string prompt_;
  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
};

}  // namespace

std::unique_ptr<LineEditor> LineEditor::Open(
    const std::string& history_file, std::function<std::vector<std::string>(const std::string&)> complete) {
  return std::make_unique<LibeditLineEditor>(history_file, std::move(complete));
}

}  // namespace millrace
