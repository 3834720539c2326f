#include "sql/ast/unparse.h"
#include "sql/ast/unparser.h"

namespace millrace::sql {
namespace {

const char* SimpleTypeName(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kTinyInt:
      return "TINYINT";
    case TypeKind::kSmallInt:
      return "SMALLINT";
    case TypeKind::kInt:
      return "INTEGER";
    case TypeKind::kBigInt:
      return "BIGINT";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDecimal:
      return "DECIMAL";
    case TypeKind::kChar:
      return "CHAR";
    case TypeKind::kVarChar:
      return "VARCHAR";
    case TypeKind::kString:
      return "STRING";
    case TypeKind::kBinary:
      return "BINARY";
    case TypeKind::kVarBinary:
      return "VARBINARY";
    case TypeKind::kBytes:
      return "BYTES";
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return "TIME";
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return "TIMESTAMP";
    case TypeKind::kTimestampLtz:
      return "TIMESTAMP_LTZ";
    case TypeKind::kInterval:
      return "INTERVAL ";
    case TypeKind::kArray:
      return "ARRAY< ";
    case TypeKind::kMap:
      return "MAP< ";
    case TypeKind::kMultiset:
      return "MULTISET< ";
    case TypeKind::kRow:
      return "ROW< ";
    case TypeKind::kStructured:
      return "STRUCTURED< ";
    case TypeKind::kRaw:
      return "RAW";
    case TypeKind::kVariant:
      return "VARIANT";
    case TypeKind::kNull:
      return "NULL";
    case TypeKind::kNamed:
      return "";
  }
  return "";
}

}  // namespace

void Unparser::Write(const IntervalQualifier& qualifier) {
  Text(TimeUnitName(qualifier.from));
  if (qualifier.leading_precision) {
    Text("(" + std::to_string(*qualifier.leading_precision));
    if (!qualifier.to && qualifier.fraction_precision)
      Text(", " + std::to_string(*qualifier.fraction_precision));
    Text(")");
  }
  if (!qualifier.to) return;
  Text(" TO ");
  Text(TimeUnitName(*qualifier.to));
  if (qualifier.fraction_precision) Text("(" + std::to_string(*qualifier.fraction_precision) + ")");
}

void Unparser::Write(const TypeNode& type) {
  Text(SimpleTypeName(type.kind));
  if (type.kind == TypeKind::kNamed) Name(type.name);
  if (type.interval) Write(*type.interval);
  if (type.precision) {
    Text("(" + std::to_string(*type.precision));
    if (type.scale) Text(", " + std::to_string(*type.scale));
    Text(")");
  }
  if (type.kind == TypeKind::kTimestampTz) Text(" WITH TIME ZONE");
  if (type.kind == TypeKind::kRaw) {
    Text("(");
    String(type.class_name);
    Text(", ");
    String(type.serializer);
    Text(")");
  }
  if (type.key != nullptr) {
    Write(*type.key);
    Text(", ");
  }
  if (type.element != nullptr) {
    Write(*type.element);
    Text(" >");
  }
  if (type.kind == TypeKind::kStructured) {
    String(type.class_name);
    if (!type.fields.empty()) Text(", ");
  }
  for (size_t i = 0; i < type.fields.size(); ++i) {
    const TypeField& field = type.fields[i];
    if (i != 0) Text(", ");
    Name(field.name);
    Text(" ");
    Write(*field.type);
    if (!field.comment) continue;
    Text(" ");
    String(*field.comment);
  }
  if (type.kind == TypeKind::kRow || type.kind == TypeKind::kStructured) Text(" >");
  if (type.nullable) Text(*type.nullable ? " NULL" : " NOT NULL");
}

}  // namespace millrace::sql
