#include "server/cli/live_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "server/cli/row_cells.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RowCells, ReadAsAPersonDoes) {
  EXPECT_THAT(CellsOf("[]"), IsEmpty());
  EXPECT_THAT(CellsOf(R"([1,null,"a, \"b\"",[1,"x"],{"k":[2,3]},""])"),
              ElementsAre("1", "<NULL>", R"(a, "b")", R"([1,"x"])", R"({"k":[2,3]})", ""));
  // Escapes that would move the cursor stay.
  EXPECT_THAT(CellsOf(R"(["\u00e9\n\u001b[2J\\"])"), ElementsAre("\u00e9\\n\\u001b[2J\\"));
}

class LiveTableTest : public testing::Test {
 protected:
  std::string TextAfter(const std::vector<RowChange>& changes, size_t rows_max = 0, size_t columns_max = 0) {
    table_.Apply(changes);
    return table_.Text(rows_max, columns_max);
  }

  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> screen_{std::tmpfile(), std::fclose};
  LiveTable table_{screen_.get(), {"k", "n"}};
};

TEST_F(LiveTableTest, UpdatesStayInTheirPlace) {
  EXPECT_EQ(TextAfter({{"+I", "[1,10]"}, {"+I", "[2,20]"}, {"+I", "[2,20]"}}),
            "+---+----+\n| k | n  |\n+---+----+\n| 1 | 10 |\n| 2 | 20 |\n| 2 | 20 |\n+---+----+\n"
            "3 rows, 3 changes\n");
  EXPECT_EQ(TextAfter({{"-U", "[1,10]"}, {"+U", "[1,11]"}, {"-D", "[2,20]"}, {"-D", "[9,9]"}}),
            "+---+----+\n| k | n  |\n+---+----+\n| 1 | 11 |\n| 2 | 20 |\n+---+----+\n2 rows, 7 changes\n");
}

TEST_F(LiveTableTest, FitsTheTerminal) {
  EXPECT_EQ(TextAfter({{"+I", "[1,10]"}, {"+I", "[2,20]"}, {"+I", "[3,30]"}}, 2, 5),
            "+---+\n| k |\n+---+\n| 1 |\n| 2 |\n+---+\nand 1\n3 row\n");
}

TEST_F(LiveTableTest, LeavesAllRowsAtTheEnd) {
  table_.Apply({{"+I", "[1,10]"}});
  table_.Finish();
  std::string screen(1000, '\0');
  std::rewind(screen_.get());
  screen.resize(std::fread(screen.data(), 1, screen.size(), screen_.get()));
  const std::string table = "+---+----+\n| k | n  |\n+---+----+\n| 1 | 10 |\n+---+----+\n1 row, 1 change\n";
  EXPECT_EQ(screen, table + "\r\x1b[6A\x1b[J" + table + "\n");
}

}  // namespace
}  // namespace millrace
