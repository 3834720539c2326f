#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sql/parser/parser.h"
#include "tests/unit/sql/planning.h"

namespace millrace::sql {
namespace {

namespace fs = std::filesystem;

constexpr char kSeparator[] = "----\n";

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Runs the script's statements; the text of every query, INSERT and statement set is its explanation.
std::string ExplainScript(const std::string& script) {
  Planning planning;
  ScriptParser parser(script);
  std::string text;
  while (true) {
    Result<std::optional<ParsedStatement>> parsed = parser.Next();
    if (!parsed.ok()) return text + parsed.status().ToString() + "\n";
    if (!*parsed) return text;
    const Statement& statement = *(*parsed)->statement;
    const bool planned = statement.As<QueryStatement>() != nullptr || statement.As<Insert>() != nullptr ||
                         statement.As<StatementSet>() != nullptr;
    if (planned) {
      const Result<std::string> explained = planning.Explain(std::string((*parsed)->text));
      text += explained.ok() ? *explained : explained.status().ToString() + "\n";
    } else if (const Result<Outcome> done = planning.Run(std::string((*parsed)->text)); !done.ok()) {
      return text + done.status().ToString() + "\n";
    }
  }
}

class GoldenPlans : public testing::TestWithParam<std::string> {};

/// MILLRACE_UPDATE_GOLDEN=1 writes what comes out as expected.
TEST_P(GoldenPlans, Match) {
  const fs::path path = GetParam();
  const std::string file = ReadFile(path);
  const size_t separator = file.find(kSeparator);
  const std::string script = file.substr(0, separator);
  const std::string expected =
      separator == std::string::npos ? "" : file.substr(separator + sizeof(kSeparator) - 1);
  const std::string actual = ExplainScript(script);
  if (std::getenv("MILLRACE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << script << kSeparator << actual;
    return;
  }
  EXPECT_EQ(actual, expected) << "plan of " << path
                              << " changed; MILLRACE_UPDATE_GOLDEN=1 takes it as expected";
}

std::vector<std::string> Cases() {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(MILLRACE_SOURCE_DIR) / "tests/golden/plans")) {
    if (entry.path().extension() == ".test") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenPlans, testing::ValuesIn(Cases()),
                         [](const auto& info) { return fs::path(info.param).stem().string(); });

}  // namespace
}  // namespace millrace::sql
