#pragma once

#include <cstddef>
#include <string_view>

namespace millrace::sql {

/// The number of letters to insert, remove, change or swap with their neighbour to turn one word into the
/// other, upper and lower case being alike. Words above 64 letters are infinitely far apart.
size_t EditDistance(std::string_view left, std::string_view right);

/// Whether `written` may be a slip for `meant`: few edits for its length, and not the same.
bool IsLikelyMisspelling(std::string_view written, std::string_view meant);

}  // namespace millrace::sql
