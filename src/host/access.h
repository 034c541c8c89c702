// Who may talk to this server at all: checks of Host and Origin, and CORS for the browsers among
// them. Made before anything of a request is believed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace davit::host {

struct AccessPolicy {
  // Names under which the server is reached, with or without port, beside the loopback ones. "*"
  // takes every name: behind a balancer that checks it.
  std::vector<std::string> allowed_hosts;
  // Web origins that may call, "https://app.example.com", beside pages served from loopback.
  std::vector<std::string> allowed_origins;
  // Numeric addresses are taken too. No web page can pretend to come from one: what it reaches by
  // an address it has loaded from there (and a page from elsewhere brings an Origin).
  bool allows_addresses = false;
};

// Why the request is refused, with 403; nothing when it may go on. A request without Origin comes
// from no browser. MCP 2025-11-25, basic/transports, "Security Warning"; the Host check keeps a web
// page from reaching a loopback server through a name of its own (DNS rebinding).
std::optional<std::string> check_access(const http::Headers& headers, const AccessPolicy& policy);

// The answer to OPTIONS with these headers.
http::Response preflight(const http::Headers& headers);

// Lets the browser page that asked, from an origin that is allowed, read the answer.
void add_cors(std::string_view origin, http::Response& response);

}  // namespace davit::host
