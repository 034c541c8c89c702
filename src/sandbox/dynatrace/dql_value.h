// Values and records of DQL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/json.h"
#include "sandbox/time_text.h"

namespace davit::sandbox::dynatrace::dql {

struct Cell {
  enum class Kind {
    null,
    boolean,
    integer,
    real,
    text,
    time,
    duration,
    uid,
    smartscape_id,
    array,
    record
  };
  Kind kind = Kind::null;
  std::int64_t integer = 0;  // also of a boolean, of a time and a duration, in nanoseconds
  double real = 0;
  std::string text;  // also of an uid
  std::vector<Cell> items;
  std::vector<std::string> keys;  // of a record, as many as items

  bool is_null() const { return kind == Kind::null; }
  bool is_true() const { return kind == Kind::boolean && integer != 0; }
  bool is_number() const {
    return kind == Kind::integer || kind == Kind::real || kind == Kind::duration;
  }
  double as_real() const { return kind == Kind::real ? real : static_cast<double>(integer); }
};

Cell boolean(bool value);
Cell integer(std::int64_t value);
Cell real(double value);
// Null for an empty text: a record of Grail has no empty fields.
Cell text(std::string_view value);
Cell text_or_empty(std::string_view value);
Cell uid(std::string_view value);
Cell smartscape_id(std::string_view value);
Cell time(Time value);
Cell time_ns(std::int64_t nanoseconds);
Cell duration(std::int64_t nanoseconds);
Cell array(std::vector<Cell> items);

using Record = std::vector<std::pair<std::string, Cell>>;

// Null for a field that is not there.
const Cell& field(const Record& record, std::string_view name);
void set_field(Record& record, std::string_view name, Cell value);

// Below, equal or above zero; nothing when the two cannot be compared.
std::optional<int> compare(const Cell& a, const Cell& b);
// As sort orders them: nulls first.
bool is_before(const Cell& a, const Cell& b);

// As query results have it: long and duration are strings, which keeps their digits in JavaScript.
json::Value show(const Cell& cell);
std::string_view type_name(const Cell& cell);
std::string to_plain_text(const Cell& cell);

}  // namespace davit::sandbox::dynatrace::dql
