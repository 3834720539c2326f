#pragma once

#include "core/status.h"
#include "core/types/schema.h"

namespace millrace::proto {
class DataType;
class Schema;
}  // namespace millrace::proto

namespace millrace {

void ToProto(const DataType& type, proto::DataType* out);
/// Error kInvalidArgument when precision, scale or nesting is out of range.
Result<DataType> FromProto(const proto::DataType& type);
void ToProto(const Schema& schema, proto::Schema* out);
Result<Schema> FromProto(const proto::Schema& schema);

}  // namespace millrace
