#include "sandbox/gitlab/answers.h"

#include <fmt/format.h>

namespace davit::sandbox::gitlab {
namespace {

// As json::to_text, but with fractions as GitLab writes them: 133.0, where Boost.JSON has 1.33E2.
void append(std::string& out, const json::Value& value) {
  if (auto const* number = value.if_double()) {
    auto const text = fmt::format("{}", *number);
    out += text;
    if (text.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
  } else if (auto const* array = value.if_array()) {
    out += '[';
    for (auto const& item : *array) {
      if (&item != array->data()) out += ',';
      append(out, item);
    }
    out += ']';
  } else if (auto const* object = value.if_object()) {
    out += '{';
    for (auto const& member : *object) {
      if (out.back() != '{') out += ',';
      json::append_text(out, json::String(member.key()));
      out += ':';
      append(out, member.value());
    }
    out += '}';
  } else {
    json::append_text(out, value);
  }
}

}  // namespace

http::Response answer(const json::Value& body, int status) {
  std::string text;
  append(text, body);
  return http::Response::json(status, std::move(text));
}

http::Response no_content() { return http::Response{.status = 204}; }

http::Response plain(std::string body) {
  return http::Response::text(200, "text/plain; charset=utf-8", std::move(body));
}

http::Response message(int status, std::string_view text) {
  return answer(json::Object{{"message", text}}, status);
}

http::Response messages(int status, const json::Value& texts) {
  return answer(json::Object{{"message", texts}}, status);
}

http::Response error(int status, std::string_view text) {
  return answer(json::Object{{"error", text}}, status);
}

http::Response not_found(std::string_view resource) {
  return message(404, fmt::format("404 {} Not Found", resource));
}

http::Response no_record() { return message(404, "404 Not found"); }

http::Response bad_request(std::string_view reason) {
  return message(400, fmt::format("400 Bad request - {}", reason));
}

http::Response unauthorized() { return message(401, "401 Unauthorized"); }

http::Response forbidden() { return message(403, "403 Forbidden"); }

http::Response invalid(std::string_view field, std::string_view text) {
  return messages(400, json::Object{{field, json::Array{json::String(text)}}});
}

}  // namespace davit::sandbox::gitlab
