#include "tests/unit/core/expression_text.h"

#include <cctype>
#include <cstdlib>
#include <stdexcept>

#include "core/column/batch.h"
#include "core/expr/cast.h"
#include "core/row/row_codec.h"
#include "core/row/value_json.h"
#include "core/temporal/civil.h"
#include "core/types/decimal.h"
#include "core/types/proto_conversion.h"
#include "proto/expression.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kNumRows = 70;  // more than a word of validity bits

class Parser {
 public:
  Parser(std::string_view text, LiteralMode mode) : text_(text), mode_(mode) {}

  proto::Expression Parse() {
    proto::Expression expression = ParseExpression();
    SkipSpace();
    if (at_ != text_.size()) Fail("end");
    return expression;
  }

  DataType ParseWholeType() { return ParseTypeName(); }

  std::vector<Field> fields;
  std::vector<ColumnPtr> columns;

 private:
  [[noreturn]] void Fail(const std::string& expected) {
    throw std::invalid_argument("expected " + expected + " at " + std::string(text_.substr(at_)) + " in " +
                                std::string(text_));
  }
  void SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool Take(std::string_view wanted) {
    SkipSpace();
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }
  void Expect(std::string_view wanted) {
    if (!Take(wanted)) Fail(std::string(wanted));
  }
  std::string TakeWord() {
    SkipSpace();
    const size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_'))
      ++at_;
    if (at_ == begin) Fail("a word");
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string TakeQuoted(char quote) {
    Expect(std::string(1, quote));
    std::string out;
    while (true) {
      if (at_ >= text_.size()) Fail("a closing quote");
      if (text_[at_] == quote) {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == quote) {
          ++at_;
        } else {
          ++at_;
          return out;
        }
      }
      out += text_[at_++];
    }
  }

  int TakeInt() {
    SkipSpace();
    char* end = nullptr;
    const long value = std::strtol(text_.data() + at_, &end, 10);
    at_ = static_cast<size_t>(end - text_.data());
    return static_cast<int>(value);
  }
  int TakeParameter(int otherwise) {
    if (!Take("(")) return otherwise;
    const int value = TakeInt();
    Expect(")");
    return value;
  }

  DataType ParseTypeName() {
    DataType type = ParseNullableType();
    return Take("NOT NULL") ? type.NotNull() : type;
  }
  DataType ParseNullableType() {
    const std::string name = TakeWord();
    if (name == "BOOLEAN") return DataType::Boolean();
    if (name == "TINYINT") return DataType::Tinyint();
    if (name == "SMALLINT") return DataType::Smallint();
    if (name == "INT") return DataType::Integer();
    if (name == "BIGINT") return DataType::Bigint();
    if (name == "FLOAT") return DataType::Float();
    if (name == "DOUBLE") return DataType::Double();
    if (name == "STRING") return DataType::String();
    if (name == "BYTES") return DataType::Bytes();
    if (name == "DATE") return DataType::Date();
    if (name == "CHAR") return DataType::Char(TakeParameter(1));
    if (name == "VARCHAR") return DataType::Varchar(TakeParameter(1));
    if (name == "BINARY") return DataType::Binary(TakeParameter(1));
    if (name == "VARBINARY") return DataType::Varbinary(TakeParameter(1));
    if (name == "TIME") return DataType::Time(TakeParameter(0));
    if (name == "TIMESTAMP") return DataType::Timestamp(TakeParameter(6));
    if (name == "TIMESTAMP_LTZ") return DataType::TimestampLtz(TakeParameter(6));
    if (name == "MONTHS") return DataType::IntervalYearMonth();
    if (name == "MILLIS") return DataType::IntervalDayTime();
    if (name == "DECIMAL") {
      Expect("(");
      const int precision = TakeInt();
      Expect(",");
      const int scale = TakeInt();
      Expect(")");
      return DataType::Decimal(precision, scale);
    }
    Expect("<");
    if (name == "ARRAY" || name == "MULTISET") {
      DataType element = ParseTypeName();
      Expect(">");
      return name == "ARRAY" ? DataType::Array(std::move(element)) : DataType::Multiset(std::move(element));
    }
    if (name == "MAP") {
      DataType key = ParseTypeName();
      Expect(",");
      DataType value = ParseTypeName();
      Expect(">");
      return DataType::Map(std::move(key), std::move(value));
    }
    std::vector<Field> row;
    do {
      std::string field = TakeWord();
      row.push_back({std::move(field), ParseTypeName()});
    } while (Take(","));
    Expect(">");
    return DataType::Row(std::move(row));
  }

  proto::Expression MakeLiteral(const DataType& type, ColumnPtr one_row) {
    proto::Expression expression;
    if (mode_ == LiteralMode::kConstant || keep_literal_) {
      ToProto(type, expression.mutable_type());
      const ColumnReader reader(*one_row);
      RowCodec({type}).Encode({&reader, 1}, 0, expression.mutable_literal()->mutable_row());
      return expression;
    }
    expression.set_column(static_cast<uint32_t>(columns.size()));
    fields.push_back({"c", type});
    const bool dictionary = mode_ == LiteralMode::kDictionary;
    ColumnBuilder builder(type);
    builder.AppendNull();
    for (uint32_t i = 1; i < (dictionary ? 3 : kNumRows); ++i) builder.AppendFrom(*one_row, 0);
    ColumnPtr column = builder.Finish();
    if (dictionary) {
      auto indices = std::make_shared<std::vector<uint32_t>>();
      for (uint32_t i = 0; i < kNumRows; ++i) indices->push_back(i % 3 == 0 ? 2 : 1);
      column = Column::Dictionary(std::move(column), std::move(indices));
    }
    columns.push_back(std::move(column));
    return expression;
  }

  template <class T>
  proto::Expression Fixed(DataType type, T value) {
    ColumnBuilder builder(type);
    builder.Append<T>(value);
    return MakeLiteral(type.NotNull(), builder.Finish());
  }
  proto::Expression Text(DataType type, std::string_view value) {
    ColumnBuilder builder(type);
    builder.AppendString(value);
    return MakeLiteral(type.NotNull(), builder.Finish());
  }

  proto::Expression ParseNumber() {
    SkipSpace();
    const size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.' ||
                                  text_[at_] == 'e' || (text_[at_] == '-' && text_[at_ - 1] == 'e'))) {
      ++at_;
    }
    const std::string number(text_.substr(begin, at_ - begin));
    if (number.find('e') != std::string::npos)
      return Fixed<double>(DataType::Double(), std::atof(number.c_str()));
    if (const size_t point = number.find('.'); point != std::string::npos) {
      const int scale = static_cast<int>(number.size() - point - 1);
      const int whole = static_cast<int>(point) - (number[0] == '-' ? 1 : 0);
      const DataType type = DataType::Decimal(whole + scale, scale);
      const Int128 value = *ParseDecimal(number, type.precision(), scale);
      if (type.physical() == PhysicalType::kInt128) return Fixed<Int128>(type, value);
      return Fixed<int64_t>(type, static_cast<int64_t>(value));
    }
    const int64_t value = std::atoll(number.c_str());
    if (value == static_cast<int32_t>(value))
      return Fixed<int32_t>(DataType::Integer(), static_cast<int32_t>(value));
    return Fixed<int64_t>(DataType::Bigint(), value);
  }

  proto::Expression ParseTimestampLiteral(bool local) {
    const std::string text = TakeQuoted('\'');
    const size_t point = text.find('.');
    const int precision = point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
    const auto parsed = ParseTimestamp(text);
    if (!parsed) Fail("a timestamp");
    const DataType type = local ? DataType::TimestampLtz(precision) : DataType::Timestamp(precision);
    if (precision > 6) return Fixed<WideTimestamp>(type, parsed->Wide());
    return Fixed<int64_t>(type, parsed->Micros());
  }

  proto::Expression ParseExpression() {
    SkipSpace();
    keep_literal_ = Take("#");
    if (at_ >= text_.size()) Fail("an expression");
    const char c = text_[at_];
    if (c == '\'') {
      const std::string text = TakeQuoted('\'');
      int length = 0;
      for (char byte : text) length += (byte & 0xc0) != 0x80;
      return Text(DataType::Char(length), text);
    }
    if (c == '`') return ParseCall(TakeQuoted('`'));
    if (c == '-' || std::isdigit(static_cast<unsigned char>(c))) return ParseNumber();
    const std::string word = TakeWord();
    SkipSpace();
    const bool quoted = at_ < text_.size() && text_[at_] == '\'';
    if (word == "NULL") return MakeLiteral(DataType::Null(), Column::NullConstant(DataType::Null(), 1));
    if (word == "TRUE" || word == "FALSE") return Fixed<uint8_t>(DataType::Boolean(), word == "TRUE");
    if (word == "MONTHS") return Fixed<int32_t>(DataType::IntervalYearMonth(), TakeInt());
    if (word == "MILLIS") return Fixed<int64_t>(DataType::IntervalDayTime(), TakeInt());
    if (word == "DATE" && quoted) return Fixed<int32_t>(DataType::Date(), *ParseDate(TakeQuoted('\'')));
    if (word == "TIME" && quoted) {
      return Fixed<int32_t>(DataType::Time(0),
                            static_cast<int32_t>(*ParseTimeOfDay(TakeQuoted('\'')) / 1'000'000));
    }
    if ((word == "TIMESTAMP" || word == "LTZ") && quoted) return ParseTimestampLiteral(word == "LTZ");
    if (word == "X" && quoted) {
      const std::string hex = TakeQuoted('\'');
      std::string bytes;
      for (size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::strtol(hex.substr(i, 2).c_str(), nullptr, 16));
      }
      return Text(DataType::Binary(static_cast<int>(bytes.size())), bytes);
    }
    if (word == "CAST" || word == "TRY_CAST") return ParseCast(word == "TRY_CAST");
    if (word == "CASE") return ParseCase();
    if (word == "FIELD") {
      proto::Expression expression;
      Expect("(");
      *expression.mutable_field()->mutable_input() = ParseExpression();
      Expect(",");
      expression.mutable_field()->set_index(static_cast<uint32_t>(TakeInt()));
      Expect(")");
      return expression;
    }
    return ParseCall(word);
  }

  proto::Expression ParseCall(std::string_view name) {
    proto::Expression expression;
    expression.mutable_call()->set_function(std::string(name));
    Expect("(");
    if (Take(")")) return expression;
    do {
      *expression.mutable_call()->add_arguments() = ParseExpression();
    } while (Take(","));
    Expect(")");
    return expression;
  }

  proto::Expression ParseCast(bool try_cast) {
    proto::Expression expression;
    Expect("(");
    *expression.mutable_cast()->mutable_input() = ParseExpression();
    expression.mutable_cast()->set_try_cast(try_cast);
    Expect("AS ");
    ToProto(ParseTypeName(), expression.mutable_type());
    Expect(")");
    return expression;
  }

  proto::Expression ParseCase() {
    proto::Expression expression;
    std::vector<proto::Expression> parts;
    Expect("(");
    do {
      parts.push_back(ParseExpression());
    } while (Take(","));
    Expect(")");
    for (size_t i = 0; i + 1 < parts.size(); i += 2) {
      *expression.mutable_case_when()->add_conditions() = parts[i];
      *expression.mutable_case_when()->add_results() = parts[i + 1];
    }
    *expression.mutable_case_when()->mutable_otherwise() = parts.back();
    return expression;
  }

  std::string_view text_;
  LiteralMode mode_;
  bool keep_literal_ = false;
  size_t at_ = 0;
};

std::string Words(const char* prefix, const Status& status, bool with_message) {
  std::string words = prefix + std::string(" ") + std::to_string(status.code().number);
  return with_message ? words + ": " + status.message() : words;
}

}  // namespace

DataType ParseType(std::string_view text) {
  return Parser(text, LiteralMode::kConstant).ParseWholeType();
}

std::string EvaluateText(std::string_view text, LiteralMode mode, const SessionSettings& session,
                         bool with_message) {
  Parser parser(text, mode);
  const proto::Expression expression = parser.Parse();
  Schema schema;
  schema.fields = parser.fields;
  for (Field& field : schema.fields) field.type = field.type.WithNullable(true);
  const Result<ExprPtr> expr = BuildExpr(expression, schema, session);
  if (!expr.ok()) return Words("refused", expr.status(), with_message);
  Batch batch;
  batch.num_rows = kNumRows;
  batch.columns = parser.columns;
  // Row 0 of the columns is NULL and not asked for; with all rows asked for the dense loops run.
  for (const bool dense : {false, true}) {
    Selection rows;
    for (uint32_t row = dense ? 0 : 1; row < kNumRows; row += dense ? 1 : 4) rows.push_back(row);
    RowErrors errors;
    EvalContext context{batch, rows, session, 1'772'438'310'123'456, errors};
    const ColumnPtr column = (*expr)->Evaluate(context);
    const uint32_t row = 65;
    if (!dense) {
      if (!errors.empty() && errors.First().first == 1)
        return Words("error", errors.First().second, with_message);
      if (column->size() != kNumRows) return "wrong size";
      continue;
    }
    for (const auto& error : errors.all()) {
      if (error.first == row) return "error of dense rows only";
    }
    std::string out;
    AppendValueJson(*column, row, &out);
    // Every row but the first holds the same.
    for (uint32_t other = 1; other < kNumRows; ++other) {
      std::string same;
      AppendValueJson(*column, other, &same);
      if (same != out) return "row " + std::to_string(other) + " differs: " + same + " and " + out;
    }
    return out;
  }
  return "";
}

std::vector<std::string> EvaluateRows(std::string_view text, uint32_t num_rows) {
  const SessionSettings session;
  const Result<ExprPtr> expr = BuildExpr(Parser(text, LiteralMode::kConstant).Parse(), Schema{}, session);
  if (!expr.ok()) return {expr.status().ToString()};
  const Batch batch{.schema = nullptr, .num_rows = num_rows};
  Selection rows;
  for (uint32_t row = 0; row < num_rows; ++row) rows.push_back(row);
  RowErrors errors;
  EvalContext context{batch, rows, session, 1'772'438'310'123'456, errors};
  const ColumnPtr column = (*expr)->Evaluate(context);
  std::vector<std::string> values(num_rows);
  for (uint32_t row : rows) AppendValueJson(*column, row, &values[row]);
  return values;
}

std::string TypeOfText(std::string_view text) {
  Parser parser(text, LiteralMode::kConstant);
  const Result<ExprPtr> expr = BuildExpr(parser.Parse(), Schema{}, SessionSettings{});
  return expr.ok() ? (*expr)->type().ToString() : Words("refused", expr.status(), true);
}

}  // namespace millrace
