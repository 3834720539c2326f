#include <algorithm>

#include "core/expr/cast_rules.h"
#include "core/temporal/civil.h"
#include "core/temporal/time_zone.h"

namespace millrace {
namespace {

/// A datetime as microseconds of a wall clock (or UTC, for TIMESTAMP_LTZ) and the nanoseconds below them.
struct Instant {
  int64_t micros = 0;
  int32_t nanos = 0;
};

Instant Read(const Row& row, const DataType& from) {
  switch (from.kind()) {
    case TypeKind::kDate:
      return {row.Int(0) * kMicrosPerDay, 0};
    case TypeKind::kTime:
      return {row.Int(0) * kMicrosPerMilli, 0};
    default:
      break;
  }
  if (from.physical() == PhysicalType::kInt64) return {row.Long(0), 0};
  const WideTimestamp time = row.Get<WideTimestamp>(0);
  return {MicrosFromWide(time), time.nanos_of_milli % 1000};
}

void Write(Instant instant, const DataType& to, Row& row) {
  static constexpr int64_t kUnits[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
  static constexpr int32_t kNanoUnits[] = {100, 10, 1};
  switch (to.kind()) {
    case TypeKind::kDate:
      return row.ReturnInt(static_cast<int32_t>(FloorDiv(instant.micros, kMicrosPerDay)));
    case TypeKind::kTime: {
      const int64_t micros = FloorMod(instant.micros, kMicrosPerDay);
      const int64_t unit = kUnits[std::min(to.precision(), 3)];
      return row.ReturnInt(static_cast<int32_t>((micros - micros % unit) / kMicrosPerMilli));
    }
    default:
      break;
  }
  if (to.precision() <= 6)
    return row.ReturnLong(instant.micros - FloorMod(instant.micros, kUnits[to.precision()]));
  WideTimestamp time = WideFromMicros(instant.micros);
  time.nanos_of_milli += instant.nanos - instant.nanos % kNanoUnits[to.precision() - 7];
  row.Return<WideTimestamp>(time);
}

}  // namespace

Result<Kernel> PrepareTemporalCast(const CastRequest& request) {
  const DataType& from = request.from;
  const DataType& to = request.to;
  const bool from_local = from.kind() == TypeKind::kTimestampLtz;
  const bool to_local = to.kind() == TypeKind::kTimestampLtz;
  TimeZone zone = TimeZone::Utc();
  if (from_local != to_local) {
    ASSIGN_OR_RETURN(zone, TimeZone::Load(request.session.time_zone));
  }
  return RowKernel(
      [from, to, zone, leaves_utc = from_local && !to_local, enters_utc = to_local && !from_local](Row& row) {
        Instant instant = Read(row, from);
        if (leaves_utc) instant.micros = zone.ToLocalMicros(instant.micros);
        if (enters_utc) instant.micros = zone.ToUtcMicros(instant.micros);
        Write(instant, to, row);
      });
}

}  // namespace millrace
