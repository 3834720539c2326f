#include "tests/unit/core/function_cases.h"

namespace millrace {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Arithmetic, FunctionTest,
    testing::ValuesIn(std::vector<FunctionCase>{
        // Integers keep the wider type and wrap around.
        {"`+`(7, 2)", "9"},
        {"`+`(2147483647, 1)", "-2147483648"},
        {"`*`(2147483647, 2)", "-2"},
        {"`-`(`-`(2147483647), 2)", "2147483647"},
        {"`+`(9223372036854775807, 1)", "-9223372036854775808"},
        {"`+`(CAST(100 AS TINYINT), CAST(100 AS TINYINT))", "-56"},
        {"`*`(CAST(300 AS SMALLINT), CAST(300 AS SMALLINT))", "24464"},
        {"`/`(-7, 2)", "-3"},
        {"`%`(-7, 2)", "-1"},
        {"`%`(7, -2)", "1"},
        {"MOD(CAST(7 AS BIGINT), 2)", "1"},
        {"`/`(CAST(-2147483648 AS INT), -1)", "-2147483648"},
        {"`%`(CAST(-2147483648 AS INT), -1)", "0"},
        {"`/`(1, 0)", "error 4002"},
        {"`%`(1, 0)", "error 4002"},
        {"`/`(1, `-`(2, 2))", "error 4002"},
        {"`+`(1, CAST(NULL AS INT))", "null"},
        {"`/`(CAST(NULL AS INT), 0)", "null"},
        {"`/`(1, NULL)", "null"},
        // Doubles follow IEEE.
        {"`+`(0.1e0, 0.2e0)", "0.30000000000000004"},
        {"`/`(1e0, 0e0)", "\"Infinity\""},
        {"`/`(-1e0, 0)", "\"-Infinity\""},
        {"`+`(CAST(1 AS FLOAT), 2)", "3.0"},
        // Decimals.
        {"`+`(10.25, 0.0625)", "\"10.3125\""},
        {"`-`(10.25, 0.0625)", "\"10.1875\""},
        {"`-`(-3.99, 1.0001)", "\"-4.9901\""},
        {"`*`(10.25, 0.0625)", "\"0.640625\""},
        {"`/`(CAST(10.25 AS DECIMAL(10, 2)), CAST(0.0625 AS DECIMAL(8, 4)))", "\"164.00000000000\""},
        {"`/`(CAST(1 AS DECIMAL(10, 2)), CAST(7 AS DECIMAL(8, 4)))", "\"0.14285714286\""},
        {"`/`(CAST(-1 AS DECIMAL(10, 2)), CAST(7 AS DECIMAL(8, 4)))", "\"-0.14285714286\""},
        {"`/`(1.0, 3)", "\"0.333333333333\""},
        {"`/`(1.0, 0)", "error 4002"},
        {"`%`(-7.5, 2)", "\"-1.5\""},
        {"`*`(0.908, CAST(1000000 AS BIGINT))", "\"908000.000\""},
        {"`+`(CAST('12345678901234567890.123456789012345678' AS DECIMAL(38, 18)), 1)",
         "\"12345678901234567891.12345678901234568\""},
        {"`-`(CAST('99999999999999999999999999999999999999' AS DECIMAL(38, 0)), CAST('1' AS DECIMAL(38, 0)))",
         "\"99999999999999999999999999999999999998\""},
        {"`*`(CAST('99999999999999999999999999999999999999' AS DECIMAL(38, 0)), 2.0)", "null"},
        {"`+`(CAST('99999999999999999999999999999999999999' AS DECIMAL(38, 0)), CAST('1' AS DECIMAL(38, 0)))",
         "null"},
        {"`*`(CAST('1234567890123456789.01' AS DECIMAL(38, 2)), CAST('0.0000000001' AS DECIMAL(38, 10)))",
         "\"123456789.012346\""},
        {"`/`(CAST('1' AS DECIMAL(38, 18)), CAST('3' AS DECIMAL(38, 18)))", "\"0.333333\""},
        {"`+`(1.5, 1e0)", "2.5"},
        {"`-`(1.5)", "\"-1.5\""},
        // Datetimes and intervals.
        {"`+`(TIMESTAMP '2026-03-02 07:58:30', MILLIS 90000)", "\"2026-03-02 08:00:00\""},
        {"`-`(TIMESTAMP '2026-01-31 07:58:30.123', MONTHS 12)", "\"2025-01-31 07:58:30.123\""},
        {"`+`(TIMESTAMP '2026-01-31 07:58:30.123456789', MONTHS 1)", "\"2026-02-28 07:58:30.123456789\""},
        {"`+`(MILLIS 500, TIMESTAMP '1969-12-31 23:59:59.750')", "\"1970-01-01 00:00:00.250\""},
        {"`+`(DATE '2026-01-31', MONTHS 1)", "\"2026-02-28\""},
        {"`-`(DATE '2026-03-02', MILLIS 86400000)", "\"2026-03-01\""},
        {"`+`(TIME '23:30:00', MILLIS 2700000)", "\"00:15:00\""},
        {"`-`(TIME '00:15:00', MILLIS 2700000)", "\"23:30:00\""},
        {"`-`(TIMESTAMP '2026-03-02 10:00:00', TIMESTAMP '2026-03-01 10:00:00')", "\"millis:86400000\""},
        {"`*`(MILLIS 1000, 3)", "\"millis:3000\""},
        {"`*`(2, MONTHS 3)", "\"months:6\""},
        {"`/`(MILLIS 1000, 4)", "\"millis:250\""},
        {"`/`(MILLIS 1000, 0)", "error 4002"},
        {"`+`(MONTHS 3, MONTHS 2)", "\"months:5\""},
        // Refused.
        {"`+`('a', 1)", "refused 4103"},
        {"`+`(TRUE, 1)", "refused 4103"},
        {"`-`('a')", "refused 4103"},
        {"`+`(1)", "refused 4102"},
        {"`*`(TIMESTAMP '2026-03-02 10:00:00', 2)", "refused 4103"},
    }));

INSTANTIATE_TEST_SUITE_P(Arithmetic, TypeTest,
                         testing::ValuesIn(std::vector<FunctionCase>{
                             {"`+`(CAST(1 AS TINYINT), CAST(1 AS SMALLINT))", "SMALLINT NOT NULL"},
                             {"`+`(CAST(1 AS BIGINT), 1.5)", "DECIMAL(21, 1) NOT NULL"},
                             {"`*`(1.5, 3)", "DECIMAL(13, 1) NOT NULL"},
                             {"`/`(1.5, 3)", "DECIMAL(13, 12) NOT NULL"},
                             {"`%`(CAST(1 AS BIGINT), 3)", "INT NOT NULL"},
                             {"`+`(CAST(1 AS FLOAT), CAST(1 AS BIGINT))", "FLOAT NOT NULL"},
                             {"`+`(CAST(1 AS FLOAT), 1.5)", "DOUBLE NOT NULL"},
                             {"`+`(CAST(NULL AS INT), 1)", "INT"},
                             {"`+`(DATE '2026-01-31', MONTHS 1)", "DATE NOT NULL"},
                             {"`+`(CAST(1 AS DECIMAL(38, 10)), CAST(1 AS DECIMAL(38, 2)))",
                              "DECIMAL(38, 6) NOT NULL"},
                         }));

}  // namespace
}  // namespace millrace
