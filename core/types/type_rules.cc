#include "core/types/type_rules.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace millrace {
namespace {

constexpr int kMaxPrecision = DataType::kMaxDecimalPrecision;
/// Fraction digits that a result too wide for 38 digits keeps at least.
constexpr int kMinimumAdjustedScale = 6;

bool IsApproximate(const DataType& type) {
  return type.kind() == TypeKind::kFloat || type.kind() == TypeKind::kDouble;
}

bool IsExactNumeric(const DataType& type) {
  return type.IsNumeric() && !IsApproximate(type);
}

bool IsDatetime(const DataType& type) {
  return type.kind() >= TypeKind::kDate && type.kind() <= TypeKind::kTimestampLtz;
}

bool IsConstructed(const DataType& type) {
  return type.IsNested();
}

DataType AdjustToMaxPrecision(int precision, int scale) {
  if (precision <= kMaxPrecision) return DataType::Decimal(precision, scale);
  const int whole_digits = precision - scale;
  const int scale_min = std::min(scale, kMinimumAdjustedScale);
  return DataType::Decimal(kMaxPrecision, std::max(kMaxPrecision - whole_digits, scale_min));
}

DataType WithNullabilityOf(DataType type, const DataType& a, const DataType& b) {
  return type.WithNullable(a.nullable() || b.nullable());
}

/// Two types that an equality can compare without a conversion of kind.
bool AreSimilar(const DataType& a, const DataType& b) {
  if (a.IsCharacter() && b.IsCharacter()) return true;
  if (a.IsBinary() && b.IsBinary()) return true;
  if (a.IsNumeric() && b.IsNumeric()) return true;
  if (a.IsTimestamp() && b.IsTimestamp()) return true;
  return a.kind() == b.kind();
}

/// A date and time beside an interval or a number of days stays what it is.
std::optional<DataType> CommonOfPattern(const DataType& a, const DataType& b) {
  const auto takes_days = [](const DataType& type) {
    return type.IsTimestamp() || type.kind() == TypeKind::kDate;
  };
  if (IsDatetime(a) && b.IsInterval()) return a;
  if (a.IsInterval() && IsDatetime(b)) return b;
  if (takes_days(a) && IsExactNumeric(b)) return a;
  if (IsExactNumeric(a) && takes_days(b)) return b;
  return std::nullopt;
}

DataType CommonString(const DataType& result, const DataType& type) {
  const int length = std::max(result.length(), type.length());
  const bool variable = result.kind() == TypeKind::kVarchar || result.kind() == TypeKind::kVarbinary;
  if (type.IsCharacter()) {
    // CHARs of different lengths become VARCHAR, so that no value is padded. Of equal lengths the later kind
    // counts.
    if (variable || result.length() != type.length()) return DataType::Varchar(length);
    return type.kind() == TypeKind::kChar ? DataType::Char(length) : DataType::Varchar(length);
  }
  if (variable || result.length() != type.length()) return DataType::Varbinary(length);
  return type.kind() == TypeKind::kBinary ? DataType::Binary(length) : DataType::Varbinary(length);
}

DataType CommonExact(const DataType& a, const DataType& b) {
  if (a.kind() != TypeKind::kDecimal && b.kind() != TypeKind::kDecimal) return b.kind() > a.kind() ? b : a;
  const DataType x = AsDecimal(a);
  const DataType y = AsDecimal(b);
  const int whole = std::min(std::max(x.precision() - x.scale(), y.precision() - y.scale()), kMaxPrecision);
  const int scale = std::min(std::max(x.scale(), y.scale()), kMaxPrecision - whole);
  return DataType::Decimal(whole + scale, scale);
}

DataType CommonNumeric(const DataType& result, const DataType& type) {
  if (IsExactNumeric(result) && IsExactNumeric(type)) return CommonExact(result, type);
  if (IsApproximate(result) && IsApproximate(type)) {
    return result.kind() == TypeKind::kDouble || type.kind() == TypeKind::kDouble ? DataType::Double()
                                                                                  : result;
  }
  if (IsApproximate(result)) return type.kind() == TypeKind::kDecimal ? DataType::Double() : result;
  return type;
}

DataType CommonTimestamp(const DataType& a, const DataType& b) {
  const int precision = std::max(a.precision(), b.precision());
  const bool local = a.kind() == TypeKind::kTimestampLtz || b.kind() == TypeKind::kTimestampLtz;
  return local ? DataType::TimestampLtz(precision) : DataType::Timestamp(precision);
}

std::optional<DataType> CommonConstructed(std::span<const DataType> types) {
  const DataType& first = types.front();
  const size_t num_children = first.fields().size();
  for (const DataType& type : types) {
    if (type.kind() != first.kind() || type.fields().size() != num_children) return std::nullopt;
  }
  std::vector<Field> children;
  for (size_t child = 0; child < num_children; ++child) {
    std::vector<DataType> column;
    for (const DataType& type : types) column.push_back(type.fields()[child].type);
    std::optional<DataType> common = CommonType(column);
    if (!common) return std::nullopt;
    children.push_back({first.fields()[child].name, std::move(*common)});
  }
  switch (first.kind()) {
    case TypeKind::kArray:
      return DataType::Array(children[0].type);
    case TypeKind::kMultiset:
      return DataType::Multiset(children[0].type);
    case TypeKind::kMap:
      return DataType::Map(children[0].type, children[1].type);
    default:
      return DataType::Row(std::move(children));
  }
}

/// The type of two kinds that are neither NULL nor constructed.
std::optional<DataType> CommonOfTwo(const DataType& result, const DataType& type) {
  if (auto pattern = CommonOfPattern(result, type)) return pattern;
  if (!AreSimilar(result, type)) return std::nullopt;
  if (type.IsCharacter() || type.IsBinary()) return CommonString(result, type);
  if (type.IsNumeric()) return CommonNumeric(result, type);
  if (type.kind() == TypeKind::kTime) return DataType::Time(std::max(result.precision(), type.precision()));
  if (type.IsTimestamp()) return CommonTimestamp(result, type);
  return type;
}

/// One of the types that all others can be cast to implicitly.
std::optional<DataType> CommonCastable(std::span<const DataType> types) {
  DataType result = types.front();
  for (const DataType& type : types) {
    if (CanCastImplicitly(result, type)) {
      result = type;
    } else if (!CanCastImplicitly(type, result)) {
      return std::nullopt;
    }
  }
  return result;
}

bool CanCast(const DataType& from, const DataType& to, bool explicitly);

bool CanCastConstructed(const DataType& from, const DataType& to, bool explicitly) {
  if (from.kind() != to.kind()) return explicitly && to.IsCharacter();
  if (from.fields().size() != to.fields().size()) return false;
  for (size_t child = 0; child < from.fields().size(); ++child) {
    if (!CanCast(from.fields()[child].type, to.fields()[child].type, explicitly)) return false;
  }
  return true;
}

bool CanCastAtomImplicitly(const DataType& from, const DataType& to) {
  if (from.kind() == to.kind()) return true;
  switch (to.kind()) {
    case TypeKind::kVarchar:
      return from.IsCharacter();
    case TypeKind::kVarbinary:
      return from.IsBinary();
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
      return from.IsNumeric();
    case TypeKind::kSmallint:
    case TypeKind::kInteger:
    case TypeKind::kBigint:
      return from.IsInteger() && from.kind() < to.kind();
    case TypeKind::kFloat:
      return IsExactNumeric(from);
    case TypeKind::kDate:
    case TypeKind::kTime:
      return from.kind() == TypeKind::kTimestamp;
    case TypeKind::kTimestamp:
      return from.kind() == TypeKind::kTimestampLtz;
    case TypeKind::kTimestampLtz:
      return from.kind() == TypeKind::kTimestamp;
    default:
      return false;
  }
}

bool CanCastAtomExplicitly(const DataType& from, const DataType& to) {
  if (CanCastAtomImplicitly(from, to)) return true;
  if (to.IsCharacter()) return true;
  if (to.kind() == TypeKind::kBoolean) return from.IsCharacter() || from.IsNumeric();
  if (to.IsBinary()) return from.IsCharacter() || from.IsBinary();
  if (to.IsNumeric()) {
    return from.IsNumeric() || from.IsCharacter() || from.kind() == TypeKind::kBoolean;
  }
  if (to.kind() == TypeKind::kDate) return from.IsTimestamp() || from.IsCharacter();
  if (to.kind() == TypeKind::kTime) return from.IsTimestamp() || from.IsCharacter();
  if (to.IsTimestamp()) return IsDatetime(from) || from.IsCharacter();
  return false;
}

bool CanCast(const DataType& from, const DataType& to, bool explicitly) {
  if (from.kind() == TypeKind::kNull || from.EqualsIgnoringNullability(to)) return true;
  if (to.kind() == TypeKind::kNull) return false;
  if (IsConstructed(from) || IsConstructed(to)) return CanCastConstructed(from, to, explicitly);
  return explicitly ? CanCastAtomExplicitly(from, to) : CanCastAtomImplicitly(from, to);
}

char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> previous(b.size() + 1);
  std::iota(previous.begin(), previous.end(), size_t{0});
  std::vector<size_t> current(b.size() + 1);
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = LowerCase(a[i - 1]) == LowerCase(b[j - 1]) ? 0 : 1;
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + change});
    }
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

std::optional<DataType> CommonType(std::span<const DataType> types) {
  bool nullable = false;
  std::vector<DataType> typed;
  for (const DataType& type : types) {
    nullable = nullable || type.nullable();
    if (type.kind() != TypeKind::kNull) typed.push_back(type.WithNullable(true));
  }
  if (typed.empty()) return std::nullopt;
  if (std::any_of(typed.begin(), typed.end(), IsConstructed)) {
    std::optional<DataType> common = CommonConstructed(typed);
    return common ? std::optional(common->WithNullable(nullable)) : std::nullopt;
  }
  DataType result = typed.front();
  for (size_t i = 1; i < typed.size(); ++i) {
    std::optional<DataType> common = CommonOfTwo(result, typed[i]);
    if (!common) {
      common = CommonCastable(typed);
      return common ? std::optional(common->WithNullable(nullable)) : std::nullopt;
    }
    result = std::move(*common);
  }
  return result.WithNullable(nullable);
}

bool CanCastImplicitly(const DataType& from, const DataType& to) {
  return CanCast(from, to, false);
}

bool CanCastExplicitly(const DataType& from, const DataType& to) {
  return CanCast(from, to, true);
}

DataType AsDecimal(const DataType& numeric) {
  switch (numeric.kind()) {
    case TypeKind::kTinyint:
      return DataType::Decimal(3, 0).WithNullable(numeric.nullable());
    case TypeKind::kSmallint:
      return DataType::Decimal(5, 0).WithNullable(numeric.nullable());
    case TypeKind::kInteger:
      return DataType::Decimal(10, 0).WithNullable(numeric.nullable());
    case TypeKind::kBigint:
      return DataType::Decimal(19, 0).WithNullable(numeric.nullable());
    default:
      return numeric;
  }
}

DataType DecimalAddType(const DataType& a, const DataType& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int whole = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  return WithNullabilityOf(AdjustToMaxPrecision(whole + scale + 1, scale), a, b);
}

DataType DecimalMultiplyType(const DataType& a, const DataType& b) {
  return WithNullabilityOf(AdjustToMaxPrecision(a.precision() + b.precision() + 1, a.scale() + b.scale()), a,
                           b);
}

DataType DecimalDivideType(const DataType& a, const DataType& b) {
  const int scale = std::max(6, a.scale() + b.precision() + 1);
  return WithNullabilityOf(AdjustToMaxPrecision(a.precision() - a.scale() + b.scale() + scale, scale), a, b);
}

DataType DecimalModType(const DataType& a, const DataType& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int whole = std::min(a.precision() - a.scale(), b.precision() - b.scale());
  return WithNullabilityOf(AdjustToMaxPrecision(whole + scale, scale), a, b);
}

std::string ClosestName(std::string_view wanted, std::span<const std::string> names) {
  const size_t distance_max = std::max<size_t>(2, wanted.size() / 3);
  size_t best_distance = distance_max + 1;
  std::string best;
  for (const std::string& name : names) {
    const size_t length_difference =
        name.size() > wanted.size() ? name.size() - wanted.size() : wanted.size() - name.size();
    if (length_difference >= best_distance) continue;
    const size_t distance = EditDistance(wanted, name);
    // A name as far as it is long has nothing in common with what was wanted.
    if (distance < best_distance && distance < std::max(wanted.size(), name.size())) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

}  // namespace millrace
