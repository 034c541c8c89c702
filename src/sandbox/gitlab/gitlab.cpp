#include "sandbox/gitlab/gitlab.h"

#include <array>

#include <fmt/format.h>

#include "base/crypto.h"
#include "http/url.h"
#include "sandbox/control.h"
#include "sandbox/gitlab/call.h"
#include "sandbox/gitlab/ci.h"
#include "sandbox/gitlab/sha1.h"

namespace davit::sandbox::gitlab {
namespace {

constexpr std::string_view kPrefix = "/api/v4";

// Declared by GitLab for every list.
constexpr Param kPaging[] = {
    {"page", Kind::integer},
    {"per_page", Kind::integer},
    {"pagination", Kind::text, Need::optional, "legacy|keyset|none"},
    {"cursor"},
    {"page_token"},
};

class Service final : public sandbox::Service {
 public:
  Service(Options options, const Clock& clock)
      : options_(std::move(options)), clock_(clock), started_(now()), store_(make_seed(started_)) {
    set_token();
  }

  http::Response answer(const http::Request& request) override {
    auto const wait = count_request();
    return finish(wait > 0 ? too_many(fmt::format("{}", wait)) : answer_in_time(request));
  }

  void reset() override {
    store_ = make_seed(started_);
    set_token();
    in_window_ = 0;
  }

  http::Response rate_limited(const std::string& retry_after) override {
    count_request();
    return finish(too_many(retry_after));
  }

 private:
  // What every answer carries.
  http::Response finish(http::Response response) {
    response.headers.add(
        "X-Request-Id", to_hex(sha1(fmt::format("{}", ++answered_))).substr(0, 26)
    );
    response.headers.add("X-Runtime", "0.012345");
    response.headers.add("Cache-Control", "max-age=0, private, must-revalidate");
    response.headers.add("Vary", "Origin");
    response.headers.add("X-Content-Type-Options", "nosniff");
    add_rate_headers(response);
    return response;
  }

  // docs.gitlab.com/administration/settings/user_and_ip_rate_limits, "Response headers": the body
  // is plain text.
  http::Response too_many(const std::string& retry_after) const {
    auto response = http::Response::text(429, "text/plain", "Retry later\n");
    if (!retry_after.empty()) response.headers.add("Retry-After", retry_after);
    response.headers.add("RateLimit-ResetTime", to_http_date(window_ends()));
    return response;
  }

  void set_token() {
    for (auto& token : store_.tokens) {
      if (token.value == "sandbox-token") token.value = options_.token;
    }
  }

  Time now() const { return std::chrono::floor<std::chrono::milliseconds>(clock_.now()); }

  Time window_ends() const { return window_ + std::chrono::minutes(1); }

  // Seconds to wait when the limit is reached, else 0.
  std::int64_t count_request() {
    auto const minute = std::chrono::floor<std::chrono::minutes>(now());
    if (Time(minute) != window_) in_window_ = 0;
    window_ = minute;
    ++in_window_;
    if (in_window_ <= options_.requests_per_minute) return 0;
    return std::max<std::int64_t>(
        1, std::chrono::ceil<std::chrono::seconds>(window_ends() - now()).count()
    );
  }

  void add_rate_headers(http::Response& response) const {
    auto const add = [&](std::string_view name, std::int64_t value) {
      response.headers.add(name, fmt::format("{}", value));
    };
    add("RateLimit-Limit", options_.requests_per_minute);
    response.headers.add("RateLimit-Name", "throttle_authenticated_api");
    add("RateLimit-Observed", in_window_);
    add("RateLimit-Remaining", std::max(0, options_.requests_per_minute - in_window_));
    add("RateLimit-Reset",
        std::chrono::floor<std::chrono::seconds>(window_ends()).time_since_epoch().count());
  }

  http::Response answer_in_time(const http::Request& request) {
    auto const path = request.path();
    auto const is_api = path.starts_with(kPrefix) && path.substr(kPrefix.size()).starts_with('/');
    if (!is_api) return http::Response::text(404, "text/html; charset=utf-8", kNoPage);

    Call call(store_, request);
    call.now = now();
    call.base_url = options_.base_url;
    if (call.base_url.empty()) {
      call.base_url = fmt::format(
          "{}://{}",
          request.secure ? "https" : "http",
          request.headers.get("Host").value_or("localhost")
      );
    }
    if (auto refused = sign_in(call)) return *std::move(refused);

    settle(store_, call.now);
    auto match = find_route(request.method, path.substr(kPrefix.size()));
    if (match.route == nullptr) return no_route(match);
    call.args = std::move(match.args);
    return run(call, *match.route);
  }

  // A token that is wrong is refused even where none is needed. docs.gitlab.com/api/rest,
  // "Authentication".
  std::optional<http::Response> sign_in(Call& call) const {
    std::string value;
    if (auto const given = call.request.headers.get("PRIVATE-TOKEN")) {
      value = *given;
    } else if (auto const bearer = call.request.headers.get("Authorization")) {
      if (!bearer->starts_with("Bearer ")) return unauthorized();
      value = bearer->substr(7);
    } else {
      for (auto const& [name, text] : http::parse_query(call.request.query())) {
        if (name == "private_token" || name == "access_token") value = text;
      }
      if (value.empty()) return std::nullopt;
    }
    for (auto const& token : store_.tokens) {
      if (!equal_in_constant_time(token.value, value)) continue;
      if (token.is_expired) {
        return gitlab::answer(
            json::Object{
                {"error", "invalid_token"},
                {"error_description",
                 "Token is expired. You can either do re-authorization or token refresh."}
            },
            401
        );
      }
      call.token = &token;
      call.user = &store_.user(token.user);
      return std::nullopt;
    }
    return unauthorized();
  }

  static http::Response no_route(const Match& match) {
    if (match.allowed.empty()) return error(404, "404 Not Found");
    auto response = error(405, "405 Not Allowed");
    response.headers.add("Allow", match.allowed);
    return response;
  }

  http::Response run(Call& call, const Route& route) {
    auto const is_read =
        call.request.method == http::Method::get || call.request.method == http::Method::head;
    if (call.user == nullptr && (route.who == Who::signed_in || !is_read)) return unauthorized();
    if (call.token != nullptr && !has_scope(*call.token, is_read))
      return insufficient_scope(is_read);
    if (auto moved = moved_project(call, is_read)) return *std::move(moved);

    for (auto const& [pattern, value] : call.args) {
      auto const is_number = value.find_first_not_of("0123456789") == std::string::npos;
      if (pattern.starts_with('#') && (!is_number || value.size() > 18)) {
        return error(400, fmt::format("{} is invalid", pattern.substr(1)));
      }
    }
    DAVIT_TRY(auto const given, read_params(call.request));
    std::array const declared{route.params, route.more_params, std::span<const Param>(kPaging)};
    DAVIT_TRY(call.params, check_params(given, declared));
    return route.run(call);
  }

  static bool has_scope(const Token& token, bool is_read) {
    for (auto const& scope : token.scopes) {
      if (scope == "api" || (is_read && scope == "read_api")) return true;
    }
    return false;
  }

  static http::Response insufficient_scope(bool is_read) {
    return gitlab::answer(
        json::Object{
            {"error", "insufficient_scope"},
            {"error_description",
             "The request requires higher privileges than provided by the access token."},
            {"scope", is_read ? "api read_api" : "api"}
        },
        403
    );
  }

  // Since 16.7 a GET for the old path of a moved project is redirected.
  std::optional<http::Response> moved_project(const Call& call, bool is_read) const {
    auto const moved = store_.moved.find(std::string(call.arg("id")));
    if (moved == store_.moved.end() || !call.request.path().starts_with("/api/v4/projects/")) {
      return std::nullopt;
    }
    auto const* project = store_.find_project(moved->second);
    if (project == nullptr || !call.can_see(*project)) return std::nullopt;
    if (!is_read) return not_found("Project");
    auto rest = call.request.target.substr(std::string_view("/api/v4/projects/").size());
    rest.erase(0, rest.find_first_of("/?"));
    auto const location = fmt::format("{}/api/v4/projects/{}{}", call.base_url, project->id, rest);
    auto response = message(301, "This resource has been moved permanently to " + location);
    response.headers.add("Location", location);
    return response;
  }

  static constexpr const char* kNoPage =
      "<!DOCTYPE html>\n<html><head><title>The page could not be found</title></head>"
      "<body><h1>404</h1></body></html>\n";

  Options options_;
  const Clock& clock_;
  Time started_;
  Store store_;
  Time window_;
  int in_window_ = 0;
  std::int64_t answered_ = 0;
};

}  // namespace

std::unique_ptr<http::Handler> make_sandbox(Options options, const Clock& clock) {
  return with_control(std::make_unique<Service>(std::move(options), clock));
}

}  // namespace davit::sandbox::gitlab
