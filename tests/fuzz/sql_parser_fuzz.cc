// libFuzzer target for the SQL parser. With clang:
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -I. tests/fuzz/sql_parser_fuzz.cc \
//     sql/lexer/*.cc sql/ast/*.cc sql/parser/*.cc sql/error_rendering.cc core/status.cc -lfmt -o
//     sql_parser_fuzz
//   ./sql_parser_fuzz -max_len=4096 corpus tests/unit/sql/parser_corpus
// The unit test ParserFuzz runs the same target on seeded mutations of that corpus.
#include "tests/fuzz/sql_parser_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  millrace::sql::RunSqlParser(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
