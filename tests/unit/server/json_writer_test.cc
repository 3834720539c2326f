#include "server/api/json_writer.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(JsonWriterTest, SeparatesAndNests) {
  JsonWriter json;
  json.BeginObject().Key("a").Number(int64_t{-1}).Key("b").BeginArray().Text("x").Boolean(true).Null();
  json.BeginObject().EndObject().BeginArray().EndArray().EndArray().Key("c").Number(0.5).EndObject();
  EXPECT_EQ(json.Take(), R"({"a":-1,"b":["x",true,null,{},[]],"c":0.5})");
}

TEST(JsonWriterTest, EscapesKeysAndTexts) {
  JsonWriter json;
  json.BeginObject().Key("q\"").Text("a\\b\n\t\x01 \xC3\xA9").EndObject();
  EXPECT_EQ(json.Take(), "{\"q\\\"\":\"a\\\\b\\n\\t\\u0001 \xC3\xA9\"}");
}

TEST(JsonWriterTest, KeepsExtremeNumbers) {
  JsonWriter json;
  json.BeginArray().Number(INT64_MIN).Number(INT64_MAX).Raw("{\"k\":1}").EndArray();
  EXPECT_EQ(json.Take(), R"([-9223372036854775808,9223372036854775807,{"k":1}])");
}

}  // namespace
}  // namespace millrace
