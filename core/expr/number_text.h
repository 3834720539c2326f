#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// Numbers as Java writes and reads them, which is what CAST to and from STRING gives in Flink.

/// "1.0", "1.0E10", "1.0E-5", "NaN", "Infinity": the fewest digits that read back the same.
void AppendJavaDouble(double value, std::string* out);
void AppendJavaFloat(float value, std::string* out);

/// The whole text as Double.parseDouble reads it, blanks around it removed before; nullopt for other text.
std::optional<double> ParseJavaDouble(std::string_view text);

/// Digits with a sign; a fraction is read and dropped. nullopt when it is no number or outside [min, max].
std::optional<int64_t> ParseJavaInteger(std::string_view text, int64_t min, int64_t max);

}  // namespace millrace
