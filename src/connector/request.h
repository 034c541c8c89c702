// From a row and its arguments to what goes over the wire. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "json/json.h"

namespace davit::connector {

struct Tool;

struct ApiRequest {
  http::Method method = http::Method::get;
  std::string target;  // path and query behind the base URL, encoded: "/projects/7?simple=true"
  std::string body = {};
  std::string content_type = "application/json";  // of a body
  http::Headers headers = {};                     // beside those of the connector
  // Sending it twice leaves the same as once: the method says so, or a client token in it.
  bool is_repeatable = false;
};

// Errors: invalid_input, when no alternative of the path has all its arguments, or an argument
// cannot be a path segment.
Result<ApiRequest> build_request(const Tool& tool, const json::Object& arguments);

// A request with a JSON body; without one for null.
ApiRequest make_request(http::Method method, std::string target, const json::Value& body = {});

// Puts arguments in place of `{name}`, and fields of `answer` in place of `{.path}`. Behind a '?' a
// value is encoded as a part of a query, where anything goes. Errors: invalid_input.
Result<std::string> expand_path(
    std::string_view path, const json::Object& arguments, const json::Value& answer = {}
);

// One path segment, whatever `value` holds. Refused are an empty value and steps "." and "..", also
// where they show only after decoding, for a proxy may decode and resolve them. `name` is for the
// message. Errors: invalid_input.
Result<std::string> encode_segment(std::string_view name, std::string_view value);

// Sets the value at a path of keys and indexes, and makes what is missing on the way.
void set_at(json::Value& body, std::string_view path, json::Value value);

}  // namespace davit::connector
