#include "core/expr/cast.h"

#include "tests/unit/core/function_cases.h"

namespace millrace {
namespace {

INSTANTIATE_TEST_SUITE_P(CastNumbers, FunctionTest,
                         testing::ValuesIn(std::vector<FunctionCase>{
                             {"CAST(2147483648 AS INT)", "-2147483648"},
                             {"CAST(32768 AS SMALLINT)", "-32768"},
                             {"CAST(-129 AS TINYINT)", "127"},
                             {"CAST(1.5e0 AS INT)", "1"},
                             {"CAST(-1.5e0 AS BIGINT)", "-1"},
                             {"CAST(1e300 AS INT)", "2147483647"},
                             {"CAST(1e300 AS BIGINT)", "9223372036854775807"},
                             {"CAST(`/`(0e0, 0e0) AS INT)", "0"},
                             {"CAST(1000.05e0 AS DECIMAL(6, 1))", "\"1000.1\""},
                             {"CAST(1000.15e0 AS DECIMAL(6, 1))", "\"1000.2\""},
                             {"CAST(`/`(1e0, 0e0) AS DECIMAL(6, 1))", "null"},
                             {"CAST(2.5e0 AS FLOAT)", "2.5"},
                             {"CAST(123.456 AS FLOAT)", "123.456"},
                             {"CAST(-0.05 AS DOUBLE)", "-0.05"},
                             {"CAST(999.949 AS INT)", "999"},
                             {"CAST(-1.55 AS BIGINT)", "-1"},
                             {"CAST(-1.550 AS DECIMAL(5, 1))", "\"-1.6\""},
                             {"CAST(1.545 AS DECIMAL(3, 2))", "\"1.55\""},
                             {"CAST(999.949 AS DECIMAL(3, 2))", "null"},
                             {"TRY_CAST(999.949 AS DECIMAL(3, 2))", "null"},
                             {"CAST(123.456 AS DECIMAL(12, 6))", "\"123.456000\""},
                             {"CAST(9223372036854775807 AS DECIMAL(38, 5))", "\"9223372036854775807.00000\""},
                             {"CAST(TRUE AS INT)", "1"},
                             {"CAST(FALSE AS DECIMAL(3, 1))", "\"0.0\""},
                             {"CAST(TRUE AS DOUBLE)", "1.0"},
                             {"CAST(-5 AS BOOLEAN)", "true"},
                             {"CAST(0 AS BOOLEAN)", "false"},
                             {"CAST(MONTHS 14 AS INT)", "refused 4104"},
                             {"CAST(1.5 AS BOOLEAN)", "true"},
                             {"CAST(0.0e0 AS BOOLEAN)", "false"},
                             {"CAST(CAST(1e20 AS DECIMAL(38, 0)) AS INT)", "1661992960"},
                             {"CAST(NULL AS INT)", "null"},
                             {"CAST(NULL AS ARRAY<INT>)", "null"},
                             {"CAST(CAST(NULL AS INT) AS STRING)", "null"},
                         }));

INSTANTIATE_TEST_SUITE_P(
    CastFromText, FunctionTest,
    testing::ValuesIn(std::vector<FunctionCase>{
        {"CAST('42' AS INT)", "42"},
        {"CAST(' 15 ' AS INT)", "15"},
        {"CAST('+3' AS TINYINT)", "3"},
        {"CAST('12.9' AS INT)", "12"},
        {"CAST('abc' AS INT)", "error 4001"},
        {"CAST('' AS INT)", "error 4001"},
        {"CAST('--5' AS INT)", "error 4001"},
        {"CAST('2147483648' AS INT)", "error 4001"},
        {"TRY_CAST('abc' AS INT)", "null"},
        {"TRY_CAST('128' AS TINYINT)", "null"},
        {"TRY_CAST('-32769' AS SMALLINT)", "null"},
        {"CAST('9223372036854775807' AS BIGINT)", "9223372036854775807"},
        {"CAST('-9223372036854775808' AS BIGINT)", "-9223372036854775808"},
        {"TRY_CAST('9223372036854775808' AS BIGINT)", "null"},
        {"CAST('42' AS DOUBLE)", "42.0"},
        {"CAST('99999999999999999999' AS DOUBLE)", "1e+20"},
        {"CAST(' -1.5e-3 ' AS DOUBLE)", "-0.0015"},
        {"CAST('Infinity' AS DOUBLE)", "\"Infinity\""},
        {"TRY_CAST('12abc' AS DOUBLE)", "null"},
        {"TRY_CAST('inf' AS DOUBLE)", "null"},
        {"CAST('1.5' AS FLOAT)", "1.5"},
        {"CAST('15' AS DECIMAL(10, 2))", "\"15.00\""},
        {"CAST('-1.005' AS DECIMAL(10, 2))", "\"-1.01\""},
        {"CAST('1e3' AS DECIMAL(10, 2))", "\"1000.00\""},
        {"CAST('99999' AS DECIMAL(5, 2))", "error 4001"},
        {"CAST('x' AS DECIMAL(5, 2))", "error 4001"},
        {"TRY_CAST('--5' AS DECIMAL(5, 2))", "null"},
        {"CAST('0.12345678901234567890123456789012345678' AS DECIMAL(38, 38))",
         "\"0.12345678901234567890123456789012345678\""},
        {"CAST('TRUE' AS BOOLEAN)", "true"},
        {"CAST('y' AS BOOLEAN)", "true"},
        {"CAST('No' AS BOOLEAN)", "false"},
        {"CAST('0' AS BOOLEAN)", "false"},
        {"CAST('on' AS BOOLEAN)", "error 4001"},
        {"CAST('2026-03-02' AS DATE)", "\"2026-03-02\""},
        {"CAST('2026-3-2' AS DATE)", "\"2026-03-02\""},
        {"CAST('2026-03-02 07:58:30' AS DATE)", "\"2026-03-02\""},
        {"CAST('2026-02-30' AS DATE)", "error 4001"},
        {"TRY_CAST('1 2' AS DATE)", "null"},
        {"CAST('07:58:30' AS TIME)", "\"07:58:30\""},
        {"CAST('07:58:30.5' AS TIME(3))", "\"07:58:30.500\""},
        {"TRY_CAST('25:00:00' AS TIME)", "null"},
        {"CAST('7' AS TIME)", "\"07:00:00\""},
        {"CAST('2026-03' AS DATE)", "\"2026-03-01\""},
        {"TRY_CAST('2026-03-02 07:58' AS TIMESTAMP(3))", "null"},
        {"TRY_CAST('2026-03-02T07:58:30' AS TIMESTAMP(3))", "null"},
        {"CAST('2026-03-02 07:58:30' AS TIMESTAMP(0))", "\"2026-03-02 07:58:30\""},
        {"CAST('2026-03-02 07:58:30.987654' AS TIMESTAMP(3))", "\"2026-03-02 07:58:30.987\""},
        {"CAST('1969-12-31 23:59:59.999999' AS TIMESTAMP(3))", "\"1969-12-31 23:59:59.999\""},
        {"CAST('2026-03-02 07:58:30.123456789' AS TIMESTAMP(9))", "\"2026-03-02 07:58:30.123456789\""},
        {"CAST('2026-03-02 07:58:30.123456789' AS TIMESTAMP(7))", "\"2026-03-02 07:58:30.1234567\""},
        {"CAST('2026-03-02' AS TIMESTAMP(3))", "\"2026-03-02 00:00:00.000\""},
        {"CAST('nonsense' AS TIMESTAMP(3))", "error 4001"},
        {"CAST('Hello' AS BYTES)", "\"48656c6c6f\""},
        {"CAST('Hello' AS BINARY(7))", "\"48656c6c6f0000\""},
        {"CAST('Hello' AS VARBINARY(2))", "\"4865\""},
        {"CAST('1' AS MONTHS)", "refused 4104"},
        {"CAST('1' AS ARRAY<INT>)", "refused 4104"},
    }));

INSTANTIATE_TEST_SUITE_P(
    CastToText, FunctionTest,
    testing::ValuesIn(std::vector<FunctionCase>{
        {"CAST(42 AS STRING)", "\"42\""},
        {"CAST(-7.50 AS STRING)", "\"-7.50\""},
        {"CAST(1.5e0 AS STRING)", "\"1.5\""},
        {"CAST(100e0 AS STRING)", "\"100.0\""},
        {"CAST(1e10 AS STRING)", "\"1.0E10\""},
        {"CAST(1e-5 AS STRING)", "\"1.0E-5\""},
        {"CAST(0.001e0 AS STRING)", "\"0.001\""},
        {"CAST(1234567e0 AS STRING)", "\"1234567.0\""},
        {"CAST(12345678.9e0 AS STRING)", "\"1.23456789E7\""},
        {"CAST(CAST(0.1 AS FLOAT) AS STRING)", "\"0.1\""},
        {"CAST(`/`(-1e0, 0e0) AS STRING)", "\"-Infinity\""},
        {"CAST(TRUE AS STRING)", "\"TRUE\""},
        {"CAST(0.00 AS STRING)", "\"0.00\""},
        {"CAST(DATE '2026-03-02' AS STRING)", "\"2026-03-02\""},
        {"CAST(TIME '07:58:30' AS STRING)", "\"07:58:30\""},
        {"CAST(TIMESTAMP '2026-03-02 07:58:30.120' AS STRING)", "\"2026-03-02 07:58:30.120\""},
        {"CAST(TIMESTAMP '0001-01-01 00:00:00' AS STRING)", "\"0001-01-01 00:00:00\""},
        {"CAST(MONTHS 14 AS STRING)", "\"+1-02\""},
        {"CAST(MILLIS -93784500 AS STRING)", "\"-1 02:03:04.500\""},
        {"CAST(X'48656C6C6F' AS STRING)", "\"Hello\""},
        {"CAST(X'61FFFE62' AS STRING)", "\"a\uFFFD\uFFFDb\""},
        {"CAST('abc' AS CHAR(5))", "\"abc  \""},
        {"CAST('abcdef' AS CHAR(3))", "\"abc\""},
        {"CAST('日本語' AS VARCHAR(2))", "\"日本\""},
        {"CAST('ab' AS VARCHAR(4))", "\"ab\""},
        {"CAST('a text of more than twelve bytes' AS VARCHAR(20))", "\"a text of more than \""},
        {"CAST(12345 AS VARCHAR(3))", "\"123\""},
        {"CAST(7 AS CHAR(3))", "\"7  \""},
        {"CAST(ARRAY(1, 2, 3) AS STRING)", "\"[1, 2, 3]\""},
        {"CAST(ROW(1, 'a', TRUE) AS STRING)", "\"(1, a, TRUE)\""},
        {"CAST(MAP('k', 1) AS STRING)", "\"{k=1}\""},
        {"CAST(ARRAY(ROW(1, 'x'), ROW(2, CAST(NULL AS STRING))) AS STRING)", "\"[(1, x), (2, NULL)]\""},
    }));

INSTANTIATE_TEST_SUITE_P(
    CastTemporal, FunctionTest,
    testing::ValuesIn(std::vector<FunctionCase>{
        {"CAST(TIMESTAMP '2026-03-02 07:58:30.500' AS DATE)", "\"2026-03-02\""},
        {"CAST(TIMESTAMP '1969-12-31 23:59:59.999' AS DATE)", "\"1969-12-31\""},
        {"CAST(TIMESTAMP '2026-03-02 07:58:30.500' AS TIME)", "\"07:58:30\""},
        {"CAST(TIMESTAMP '2026-03-02 07:58:30.500' AS TIME(3))", "\"07:58:30.500\""},
        {"CAST(DATE '2026-03-02' AS TIMESTAMP(3))", "\"2026-03-02 00:00:00.000\""},
        {"CAST(TIMESTAMP '2026-03-02 07:58:30.987654' AS TIMESTAMP(0))", "\"2026-03-02 07:58:30\""},
        {"CAST(TIMESTAMP '2026-03-02 07:58:30.987' AS TIMESTAMP(9))", "\"2026-03-02 07:58:30.987000000\""},
        {"CAST(TIMESTAMP '2026-03-02 07:58:30.123456789' AS TIMESTAMP(8))",
         "\"2026-03-02 07:58:30.12345678\""},
        {"CAST(TIMESTAMP '2026-03-02 07:58:30.123456789' AS TIMESTAMP(3))", "\"2026-03-02 07:58:30.123\""},
        {"CAST(DATE '2026-03-02' AS INT)", "refused 4104"},
        {"CAST(5 AS TIMESTAMP(3))", "refused 4104"},
        {"CAST(ARRAY(1, 2) AS ARRAY<STRING>)", "[\"1\",\"2\"]"},
        {"CAST(ARRAY('1', '2') AS ARRAY<INT>)", "[1,2]"},
        {"CAST(ARRAY('1', 'x') AS ARRAY<INT>)", "error 4001"},
        {"CAST(MAP('1', 2) AS MAP<INT, STRING>)", "[[1,\"2\"]]"},
        {"CAST(ROW(1, '2') AS ROW<a STRING, b INT>)", "[\"1\",2]"},
        {"FIELD(CAST(ROW(1, '2') AS ROW<a STRING, b INT>), 1)", "2"},
        {"FIELD(FIELD(ROW(1, ROW('x')), 1), 0)", "\"x\""},
        {"FIELD(1, 0)", "refused 4004"},
    }));

TEST(Cast, LocalTimestampsFollowTheSession) {
  const SessionSettings session{.time_zone = "Europe/Copenhagen"};
  const FunctionCase cases[] = {
      {"CAST(LTZ '2026-03-02 07:58:30.000' AS STRING)", "\"2026-03-02 08:58:30.000\""},
      {"CAST(LTZ '2026-03-02 07:58:30.000' AS TIMESTAMP(0))", "\"2026-03-02 08:58:30\""},
      {"CAST(TIMESTAMP '2026-07-01 12:00:00' AS TIMESTAMP_LTZ(3))", "\"2026-07-01 10:00:00.000Z\""},
      {"CAST(LTZ '2026-03-02 23:30:00' AS DATE)", "\"2026-03-03\""},
      {"CAST('2026-03-02 08:58:30' AS TIMESTAMP_LTZ(0))", "\"2026-03-02 07:58:30Z\""},
      // In the gap of spring the clock goes on; the hour that comes twice in autumn is the first.
      {"CAST(TIMESTAMP '2026-03-29 02:30:00' AS TIMESTAMP_LTZ(0))", "\"2026-03-29 01:30:00Z\""},
      {"CAST(TIMESTAMP '2026-10-25 02:30:00' AS TIMESTAMP_LTZ(0))", "\"2026-10-25 00:30:00Z\""},
      {"CAST(TIMESTAMP '2026-07-01 12:00:00.123456789' AS TIMESTAMP_LTZ(9))",
       "\"2026-07-01 10:00:00.123456789Z\""},
  };
  for (const FunctionCase& test : cases) {
    EXPECT_EQ(EvaluateText(test.expression, LiteralMode::kFlat, session), test.expected) << test.expression;
  }
  EXPECT_EQ(EvaluateText("CAST(LTZ '2026-03-02 07:58:30' AS DATE)", LiteralMode::kFlat,
                         {.time_zone = "Mars/Olympus"}),
            "refused 4004");
}

TEST(Cast, FailureNamesTypesAndValue) {
  EXPECT_EQ(EvaluateText("CAST('abc' AS INT)", LiteralMode::kFlat, {}, true),
            "error 4001: Cannot cast a CHAR(3) to INT: 'abc'");
  EXPECT_EQ(EvaluateText("CAST(DATE '2026-03-02' AS INT)", LiteralMode::kFlat, {}, true),
            "refused 4104: Cannot cast DATE to INT");
}

}  // namespace
}  // namespace millrace
