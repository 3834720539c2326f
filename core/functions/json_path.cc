#include "core/functions/json_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/error_codes.h"
#include "core/expr/number_text.h"

namespace millrace {

/// Reads the text behind the mode.
class JsonPath::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool Parse(JsonPath* path) {
    if (!Take("$")) return false;
    while (at_ < text_.size()) {
      Step step;
      if (Take("..")) {
        step.kind = StepKind::kDescent;
        path->definite_ = false;
        path->steps_.push_back(step);
        if (text_.substr(at_, 1) == "[") continue;
        if (!ParseName(&step)) return false;
      } else if (Take(".")) {
        if (!ParseName(&step)) return false;
      } else if (Take("[")) {
        if (!ParseBrackets(&step)) return false;
      } else {
        return false;
      }
      const bool one = (step.kind == StepKind::kMember && step.names.size() == 1) ||
                       (step.kind == StepKind::kIndexes && step.indexes.size() == 1);
      path->definite_ = path->definite_ && one;
      path->steps_.push_back(std::move(step));
    }
    return true;
  }

 private:
  bool Take(std::string_view wanted) {
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }
  void SkipBlanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  /// A member behind a point: a name, or * for all.
  bool ParseName(Step* step) {
    if (Take("*")) {
      step->kind = StepKind::kWildcard;
      return true;
    }
    const size_t end = std::min(text_.find_first_of(".[ ", at_), text_.size());
    if (end == at_) return false;
    step->kind = StepKind::kMember;
    step->names.emplace_back(text_.substr(at_, end - at_));
    at_ = end;
    return true;
  }

  bool ParseQuoted(std::string* out) {
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      *out += text_[at_++];
    }
    return at_++ < text_.size();
  }

  std::optional<int64_t> TakeInteger() {
    SkipBlanks();
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) return std::nullopt;
    at_ = static_cast<size_t>(end - text_.data());
    SkipBlanks();
    return value;
  }

  bool ParseBrackets(Step* step) {
    SkipBlanks();
    if (at_ == text_.size()) return false;
    if (Take("*")) {
      step->kind = StepKind::kWildcard;
    } else if (Take("?(")) {
      step->kind = StepKind::kFilter;
      if (!ParseFilter(step)) return false;
    } else if (text_[at_] == '\'' || text_[at_] == '"') {
      step->kind = StepKind::kMember;
      do {
        SkipBlanks();
        if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return false;
        if (!ParseQuoted(&step->names.emplace_back())) return false;
        SkipBlanks();
      } while (Take(","));
    } else {
      step->from = TakeInteger();
      if (Take(":")) {
        step->kind = StepKind::kSlice;
        step->to = TakeInteger();
      } else {
        if (!step->from) return false;
        step->kind = StepKind::kIndexes;
        step->indexes.push_back(*step->from);
        while (Take(",")) {
          const std::optional<int64_t> index = TakeInteger();
          if (!index) return false;
          step->indexes.push_back(*index);
        }
      }
    }
    SkipBlanks();
    return Take("]");
  }

  /// "@.a.b op literal)" or "@.a.b)".
  bool ParseFilter(Step* step) {
    SkipBlanks();
    if (!Take("@")) return false;
    while (Take(".")) {
      const size_t end = text_.find_first_of(".)=!<> ", at_);
      if (end == std::string_view::npos || end == at_) return false;
      step->names.emplace_back(text_.substr(at_, end - at_));
      at_ = end;
    }
    SkipBlanks();
    for (std::string_view op : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (!Take(op)) continue;
      step->op = op;
      SkipBlanks();
      JsonValue constant;
      if (at_ < text_.size() && text_[at_] == '\'') {
        constant.kind = JsonValue::Kind::kString;
        if (!ParseQuoted(&constant.text)) return false;
        step->constant = std::move(constant);
      } else {
        const size_t end = text_.find(')', at_);
        if (end == std::string_view::npos) return false;
        step->constant = ParseJson(text_.substr(at_, end - at_));
        at_ = end;
        if (!step->constant || !step->constant->IsScalar()) return false;
      }
      break;
    }
    SkipBlanks();
    return Take(")");
  }

  std::string_view text_;
  size_t at_ = 0;
};

Result<JsonPath> JsonPath::Compile(std::string_view text) {
  JsonPath path;
  std::string_view rest = text;
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.starts_with("lax ")) {
    path.lax_ = true;
    rest.remove_prefix(4);
  } else if (rest.starts_with("strict ")) {
    rest.remove_prefix(7);
  }
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  if (!Parser(rest).Parse(&path)) {
    return Status(kInvalidArgument, fmt::format("Invalid JSON path: {}", text))
        .WithSuggestion("write it as 'lax $.member[0].member'");
  }
  return path;
}

void JsonPath::Descend(const JsonValue& value, std::vector<const JsonValue*>* found) {
  found->push_back(&value);
  for (const JsonValue& item : value.items) Descend(item, found);
}

bool JsonPath::Passes(const Step& step, const JsonValue& value) {
  const JsonValue* left = &value;
  for (const std::string& name : step.names) {
    left = left->Find(name);
    if (left == nullptr) return false;
  }
  if (step.op.empty()) return true;
  int order = 0;
  if (left->kind == JsonValue::Kind::kNumber && step.constant->kind == JsonValue::Kind::kNumber) {
    const double a = ParseJavaDouble(left->text).value_or(0);
    const double b = ParseJavaDouble(step.constant->text).value_or(0);
    order = a < b ? -1 : a > b ? 1 : 0;
  } else if (left->kind == JsonValue::Kind::kString && step.constant->kind == JsonValue::Kind::kString) {
    order = left->text.compare(step.constant->text);
  } else {
    const bool same = left->kind == step.constant->kind;
    return step.op == "==" ? same : step.op == "!=" && !same;
  }
  if (step.op == "==") return order == 0;
  if (step.op == "!=") return order != 0;
  if (step.op == "<") return order < 0;
  if (step.op == "<=") return order <= 0;
  return step.op == ">" ? order > 0 : order >= 0;
}

void JsonPath::Apply(const Step& step, const JsonValue& value, std::vector<const JsonValue*>* found) {
  const auto size = static_cast<int64_t>(value.items.size());
  switch (step.kind) {
    case StepKind::kMember:
      for (const std::string& name : step.names) {
        if (const JsonValue* member = value.Find(name)) found->push_back(member);
      }
      break;
    case StepKind::kIndexes:
      if (value.kind != JsonValue::Kind::kArray) break;
      for (int64_t index : step.indexes) {
        const int64_t at = index < 0 ? size + index : index;
        if (at >= 0 && at < size) found->push_back(&value.items[static_cast<size_t>(at)]);
      }
      break;
    case StepKind::kSlice: {
      if (value.kind != JsonValue::Kind::kArray) break;
      const auto clamp = [size](int64_t at) { return std::clamp<int64_t>(at < 0 ? size + at : at, 0, size); };
      const int64_t end = clamp(step.to.value_or(size));
      for (int64_t at = clamp(step.from.value_or(0)); at < end; ++at)
        found->push_back(&value.items[static_cast<size_t>(at)]);
      break;
    }
    case StepKind::kWildcard:
      for (const JsonValue& item : value.items) found->push_back(&item);
      break;
    case StepKind::kDescent:
      Descend(value, found);
      break;
    case StepKind::kFilter:
      if (value.kind == JsonValue::Kind::kArray) {
        for (const JsonValue& item : value.items) {
          if (Passes(step, item)) found->push_back(&item);
        }
      } else if (Passes(step, value)) {
        found->push_back(&value);
      }
  }
}

std::vector<const JsonValue*> JsonPath::Find(const JsonValue& root) const {
  std::vector<const JsonValue*> values = {&root};
  for (const Step& step : steps_) {
    std::vector<const JsonValue*> next;
    for (const JsonValue* value : values) Apply(step, *value, &next);
    values = std::move(next);
  }
  return values;
}

}  // namespace millrace
