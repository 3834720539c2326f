#include "sql/lexer/error_codes.h"
#include "sql/parser/ddl_parser.h"
#include "sql/parser/query_parser.h"
#include "sql/parser/table_definition_parser.h"

namespace millrace::sql {
namespace {

/// TO name, or column TO name.
Result<AlterAction> ParseRename(TokenStream& tokens, ObjectKind kind) {
  if (tokens.Accept("TO"_kw)) {
    RenameObject rename;
    ASSIGN_OR_RETURN(rename.new_name, tokens.ExpectQualifiedName("a new name"));
    return AlterAction(std::move(rename));
  }
  if (kind != ObjectKind::kTable) return tokens.Unexpected();
  RenameColumn rename;
  ASSIGN_OR_RETURN(rename.column, tokens.ExpectQualifiedName("TO or a column name"));
  RETURN_IF_ERROR(tokens.Expect("TO"_kw));
  ASSIGN_OR_RETURN(rename.new_name, tokens.ExpectQualifiedName("a column name"));
  return AlterAction(std::move(rename));
}

Result<AlterAction> ParseAddPartitions(TokenStream& tokens) {
  AddPartitions add;
  add.if_not_exists = tokens.AcceptWords({"IF"_kw, "NOT"_kw, "EXISTS"_kw});
  RETURN_IF_ERROR(tokens.Expect("PARTITION"_kw));
  do {
    AddPartitions::Partition partition;
    ASSIGN_OR_RETURN(partition.spec, ParsePartitionSpec(tokens));
    ASSIGN_OR_RETURN(partition.options, ParseOptionalWith(tokens));
    add.partitions.push_back(std::move(partition));
  } while (tokens.Accept("PARTITION"_kw));
  return AlterAction(std::move(add));
}

/// What follows ADD and MODIFY.
Result<AlterAction> ParseAddOrModify(TokenStream& tokens, ObjectKind kind, bool modify) {
  const bool if_not_exists = tokens.Is("IF"_kw) && tokens.NextIs("NOT"_kw);
  if (kind == ObjectKind::kTable && !modify && (if_not_exists || tokens.At("PARTITION"_kw))) {
    return ParseAddPartitions(tokens);
  }
  if (tokens.Accept("DISTRIBUTION"_kw)) {
    ChangeDistribution change;
    change.modify = modify;
    ASSIGN_OR_RETURN(change.distribution, ParseDistribution(tokens));
    return AlterAction(std::move(change));
  }
  ChangeSchema change;
  change.modify = modify;
  if (tokens.At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(change.schema, ParseTableSchema(tokens, ColumnContext::kAlter));
  } else {
    RETURN_IF_ERROR(ParseSchemaElement(tokens, ColumnContext::kAlter, change.schema));
  }
  return AlterAction(std::move(change));
}

Result<AlterAction> ParseDropPartitions(TokenStream& tokens) {
  DropPartitions drop;
  drop.if_exists = tokens.AcceptWords({"IF"_kw, "EXISTS"_kw});
  RETURN_IF_ERROR(tokens.Expect("PARTITION"_kw));
  ASSIGN_OR_RETURN(PartitionSpec first, ParsePartitionSpec(tokens));
  drop.partitions.push_back(std::move(first));
  while (tokens.Accept(TokenKind::kComma)) {
    RETURN_IF_ERROR(tokens.Expect("PARTITION"_kw));
    ASSIGN_OR_RETURN(PartitionSpec spec, ParsePartitionSpec(tokens));
    drop.partitions.push_back(std::move(spec));
  }
  return AlterAction(std::move(drop));
}

/// What follows DROP.
Result<AlterAction> ParseDropPart(TokenStream& tokens, ObjectKind kind) {
  if (tokens.AcceptWords({"PRIMARY"_kw, "KEY"_kw})) return AlterAction(DropConstraint{});
  if (tokens.Accept("CONSTRAINT"_kw)) {
    DropConstraint drop;
    ASSIGN_OR_RETURN(drop.name, tokens.ExpectName("the name of a constraint"));
    return AlterAction(std::move(drop));
  }
  if (tokens.Accept("WATERMARK"_kw)) return AlterAction(DropWatermark{});
  if (tokens.Accept("DISTRIBUTION"_kw)) return AlterAction(DropDistribution{});
  const bool if_exists = tokens.Is("IF"_kw) && tokens.NextIs("EXISTS"_kw);
  if (kind == ObjectKind::kTable && (if_exists || tokens.At("PARTITION"_kw)))
    return ParseDropPartitions(tokens);
  DropColumns drop;
  const bool list = tokens.Accept(TokenKind::kLeftParen);
  do {
    ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a column name"));
    drop.columns.push_back(std::move(name));
  } while (list && tokens.Accept(TokenKind::kComma));
  if (list) RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return AlterAction(std::move(drop));
}

/// SET and RESET, which most objects have.
Result<AlterAction> ParseSetOptions(TokenStream& tokens) {
  SetOptions set;
  ASSIGN_OR_RETURN(set.options, ParseProperties(tokens));
  return AlterAction(std::move(set));
}

Result<AlterAction> ParseResetOptions(TokenStream& tokens) {
  ResetOptions reset;
  ASSIGN_OR_RETURN(reset.keys, ParsePropertyKeys(tokens));
  return AlterAction(std::move(reset));
}

Result<AlterAction> ParseChangeQuery(TokenStream& tokens) {
  ChangeQuery change;
  ASSIGN_OR_RETURN(change.query, ParseQuery(tokens));
  return AlterAction(std::move(change));
}

Result<AlterAction> ParseTableAction(TokenStream& tokens) {
  if (tokens.Accept("RENAME"_kw)) return ParseRename(tokens, ObjectKind::kTable);
  if (tokens.Accept("SET"_kw)) return ParseSetOptions(tokens);
  if (tokens.Accept("RESET"_kw)) return ParseResetOptions(tokens);
  if (tokens.Accept("ADD"_kw)) return ParseAddOrModify(tokens, ObjectKind::kTable, false);
  if (tokens.Accept("MODIFY"_kw)) return ParseAddOrModify(tokens, ObjectKind::kTable, true);
  if (tokens.Accept("DROP"_kw)) return ParseDropPart(tokens, ObjectKind::kTable);
  return tokens.Unexpected();
}

Result<AlterAction> ParseMaterializedTableAction(TokenStream& tokens) {
  constexpr ObjectKind kKind = ObjectKind::kMaterializedTable;
  if (tokens.Accept("SUSPEND"_kw)) return AlterAction(SuspendRefresh{});
  if (tokens.Accept("RESUME"_kw)) {
    ResumeRefresh resume;
    ASSIGN_OR_RETURN(resume.options, ParseOptionalWith(tokens));
    return AlterAction(std::move(resume));
  }
  if (tokens.Accept("REFRESH"_kw)) {
    RefreshPartition refresh;
    if (tokens.Accept("PARTITION"_kw)) {
      ASSIGN_OR_RETURN(refresh.partition, ParsePartitionSpec(tokens));
    }
    return AlterAction(std::move(refresh));
  }
  if (tokens.Accept("SET"_kw)) {
    if (tokens.Accept("FRESHNESS"_kw)) {
      SetFreshness set;
      ASSIGN_OR_RETURN(set.freshness, ParseFreshness(tokens));
      return AlterAction(std::move(set));
    }
    if (tokens.Accept("REFRESH_MODE"_kw)) {
      SetRefreshMode set;
      ASSIGN_OR_RETURN(set.mode, ParseRefreshMode(tokens));
      return AlterAction(set);
    }
    return ParseSetOptions(tokens);
  }
  if (tokens.Accept("RESET"_kw)) return ParseResetOptions(tokens);
  if (tokens.Accept("AS"_kw)) return ParseChangeQuery(tokens);
  if (tokens.Accept("RENAME"_kw)) return ParseRename(tokens, kKind);
  if (tokens.Accept("ADD"_kw)) return ParseAddOrModify(tokens, kKind, false);
  if (tokens.Accept("MODIFY"_kw)) return ParseAddOrModify(tokens, kKind, true);
  if (tokens.Accept("DROP"_kw)) return ParseDropPart(tokens, kKind);
  return tokens.Unexpected();
}

Result<AlterAction> ParseFunctionAction(TokenStream& tokens) {
  RETURN_IF_ERROR(tokens.Expect("AS"_kw));
  ChangeFunction change;
  ASSIGN_OR_RETURN(change.class_name, tokens.ExpectString("a class name in quotes"));
  ASSIGN_OR_RETURN(change.language, ParseOptionalLanguage(tokens));
  return AlterAction(std::move(change));
}

Result<AlterAction> ParseAction(TokenStream& tokens, ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kTable:
      return ParseTableAction(tokens);
    case ObjectKind::kMaterializedTable:
      return ParseMaterializedTableAction(tokens);
    case ObjectKind::kFunction:
      return ParseFunctionAction(tokens);
    case ObjectKind::kView:
      if (tokens.Accept("RENAME"_kw)) return ParseRename(tokens, kind);
      RETURN_IF_ERROR(tokens.Expect("AS"_kw));
      return ParseChangeQuery(tokens);
    case ObjectKind::kModel:
      if (tokens.Accept("RENAME"_kw)) return ParseRename(tokens, kind);
      break;
    case ObjectKind::kCatalog:
      if (tokens.Accept("COMMENT"_kw)) {
        SetComment set;
        ASSIGN_OR_RETURN(set.comment, tokens.ExpectString("a comment in quotes"));
        return AlterAction(std::move(set));
      }
      break;
    case ObjectKind::kDatabase:
      break;
  }
  if (tokens.Accept("SET"_kw)) return ParseSetOptions(tokens);
  RETURN_IF_ERROR(tokens.Expect("RESET"_kw));
  return ParseResetOptions(tokens);
}

}  // namespace

Result<Statement::Node> ParseAlter(TokenStream& tokens) {
  AlterObject alter;
  tokens.Take();
  const SourcePlace start = tokens.Here();
  alter.temporary = tokens.Accept("TEMPORARY"_kw);
  alter.system = alter.temporary && tokens.Accept("SYSTEM"_kw);
  ASSIGN_OR_RETURN(alter.kind, ParseObjectKind(tokens));
  if (alter.temporary && alter.kind != ObjectKind::kFunction) {
    return Status(kSyntaxError, "TEMPORARY is not possible with this kind of object").WithPlace(start);
  }
  alter.if_exists = tokens.AcceptWords({"IF"_kw, "EXISTS"_kw});
  ASSIGN_OR_RETURN(alter.name, tokens.ExpectQualifiedName("a name"));
  alter.action_place = tokens.Here();
  ASSIGN_OR_RETURN(alter.action, ParseAction(tokens, alter.kind));
  alter.action_place = tokens.RangeFrom(alter.action_place);
  return Statement::Node(std::move(alter));
}

}  // namespace millrace::sql
