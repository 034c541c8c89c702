#include "connectors/servicenow/api.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "connector/instance.h"
#include "connector/text.h"
#include "connectors/servicenow/names.h"
#include "http/url.h"

namespace davit::connectors::servicenow {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Codes are short; what is longer is a text of its own.
constexpr std::size_t kLongestCode = 12;

std::string member_of(const json::Value& field, std::string_view name) {
  if (auto const* text = field.if_string()) return std::string(json::view(*text));
  auto const* object = field.if_object();
  auto const* value = object == nullptr ? nullptr : object->if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  if (auto const* text = value->if_string()) return std::string(json::view(*text));
  return json::to_text(*value);
}

void add_shape(Pairs& pairs, std::string_view fields) {
  pairs.emplace_back("sysparm_display_value", "all");
  pairs.emplace_back("sysparm_exclude_reference_link", "true");
  if (!fields.empty()) pairs.emplace_back("sysparm_fields", fields);
}

}  // namespace

std::string target_of(const TableRequest& request) {
  Pairs pairs;
  if (!request.query.empty()) pairs.emplace_back("sysparm_query", request.query);
  add_shape(pairs, request.fields);
  pairs.emplace_back("sysparm_limit", fmt::format("{}", request.limit));
  return fmt::format("/api/now/table/{}?{}", request.table, http::to_query(pairs));
}

std::string record_target(
    std::string_view table, std::string_view sys_id, std::string_view fields
) {
  Pairs pairs;
  add_shape(pairs, fields);
  return fmt::format("/api/now/table/{}/{}?{}", table, sys_id, http::to_query(pairs));
}

const json::Array& rows_of(const json::Value& answer) {
  static const json::Array none;
  auto const* rows = json::find_array(answer, "result");
  return rows == nullptr ? none : *rows;
}

json::Object record_of(const json::Value& answer) {
  auto const* record = json::find_object(answer, "result");
  return record == nullptr ? json::Object() : json::Object(*record, {});
}

std::string value_of(const json::Object& record, std::string_view field) {
  auto const* found = record.if_contains(field);
  return found == nullptr ? std::string() : member_of(*found, "value");
}

std::string label_of(const json::Object& record, std::string_view field) {
  auto const* found = record.if_contains(field);
  return found == nullptr ? std::string() : member_of(*found, "display_value");
}

std::string shown(std::string_view text, std::size_t max_bytes) {
  return connector::shortened(
      connector::without_html_comments(connector::without_invisible(text)), max_bytes
  );
}

json::Value plain_field(const json::Value& field, std::size_t max_bytes) {
  auto const value = member_of(field, "value");
  auto const label = member_of(field, "display_value");
  if (value.empty() && label.empty()) return {};
  if (is_stored_time(value)) {
    return json::Value(connector::to_point_in_time(json::Value(value)).value_or(value));
  }
  if (label.empty() || label == value) return json::Value(shown(value, max_bytes));
  if (is_sys_id(value)) return json::Object{{"id", value}, {"name", shown(label, max_bytes)}};
  if (value.empty() || value.size() > kLongestCode || value == "true" || value == "false") {
    return json::Value(shown(label, max_bytes));
  }
  return json::Value(fmt::format("{} ({})", shown(label, max_bytes), shown(value, kLongestCode)));
}

void remember_empty(const connector::Invocation& call, const std::string& path) {
  auto const now = call.instance().collaborators().clock.steady_now();
  call.instance().cache().put(path, json::Object{{"result", json::Array()}}, now);
}

std::string address_of(
    const connector::Invocation& call, std::string_view table, std::string_view sys_id
) {
  auto const& base = call.instance().settings().base_url;
  return fmt::format("{}/{}.do?sys_id={}", base, table, sys_id);
}

}  // namespace davit::connectors::servicenow
