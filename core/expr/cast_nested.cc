#include <numeric>

#include "core/expr/cast_rules.h"
#include "core/expr/output_column.h"

namespace millrace {
namespace {

/// Casts the children of nested columns with the kernels of their types.
class NestedCast {
 public:
  static Result<NestedCast> Prepare(const CastRequest& request) {
    NestedCast cast;
    for (size_t i = 0; i < request.from.fields().size(); ++i) {
      const DataType& to = request.to.fields()[i].type;
      ASSIGN_OR_RETURN(Kernel kernel,
                       PrepareCast(request.from.fields()[i].type, to, request.try_cast, request.session));
      cast.children_.push_back(std::move(kernel));
      cast.types_.push_back(to);
    }
    return cast;
  }

  ColumnPtr operator()(const KernelCall& call) const {
    const ColumnPtr& argument = call.arguments[0];
    const ColumnReader reader(*argument);
    const Column& payload = reader.payload();
    const bool has_ranges = payload.physical() != PhysicalType::kRow;
    // The rows of the children that rows of the context refer to, and who refers to them.
    std::vector<uint32_t> owner(payload.parts().children[0]->size(), kNoOwner);
    for (uint32_t row : call.context.rows) {
      if (reader.IsNull(row)) continue;
      const auto [begin, end] =
          has_ranges ? reader.ChildRange(row) : std::pair(reader.PayloadRow(row), reader.PayloadRow(row) + 1);
      for (uint32_t child = begin; child < end; ++child) owner[child] = row;
    }
    Selection rows;
    for (uint32_t child = 0; child < owner.size(); ++child) {
      if (owner[child] != kNoOwner) rows.push_back(child);
    }
    Column::Parts parts = payload.parts();
    for (size_t i = 0; i < children_.size(); ++i) {
      parts.children[i] = CastChild(i, parts.children[i], rows, owner, call.context);
    }
    const DataType& type = call.result_type;
    if (payload.encoding() == Encoding::kConstant)
      return Column::Constant(type, argument->size(), std::move(parts));
    ColumnPtr flat = Column::Flat(type, payload.size(), std::move(parts));
    if (argument->encoding() != Encoding::kDictionary) return flat;
    return Column::Dictionary(std::move(flat), argument->shared_indices());
  }

 private:
  static constexpr uint32_t kNoOwner = UINT32_MAX;

  ColumnPtr CastChild(size_t index, const ColumnPtr& child, const Selection& rows,
                      const std::vector<uint32_t>& owner, EvalContext& context) const {
    const Batch batch{.schema = nullptr, .num_rows = child->size()};
    RowErrors errors;
    EvalContext inner{batch, rows, context.session, context.processing_time_micros, errors, context.random};
    ColumnPtr column = children_[index]({{&child, 1}, types_[index], inner});
    for (const auto& [row, error] : errors.all()) context.errors.Add(owner[row], error);
    // Rows without an owner are NULL: fields of a ROW that is.
    return MergeBranches(types_[index], child->size(), child->size(), {{std::move(column), rows}});
  }

  std::vector<Kernel> children_;
  std::vector<DataType> types_;
};

}  // namespace

Result<Kernel> PrepareNestedCast(const CastRequest& request) {
  ASSIGN_OR_RETURN(NestedCast cast, NestedCast::Prepare(request));
  return Kernel(std::move(cast));
}

}  // namespace millrace
