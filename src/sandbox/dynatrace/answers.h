// Short answers of the classic API, and pieces that many of its objects have.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/dynatrace/world.h"

namespace davit::sandbox::dynatrace {

// {"error":{"code":..,"message":..}}: ErrorEnvelope of the API's document.
http::Response error(int status, std::string_view message);
// 400 "Constraints violated." about one parameter. `location` is QUERY, PATH or PAYLOAD_BODY.
http::Response violation(
    std::string_view path, std::string_view message, std::string_view location = "QUERY"
);
// The same, about a member of the body.
http::Response bad_body(std::string_view path, std::string_view message);

std::int64_t to_millis(Time time);

// {"entityId":{"id","type"},"name"}
json::Object show_stub(const Store& store, std::string_view entity);
json::Array show_stubs(const Store& store, const std::vector<std::string>& entities);
json::Array show_tags(const std::vector<std::string>& tags);
// No zone for an empty name.
json::Array show_zones(std::string_view name);
// A number made of the name: "-4211906530071144123" in style.
std::string zone_id(std::string_view name);

// A member of the body; empty when it is missing or no string.
std::string body_text(const Call& call, std::string_view name);

// True when a comma-separated parameter, with or without a plus before each part, names it. A plus
// that was not encoded arrives as a blank.
bool wants_field(const Call& call, std::string_view name);

}  // namespace davit::sandbox::dynatrace
