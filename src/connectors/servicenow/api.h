// What requests to ServiceNow have in common: how they ask, and how values come back.
#pragma once

#include <string>
#include <string_view>

#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::servicenow {

// Every list and record is asked for so: a field is {value, display_value}, because one without the
// other is not enough: labels are for people, times are in UTC only in `value`.
// https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/
// inbound-rest/concept/c_TableAPI.html
struct TableRequest {
  std::string_view table;
  std::string query = {};
  std::string_view fields = {};
  std::int64_t limit = 20;
};

std::string target_of(const TableRequest& request);
// Of one record; without fields, all.
std::string record_target(
    std::string_view table, std::string_view sys_id, std::string_view fields = {}
);

// The rows or the object of an answer; empty when there is none.
const json::Array& rows_of(const json::Value& answer);
json::Object record_of(const json::Value& answer);

// Of a field as above, or of a plain text.
std::string value_of(const json::Object& record, std::string_view field);
std::string label_of(const json::Object& record, std::string_view field);

// A text of the instance's users, cleaned and cut.
std::string shown(std::string_view text, std::size_t max_bytes);

// A field as a model wants it: the label, a time in UTC, {"id", "name"} of a reference, "label
// (code)" of a choice; null when empty.
json::Value plain_field(const json::Value& field, std::size_t max_bytes);

// So that a GET whose refusal was met is not sent again by get_cached: an answer without rows.
void remember_empty(const connector::Invocation& call, const std::string& path);

// The address of a record for a browser.
std::string address_of(
    const connector::Invocation& call, std::string_view table, std::string_view sys_id
);

}  // namespace davit::connectors::servicenow
