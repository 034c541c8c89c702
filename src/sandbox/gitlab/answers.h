// GitLab's answers: JSON, and its several shapes of errors (docs.gitlab.com/api/rest, "Data
// validation and error reporting", and what gitlab.com sends).
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"
#include "json/json.h"
#include "sandbox/rest.h"

namespace davit::sandbox::gitlab {

http::Response answer(const json::Value& body, int status = 200);
inline http::Response created(const json::Value& body) { return answer(body, 201); }
http::Response no_content();
http::Response plain(std::string body);

// {"message": ...}: from GitLab's own code.
http::Response message(int status, std::string_view text);
http::Response messages(int status, const json::Value& texts);
// {"error": ...}: from its API framework.
http::Response error(int status, std::string_view text);

// "404 Project Not Found"
http::Response not_found(std::string_view resource);
// "404 Not found", small f: a record that was looked up by number is missing.
http::Response no_record();
// "400 Bad request - <reason>"
http::Response bad_request(std::string_view reason);
http::Response unauthorized();
http::Response forbidden();
// {"message":{"title":["can't be blank"]}}
http::Response invalid(std::string_view field, std::string_view text);

}  // namespace davit::sandbox::gitlab
