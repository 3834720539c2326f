#include "sql/binder/scope.h"

#include <algorithm>

#include "core/types/type_rules.h"
#include "sql/binder/bind_error.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

bool EndsWith(const std::vector<std::string>& path, std::span<const Identifier> wanted) {
  if (wanted.size() > path.size()) return false;
  const size_t skip = path.size() - wanted.size();
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (path[skip + i] != wanted[i].text) return false;
  }
  return true;
}

Status Ambiguous(const Identifier& name) {
  return ErrorAt(kAmbiguousColumn, "Column is in more than one table: " + name.text, name.place)
      .WithSuggestion("write the table's name or alias before it");
}

std::string Dotted(const QualifiedName& name) {
  std::string text;
  for (const Identifier& part : name.parts) text += (text.empty() ? "" : ".") + part.text;
  return text;
}

}  // namespace

Result<BoundExprPtr> AccessField(const BoundExprPtr& record, const Identifier& field) {
  if (record->type.kind() != millrace::TypeKind::kRow) {
    return ErrorAt(kUnknownColumn,
                   "Field of a value that is no ROW: " + field.text + " of " + record->type.ToString(),
                   field.place);
  }
  std::vector<std::string> names;
  const std::vector<Field>& fields = record->type.fields();
  for (uint32_t i = 0; i < fields.size(); ++i) {
    names.push_back(fields[i].name);
    if (fields[i].name != field.text) continue;
    const DataType type = fields[i].type.WithNullable(fields[i].type.nullable() || record->type.nullable());
    return FieldExpr(record, i, type, field.place);
  }
  return ErrorAt(kUnknownColumn, "Unknown field: " + field.text, field.place)
      .WithSuggestion(DidYouMean(ClosestName(field.text, names)));
}

Scope::Scope(std::vector<std::string> path, const PlanColumns& columns) {
  ScopeRelation relation{.path = std::move(path)};
  for (uint32_t i = 0; i < columns.size(); ++i) {
    relation.columns.push_back({.name = columns[i].name, .expr = ColumnExpr(i, columns[i].type)});
  }
  star_ = relation.columns;
  relations_.push_back(std::move(relation));
}

const ScopeRelation* Scope::FindRelation(const std::vector<Identifier>& path) const {
  for (const ScopeRelation& relation : relations_) {
    if (!relation.path.empty() && EndsWith(relation.path, path)) return &relation;
  }
  return nullptr;
}

size_t Scope::CountColumns(const std::string& name) const {
  size_t count = 0;
  for (const ScopeRelation& relation : relations_) {
    for (const ScopeColumn& column : relation.columns) count += column.unqualified && column.name == name;
  }
  return count;
}

Result<BoundExprPtr> Scope::ResolveColumn(const Identifier& name) const {
  const ScopeColumn* found = nullptr;
  std::vector<std::string> names;
  for (const ScopeRelation& relation : relations_) {
    for (const ScopeColumn& column : relation.columns) {
      names.push_back(column.name);
      if (!column.unqualified || column.name != name.text) continue;
      if (found != nullptr) return Ambiguous(name);
      found = &column;
    }
  }
  if (found != nullptr) return found->expr;
  return ErrorAt(kUnknownColumn, "Unknown column: " + name.text, name.place)
      .WithSuggestion(DidYouMean(ClosestName(name.text, names)));
}

std::optional<BoundExprPtr> Scope::TryRelation(const QualifiedName& name, size_t num_path_parts,
                                               Status* error) const {
  const ScopeRelation* relation = FindRelation({name.parts.begin(), name.parts.begin() + num_path_parts});
  if (relation == nullptr) return std::nullopt;
  const Identifier& wanted = name.parts[num_path_parts];
  const ScopeColumn* found = nullptr;
  std::vector<std::string> names;
  for (const ScopeColumn& column : relation->columns) {
    names.push_back(column.name);
    if (column.name != wanted.text) continue;
    if (found != nullptr) {
      *error = Ambiguous(wanted);
      return std::nullopt;
    }
    found = &column;
  }
  if (found != nullptr) return found->expr;
  *error = ErrorAt(kUnknownColumn, "Unknown column: " + Dotted(name), wanted.place)
               .WithSuggestion(DidYouMean(ClosestName(wanted.text, names)));
  return std::nullopt;
}

Result<BoundExprPtr> Scope::Resolve(const QualifiedName& name) const {
  const std::vector<Identifier>& parts = name.parts;
  Status error;
  BoundExprPtr expr;
  size_t next = 0;
  for (size_t num_path_parts = std::min<size_t>(parts.size() - 1, 3); num_path_parts > 0 && !expr;
       --num_path_parts) {
    if (auto found = TryRelation(name, num_path_parts, &error)) {
      expr = *found;
      next = num_path_parts + 1;
    }
  }
  if (expr == nullptr) {
    if (parts.size() > 1 && CountColumns(parts.front().text) == 0) {
      if (!error.ok()) return error;
      std::vector<std::string> names;
      for (const ScopeRelation& relation : relations_) {
        if (!relation.path.empty()) names.push_back(relation.path.back());
      }
      return ErrorAt(kUnknownColumn, "Unknown table or column: " + parts.front().text, parts.front().place)
          .WithSuggestion(DidYouMean(ClosestName(parts.front().text, names)));
    }
    ASSIGN_OR_RETURN(expr, ResolveColumn(parts.front()));
    next = 1;
  }
  for (; next < parts.size(); ++next) {
    ASSIGN_OR_RETURN(expr, AccessField(expr, parts[next]));
  }
  auto placed = std::make_shared<BoundExpr>(*expr);
  placed->place = name.place;
  return BoundExprPtr(std::move(placed));
}

Scope Scope::Join(const Scope& left, const Scope& right, uint32_t left_width) {
  Scope joined = left;
  for (ScopeRelation relation : right.relations_) {
    for (ScopeColumn& column : relation.columns) column.expr = ShiftColumns(column.expr, left_width);
    joined.relations_.push_back(std::move(relation));
  }
  for (ScopeColumn column : right.star_) {
    column.expr = ShiftColumns(column.expr, left_width);
    joined.star_.push_back(std::move(column));
  }
  return joined;
}

void Scope::Merge(std::vector<ScopeColumn> merged) {
  const auto is_merged = [&](const ScopeColumn& column) {
    return std::any_of(merged.begin(), merged.end(),
                       [&](const ScopeColumn& other) { return other.name == column.name; });
  };
  for (ScopeRelation& relation : relations_) {
    for (ScopeColumn& column : relation.columns) {
      if (is_merged(column)) column.unqualified = false;
    }
  }
  std::erase_if(star_, is_merged);
  star_.insert(star_.begin(), merged.begin(), merged.end());
  relations_.push_back({.columns = std::move(merged)});
}

void Scope::SetTypes(const PlanColumns& columns) {
  const auto retype = [&](const BoundExprPtr& node) -> BoundExprPtr {
    return node->IsColumn() ? ColumnExpr(node->index, columns[node->index].type, node->place) : nullptr;
  };
  for (ScopeRelation& relation : relations_) {
    for (ScopeColumn& column : relation.columns) column.expr = Rewrite(column.expr, retype);
  }
  for (ScopeColumn& column : star_) column.expr = Rewrite(column.expr, retype);
}

}  // namespace millrace::sql
