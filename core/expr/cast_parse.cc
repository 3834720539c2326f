#include <algorithm>
#include <limits>
#include <memory>

#include "core/expr/cast_rules.h"
#include "core/expr/number_text.h"
#include "core/functions/utf8.h"
#include "core/temporal/datetime_text.h"
#include "core/temporal/time_zone.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

template <class T>
Kernel ParseInteger(const CastRequest& request) {
  return RowKernel([fail = CastFailure(request)](Row& row) {
    const auto value = ParseJavaInteger(TrimBlanks(row.Text(0)), std::numeric_limits<T>::min(),
                                        std::numeric_limits<T>::max());
    if (!value) return fail(row, row.Text(0));
    row.Return<T>(static_cast<T>(*value));
  });
}

Kernel ParseBoolean(const CastRequest& request) {
  return RowKernel([fail = CastFailure(request)](Row& row) {
    std::string& text = row.Scratch();
    AppendLower(TrimBlanks(row.Text(0)), &text);
    for (const char* word : {"t", "true", "y", "yes", "1"}) {
      if (text == word) return row.ReturnBool(true);
    }
    for (const char* word : {"f", "false", "n", "no", "0"}) {
      if (text == word) return row.ReturnBool(false);
    }
    fail(row, row.Text(0));
  });
}

Kernel ParseDecimalText(const CastRequest& request) {
  const bool wide = request.to.physical() == PhysicalType::kInt128;
  return RowKernel([fail = CastFailure(request), wide, precision = request.to.precision(),
                    scale = request.to.scale()](Row& row) {
    const std::string_view text = TrimBlanks(row.Text(0));
    const std::optional<Int128> value = ParseDecimal(text, precision, scale);
    if (!value) return fail(row, row.Text(0));
    if (wide) {
      row.Return<Int128>(*value);
    } else {
      row.ReturnLong(static_cast<int64_t>(*value));
    }
  });
}

int64_t TruncateMicros(int64_t micros, int precision) {
  static constexpr int64_t kUnits[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
  return micros - FloorMod(micros, kUnits[precision]);
}

WideTimestamp TruncateWide(WideTimestamp time, int precision) {
  static constexpr int32_t kUnits[] = {100, 10, 1};
  time.nanos_of_milli -= time.nanos_of_milli % kUnits[precision - 7];
  return time;
}

Kernel ParseTimestampCast(const CastRequest& request, const TimeZone& zone, bool local) {
  const int precision = request.to.precision();
  return RowKernel([fail = CastFailure(request), precision, zone, local](Row& row) {
    const std::optional<ParsedTimestamp> parsed = ParseTimestampText(TrimBlanks(row.Text(0)), local);
    if (!parsed) return fail(row, row.Text(0));
    const int64_t micros = parsed->Micros();
    const int64_t shift = local && !parsed->offset_seconds ? zone.ToUtcMicros(micros) - micros : 0;
    if (precision <= 6) return row.ReturnLong(TruncateMicros(micros + shift, precision));
    WideTimestamp wide = parsed->Wide();
    wide.millis += shift / kMicrosPerMilli;
    row.Return<WideTimestamp>(TruncateWide(wide, precision));
  });
}

}  // namespace

Kernel PrepareParseCast(const CastRequest& request) {
  switch (request.to.kind()) {
    case TypeKind::kBoolean:
      return ParseBoolean(request);
    case TypeKind::kTinyint:
      return ParseInteger<int8_t>(request);
    case TypeKind::kSmallint:
      return ParseInteger<int16_t>(request);
    case TypeKind::kInteger:
      return ParseInteger<int32_t>(request);
    case TypeKind::kBigint:
      return ParseInteger<int64_t>(request);
    case TypeKind::kDecimal:
      return ParseDecimalText(request);
    case TypeKind::kFloat:
      return RowKernel([fail = CastFailure(request)](Row& row) {
        const auto value = ParseJavaDouble(TrimBlanks(row.Text(0)));
        if (!value) return fail(row, row.Text(0));
        row.Return<float>(static_cast<float>(*value));
      });
    case TypeKind::kDouble:
      return RowKernel([fail = CastFailure(request)](Row& row) {
        const auto value = ParseJavaDouble(TrimBlanks(row.Text(0)));
        if (!value) return fail(row, row.Text(0));
        row.ReturnDouble(*value);
      });
    default:
      return nullptr;
  }
}

Result<Kernel> PrepareParseTemporalCast(const CastRequest& request) {
  switch (request.to.kind()) {
    case TypeKind::kDate:
      return RowKernel([fail = CastFailure(request)](Row& row) {
        const std::optional<int32_t> date = ParseDateText(TrimBlanks(row.Text(0)));
        if (!date) return fail(row, row.Text(0));
        row.ReturnInt(*date);
      });
    case TypeKind::kTime:
      return RowKernel([fail = CastFailure(request), precision = request.to.precision()](Row& row) {
        const std::optional<int64_t> nanos = ParseTimeText(TrimBlanks(row.Text(0)));
        if (!nanos) return fail(row, row.Text(0));
        static constexpr int kUnits[] = {1000, 100, 10, 1};
        const auto millis = static_cast<int32_t>(*nanos / 1'000'000);
        row.ReturnInt(millis - millis % kUnits[std::min(precision, 3)]);
      });
    case TypeKind::kTimestamp:
      return ParseTimestampCast(request, TimeZone::Utc(), false);
    default: {
      ASSIGN_OR_RETURN(const TimeZone zone, TimeZone::Load(request.session.time_zone));
      return ParseTimestampCast(request, zone, true);
    }
  }
}

}  // namespace millrace
