#include "core/types/proto_conversion.h"

#include <gtest/gtest.h>

#include "core/error_codes.h"
#include "proto/types.pb.h"

namespace millrace {
namespace {

TEST(ProtoConversionTest, EveryTypeRoundTrips) {
  const DataType row =
      DataType::Row({{"a", DataType::Integer().NotNull()}, {"b c", DataType::Decimal(38, 38)}});
  const DataType types[] = {DataType::Null(),
                            DataType::Boolean(),
                            DataType::Tinyint(),
                            DataType::Smallint(),
                            DataType::Integer(),
                            DataType::Bigint().NotNull(),
                            DataType::Float(),
                            DataType::Double(),
                            DataType::Decimal(10, 2),
                            DataType::Char(3),
                            DataType::Varchar(7),
                            DataType::String(),
                            DataType::Binary(2),
                            DataType::Bytes(),
                            DataType::Date(),
                            DataType::Time(3),
                            DataType::Timestamp(9),
                            DataType::TimestampLtz(0),
                            DataType::IntervalYearMonth(),
                            DataType::IntervalDayTime(),
                            row,
                            DataType::Row({}),
                            DataType::Array(row.NotNull()),
                            DataType::Map(DataType::String().NotNull(), DataType::Array(DataType::Double())),
                            DataType::Multiset(DataType::Char(1))};
  for (const DataType& type : types) {
    proto::DataType message;
    ToProto(type, &message);
    const Result<DataType> back = FromProto(message);
    ASSERT_TRUE(back.ok()) << back.status().ToString();
    EXPECT_EQ(*back, type) << type.ToString();
  }
}

TEST(ProtoConversionTest, ParametersOutOfRangeAreRefused) {
  const struct {
    proto::DataType::Kind kind;
    int precision;
    int scale;
    const char* message;
  } cases[] = {
      {proto::DataType::DECIMAL, 0, 0, "Precision of DECIMAL is out of range 1 to 38: 0"},
      {proto::DataType::DECIMAL, 39, 0, "Precision of DECIMAL is out of range 1 to 38: 39"},
      {proto::DataType::DECIMAL, 5, 6, "Scale of DECIMAL is out of range 0 to 5: 6"},
      {proto::DataType::DECIMAL, 5, -1, "Scale of DECIMAL is out of range 0 to 5: -1"},
      {proto::DataType::VARCHAR, -1, 0, "Length of a string type is out of range 0 to 2147483647: -1"},
      {proto::DataType::TIME, 10, 0, "Precision of TIME or TIMESTAMP is out of range 0 to 9: 10"},
      {proto::DataType::TIMESTAMP_LTZ, -1, 0, "Precision of TIME or TIMESTAMP is out of range 0 to 9: -1"},
      {proto::DataType::ARRAY, 0, 0, "Number of inner types of ARRAY is not 1: 0"},
      {proto::DataType::MAP, 0, 0, "Number of inner types of MAP is not 2: 0"},
      {static_cast<proto::DataType::Kind>(99), 0, 0, "Kind of a type is unknown: 99"}};
  for (const auto& c : cases) {
    proto::DataType message;
    message.set_kind(c.kind);
    message.set_precision(c.precision);
    message.set_scale(c.scale);
    const Result<DataType> type = FromProto(message);
    ASSERT_FALSE(type.ok()) << c.message;
    EXPECT_EQ(type.status().code(), kInvalidArgument);
    EXPECT_EQ(type.status().message(), c.message);
  }
}

TEST(ProtoConversionTest, EndlessNestingIsRefused) {
  proto::DataType message;
  proto::DataType* innermost = &message;
  for (int i = 0; i < 64; ++i) {
    innermost->set_kind(proto::DataType::ARRAY);
    innermost = innermost->add_fields()->mutable_type();
  }
  innermost->set_kind(proto::DataType::INTEGER);
  EXPECT_TRUE(FromProto(message).ok());
  innermost->set_kind(proto::DataType::ARRAY);
  innermost->add_fields()->mutable_type()->set_kind(proto::DataType::INTEGER);
  EXPECT_EQ(FromProto(message).status().code(), kInvalidArgument);
}

TEST(ProtoConversionTest, SchemaRoundTrips) {
  const Schema schema{{{"id", DataType::Bigint().NotNull()}, {"at", DataType::Timestamp(3)}}, 1};
  proto::Schema message;
  ToProto(schema, &message);
  const Result<Schema> back = FromProto(message);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, schema);

  message.clear_event_time();
  EXPECT_EQ(FromProto(message)->event_time, std::nullopt);
}

TEST(ProtoConversionTest, EventTimeMustBeATimestampColumn) {
  proto::Schema message;
  ToProto(Schema{{{"id", DataType::Bigint()}}, 0}, &message);
  EXPECT_EQ(FromProto(message).status().code(), kInvalidArgument);
  message.set_event_time(5);
  EXPECT_EQ(FromProto(message).status().code(), kInvalidArgument);
}

TEST(ProtoConversionTest, ErrorNamesTheColumn) {
  proto::Schema message;
  proto::Field* field = message.add_fields();
  field->set_name("price");
  field->mutable_type()->set_kind(proto::DataType::DECIMAL);
  EXPECT_EQ(FromProto(message).status().message(),
            "Column price: Precision of DECIMAL is out of range 1 to 38: 0");
}

}  // namespace
}  // namespace millrace
