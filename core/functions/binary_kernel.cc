#include "core/functions/binary_kernel.h"

#include <cstring>

namespace millrace {

void PropagateNulls(const ColumnReader& a, const EvalContext& context, OutputColumn* out) {
  if (!a.has_nulls()) return;
  if (a.is_flat() && IsAllRows(context)) {
    const uint8_t* from = a.payload().parts().validity->data();
    uint8_t* to = out->Validity();
    const size_t num_bytes = (size_t{context.batch.num_rows} + 7) / 8;
    for (size_t i = 0; i < num_bytes; ++i) to[i] &= from[i];
    return;
  }
  const ColumnReader reader = a;  // nobody else's: what it points to stays in registers
  for (uint32_t row : context.rows) {
    if (reader.IsNull(row)) [[unlikely]]
      out->SetNull(row);
  }
}

void PropagateNulls(const ColumnReader& a, const ColumnReader& b, const EvalContext& context,
                    OutputColumn* out) {
  PropagateNulls(a, context, out);
  PropagateNulls(b, context, out);
}

}  // namespace millrace
