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

int64_t TimeReader::Micros(uint32_t row) const {
  return is_wide_ ? MicrosFromWide(reader_.Value<WideTimestamp>(row)) : reader_.Value<int64_t>(row);
}

}  // namespace millrace
