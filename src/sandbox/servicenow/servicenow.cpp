#include "sandbox/servicenow/servicenow.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"
#include "sandbox/control.h"
#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/routes.h"
#include "sandbox/servicenow/seed.h"
#include "sandbox/servicenow/sign_in.h"

namespace davit::sandbox::servicenow {
namespace {

using std::chrono::seconds;

// "/api/now/v2/table/x" as "/api/now/table/x": the versions differ in details only.
std::string without_version(std::string_view path) {
  std::string plain;
  auto position = 0;
  for (auto const segment : split(path.substr(1), '/')) {
    auto const is_version = ++position == 3 && (segment == "v1" || segment == "v2");
    if (!is_version) plain += fmt::format("/{}", segment);
  }
  return plain;
}

bool takes_any_body(std::string_view path) { return path.starts_with("/api/now/attachment"); }

class Service final : public sandbox::Service {
 public:
  Service(Options options, const Addresses& addresses, const Clock& clock)
      : options_(std::move(options)),
        addresses_(addresses),
        clock_(clock),
        started_(now()),
        sign_in_(options_) {
    for (auto const routes :
         {table_routes(),
          stats_routes(),
          attachment_routes(),
          cmdb_routes(),
          change_routes(),
          change_process_routes(),
          catalog_routes(),
          knowledge_routes(),
          import_routes()}) {
      routes_.insert(routes_.end(), routes.begin(), routes.end());
    }
    reset();
  }

  http::Response answer(const http::Request& request) override {
    auto const wait = count_request();
    return finish(wait > 0 ? too_many(fmt::format("{}", wait)) : answer_in_time(request));
  }

  void reset() override {
    world_ = std::make_unique<World>();
    world_->addresses = addresses_;
    // The same records after a reset as at the start.
    world_->now = started_;
    fill(*world_);
    sign_in_.clear();
    in_window_ = 0;
  }

  http::Response rate_limited(const std::string& retry_after) override {
    count_request();
    return finish(too_many(retry_after));
  }

 private:
  Time now() const { return std::chrono::floor<std::chrono::milliseconds>(clock_.now()); }
  Time window_ends() const { return window_ + std::chrono::minutes(1); }

  // Seconds to wait when the limit is reached, else 0.
  std::int64_t count_request() {
    Time const minute = std::chrono::floor<std::chrono::minutes>(now());
    if (minute != window_) in_window_ = 0;
    window_ = minute;
    if (++in_window_ <= options_.requests_per_minute) return 0;
    auto const left = std::chrono::ceil<seconds>(window_ends() - now()).count();
    return std::max<std::int64_t>(1, left);
  }

  // "Inbound REST API rate limiting".
  static http::Response too_many(const std::string& retry_after) {
    auto response = error(
        429,
        "Rate limit exceeded",
        "Rate limit of the rule 'Integration users' has been exceeded for this user"
    );
    if (!retry_after.empty()) response.headers.add("Retry-After", retry_after);
    return response;
  }

  http::Response finish(http::Response response) const {
    auto const reset = std::chrono::floor<seconds>(window_ends()).time_since_epoch().count();
    response.headers.add("X-RateLimit-Limit", fmt::format("{}", options_.requests_per_minute));
    response.headers.add("X-RateLimit-Reset", fmt::format("{}", reset));
    response.headers.add("X-RateLimit-Rule", make_id("rule:Integration users"));
    response.headers.add("X-Is-Logged-In", response.status == 401 ? "false" : "true");
    response.headers.add("Cache-Control", "no-cache,no-store,must-revalidate,max-age=-1");
    response.headers.add("Server", "ServiceNow");
    return response;
  }

  http::Response answer_in_time(const http::Request& request) {
    auto const path = request.path();
    if (path == "/oauth_token.do" && request.method == http::Method::post) {
      return sign_in_.give_token(request, now());
    }
    if (!path.starts_with("/api/")) {
      return http::Response::text(404, "text/html;charset=UTF-8", kNoPage);
    }
    if (!sign_in_.is_known(request, now())) {
      auto response = error(401, "User Not Authenticated", "Required to provide Auth information");
      response.headers.add("WWW-Authenticate", "BASIC realm=\"Service-now\"");
      return response;
    }
    return run(request);
  }

  http::Response run(const http::Request& request) {
    Call call(request);
    call.now = now();
    world_->now = call.now;
    auto const path = without_version(request.path());
    if (path == "/api/now/batch" && request.method == http::Method::post) return batch(call);
    if (auto refused = refuse_types(request, path)) return *std::move(refused);
    auto path_exists = false;
    auto const* route = find_route<World>(routes_, path, call, path_exists);
    if (route != nullptr) return route->run(*world_, call);
    if (path_exists) return error(405, "Method not supported");
    return error(400, "Requested URI does not represent any resource", request.path());
  }

  // "Batch API": each request is answered as if it had come alone; bodies are base64 both ways.
  http::Response batch(const Call& call) {
    auto const* requests = json::find_array(call.body, "rest_requests");
    if (requests == nullptr) return error(400, "Invalid batch request", "rest_requests is missing");
    json::Array serviced;
    for (auto const& given : *requests) serviced.push_back(serve(call.request, given));
    return json_answer(json::Object{
        {"batch_request_id", json::find_string(call.body, "batch_request_id").value_or("")},
        {"serviced_requests", std::move(serviced)},
        {"unserviced_requests", json::Array()},
    });
  }

  json::Object serve(const http::Request& outer, const json::Value& given) {
    auto const text = [&](std::string_view name) {
      return std::string(json::find_string(given, name).value_or(""));
    };
    http::Request request;
    request.method = method_of(text("method"));
    request.target = text("url");
    request.headers.add("Host", outer.headers.get("Host").value_or("127.0.0.1"));
    request.headers.add("Content-Type", "application/json");
    request.body = base64_decode(text("body")).value_or(std::string());
    // No batch within a batch.
    auto const is_api =
        request.target.starts_with("/api/") && without_version(request.path()) != "/api/now/batch";
    auto const response = is_api ? run(request) : error(400, "Invalid URL in batch request");
    json::Array headers;
    for (std::size_t i = 0; i < response.headers.size(); ++i) {
      headers.push_back(
          json::Object{{"name", response.headers.name(i)}, {"value", response.headers.value(i)}}
      );
    }
    return {
        {"id", text("id")},
        {"body", base64_encode(response.body)},
        {"status_code", response.status},
        {"status_text", http::reason_of(response.status)},
        {"headers", std::move(headers)},
        {"execution_time", 12},
        {"redirect_url", nullptr},
    };
  }

  static http::Method method_of(std::string_view name) {
    for (auto const method :
         {http::Method::get,
          http::Method::post,
          http::Method::put,
          http::Method::patch,
          http::Method::del}) {
      if (http::to_string(method) == name) return method;
    }
    return http::Method::other;
  }

  // JSON is the only form here, XML is not.
  static std::optional<http::Response> refuse_types(
      const http::Request& request, std::string_view path
  ) {
    auto const accepted = request.headers.get("Accept").value_or("*/*");
    auto const wants_json =
        accepted.find("*/*") != accepted.npos || accepted.find("json") != accepted.npos;
    if (!wants_json && !path.ends_with("/file")) {
      return error(406, "Not acceptable", "The response format is not supported");
    }
    if (request.body.empty() || takes_any_body(path)) return std::nullopt;
    auto const type = request.headers.get("Content-Type").value_or("");
    if (type.find("json") != type.npos) return std::nullopt;
    return error(415, "Unsupported media type", "The request format is not supported");
  }

  static constexpr const char* kNoPage =
      "<!DOCTYPE html>\n<html><head><title>Page not found</title></head>"
      "<body><h1>The page you are looking for could not be found.</h1></body></html>\n";

  Options options_;
  Addresses addresses_;
  const Clock& clock_;
  Time started_;
  SignIn sign_in_;
  std::vector<Route<World>> routes_;
  std::unique_ptr<World> world_;
  Time window_{};
  int in_window_ = 0;
};

}  // namespace

std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& addresses, const Clock& clock
) {
  return with_control(std::make_unique<Service>(std::move(options), addresses, clock));
}

}  // namespace davit::sandbox::servicenow
