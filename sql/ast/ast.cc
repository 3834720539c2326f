#include "sql/ast/statement.h"

namespace millrace::sql {

Expression::Expression(Node node_value, SourcePlace place_value)
    : node(std::move(node_value)), place(place_value) {
}
Expression::~Expression() = default;

TableReference::TableReference(Node node_value, SourcePlace place_value)
    : node(std::move(node_value)), place(place_value) {
}
TableReference::~TableReference() = default;

Query::Query(Body body_value, SourcePlace place_value) : body(std::move(body_value)), place(place_value) {
}
Query::~Query() = default;

Statement::Statement(Node node_value, SourcePlace place_value)
    : node(std::move(node_value)), place(place_value) {
}
Statement::~Statement() = default;

}  // namespace millrace::sql
