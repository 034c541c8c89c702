#include "sandbox/pagerduty/pagerduty.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/strings.h"
#include "sandbox/control.h"
#include "sandbox/pagerduty/activity.h"
#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/pagerduty/seed.h"

namespace davit::sandbox::pagerduty {
namespace {

// Requests of the present minute.
struct Limit {
  int allowed = 0;
  Time window{};
  int used = 0;

  void count(Time now) {
    auto const minute = Time(std::chrono::floor<std::chrono::minutes>(now));
    if (minute != window) used = 0;
    window = minute;
    ++used;
  }
  bool is_exceeded() const { return used > allowed; }
  std::int64_t seconds_left(Time now) const {
    auto const ends = window + std::chrono::minutes(1);
    return std::chrono::ceil<std::chrono::seconds>(ends - now).count();
  }
};

const std::vector<Route<World>>& rest_routes() {
  static const std::vector<Route<World>> routes = [] {
    std::vector<Route<World>> all;
    for (auto const table :
         {analytics_routes(),
          change_routes(),
          incident_routes(),
          incident_change_routes(),
          incident_part_routes(),
          insight_routes(),
          log_routes(),
          maintenance_routes(),
          oncall_routes(),
          people_routes(),
          policy_routes(),
          response_routes(),
          schedule_routes(),
          service_routes(),
          status_page_routes(),
          type_routes(),
          workflow_routes()}) {
      all.insert(all.end(), table.begin(), table.end());
    }
    return all;
  }();
  return routes;
}

// Developer docs, "Versioning": the media type names the version; without one it is 2.
bool is_acceptable(const http::Request& request) {
  auto accept = std::string(request.headers.get("Accept").value_or("*/*"));
  std::erase(accept, ' ');
  constexpr std::string_view kKnown[] = {
      "application/vnd.pagerduty+json;version=2", "application/json", "*/*"
  };
  return std::ranges::any_of(kKnown, [&](auto const known) {
    return to_lower(accept).find(known) != std::string::npos;
  });
}

class Service final : public sandbox::Service {
 public:
  Service(Options options, const Addresses& at, const Clock& clock) : clock_(clock) {
    rest_limit_.allowed = options.requests_per_minute;
    event_limit_.allowed = options.events_per_minute;
    world_.options = std::move(options);
    world_.at = at;
    reset();
  }

  http::Response answer(const http::Request& request) override {
    auto response =
        request.path().starts_with("/v2/") ? answer_event(request) : answer_rest(request);
    response.headers.add("X-Request-Id", fmt::format("{:032x}", ++answered_));
    return response;
  }

  void reset() override {
    world_.store =
        make_seed(world_.options, world_.at, std::chrono::floor<std::chrono::seconds>(now()));
    rest_limit_.used = 0;
    event_limit_.used = 0;
  }

  // Developer docs, "REST API Rate Limits": there may be no headers at all.
  http::Response rate_limited(const std::string& retry_after) override {
    auto response = error(429, 2020, "Rate Limit Exceeded");
    if (!retry_after.empty()) add_rate_headers(response, 0, retry_after);
    return response;
  }

 private:
  Time now() const { return std::chrono::floor<std::chrono::milliseconds>(clock_.now()); }

  void add_rate_headers(http::Response& response, int remaining, const std::string& reset) const {
    response.headers.add("ratelimit-limit", fmt::format("{}", rest_limit_.allowed));
    response.headers.add("ratelimit-remaining", fmt::format("{}", remaining));
    response.headers.add("ratelimit-reset", reset);
  }

  http::Response answer_rest(const http::Request& request) {
    rest_limit_.count(now());
    auto const reset = fmt::format("{}", rest_limit_.seconds_left(now()));
    if (rest_limit_.is_exceeded()) return rate_limited(reset);
    auto response = signed_in(request);
    add_rate_headers(response, rest_limit_.allowed - rest_limit_.used, reset);
    return response;
  }

  http::Response signed_in(const http::Request& request) {
    if (!sign_in(request)) {
      return error(401, 2006, "Authentication failed", {"The API key is missing or not valid"});
    }
    if (!is_acceptable(request)) return error(406, 2001, "Accept header is not supported");
    auto response = run(rest_routes(), request);
    auto const type = response.headers.get("content-type").value_or("");
    if (type.starts_with("application/json") && response.status < 300) {
      response = included(request, std::move(response));
    }
    return response;
  }

  http::Response included(const http::Request& request, http::Response response) const {
    Call const call(request);
    if (call.list("include[]").empty()) return response;
    auto body = json::parse(response.body);
    if (!body) return response;
    include(world_, call, *body);
    return json_answer(*body, response.status);
  }

  // The key is written without quotes: "Token token=...". Developer docs, "Authentication".
  bool sign_in(const http::Request& request) {
    auto const given = request.headers.get("Authorization").value_or("");
    auto const is = [&](std::string_view scheme, std::string_view token) {
      return equal_in_constant_time(given, fmt::format("{}{}", scheme, token));
    };
    constexpr std::string_view kKey = "Token token=";
    world_.caller = nullptr;
    if (is(kKey, world_.options.account_token)) return true;
    if (!is(kKey, world_.options.token) && !is("Bearer ", "pdus+sandbox")) return false;
    world_.caller = find(world_.store.users, seed::kMina);
    return true;
  }

  http::Response answer_event(const http::Request& request) {
    event_limit_.count(now());
    if (event_limit_.is_exceeded()) {
      return json_answer(
          json::Object{
              {"status", "throttle exceeded"},
              {"message", "Requests for this service are arriving too quickly. Please retry later."}
          },
          429
      );
    }
    return run(event_routes(), request);
  }

  http::Response run(Routes routes, const http::Request& request) {
    Call call(request);
    call.now = now();
    settle(world_.store, call.now);
    world_.base_url = call.base_url;
    bool path_exists = false;
    auto const* route = find_route(routes, request.path(), call, path_exists);
    if (route == nullptr) return not_found();
    auto const is_event = request.path().starts_with("/v2/");
    if (call.is_malformed && !is_event) return invalid("The body is not valid JSON");
    return route->run(world_, call);
  }

  const Clock& clock_;
  World world_;
  Limit rest_limit_;
  Limit event_limit_;
  std::int64_t answered_ = 0;
};

}  // namespace

std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& at, const Clock& clock
) {
  return with_control(std::make_unique<Service>(std::move(options), at, clock));
}

}  // namespace davit::sandbox::pagerduty
