#pragma once

#include <string>
#include <string_view>

#include "core/expr/cast.h"
#include "core/expr/row_kernel.h"

namespace millrace {

/// What one cast kernel is prepared for. The parts of CAST lie in cast_*.cc by kind of type.
struct CastRequest {
  DataType from;
  DataType to;
  bool try_cast;
  const SessionSettings& session;
};

/// Each returns null when it has no rule for the pair.
Kernel PrepareNumericCast(const CastRequest& request);
Kernel PrepareParseCast(const CastRequest& request);             // from character strings
Kernel PrepareTextCast(const CastRequest& request);              // to character strings
Kernel PrepareBinaryCast(const CastRequest& request);            // to binary strings
Result<Kernel> PrepareTemporalCast(const CastRequest& request);  // between datetimes; the zone may be unknown
Result<Kernel> PrepareParseTemporalCast(const CastRequest& request);  // from character strings
Result<Kernel> PrepareNestedCast(const CastRequest& request);         // ROW, ARRAY, MAP to the same

/// Ends a row whose value has no place in the target type: NULL for TRY_CAST, else kCastFailed.
class CastFailure {
 public:
  explicit CastFailure(const CastRequest& request)
      : try_cast_(request.try_cast),
        from_(request.from.ToStringWithoutNullability()),
        to_(request.to.ToStringWithoutNullability()) {}
  void operator()(Row& row, std::string_view value) const;

 private:
  bool try_cast_;
  std::string from_;
  std::string to_;
};

/// Without the blanks around it.
std::string_view TrimBlanks(std::string_view text);

/// Cuts (and for CHAR fills up with blanks) the text to what `to` holds; `scratch` keeps the filled one.
std::string_view FitText(std::string_view text, const DataType& to, std::string* scratch);

}  // namespace millrace
