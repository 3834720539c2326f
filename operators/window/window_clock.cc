#include "operators/window/window_clock.h"

#include "core/temporal/civil.h"
#include "proto/job_graph.pb.h"

namespace millrace {

Result<WindowClock> WindowClock::Create(const proto::WindowSpec& spec, const DataType& time_type) {
  const bool has_zone = spec.processing_time() || time_type.kind() == TypeKind::kTimestampLtz;
  if (!has_zone || spec.time_zone().empty()) return WindowClock(TimeZone::Utc(), true);
  ASSIGN_OR_RETURN(const TimeZone zone, TimeZone::Load(spec.time_zone()));
  return WindowClock(zone, spec.time_zone() == "UTC");
}

bool ReadMicros(const Batch& batch, uint32_t time_column, std::vector<int64_t>* micros) {
  const ColumnReader reader(*batch.columns[time_column]);
  if (reader.has_nulls()) {
    bool has_null = false;
    batch.ForEachRow([&](uint32_t row) { has_null |= reader.IsNull(row); });
    if (has_null) return false;
  }
  micros->resize(batch.NumSelected());
  int64_t* out = micros->data();
  if (reader.payload().physical() == PhysicalType::kTimestamp) {
    batch.ForEachRow([&](uint32_t row) { *out++ = MicrosFromWide(reader.Value<WideTimestamp>(row)); });
  } else {
    batch.ForEachRow([&](uint32_t row) { *out++ = reader.Value<int64_t>(row); });
  }
  return true;
}

}  // namespace millrace
