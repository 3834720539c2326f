#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/sql_parser_target.h"

namespace millrace::sql {
namespace {

std::vector<std::string> Corpus() {
  std::vector<std::filesystem::path> paths;
  const std::string folder = std::string(MILLRACE_SOURCE_DIR) + "/tests/unit/sql/parser_corpus";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    std::ifstream file(path);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return texts;
}

/// The statements of the corpus, each as a text of its own.
std::vector<std::string> Statements() {
  std::vector<std::string> statements;
  for (const std::string& text : Corpus()) {
    ScriptParser parser(text);
    while (true) {
      const auto next = parser.Next();
      EXPECT_TRUE(next.ok()) << next.status().ToString();
      if (!next.ok() || !next->has_value()) break;
      statements.emplace_back((*next)->text);
    }
  }
  return statements;
}

/// Makes one random change: a token taken out, doubled, swapped or put in from elsewhere, or a byte changed.
class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string Mutate(const std::string& text, const std::string& other) {
    std::vector<std::string> tokens = Split(text);
    const std::vector<std::string> others = Split(other);
    const int num_changes = 1 + Below(3);
    for (int i = 0; i < num_changes && !tokens.empty(); ++i) Change(tokens, others);
    std::string mutated;
    for (const std::string& token : tokens) mutated += token;
    if (Below(8) == 0 && !mutated.empty()) mutated[Below(mutated.size())] = static_cast<char>(Below(256));
    if (Below(16) == 0) mutated.resize(Below(mutated.size() + 1));
    return mutated;
  }

  size_t Below(size_t limit) { return random_() % limit; }

 private:
  /// Each token with the blanks and comments before it.
  static std::vector<std::string> Split(const std::string& text) {
    std::vector<std::string> tokens;
    Lexer lexer(text);
    size_t end = 0;
    while (true) {
      const auto token = lexer.Next();
      if (!token.ok() || token->kind == TokenKind::kEnd) return tokens;
      const size_t next = token->place.offset + token->place.length;
      tokens.push_back(text.substr(end, next - end));
      end = next;
    }
  }

  void Change(std::vector<std::string>& tokens, const std::vector<std::string>& others) {
    const size_t at = Below(tokens.size());
    const auto place = tokens.begin() + static_cast<std::ptrdiff_t>(at);
    switch (Below(6)) {
      case 0:
        tokens.erase(place);
        break;
      case 1:
        tokens.insert(place, *place);
        break;
      case 2:
        std::swap(*place, tokens[Below(tokens.size())]);
        break;
      case 3:
        tokens.insert(place, " " + std::string(kKeywordTable[Below(std::size(kKeywordTable))].text));
        break;
      case 4:
        if (!others.empty()) *place = others[Below(others.size())];
        break;
      default: {
        if (others.empty()) break;
        const size_t from = Below(others.size());
        const size_t count = std::min<size_t>(1 + Below(8), others.size() - from);
        const auto first = others.begin() + static_cast<std::ptrdiff_t>(from);
        tokens.insert(place, first, first + static_cast<std::ptrdiff_t>(count));
        break;
      }
    }
  }

  std::mt19937_64 random_;
};

TEST(ParserFuzz, CorpusReadsAndWritesBack) {
  int num_statements = 0;
  for (const std::string& text : Corpus()) {
    EXPECT_EQ(CheckInput(text), InputState::kComplete);
    num_statements += RunSqlParser(text);
  }
  EXPECT_EQ(static_cast<size_t>(num_statements), Statements().size());
  EXPECT_GT(num_statements, 100);
}

TEST(ParserFuzz, EveryPrefixOfTheCorpusIsRead) {
  for (const std::string& statement : Statements()) {
    for (size_t size = 0; size < statement.size(); ++size)
      RunSqlParser(std::string_view(statement).substr(0, size));
  }
}

TEST(ParserFuzz, SeededMutationsAreRead) {
  const std::vector<std::string> statements = Statements();
  ASSERT_FALSE(statements.empty());
  constexpr int kRounds = 4000;
  Mutator mutator(20260101);
  int num_readable = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string& text = statements[mutator.Below(statements.size())];
    num_readable +=
        RunSqlParser(mutator.Mutate(text, statements[mutator.Below(statements.size())])) > 0 ? 1 : 0;
  }
  // Some changes keep a statement readable, most do not.
  EXPECT_GT(num_readable, kRounds / 50);
  EXPECT_LT(num_readable, kRounds / 2);
}

TEST(ParserFuzz, LongInputsEndInTime) {
  const auto repeat = [](std::string_view text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  constexpr int kMany = 20000;
  EXPECT_EQ(RunSqlParser(repeat("SELECT 1;", kMany / 10)), kMany / 10);
  EXPECT_EQ(RunSqlParser("SELECT a IN (" + repeat("1, ", kMany) + "1)"), 1);
  EXPECT_EQ(RunSqlParser("VALUES " + repeat("(1, 'a'), ", kMany / 10) + "(1, 'a')"), 1);
  for (const char* piece :
       {"(", "((SELECT ", "a.", "'", "`a", "/*", "NOT ", "SELECT a FROM (", "CASE ", "a JOIN ", "UNION ",
        "INSERT INTO t ((", "ARRAY<", "PATTERN (", "{", "/*+ ", "BEGIN STATEMENT SET; "}) {
    EXPECT_EQ(RunSqlParser(repeat(piece, kMany)), 0) << piece;
    EXPECT_EQ(RunSqlParser("SELECT 1 " + repeat(piece, kMany + 1)), 0) << piece;
  }
}

}  // namespace
}  // namespace millrace::sql
