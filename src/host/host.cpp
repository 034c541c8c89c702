#include "host/host.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/strings.h"
#include "json/json.h"

namespace davit::host {
namespace {

constexpr std::size_t kMaxIdBytes = 64;

// An id that a proxy in front of us gave is kept when it is harmless in a log line.
std::string_view given_request_id(const http::Headers& headers) {
  auto const given = headers.get("X-Request-Id").value_or("");
  auto const is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.';
  };
  auto const is_usable = given.size() <= kMaxIdBytes && std::ranges::all_of(given, is_plain);
  return is_usable ? given : std::string_view();
}

// For a function that is no coroutine, so that a call is one frame less deep.
Async<http::Response> answered(http::Response response) { co_return response; }

// The trace id in "00-<32 hex>-<16 hex>-<2 hex>"; W3C Trace Context, 3.2.
std::string trace_id_of(const http::Headers& headers) {
  auto const parent = headers.get("traceparent").value_or("");
  auto const id =
      parent.size() >= 55 && parent[2] == '-' && parent[35] == '-' ? parent.substr(3, 32) : "";
  auto const is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return std::ranges::all_of(id, is_hex) ? std::string(id) : std::string();
}

}  // namespace

Host::Host(
    HostOptions options,
    const auth::Authenticator& authenticator,
    const Clock& clock,
    Counters& counters,
    log::Logger logger
)
    : options_(std::move(options)),
      authenticator_(authenticator),
      refusals_(counters, clock, std::move(logger)),
      id_prefix_(random_id(6)) {
  while (options_.base_path.ends_with('/')) options_.base_path.pop_back();
}

void Host::mount(std::string name, mcp::transport::StreamableHttp& endpoint) {
  mounts_[std::move(name)] = {&endpoint, {}};
}

void Host::mount_broken(std::string name, std::string why) {
  mounts_[std::move(name)] = {nullptr, std::move(why)};
}

std::string Host::make_request_id(const http::Headers& headers) {
  if (auto const given = given_request_id(headers); !given.empty()) return std::string(given);
  return fmt::format("{}-{:x}", id_prefix_, ++last_id_);
}

Async<http::Response> Host::handle(http::Request request) {
  auto const request_id = make_request_id(request.headers);
  auto const refused = check_access(request.headers, options_.access);
  // A page that may not call may read nothing, not even why.
  std::string const origin(refused ? "" : request.headers.get("Origin").value_or(""));
  // A balancer asks for these by address and without a key, and they tell nothing that is secret.
  auto answer = health_page(without_base(request.path()));
  if (refused && !answer) {
    answer = refusals_.refuse(Reason::access, request, request_id, *refused);
  }
  if (!answer) {
    auto routed = co_await route(std::move(request), request_id);
    if (!routed) co_return routed;
    answer = *std::move(routed);
  }
  answer->headers.add("X-Request-Id", request_id);
  if (!options_.release.empty()) answer->headers.add("Davit-Release", options_.release);
  if (!origin.empty()) add_cors(origin, *answer);
  co_return *std::move(answer);
}

Async<http::Response> Host::route(http::Request request, std::string request_id) {
  // A browser asks this before it sends a key.
  if (request.method == http::Method::options) return answered(preflight(request.headers));
  auto principal = authenticator_.authenticate(request.headers);
  if (!principal) {
    auto response =
        refusals_.refuse(Reason::unauthenticated, request, request_id, principal.error().message());
    response.headers.add("WWW-Authenticate", auth::challenge(request.headers));
    return answered(std::move(response));
  }
  auto const* mount = find_mount(without_base(request.path()));
  if (mount == nullptr) {
    std::string known;
    for (auto const& [name, unused] : mounts_)
      known += fmt::format("{}/{}/mcp", known.empty() ? "" : ", ", name);
    auto const message = fmt::format("there is no server at this path; served are {}", known);
    return answered(refusals_.refuse(Reason::no_such_server, request, request_id, message));
  }
  if (mount->endpoint == nullptr) {
    auto const message = "this server is not available: " + mount->broken_because;
    return answered(refusals_.refuse(Reason::broken_server, request, request_id, message));
  }
  mcp::transport::RequestInfo info{
      std::move(request_id), trace_id_of(request.headers), *std::move(principal)
  };
  return mount->endpoint->serve(std::move(request), std::move(info));
}

std::string_view Host::without_base(std::string_view path) const {
  auto const& base = options_.base_path;
  if (!base.empty() && path.starts_with(base) &&
      (path.size() == base.size() || path[base.size()] == '/')) {
    path.remove_prefix(base.size());
  }
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

const Host::Mount* Host::find_mount(std::string_view path) const {
  // "/sse" is where clients of HTTP+SSE are told to go by custom; the endpoint is the same.
  if (path == "/mcp" || path == "/sse") {
    if (root_) return &*root_;
    return mounts_.size() == 1 ? &mounts_.begin()->second : nullptr;
  }
  if (path.starts_with("/mcp/")) {
    path.remove_prefix(5);
  } else {
    if (path.ends_with("/mcp") || path.ends_with("/sse")) path.remove_suffix(4);
    if (path.starts_with('/')) path.remove_prefix(1);
  }
  auto const place = mounts_.find(path);
  return place == mounts_.end() ? nullptr : &place->second;
}

std::optional<http::Response> Host::health_page(std::string_view path) const {
  if (path == "/health") return health();
  if (path == "/ready") {
    return http::Response::json(
        draining_ ? 503 : 200, draining_ ? R"({"status":"draining"})" : R"({"status":"ready"})"
    );
  }
  constexpr std::string_view kSuffix = "/health";
  if (path.starts_with('/') && path.ends_with(kSuffix) && path.size() > kSuffix.size() + 1) {
    auto const name = path.substr(1, path.size() - kSuffix.size() - 1);
    if (mounts_.contains(name)) return health_of(name);
  }
  return std::nullopt;
}

http::Response Host::health() const {
  json::Object servers;
  for (auto const& [name, mount] : mounts_) {
    json::Object state{{"status", mount.endpoint != nullptr ? "healthy" : "broken"}};
    if (mount.endpoint == nullptr) state["error"] = mount.broken_because;
    servers[name] = std::move(state);
  }
  // The process lives and answers, and that is what this page is asked for: one broken server must
  // not make a balancer take the others away.
  json::Object page{
      {"status", "healthy"}, {"version", DAVIT_VERSION}, {"servers", std::move(servers)}
  };
  if (!options_.release.empty()) page["release"] = options_.release;
  return http::Response::json(200, json::to_text(page));
}

http::Response Host::health_of(std::string_view name) const {
  auto const& mount = mounts_.find(name)->second;
  json::Object page{
      {"status", mount.endpoint != nullptr ? "healthy" : "broken"}, {"server", json::String(name)}
  };
  if (mount.endpoint == nullptr) page["error"] = mount.broken_because;
  return http::Response::json(mount.endpoint != nullptr ? 200 : 503, json::to_text(page));
}

}  // namespace davit::host
