// From a row and its arguments to what goes over the wire. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "connector/tool.h"
#include "json/json.h"

namespace davit::connector {

struct ApiRequest {
  http::Method method = http::Method::get;
  std::string target;  // path and query behind the base URL, encoded: "/projects/7?simple=true"
  std::string body;    // JSON; empty without one
};

// Errors: invalid_input, when no alternative of the path has all its arguments, or an argument
// cannot be a path segment.
Result<ApiRequest> build_request(const Tool& tool, const json::Object& arguments);

// Puts arguments in place of `{name}`, and fields of `answer` in place of `{.path}`. Errors:
// invalid_input.
Result<std::string> expand_path(
    std::string_view path, const json::Object& arguments, const json::Value& answer = {}
);

// One path segment, whatever `value` holds. Refused are an empty value and steps "." and "..", also
// where they show only after decoding, for a proxy may decode and resolve them. `name` is for the
// message. Errors: invalid_input.
Result<std::string> encode_segment(std::string_view name, std::string_view value);

}  // namespace davit::connector
