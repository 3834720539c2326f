#pragma once

#include "sql/ast/unparser.h"

namespace millrace::sql {

/// Writes the node of an expression to an Unparser: one overload for each kind.
struct ExpressionWriter {
  Unparser& to;

  void operator()(const Literal& node);
  void operator()(const IntervalLiteral& node);
  void operator()(const IntervalExpression& node);
  void operator()(const IntervalDifference& node);
  void operator()(const ColumnReference& node);
  void operator()(const Star& node);
  void operator()(const UnaryExpression& node);
  void operator()(const BinaryExpression& node);
  void operator()(const IsPredicate& node);
  void operator()(const BetweenPredicate& node);
  void operator()(const LikePredicate& node);
  void operator()(const InPredicate& node);
  void operator()(const ExistsPredicate& node);
  void operator()(const QuantifiedComparison& node);
  /// The form with an operand is written as the one without, as Flink does.
  void operator()(const CaseExpression& node);
  void Condition(const Expression* operand, const WhenClause& when);
  void operator()(const CastExpression& node);
  void operator()(const FunctionCall& node);
  void FunctionName(const QualifiedName& name);
  void Arguments(const FunctionCall& node);
  void FilterAndOver(const ExpressionPtr& filter, const std::unique_ptr<WindowSpecification>& over);
  void operator()(const TimeUnitArgument& node);
  /// Words of the grammar stand as they are; the name of a character set is a name.
  void operator()(const SymbolArgument& node);
  void operator()(const TableArgument& node);
  void operator()(const ModelArgument& node);
  void operator()(const Descriptor& node);
  void operator()(const RowConstructor& node);
  void operator()(const CollectionConstructor& node);
  void operator()(const ItemAccess& node);
  void operator()(const FieldAccess& node);
  void operator()(const ScalarSubquery& node);
  void operator()(const JsonFunction& node);
};

/// "abc" as "ABC".
std::string UpperCase(std::string_view text);

}  // namespace millrace::sql
