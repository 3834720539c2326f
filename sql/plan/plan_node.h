#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/descriptor/descriptor.h"
#include "core/types/schema.h"
#include "sql/binder/binder.h"
#include "sql/plan/bound_expr.h"

namespace millrace::sql {

/// What a column means for windows: GROUP BY the start and the end of a window aggregates per window.
enum class WindowRole : uint8_t { kNone, kStart, kEnd, kTime };

/// A column of a plan node's output.
struct PlanColumn {
  std::string name;
  DataType type;
  TimeAttribute time = TimeAttribute::kNone;
  WindowRole window_role = WindowRole::kNone;
  /// Of a column with a window role: windows of a TIMESTAMP_LTZ column align in the session's zone; "" = UTC.
  std::string window_zone;
};
using PlanColumns = std::vector<PlanColumn>;

enum class PlanKind : uint8_t {
  kScan,
  kValues,
  kCalc,
  kWindowAssign,
  kAggregate,
  kWindowAggregate,
  kJoin,
  kUnion,
  kNormalize,
  kUpsertMaterialize,
  kSink,
  kCollect,
};

class PlanNode;
using PlanPtr = std::shared_ptr<const PlanNode>;

/// A node of a logical plan: relational algebra over typed columns. Immutable; a node may be shared by
/// several consumers. Rules build new nodes.
class PlanNode {
 public:
  virtual ~PlanNode() = default;
  PlanKind kind() const { return kind_; }
  const std::vector<PlanPtr>& inputs() const { return inputs_; }
  const PlanPtr& input() const { return inputs_.front(); }
  const PlanColumns& columns() const { return columns_; }
  /// The same node over other inputs with the same columns.
  virtual PlanPtr WithInputs(std::vector<PlanPtr> inputs) const = 0;

  template <class T>
  const T* As() const {
    return kind_ == T::kKind ? static_cast<const T*>(this) : nullptr;
  }

 protected:
  PlanNode(PlanKind kind, std::vector<PlanPtr> inputs, PlanColumns columns)
      : kind_(kind), inputs_(std::move(inputs)), columns_(std::move(columns)) {}

 private:
  PlanKind kind_;
  std::vector<PlanPtr> inputs_;
  PlanColumns columns_;
};

/// A table as a scan sees it: names, types and expressions resolved, options with hints applied. Shared by
/// all scans of it.
struct ScanTable {
  ObjectPath path;
  std::string connector;
  Options options;  // "connector" excluded
  std::vector<Field> physical;
  struct Metadata {
    std::string key;
    Field field;
  };
  std::vector<Metadata> metadata;
  /// All columns in declared order, and what computes each over physical ++ metadata. Behind them columns
  /// that rules have added: fields of ROW columns.
  PlanColumns columns;
  std::vector<BoundExprPtr> expressions;
  /// What the added columns are over the declared ones.
  std::vector<BoundExprPtr> added;
  std::optional<uint32_t> watermark_column;
  BoundExprPtr watermark;             // over `columns`
  std::vector<uint32_t> primary_key;  // of `columns`
  std::vector<std::string> partition_keys;
  int64_t idle_timeout_ms = 0;
  uint32_t parallelism = 0;  // scan.parallelism; 0 = the job's
  bool upsert = false;       // rows are upserts by primary key
  bool changelog = false;    // the format carries row kinds
  bool bounded = false;
  bool projects = false;         // the connector reads only the columns asked for
  bool projects_fields = false;  // .. and only the fields asked for of ROW columns
};

/// Reads the columns `output` (ascending) of a table; `filter` is over them.
class ScanNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kScan;
  ScanNode(std::shared_ptr<const ScanTable> table, std::vector<uint32_t> output, BoundExprPtr filter);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;

  const std::shared_ptr<const ScanTable> table;
  const std::vector<uint32_t> output;
  const BoundExprPtr filter;
};

/// Constant rows; every expression is without columns.
class ValuesNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kValues;
  ValuesNode(PlanColumns columns, std::vector<std::vector<BoundExprPtr>> rows);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;

  const std::vector<std::vector<BoundExprPtr>> rows;
};

/// Filter (may be null), then project.
class CalcNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kCalc;
  /// Time attributes and window roles pass through plain column references.
  CalcNode(PlanPtr input, BoundExprPtr filter, std::vector<BoundExprPtr> projections,
           std::vector<std::string> names);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;
  /// All columns unchanged.
  static PlanPtr Filter(PlanPtr input, BoundExprPtr filter);
  /// Whether every projection is the column of its own number.
  bool ProjectsNothing() const;

  const BoundExprPtr filter;
  const std::vector<BoundExprPtr> projections;
};

struct PlanWindow {
  enum class Kind : uint8_t { kTumble, kHop, kCumulate, kAttached };
  Kind kind = Kind::kTumble;
  int64_t size_ms = 0;
  int64_t slide_ms = 0;  // HOP: slide; CUMULATE: step
  int64_t offset_ms = 0;
  uint32_t time_column = 0;   // of the input
  uint32_t start_column = 0;  // kAttached
  uint32_t end_column = 0;    // kAttached
  bool processing_time = false;
  std::string zone;
  DataType time_type;  // of window_time
  friend bool operator==(const PlanWindow&, const PlanWindow&) = default;
};

/// Columns of the input (the time column is no time attribute any more), then window_start, window_end,
/// window_time.
class WindowAssignNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kWindowAssign;
  WindowAssignNode(PlanPtr input, PlanWindow window);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;

  const PlanWindow window;
};

/// The three columns that windows add.
PlanColumns WindowColumns(const PlanWindow& window);

struct PlanAggregate {
  std::string function;
  std::vector<uint32_t> arguments;  // columns of the input
  bool distinct = false;
  std::optional<uint32_t> filter;  // a BOOLEAN column of the input
  DataType type;
  std::string name;  // for people
};

/// Groups by columns; output: the keys, then the results. An updating stream.
class AggregateNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kAggregate;
  AggregateNode(PlanPtr input, std::vector<uint32_t> keys, std::vector<PlanAggregate> calls);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;

  const std::vector<uint32_t> keys;
  const std::vector<PlanAggregate> calls;
};

/// Groups by window and columns; output: the keys, the results, then window_start, window_end, window_time.
class WindowAggregateNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kWindowAggregate;
  WindowAggregateNode(PlanPtr input, PlanWindow window, std::vector<uint32_t> keys,
                      std::vector<PlanAggregate> calls);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;

  const PlanWindow window;
  const std::vector<uint32_t> keys;
  const std::vector<PlanAggregate> calls;
};

enum class PlanJoinType : uint8_t { kInner, kLeft, kRight, kFull };
const char* PlanJoinTypeName(PlanJoinType type);

/// Columns of the left input, then of the right. Keys are columns of equal types, parallel; `condition` (may
/// be null) is over both.
class JoinNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kJoin;
  JoinNode(PlanPtr left, PlanPtr right, PlanJoinType type, std::vector<uint32_t> left_keys,
           std::vector<uint32_t> right_keys, BoundExprPtr condition);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;
  uint32_t left_width() const { return static_cast<uint32_t>(inputs()[0]->columns().size()); }

  const PlanJoinType type;
  const std::vector<uint32_t> left_keys;
  const std::vector<uint32_t> right_keys;
  const BoundExprPtr condition;
};

/// UNION ALL of inputs with the same column types (but for nullability).
class UnionNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kUnion;
  explicit UnionNode(std::vector<PlanPtr> inputs);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;
};

/// Turns upserts by key into a full changelog.
class NormalizeNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kNormalize;
  NormalizeNode(PlanPtr input, std::vector<uint32_t> keys);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;

  const std::vector<uint32_t> keys;
};

/// A table as a sink sees it. The input's columns are `physical`, then `metadata`, with these types.
struct SinkTable {
  ObjectPath path;
  std::string connector;
  Options options;
  std::vector<Field> physical;
  std::vector<ScanTable::Metadata> metadata;
  std::vector<uint32_t> primary_key;  // of the input
  std::vector<std::string> partition_keys;
  bool upsert = false;
  uint32_t parallelism = 0;  // sink.parallelism; 0 = the input's
  std::string guarantee;     // in words
};

/// Rows of a changelog on their way into a table that is written by primary key, where several rows may share
/// a key: the last one counts, and when it goes the one before it comes back. The columns are the table's.
class UpsertMaterializeNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kUpsertMaterialize;
  UpsertMaterializeNode(PlanPtr input, std::shared_ptr<const SinkTable> table,
                        std::vector<uint32_t> upsert_key);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;

  const std::shared_ptr<const SinkTable> table;
  const std::vector<uint32_t> upsert_key;  // columns by which rows are known again; empty = all
};

class SinkNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kSink;
  SinkNode(PlanPtr input, std::shared_ptr<const SinkTable> table);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;

  const std::shared_ptr<const SinkTable> table;
};

class CollectNode final : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kCollect;
  explicit CollectNode(PlanPtr input);
  PlanPtr WithInputs(std::vector<PlanPtr> inputs) const override;
};

/// Whether the node's output may hold rows with weight -1. `PlanTraits` remembers answers, so that shared
/// sub-plans are looked at once.
class PlanTraits {
 public:
  bool Updating(const PlanPtr& node);
  bool Bounded(const PlanPtr& node);

 private:
  std::map<const PlanNode*, bool> updating_;
  std::map<const PlanNode*, bool> bounded_;
};

/// Nullary schema of an edge: names (made unique), types, and the first rowtime column as event time.
SchemaPtr SchemaOf(const PlanColumns& columns);
/// "a", "b", "a0": names that repeat get a number.
std::vector<std::string> UniqueNames(const std::vector<std::string>& names);

}  // namespace millrace::sql
