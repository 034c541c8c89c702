#include "sandbox/dynatrace/dynatrace.h"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/control.h"
#include "sandbox/dynatrace/answers.h"
#include "sandbox/dynatrace/auth.h"

namespace davit::sandbox::dynatrace {
namespace {

using std::chrono::floor;
using std::chrono::minutes;

constexpr std::string_view kClassic = "/api/v2";
constexpr std::string_view kClassicBehindPlatform = "/platform/classic/environment-api/v2";
constexpr std::string_view kPlatform = "/platform";

// Which API a path belongs to, and the rest of the path.
struct Place {
  bool is_classic = false;
  bool is_platform = false;
  std::string_view rest;
};

std::optional<std::string_view> behind(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix) || !path.substr(prefix.size()).starts_with('/')) {
    return std::nullopt;
  }
  return path.substr(prefix.size());
}

std::optional<Place> find_place(std::string_view path) {
  if (auto const rest = behind(path, kClassicBehindPlatform)) return Place{true, true, *rest};
  if (auto const rest = behind(path, kPlatform)) return Place{false, true, *rest};
  // Managed and ActiveGate: /e/{environment id}/api/v2.
  if (path.starts_with("/e/")) path.remove_prefix(std::min(path.find('/', 3), path.size()));
  if (auto const rest = behind(path, kClassic)) return Place{true, false, *rest};
  return std::nullopt;
}

std::vector<Row> gather(std::initializer_list<std::span<const Row>> parts) {
  std::vector<Row> all;
  for (auto const part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

class Service final : public sandbox::Service {
 public:
  Service(Options options, const Addresses& addresses, const Clock& clock)
      : options_(std::move(options)), clock_(clock) {
    world_.addresses = addresses;
    world_.tokens = {
        {options_.token, std::string(story::kCaller.email), true},
        {options_.access_token, std::string(story::kCaller.email), false},
        {options_.limited_token, std::string(story::kJonas.email), true, true},
    };
    reset();
  }

  http::Response answer(const http::Request& request) override {
    auto const is_too_fast = !count_request();
    auto response = is_too_fast ? too_many("1") : answer_in_time(request);
    add_rate_headers(response);
    return response;
  }

  void reset() override {
    world_.store = make_seed(now(), world_.addresses);
    in_window_ = 0;
  }

  http::Response rate_limited(const std::string& retry_after) override {
    count_request();
    auto response = too_many(retry_after);
    add_rate_headers(response);
    return response;
  }

 private:
  Time now() const { return floor<std::chrono::milliseconds>(clock_.now()); }

  bool count_request() {
    auto const minute = floor<minutes>(now());
    if (Time(minute) != window_) in_window_ = 0;
    window_ = minute;
    return ++in_window_ <= options_.requests_per_minute;
  }

  // Retry-After is the platform's; the classic API has X-RateLimit-Reset alone.
  http::Response too_many(const std::string& retry_after) const {
    json::Object inner{{"code", 429}, {"message", "Too many requests. Please wait and try again."}};
    auto const is_number =
        !retry_after.empty() && retry_after.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) inner["retryAfterSeconds"] = std::atoi(retry_after.c_str());
    auto response = json_answer(json::Object{{"error", std::move(inner)}}, 429);
    if (!retry_after.empty()) response.headers.add("Retry-After", retry_after);
    return response;
  }

  // X-RateLimit-Reset is an absolute time in microseconds: docs.dynatrace.com, "Access limit".
  void add_rate_headers(http::Response& response) const {
    auto const reset = std::chrono::duration_cast<std::chrono::microseconds>(
        (window_ + minutes(1)).time_since_epoch()
    );
    auto const add = [&](std::string_view name, std::int64_t value) {
      response.headers.add(name, fmt::format("{}", value));
    };
    add("X-RateLimit-Limit", options_.requests_per_minute);
    add("X-RateLimit-Remaining", std::max(0, options_.requests_per_minute - in_window_));
    add("X-RateLimit-Reset", reset.count());
  }

  http::Response answer_in_time(const http::Request& request) {
    auto const place = find_place(request.path());
    if (!place) return error(404, "Not found");
    if (auto refused = sign_in(world_, request, place->is_platform)) return *std::move(refused);
    Call call(request);
    call.now = now();
    if (place->is_classic) {
      if (auto refused = check_classic_scope(world_, call, place->rest)) return *std::move(refused);
    }
    auto path_exists = false;
    auto const& routes = place->is_classic ? classic_ : platform_;
    auto const* route = find_route(std::span<const Row>(routes), place->rest, call, path_exists);
    if (route == nullptr) {
      return path_exists ? error(405, "Method not allowed") : error(404, "Not found");
    }
    auto const is_form =
        request.headers.get("Content-Type").value_or("").starts_with("multipart/form-data");
    if (call.is_malformed && !is_form) {
      return error(400, "Could not map JSON: the body is not valid JSON");
    }
    return route->run(world_, call);
  }

  Options options_;
  const Clock& clock_;
  World world_;
  Time window_{};
  int in_window_ = 0;
  const std::vector<Row> classic_ = gather({
      problem_routes(),
      comment_routes(),
      event_routes(),
      entity_routes(),
      metric_routes(),
      slo_routes(),
      security_routes(),
      settings_routes(),
      log_routes(),
      token_routes(),
  });
  const std::vector<Row> platform_ = gather({grail_routes(), platform_routes()});
};

}  // namespace

std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& addresses, const Clock& clock
) {
  return with_control(std::make_unique<Service>(std::move(options), addresses, clock));
}

}  // namespace davit::sandbox::dynatrace
