// Who asks, and what that token may do.
#pragma once

#include "sandbox/dynatrace/world.h"

namespace davit::sandbox::dynatrace {

// By the platform's name: "environment-api:problems:read", "storage:logs:read". A classic access
// token has all of the classic API.
bool has_scope(const Token& token, std::string_view scope);

// Puts the caller into `world`, or the 401 to send. `is_platform`: the path is one of the platform,
// where a classic token is refused, as a platform token is on the other host.
std::optional<http::Response> sign_in(World& world, const http::Request& request, bool is_platform);

// The 403 of the classic API, when the caller lacks the scope of that path.
std::optional<http::Response> check_classic_scope(
    const World& world, const Call& call, std::string_view path
);

}  // namespace davit::sandbox::dynatrace
