// What Grail answers, made short.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/dynatrace/grail.h"
#include "connectors/dynatrace/series.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::Projection;

// From here on the names of the fields are said once.
constexpr std::size_t kMostAsObjects = 20;
constexpr std::size_t kWarningBytes = 300;

json::Array columns_of(const json::Array& records) {
  json::Array columns;
  for (auto const& record : records) {
    if (!record.is_object()) continue;
    for (auto const& member : record.get_object()) {
      json::Value const name(member.key());
      if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
    }
  }
  return columns;
}

// What is the same in all records, taken out of `columns`.
json::Object take_constants(const json::Array& records, json::Array& columns) {
  json::Object constants;
  json::Array varying;
  for (auto const& column : columns) {
    auto const name = json::view(column.get_string());
    auto const value_in = [&](const json::Value& record) {
      auto const* object = record.if_object();
      return object == nullptr ? nullptr : object->if_contains(name);
    };
    auto const* first = value_in(records.front());
    auto const is_constant = first != nullptr && std::ranges::all_of(records, [&](auto& record) {
                               auto const* value = value_in(record);
                               return value != nullptr && *value == *first;
                             });
    if (is_constant) {
      constants[name] = *first;
    } else {
      varying.push_back(column);
    }
  }
  columns = std::move(varying);
  return constants;
}

json::Array row_of(const json::Array& columns, const json::Value& record) {
  json::Array row;
  for (auto const& column : columns) {
    auto const* object = record.if_object();
    auto const* value = object == nullptr ? nullptr : object->if_contains(column.get_string());
    row.push_back(value == nullptr ? json::Value() : *value);
  }
  return row;
}

// Without the sequences that colour a terminal: ESC [ numbers, letter. ECMA-48, 5.4
std::string without_colours(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) != "\x1B[") {
      out += text[at];
      continue;
    }
    at = text.find_first_not_of("0123456789;?", at + 2);
    if (at == text.npos) break;
  }
  return out;
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

}  // namespace

const json::Array& records_of(const json::Value& body) {
  static const json::Array kNone;
  auto const* records = json::find_array(body, "result.records");
  return records == nullptr ? kNone : *records;
}

json::Array warnings_of(const json::Value& body, std::int64_t max_records) {
  json::Array warnings;
  if (auto const* all = json::find_array(body, "result.metadata.grail.notifications")) {
    for (auto const& notification : *all) {
      auto const text = json::find_string(notification, "message").value_or("");
      if (text.empty()) continue;
      auto shown = connector::shortened(connector::without_invisible(text), kWarningBytes);
      warnings.push_back(json::Value(shown));
    }
  }
  if (json::find_bool(body, "result.metadata.grail.sampled").value_or(false)) {
    warnings.emplace_back("the data is sampled: counts and sums are estimates");
  }
  if (static_cast<std::int64_t>(records_of(body).size()) >= max_records) {
    warnings.push_back(json::Value(fmt::format("cut at {} records; there may be more", max_records))
    );
  }
  return warnings;
}

void describe_query(const json::Value& body, std::int64_t max_records, json::Object& out) {
  auto const* bytes = json::find(body, "result.metadata.grail.scannedBytes");
  if (bytes != nullptr && bytes->is_number()) {
    out["scanned_gb"] = rounded(bytes->to_number<double>() / 1e9);
  }
  static Projection const kTimes("start@ end@");
  if (auto const* times = json::find(body, "result.metadata.grail.analysisTimeframe")) {
    auto shown = kTimes.apply(*times, {});
    if (shown.is_object() && !shown.get_object().empty()) out["timeframe"] = std::move(shown);
  }
  auto warnings = warnings_of(body, max_records);
  if (!warnings.empty()) out["warnings"] = std::move(warnings);
}

std::string short_time(std::string_view time) {
  auto const dot = time.find('.');
  if (time.size() < 20 || time[10] != 'T' || dot != 19 || !time.ends_with('Z')) {
    return std::string(time);
  }
  auto fraction = time.substr(dot, 4);
  if (fraction.find_first_not_of("0.Z") == fraction.npos) fraction = "";
  if (fraction.ends_with('Z')) fraction.remove_suffix(1);
  return fmt::format("{}{}Z", time.substr(0, dot), fraction);
}

json::Value clean_value(const json::Value& value) {
  if (auto const* text = value.if_string()) {
    auto const clean = connector::without_invisible(without_colours(json::view(*text)));
    return json::Value(connector::shortened(short_time(clean), connector::kOwnTextBytes));
  }
  if (auto const* array = value.if_array()) {
    json::Array out;
    for (auto const& element : *array) {
      // The points of a series.
      auto const* number = element.if_double();
      out.push_back(
          number != nullptr ? json::Value(shortened_number(*number)) : clean_value(element)
      );
    }
    return out;
  }
  auto const* object = value.if_object();
  if (object == nullptr) return value;
  json::Object out;
  for (auto const& member : *object) {
    if (member.value().is_null()) continue;
    out[connector::without_invisible(member.key())] = clean_value(member.value());
  }
  return out;
}

json::Object show_result(const json::Value& body, std::int64_t max_records) {
  auto const& records = records_of(body);
  json::Object out{{"count", records.size()}};
  describe_query(body, max_records, out);
  json::Array cleaned;
  for (auto const& record : records) cleaned.push_back(clean_value(record));
  if (cleaned.size() <= kMostAsObjects) {
    out["records"] = std::move(cleaned);
    return out;
  }
  auto columns = columns_of(cleaned);
  auto constants = take_constants(cleaned, columns);
  if (!constants.empty()) out["in_all_rows"] = std::move(constants);
  json::Array rows;
  for (auto const& record : cleaned) rows.push_back(row_of(columns, record));
  out["columns"] = std::move(columns);
  out["rows"] = std::move(rows);
  return out;
}

}  // namespace davit::connectors::dynatrace
