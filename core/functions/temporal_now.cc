#include "core/column/batch.h"
#include "core/functions/function_entry.h"
#include "core/temporal/civil.h"
#include "core/temporal/time_zone.h"

namespace millrace {
namespace {

/// The time of a bounded query's start, else of this batch; in milliseconds, as Flink's clock.
int64_t NowMicros(const Row& row) {
  const SessionSettings& session = row.context().session;
  const int64_t micros =
      session.query_start_micros != 0 ? session.query_start_micros : row.context().processing_time_micros;
  return micros - FloorMod(micros, kMicrosPerMilli);
}

void AddInstant(FunctionFamily* family, const char* signature, const char* description, bool of_row) {
  family->AddPrepared(
      signature, description, ArgumentRule{}, GivesNotNull(DataType::TimestampLtz(3)),
      [of_row](const ResolvedCall&, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return RowKernel([of_row](Row& row) {
          const int64_t micros = row.context().processing_time_micros;
          row.ReturnLong(of_row ? micros - FloorMod(micros, kMicrosPerMilli) : NowMicros(row));
        });
      },
      false);
}

/// A time of the session's wall clock.
template <class Fn>
void AddLocal(FunctionFamily* family, const char* signature, const char* description, DataType type, Fn fn) {
  family->AddPrepared(
      signature, description, ArgumentRule{}, GivesNotNull(std::move(type)),
      [fn](const ResolvedCall&, std::span<const ArgumentInfo>,
           const SessionSettings& session) -> Result<Kernel> {
        ASSIGN_OR_RETURN(const TimeZone zone, TimeZone::Load(session.time_zone));
        return RowKernel([zone, fn](Row& row) { fn(row, zone.ToLocalMicros(NowMicros(row))); });
      },
      false);
}

/// The watermark of the stream behind an event-time column, as a time of its type; NULL before the first.
Result<ResolvedCall> ResolveWatermark(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 1) return WrongArgumentCount("CURRENT_WATERMARK", arguments.size(), "1");
  const DataType& type = arguments[0].type;
  if (!type.IsTimestamp() || type.precision() > 6) {
    return WrongArgumentType("CURRENT_WATERMARK", 0, type, "an event-time column");
  }
  return ResolvedCall{{type}, type.WithNullable(true)};
}

void ReturnWatermark(Row& row) {
  const int64_t micros = row.context().watermark_micros;
  if (micros == Watermark::kMin) return row.ReturnNull();
  row.ReturnLong(micros);
}

void ReturnTimeOfDay(Row& row, int64_t local_micros) {
  row.ReturnInt(static_cast<int32_t>(FloorMod(local_micros, kMicrosPerDay) / kMicrosPerSecond * 1000));
}

}  // namespace

void AddTemporalNowFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "temporal");
  AddInstant(&family, "CURRENT_TIMESTAMP", "The current instant", false);
  AddInstant(&family, "NOW()", "The current instant", false);
  AddInstant(&family, "CURRENT_ROW_TIMESTAMP()", "The instant at which the row is processed", true);
  AddInstant(&family, "PROCTIME()", "The instant at which the row is processed", true);
  family.AddResolved(
      "CURRENT_WATERMARK(event_time)", "The current watermark; NULL before the first", ResolveWatermark,
      [](const ResolvedCall&, std::span<const ArgumentInfo>, const SessionSettings&) -> Result<Kernel> {
        return RowKernel(ReturnWatermark, OnNull::kCall);
      },
      false);
  AddLocal(&family, "LOCALTIMESTAMP", "The current local timestamp", DataType::Timestamp(3),
           [](Row& row, int64_t local_micros) { row.ReturnLong(local_micros); });
  AddLocal(&family, "CURRENT_DATE", "The current local date", DataType::Date(),
           [](Row& row, int64_t local_micros) {
             row.ReturnInt(static_cast<int32_t>(FloorDiv(local_micros, kMicrosPerDay)));
           });
  AddLocal(&family, "LOCALTIME", "The current local time of day", DataType::Time(0), ReturnTimeOfDay);
  AddLocal(&family, "CURRENT_TIME", "The current local time of day", DataType::Time(0), ReturnTimeOfDay);
}

}  // namespace millrace
