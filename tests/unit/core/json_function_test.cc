#include "core/functions/json_path.h"
#include "tests/unit/core/function_cases.h"

namespace millrace {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Json, FunctionTest,
    testing::ValuesIn(std::vector<FunctionCase>{
        {R"(`IS JSON VALUE`('{"a": [1, 2.5e3, null, true, "x\u00e9"]}'))", "true"},
        {R"(`IS JSON VALUE`('{"a": }'))", "false"},
        {R"(`IS JSON VALUE`('abc'))", "false"},
        {R"(`IS JSON VALUE`('01'))", "false"},
        {R"(`IS JSON VALUE`(''))", "false"},
        {R"(`IS JSON VALUE`(CAST(NULL AS STRING)))", "false"},
        {R"(`IS JSON SCALAR`('"x"'))", "true"},
        {R"(`IS JSON ARRAY`('[]'))", "true"},
        {R"(`IS JSON OBJECT`(' {} '))", "true"},
        {R"(JSON_VALUE('{"a": "x", "b": {"c": 5}}', '$.b.c'))", R"("5")"},
        {R"(JSON_VALUE('{"arr": [1, 2.5, "z"]}', #'$.arr[1]'))", R"("2.5")"},
        {R"(JSON_VALUE('{"a": 1.50}', '$.a'))", R"("1.50")"},
        {R"(JSON_VALUE('{"a": 1e3}', '$.a'))", R"("1E+3")"},
        {R"(JSON_VALUE('{"a": -0.00000012}', '$.a'))", R"("-1.2E-7")"},
        {R"(JSON_VALUE('{"a": 1}', '$.none'))", "null"},
        {R"(JSON_VALUE('{"n": null}', '$.n'))", "null"},
        {R"(JSON_VALUE('{"t": true}', '$.t'))", R"("true")"},
        {R"(JSON_VALUE('broken', '$.t'))", "null"},
        {R"(JSON_VALUE(CAST(NULL AS STRING), '$.t'))", "null"},
        {R"(JSON_VALUE('{"a": 1}', #'a'))", "refused 4004"},
        {R"(JSON_VALUE('{"a": 1}', 'lax $.b', #'DEFAULT', 'none', #'NULL', NULL, NULL))", R"("none")"},
        {R"(JSON_VALUE('{"a": 1}', 'lax $.b', #'NULL', NULL, #'NULL', NULL, NULL))", "null"},
        {R"(JSON_VALUE('{"a": {"c": 1}}', 'strict $.a', #'NULL', NULL, #'DEFAULT', 'not scalar', NULL))",
         R"("not scalar")"},
        {R"(JSON_VALUE('{"a": 1}', 'strict $.b', #'NULL', NULL, #'DEFAULT', 'miss', NULL))", R"("miss")"},
        {R"(JSON_VALUE('{"a": 1}', 'strict $.b', #'NULL', NULL, #'ERROR', NULL, NULL))", "error 4004"},
        {R"(JSON_VALUE('{"a": 1}', 'lax $.b', #'ERROR', NULL, #'NULL', NULL, NULL))", "error 4004"},
        {R"(JSON_VALUE('{"a": 5}', '$.a', #'NULL', NULL, #'NULL', NULL, CAST(NULL AS INT)))", "5"},
        {R"(JSON_VALUE('{"a": 2.5}', '$.a', #'NULL', NULL, #'NULL', NULL, CAST(NULL AS DOUBLE)))", "2.5"},
        {R"(JSON_VALUE('{"a": true}', '$.a', #'NULL', NULL, #'NULL', NULL, CAST(NULL AS BOOLEAN)))", "true"},
        {R"(JSON_VALUE('{"a": "x"}', '$.a', #'NULL', NULL, #'NULL', NULL, CAST(NULL AS INT)))", "null"},
        {R"(JSON_VALUE('{"a": "x"}', '$.a', #'NULL', NULL, #'DEFAULT', -1, CAST(NULL AS INT)))", "-1"},
        {R"(JSON_VALUE('{"a": "x"}', '$.a', #'NULL', NULL, #'ERROR', NULL, CAST(NULL AS INT)))",
         "error 4001"},
        {R"(JSON_VALUE('{}', '$.a', #'SOMETIMES', NULL, #'NULL', NULL, NULL))", "refused 4004"},
        {R"(JSON_QUERY('{"a": {"b": 1}}', '$.a'))", R"("{\"b\":1}")"},
        {R"(JSON_QUERY('{"a": [1, 2, 3]}', #'$.a'))", R"("[1,2,3]")"},
        {R"(JSON_QUERY('{"a": {"z": 2.50, "b": 1e3}}', '$.a'))", R"("{\"b\":1000,\"z\":2.50}")"},
        {R"(JSON_QUERY('{"a":[{"b":1},"x",2]}', '$.a', #'WITHOUT', #'NULL', #'NULL', CAST(NULL AS ARRAY<STRING>)))",
         R"(["{\"b\":1}","x","2"])"},
        {R"(JSON_QUERY('{"a": 1}', '$.a'))", "null"},
        {R"(JSON_QUERY('{"a": 1}', '$.b'))", "null"},
        {R"(JSON_QUERY('[{"x": 1}, {"x": 2}]', '$[1]'))", R"("{\"x\":2}")"},
        {R"(JSON_QUERY('{"a": 1}', '$.a', #'CONDITIONAL', #'NULL', #'NULL', NULL))", R"("[1]")"},
        {R"(JSON_QUERY('{"a": [1, 2]}', '$.a', #'CONDITIONAL', #'NULL', #'NULL', NULL))", R"("[1,2]")"},
        {R"(JSON_QUERY('{"a": [1, 2]}', '$.a', #'UNCONDITIONAL', #'NULL', #'NULL', NULL))", R"("[[1,2]]")"},
        {R"(JSON_QUERY('{"i": [{"s": "a"}, {"s": "b"}]}', '$.i[*].s', #'UNCONDITIONAL', #'NULL', #'NULL', NULL))",
         R"("[\"a\",\"b\"]")"},
        {R"(JSON_QUERY('{}', 'lax $.a', #'WITHOUT', #'EMPTY ARRAY', #'NULL', NULL))", R"("[]")"},
        {R"(JSON_QUERY('{}', 'strict $.a', #'WITHOUT', #'NULL', #'EMPTY OBJECT', NULL))", R"("{}")"},
        {R"(JSON_QUERY('{}', 'strict $.a', #'WITHOUT', #'NULL', #'ERROR', NULL))", "error 4004"},
        {R"(JSON_QUERY('{"a": ["x", 1, null]}', '$.a', #'WITHOUT', #'NULL', #'NULL', CAST(NULL AS ARRAY<STRING>)))",
         R"(["x","1",null])"},
        {R"(JSON_EXISTS('{"a": 1}', '$.a'))", "true"},
        {R"(JSON_EXISTS('{"a": null}', '$.a'))", "true"},
        {R"(JSON_EXISTS('{"a": 1}', '$.b'))", "false"},
        {R"(JSON_EXISTS('{"a": [{"b": 1}]}', '$.a[0].b'))", "true"},
        {R"(JSON_EXISTS('{"a": true}', 'strict $.b', #'TRUE'))", "true"},
        {R"(JSON_EXISTS('{"a": true}', 'strict $.b', #'UNKNOWN'))", "null"},
        {R"(JSON_EXISTS('{"a": true}', 'strict $.b', #'ERROR'))", "error 4004"},
        {R"(JSON_EXISTS('{"i": [{"q": 5}]}', '$.i[?(@.q > 100)]'))", "false"},
        {R"(JSON_EXISTS('{"i": [{"q": 500}]}', '$.i[?(@.q > 100)]'))", "true"},
        {R"(JSON_OBJECT(#'NULL'))", R"("{}")"},
        {R"(JSON_OBJECT(#'NULL', 'a', 'x', 'b', 2.5, 'c', TRUE))", R"("{\"a\":\"x\",\"b\":2.5,\"c\":true}")"},
        {R"(JSON_OBJECT(#'NULL', 'n', CAST(NULL AS STRING)))", R"("{\"n\":null}")"},
        {R"(JSON_OBJECT(#'ABSENT', 'n', CAST(NULL AS STRING)))", R"("{}")"},
        {R"(JSON_OBJECT(#'NULL', 'o', JSON_OBJECT(#'NULL', 'i', 1)))", R"("{\"o\":{\"i\":1}}")"},
        {R"(JSON_OBJECT(#'NULL', 1, 2))", "refused 4103"},
        {R"(JSON_OBJECT(#'NULL', 'a'))", "refused 4102"},
        {R"(JSON_ARRAY(#'ABSENT', 1, 'x', TRUE, 2.50))", R"("[1,\"x\",true,2.50]")"},
        {R"(JSON_ARRAY(#'ABSENT', CAST(NULL AS INT), 1))", R"("[1]")"},
        {R"(JSON_ARRAY(#'NULL', CAST(NULL AS INT), 1))", R"("[null,1]")"},
        {R"(JSON_ARRAY(#'ABSENT', JSON_ARRAY(#'ABSENT', 1), JSON('{"a": 2}')))", R"("[[1],{\"a\":2}]")"},
        {R"(JSON_OBJECT(#'NULL', 'b', 1, 'a', 2, 'b', 3))", R"("{\"a\":2,\"b\":3}")"},
        {R"(JSON_ARRAY(#'ABSENT', JSON_QUERY('{"b":1}', '$')))", R"("[\"{\\\"b\\\":1}\"]")"},
        {R"(JSON_STRING(1))", R"("1")"},
        {R"(JSON_STRING(MAP('b', 1, 'a', 2)))", R"("{\"a\":2,\"b\":1}")"},
        {R"(JSON_STRING(X'0102'))", R"("\"AQI=\"")"},
        {R"(JSON_STRING('é/'))", R"("\"é/\"")"},
        {R"(JSON_STRING('a "b"'))", R"("\"a \\\"b\\\"\"")"},
        {R"(JSON_STRING(CAST(NULL AS INT)))", "null"},
        {R"(JSON_STRING(ARRAY(1, 2)))", R"("[1,2]")"},
        {R"(JSON_STRING(MAP('k', ROW(1.50))))", R"("{\"k\":{\"EXPR$0\":1.50}}")"},
        {R"(JSON_STRING(TIMESTAMP '2026-03-02 07:58:30.5'))", R"("\"2026-03-02T07:58:30.5\"")"},
        {R"(JSON_QUOTE('a "b"'))", R"("\"a \\\"b\\\"\"")"},
        {R"(JSON_QUOTE('a/é'))", R"("\"a\\/\\u00e9\"")"},
        {R"(JSON_UNQUOTE('"a\"b\u00e9"'))", R"("a\"bé")"},
        {R"(JSON_UNQUOTE('plain'))", R"("plain")"},
        {R"(JSON_UNQUOTE('"bad\"'))", R"("\"bad\\\"")"},
        {R"(PARSE_JSON('{"a": 1, "b": [true, null]}'))", R"("{\"a\":1,\"b\":[true,null]}")"},
        {R"(PARSE_JSON('{"b":1,"a":2.50,"c":1e3}'))", R"("{\"a\":2.5,\"b\":1,\"c\":1000.0}")"},
        {R"(PARSE_JSON('{"a":'))", "error 4004"},
        {R"(TRY_PARSE_JSON('{"a":'))", "null"},
    }));

TEST(JsonPath, FindsWhatItNames) {
  const std::optional<JsonValue> document = ParseJson(
      R"({"a": [10, 20, 30, 40], "o": {"x y": 1, "n": {"x": 2}}, "r": [{"k": "p", "v": 1}, {"k": "q"}]})");
  ASSERT_TRUE(document.has_value());
  const struct {
    const char* path;
    const char* found;  // as an array
    bool definite;
  } cases[] = {
      {"$", "", true},
      {"$.a[1]", "[20]", true},
      {"lax $.a[-1]", "[40]", true},
      {"$.a[1:3]", "[20,30]", false},
      {"$.a[:2]", "[10,20]", false},
      {"$.a[0,2,9]", "[10,30]", false},
      {"$.a[*]", "[10,20,30,40]", false},
      {"$['o']['x y']", "[1]", true},
      {"$.o.*", R"([1,{"x":2}])", false},
      {"$..x", "[2]", false},
      {"$.r[?(@.k == 'p')].v", "[1]", false},
      {"$.r[?(@.v)].k", R"(["p"])", false},
      {"$.r[?(@.k != 'p')].k", R"(["q"])", false},
      {"$.none", "[]", true},
      {"$.a.b", "[]", true},
  };
  for (const auto& test : cases) {
    const Result<JsonPath> path = JsonPath::Compile(test.path);
    ASSERT_TRUE(path.ok()) << test.path;
    EXPECT_EQ(path->definite(), test.definite) << test.path;
    JsonValue array;
    array.kind = JsonValue::Kind::kArray;
    for (const JsonValue* value : path->Find(*document)) array.items.push_back(*value);
    std::string text;
    AppendJson(array, JsonNumbers::kPlain, &text);
    if (test.found[0] == '\0') continue;
    EXPECT_EQ(text, test.found) << test.path;
  }
  for (const char* bad : {"", "a", "$.", "$[", "$[a]", "$.a[?(1)]", "$ .a"}) {
    EXPECT_EQ(JsonPath::Compile(bad).status().code().number, 4004) << bad;
  }
}

TEST(JsonDocument, RefusesDeepNestingAndBadText) {
  EXPECT_TRUE(ParseJson(std::string(500, '[') + std::string(500, ']')).has_value());
  EXPECT_FALSE(ParseJson(std::string(600, '[') + std::string(600, ']')).has_value());
  for (const char* bad :
       {"{\"a\" 1}", "[1,]", "\"\\x\"", "\"\\u12g4\"", "1.", "-", "1e", "nul", "\"a", "{,}", "1 2"}) {
    EXPECT_FALSE(ParseJson(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace millrace
