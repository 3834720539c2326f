#include "core/types/data_type.h"

#include <gtest/gtest.h>

#include "core/types/schema.h"

namespace millrace {
namespace {

TEST(DataTypeTest, TextAndPhysicalType) {
  const DataType row = DataType::Row({{"temp", DataType::Double()}, {"a`b", DataType::String().NotNull()}});
  const struct {
    DataType type;
    const char* text;
    PhysicalType physical;
  } cases[] = {
      {DataType::Boolean(), "BOOLEAN", PhysicalType::kBool},
      {DataType::Tinyint(), "TINYINT", PhysicalType::kInt8},
      {DataType::Smallint(), "SMALLINT", PhysicalType::kInt16},
      {DataType::Integer().NotNull(), "INT NOT NULL", PhysicalType::kInt32},
      {DataType::Bigint(), "BIGINT", PhysicalType::kInt64},
      {DataType::Float(), "FLOAT", PhysicalType::kFloat},
      {DataType::Double(), "DOUBLE", PhysicalType::kDouble},
      {DataType::Decimal(18, 2), "DECIMAL(18, 2)", PhysicalType::kInt64},
      {DataType::Decimal(19, 2), "DECIMAL(19, 2)", PhysicalType::kInt128},
      {DataType::Char(3), "CHAR(3)", PhysicalType::kString},
      {DataType::Varchar(7), "VARCHAR(7)", PhysicalType::kString},
      {DataType::String(), "STRING", PhysicalType::kString},
      {DataType::Binary(2), "BINARY(2)", PhysicalType::kString},
      {DataType::Bytes(), "BYTES", PhysicalType::kString},
      {DataType::Date(), "DATE", PhysicalType::kInt32},
      {DataType::Time(3), "TIME(3)", PhysicalType::kInt32},
      {DataType::Timestamp(6), "TIMESTAMP(6)", PhysicalType::kInt64},
      {DataType::Timestamp(7), "TIMESTAMP(7)", PhysicalType::kTimestamp},
      {DataType::TimestampLtz(3), "TIMESTAMP_LTZ(3)", PhysicalType::kInt64},
      {DataType::IntervalYearMonth(), "INTERVAL YEAR TO MONTH", PhysicalType::kInt32},
      {DataType::IntervalDayTime(), "INTERVAL DAY TO SECOND(3)", PhysicalType::kInt64},
      {row, "ROW<`temp` DOUBLE, `a``b` STRING NOT NULL>", PhysicalType::kRow},
      {DataType::Array(DataType::Integer().NotNull()), "ARRAY<INT NOT NULL>", PhysicalType::kArray},
      {DataType::Map(DataType::String(), DataType::Date()).NotNull(), "MAP<STRING, DATE> NOT NULL",
       PhysicalType::kMap},
      {DataType::Multiset(DataType::Bigint()), "MULTISET<BIGINT>", PhysicalType::kMap},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(c.type.ToString(), c.text);
    EXPECT_EQ(c.type.physical(), c.physical) << c.text;
  }
}

TEST(DataTypeTest, EqualityLooksAtEverything) {
  const auto row = [](const char* name, DataType type) { return DataType::Row({{name, type}}); };
  EXPECT_EQ(row("a", DataType::Integer()), row("a", DataType::Integer()));
  EXPECT_NE(row("a", DataType::Integer()), row("b", DataType::Integer()));
  EXPECT_NE(row("a", DataType::Integer()), row("a", DataType::Integer().NotNull()));
  EXPECT_TRUE(
      row("a", DataType::Integer()).EqualsIgnoringNullability(row("a", DataType::Integer().NotNull())));
  EXPECT_FALSE(row("a", DataType::Integer()).EqualsIgnoringNullability(row("b", DataType::Integer())));
  EXPECT_NE(DataType::Decimal(10, 2), DataType::Decimal(10, 3));
}

TEST(SchemaTest, IndexOfIsExact) {
  const Schema schema{{{"a", DataType::Integer()}, {"B", DataType::Integer()}}, {}};
  EXPECT_EQ(schema.IndexOf("B"), 1u);
  EXPECT_EQ(schema.IndexOf("b"), std::nullopt);
}

}  // namespace
}  // namespace millrace
