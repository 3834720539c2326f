#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/ast/query.h"

namespace millrace::sql {

/// Appends the text of trees to a string: what is behind Unparse, with the pieces that the writers of single
/// nodes share. Recursion is as deep as the tree.
class Unparser {
 public:
  void Write(const Expression& expression);
  void Write(const Query& query);
  void Write(const TypeNode& type);
  void Write(const IntervalQualifier& qualifier);
  void Write(const TableReference& table);
  std::string Take() { return std::move(out_); }

  void Text(std::string_view text) { out_ += text; }
  void Name(const Identifier& name);
  void Names(const std::vector<Identifier>& names);  // (`a`, `b`)
  void Name(const QualifiedName& name);
  void String(std::string_view text);
  void List(const std::vector<ExpressionPtr>& expressions);
  void OrderItems(const std::vector<OrderItem>& items);
  void Window(const WindowSpecification& window);
  void Bound(const FrameBound& bound);
  void Hints(const std::vector<Hint>& hints);
  /// An operand, in parentheses when its operator binds less tightly than `precedence`.
  void Operand(const Expression& expression, int precedence);
  /// (query)
  void Subquery(const Query& query);
  /// (list) or (query): what stands behind IN.
  void ListOrQuery(const std::vector<ExpressionPtr>& list, const QueryPtr& query);
  void Body(const Select& select);
  void Body(const Values& values);
  /// A row pattern, in parentheses when `nested` in one that binds more tightly.
  void Pattern(const PatternNode& pattern, bool nested);
  void Group(const GroupItem& item);

 private:
  std::string out_;
};

}  // namespace millrace::sql
