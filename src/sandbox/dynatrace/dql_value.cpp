#include "sandbox/dynatrace/dql_value.h"

#include <algorithm>

#include <fmt/format.h>

namespace davit::sandbox::dynatrace::dql {
namespace {

using Kind = Cell::Kind;

Cell make_integer(Kind kind, std::int64_t value) {
  Cell cell;
  cell.kind = kind;
  cell.integer = value;
  return cell;
}

Cell make_text(Kind kind, std::string_view value) {
  Cell cell;
  cell.kind = kind;
  cell.text = value;
  return cell;
}

bool has_text(const Cell& cell) {
  return cell.kind == Kind::text || cell.kind == Kind::uid || cell.kind == Kind::smartscape_id;
}

std::string time_text(std::int64_t nanoseconds) {
  auto const millis =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::nanoseconds(nanoseconds));
  auto out = to_text(Time(millis));
  out.pop_back();
  return fmt::format("{}{:06}Z", out, nanoseconds - millis.count() * 1'000'000);
}

template <class T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : static_cast<int>(b < a);
}

}  // namespace

Cell boolean(bool value) { return make_integer(Kind::boolean, value ? 1 : 0); }
Cell integer(std::int64_t value) { return make_integer(Kind::integer, value); }
Cell real(double value) {
  Cell cell;
  cell.kind = Kind::real;
  cell.real = value;
  return cell;
}
Cell text(std::string_view value) { return value.empty() ? Cell() : text_or_empty(value); }
Cell text_or_empty(std::string_view value) { return make_text(Kind::text, value); }
Cell uid(std::string_view value) { return value.empty() ? Cell() : make_text(Kind::uid, value); }
Cell smartscape_id(std::string_view value) { return make_text(Kind::smartscape_id, value); }
Cell time(Time value) {
  // What 64 bits of nanoseconds can hold: the years 1685 to 2255.
  constexpr std::int64_t kFar = 9'000'000'000'000;
  return time_ns(std::clamp(value.time_since_epoch().count(), -kFar, kFar) * 1'000'000);
}
Cell time_ns(std::int64_t nanoseconds) { return make_integer(Kind::time, nanoseconds); }
Cell duration(std::int64_t nanoseconds) { return make_integer(Kind::duration, nanoseconds); }
Cell array(std::vector<Cell> items) {
  Cell cell;
  cell.kind = Kind::array;
  cell.items = std::move(items);
  return cell;
}

const Cell& field(const Record& record, std::string_view name) {
  static const Cell kNull;
  auto const found = std::ranges::find(record, name, &Record::value_type::first);
  return found == record.end() ? kNull : found->second;
}

void set_field(Record& record, std::string_view name, Cell value) {
  auto const found = std::ranges::find(record, name, &Record::value_type::first);
  if (found == record.end()) {
    record.emplace_back(name, std::move(value));
  } else {
    found->second = std::move(value);
  }
}

std::optional<int> compare(const Cell& a, const Cell& b) {
  if (a.is_null() || b.is_null()) return std::nullopt;
  if (a.is_number() && b.is_number()) {
    if (a.kind == Kind::real || b.kind == Kind::real) return three_way(a.as_real(), b.as_real());
    return three_way(a.integer, b.integer);
  }
  // An uid is no string: comparing the two says nothing, as in the vendor's.
  if (a.kind != b.kind) return std::nullopt;
  if (has_text(a)) return three_way(a.text, b.text);
  if (a.kind == Kind::boolean || a.kind == Kind::time) return three_way(a.integer, b.integer);
  return std::nullopt;
}

bool is_before(const Cell& a, const Cell& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && !b.is_null();
  return compare(a, b).value_or(0) < 0;
}

json::Value show(const Cell& cell) {
  switch (cell.kind) {
    case Kind::null: return nullptr;
    case Kind::boolean: return cell.integer != 0;
    case Kind::integer:
    case Kind::duration: return json::Value(fmt::format("{}", cell.integer));
    case Kind::real: return cell.real;
    case Kind::time: return json::Value(time_text(cell.integer));
    case Kind::text:
    case Kind::uid:
    case Kind::smartscape_id: return json::Value(cell.text);
    case Kind::array: {
      json::Array out;
      for (auto const& item : cell.items) out.push_back(show(item));
      return out;
    }
    case Kind::record: break;
  }
  json::Object out;
  for (std::size_t i = 0; i < cell.items.size(); ++i) out[cell.keys[i]] = show(cell.items[i]);
  return out;
}

std::string_view type_name(const Cell& cell) {
  switch (cell.kind) {
    case Kind::null: return "undefined";
    case Kind::boolean: return "boolean";
    case Kind::integer: return "long";
    case Kind::real: return "double";
    case Kind::text: return "string";
    case Kind::time: return "timestamp";
    case Kind::duration: return "duration";
    case Kind::uid: return "uid";
    case Kind::smartscape_id: return "smartscape_id";
    case Kind::array: return "array";
    case Kind::record: break;
  }
  // The one record there is: the timeframe of a timeseries.
  return "timeframe";
}

std::string to_plain_text(const Cell& cell) {
  auto const shown = show(cell);
  if (shown.is_string()) return std::string(json::view(shown.get_string()));
  return json::to_text(shown);
}

}  // namespace davit::sandbox::dynatrace::dql
