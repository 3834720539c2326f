#include "core/functions/string_kernels.h"

#include <array>
#include <string>

#include "core/functions/binary_kernel.h"
#include "core/functions/byte_places.h"
#include "core/functions/utf8.h"

namespace millrace {
namespace {

std::optional<std::string_view> FieldBetween(std::string_view text, const ByteFinder& separators,
                                             int64_t index) {
  size_t field = 0;  // where it starts, once index is 0
  for (size_t begin = 0; begin < text.size(); begin += ByteFinder::kBlockBytes) {
    uint64_t places = separators.PlacesFrom(text, begin);
    for (; index > 0 && places != 0; places &= places - 1) {
      if (--index == 0) field = begin + static_cast<size_t>(std::countr_zero(places)) + 1;
    }
    if (index == 0 && places != 0)
      return text.substr(field, begin + static_cast<size_t>(std::countr_zero(places)) - field);
  }
  if (index > 0) return std::nullopt;
  return text.substr(field);
}

/// Writes the StringRef of a text of at most 12 bytes, zeros behind its end. Word by word: reading back what
/// was just put together in memory would wait for the stores.
void WriteInlineRef(size_t size, TextStart bytes, StringRef* out) {
  static_assert(sizeof(*out) == 2 * sizeof(uint64_t) && std::endian::native == std::endian::little);
  const uint64_t first = size | bytes.low << 32;
  const uint64_t second = bytes.low >> 32 | bytes.high << 32;
  char* to = reinterpret_cast<char*>(out);
  std::memcpy(to, &first, sizeof(first));
  std::memcpy(to + sizeof(first), &second, sizeof(second));
}

TextStart LoadInlineRef(const StringRef& ref) {
  uint64_t words[2];
  std::memcpy(words, &ref, sizeof(ref));
  return {words[0] >> 32 | words[1] << 32, words[1] >> 32};
}

/// Writes a view of `part`, whose bytes may be read up to `readable_end`: short parts are cut out of 16 bytes
/// without a branch on their size.
void WritePart(std::string_view part, const char* readable_end, StringRef* out) {
  if (part.size() > StringRef::kInlineBytesMax || readable_end - part.data() < 16) {
    *out = StringRef(part);
    return;
  }
  const auto first_bytes = [](size_t count) {
    return count >= 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * count) - 1;
  };
  TextStart bytes;
  std::memcpy(&bytes, part.data(), sizeof(bytes));
  bytes.low &= first_bytes(part.size());
  bytes.high &= part.size() > 8 ? first_bytes(part.size() - 8) : 0;
  WriteInlineRef(part.size(), bytes, out);
}

/// Copies to `out`, behind which 16 bytes may be overwritten.
char* CopyLoosely(std::string_view text, const char* readable_end, char* out) {
  if (readable_end - text.data() < static_cast<ptrdiff_t>(text.size() + 16)) {
    text.copy(out, text.size());
  } else {
    for (size_t at = 0; at < text.size(); at += 16) std::memcpy(out + at, text.data() + at, 16);
  }
  return out + text.size();
}

/// `text` with `search`, which is not empty, replaced by something no longer. Null when it does not occur;
/// else the end of what was written to `out`.
char* ReplaceTo(std::string_view text, std::string_view search, std::string_view replacement, char* out) {
  const char* end = text.data() + text.size();
  size_t copied = 0;
  const auto replace_at = [&](size_t place) {
    out = CopyLoosely(text.substr(copied, place - copied), end, out);
    out += replacement.copy(out, replacement.size());
    copied = place + search.size();
    return true;
  };
  if (search.size() == 1) {
    ForEachPlace(text, search[0], replace_at);
  } else {
    for (size_t place = text.find(search); place != std::string_view::npos; place = text.find(search, copied))
      replace_at(place);
  }
  if (copied == 0) return nullptr;
  return CopyLoosely(text.substr(copied), end, out);
}

/// The same with any search and replacement.
void AppendReplaced(std::string_view text, std::string_view search, std::string_view replacement,
                    std::string* out) {
  if (search.empty()) {
    // Java puts the replacement around every character.
    *out += replacement;
    for (size_t at = 0, length = 0; at < text.size(); at += length) {
      length = Utf8Length(text, at);
      *out += text.substr(at, length);
      *out += replacement;
    }
    return;
  }
  size_t at = 0;
  for (size_t found = text.find(search); found != std::string_view::npos; found = text.find(search, at)) {
    *out += text.substr(at, found - at);
    *out += replacement;
    at = found + search.size();
  }
  *out += text.substr(at);
}

/// Calls `body(row)` for the rows in which no argument is NULL; the others become NULL.
template <class Body>
void ForEachValid(const KernelCall& call, std::span<const ColumnReader> readers, OutputColumn* out,
                  Body body) {
  bool any_nulls = false;
  for (const ColumnReader& reader : readers) any_nulls |= reader.has_nulls();
  for (uint32_t row : call.context.rows) {
    bool null = false;
    if (any_nulls) {
      for (const ColumnReader& reader : readers) null |= reader.IsNull(row);
    }
    if (null) {
      out->SetNull(row);
    } else {
      body(row);
    }
  }
}

/// Changes the case of ASCII letters only; false when the text holds more than ASCII.
struct LetterCase {
  char first;  // of the letters that change
  void (*append)(std::string_view text, std::string* out);

  uint64_t Change(uint64_t bytes) const {
    // Per byte of ASCII: bit 7 of a sum tells whether it is at least a bound.
    constexpr uint64_t kOnes = 0x0101010101010101u;
    const uint64_t at_least_first = bytes + kOnes * static_cast<uint64_t>(0x80 - first);
    const uint64_t behind_last = bytes + kOnes * static_cast<uint64_t>(0x80 - (first + 26));
    return bytes ^ ((at_least_first & ~behind_last & (kOnes << 7)) >> 2);
  }
};

Kernel LetterCaseKernel(LetterCase letters) {
  return [letters](const KernelCall& call) {
    const ColumnReader texts(*call.arguments[0]);
    OutputColumn out(call.result_type, call.context.batch.num_rows);
    std::string scratch;
    ForEachValid(call, {&texts, 1}, &out, [&](uint32_t row) {
      const StringRef& ref = texts.Value<StringRef>(row);
      const std::string_view text = ref.view();
      if (!IsAscii(text)) {
        scratch.clear();
        letters.append(text, &scratch);
        out.SetText(row, scratch);
        return;
      }
      if (ref.IsInline()) {
        const TextStart bytes = LoadInlineRef(ref);
        WriteInlineRef(ref.size(), {letters.Change(bytes.low), letters.Change(bytes.high)},
                       out.Values<StringRef>() + row);
        return;
      }
      char* room = out.Room(text.size());
      for (size_t at = 0; at < text.size();) {
        at = std::min(at, text.size() - sizeof(uint64_t));
        uint64_t word;
        std::memcpy(&word, text.data() + at, sizeof(word));
        word = letters.Change(word);
        std::memcpy(room + at, &word, sizeof(word));
        at += sizeof(word);
      }
      out.SetRoom(row, text.size());
    });
    return out.Finish();
  };
}

}  // namespace

std::optional<std::string_view> FieldOfIndex(std::string_view text, std::string_view separator,
                                             int64_t index) {
  if (index < 0 || text.empty()) return std::nullopt;
  if (separator.size() == 1) return FieldBetween(text, ByteFinder(separator[0]), index);
  size_t at = 0;
  for (;; --index) {
    const size_t end = separator.empty() ? text.find_first_of(" \t\n\r\f", at) : text.find(separator, at);
    if (index == 0) return text.substr(at, end == std::string_view::npos ? end : end - at);
    if (end == std::string_view::npos) return std::nullopt;
    at = end + std::max<size_t>(separator.size(), 1);
  }
}

Kernel CharLengthKernel() {
  return [](const KernelCall& call) {
    const ColumnReader texts(*call.arguments[0]);
    OutputColumn out(call.result_type, call.context.batch.num_rows);
    int32_t* lengths = out.Values<int32_t>();
    ForEachValid(call, {&texts, 1}, &out, [&](uint32_t row) {
      lengths[row] = static_cast<int32_t>(CountCharacters(texts.String(row)));
    });
    return out.Finish();
  };
}

Kernel LowerKernel() {
  return LetterCaseKernel({'A', AppendLower});
}

Kernel UpperKernel() {
  return LetterCaseKernel({'a', AppendUpper});
}

Kernel ReplaceKernel() {
  return [](const KernelCall& call) {
    const std::array<ColumnReader, 3> readers{
        ColumnReader(*call.arguments[0]), ColumnReader(*call.arguments[1]), ColumnReader(*call.arguments[2])};
    OutputColumn out(call.result_type, call.context.batch.num_rows);
    std::string scratch;
    bool keeps_texts = false;
    ForEachValid(call, readers, &out, [&](uint32_t row) {
      const std::string_view text = readers[0].String(row);
      const std::string_view search = readers[1].String(row);
      const std::string_view replacement = readers[2].String(row);
      if (search.empty() || replacement.size() > search.size()) {
        scratch.clear();
        AppendReplaced(text, search, replacement, &scratch);
        return out.SetText(row, scratch);
      }
      char* room = out.Room(text.size());
      if (const char* end = ReplaceTo(text, search, replacement, room)) {
        return out.SetRoom(row, static_cast<size_t>(end - room));
      }
      keeps_texts = true;
      out.SetView(row, text);
    });
    if (keeps_texts) out.KeepAlive(*call.arguments[0]);
    return out.Finish();
  };
}

namespace {

/// `field_of(row)` is asked for rows without a NULL.
template <class FieldOf>
ColumnPtr SplitRows(const KernelCall& call, std::span<const ColumnReader> may_be_null, FieldOf field_of) {
  const ColumnReader texts(*call.arguments[0]);
  OutputColumn out(call.result_type, call.context.batch.num_rows);
  StringRef* refs = out.Values<StringRef>();
  ForEachValid(call, may_be_null, &out, [&](uint32_t row) {
    const std::string_view text = texts.String(row);
    if (const auto field = field_of(text, row)) {
      WritePart(*field, text.data() + text.size(), refs + row);
    } else {
      out.SetNull(row);
    }
  });
  out.KeepAlive(*call.arguments[0]);
  return out.Finish();
}

}  // namespace

Kernel SplitIndexKernel() {
  return [](const KernelCall& call) {
    const std::array<ColumnReader, 3> readers{
        ColumnReader(*call.arguments[0]), ColumnReader(*call.arguments[1]), ColumnReader(*call.arguments[2])};
    const bool is_constant = readers[1].is_constant() && !readers[1].IsNull(0) && readers[2].is_constant() &&
                             !readers[2].IsNull(0);
    if (is_constant && readers[1].String(0).size() == 1 && readers[2].Value<int64_t>(0) >= 0) {
      const ByteFinder separators(readers[1].String(0)[0]);
      const int64_t index = readers[2].Value<int64_t>(0);
      return SplitRows(call, {readers.data(), 1}, [&](std::string_view text, uint32_t) {
        return text.empty() ? std::nullopt : FieldBetween(text, separators, index);
      });
    }
    return SplitRows(call, readers, [&](std::string_view text, uint32_t row) {
      return FieldOfIndex(text, readers[1].String(row), readers[2].Value<int64_t>(row));
    });
  };
}

}  // namespace millrace
