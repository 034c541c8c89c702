#include "sandbox/confluence/confluence.h"

#include <fmt/format.h>

#include "sandbox/confluence/routes.h"

namespace davit::sandbox::confluence {
namespace {

constexpr std::string_view kV2 = "/wiki/api/v2/";

std::vector<Route> all_routes() {
  std::vector<Route> all;
  for (auto const part :
       {space_routes(),
        page_routes(),
        page_write_routes(),
        tree_routes(),
        version_routes(),
        comment_routes(),
        comment_write_routes(),
        attachment_routes(),
        file_routes(),
        label_routes(),
        property_routes(),
        user_routes(),
        search_routes(),
        move_routes()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

class Service final : public sandbox::Service {
 public:
  Service(const Addresses& addresses, const Clock& clock)
      : clock_(clock), world_{.at = addresses, .store = make_seed(addresses, now())} {}

  http::Response answer(const http::Request& request) override {
    Call call(request);
    call.now = now();
    bool exists = false;
    auto const* route = find_route<World>(routes_, request.path(), call, exists);
    auto const is_v2 = request.path().starts_with(kV2);
    auto const is_form =
        request.headers.get("Content-Type").value_or("").starts_with("multipart/form-data");
    if (route == nullptr && is_gone(request.path())) return gone();
    if (route == nullptr) return no_route(exists, is_v2);
    if (call.is_malformed && !is_form) {
      return is_v2 ? v2_error(400, "The request body is not valid JSON")
                   : v1_error(400, "The request body is not valid JSON");
    }
    return route->run(world_, call);
  }

  void reset() override { world_.store = make_seed(world_.at, now()); }

  // Headers as in Atlassian's "Rate limiting"; the seconds of the reset may be missing.
  http::Response rate_limited(const std::string& retry_after) override {
    auto response = v1_error(429, "Rate limit exceeded");
    if (!retry_after.empty()) response.headers.add("Retry-After", retry_after);
    auto const reset = to_text(now() + std::chrono::minutes(1));
    response.headers.add("X-RateLimit-Limit", "100");
    response.headers.add("X-RateLimit-Remaining", "0");
    response.headers.add("X-RateLimit-Reset", reset.substr(0, 16) + "Z");
    response.headers.add("RateLimit-Reason", "confluence-burst-based");
    return response;
  }

 private:
  Time now() const { return std::chrono::floor<std::chrono::milliseconds>(clock_.now()); }

  // Reading and writing content itself went to v2; the old resource is answered with 410, and what
  // is below it (labels, files, moves) stays. Read from the operations of 2026-07.
  static bool is_gone(std::string_view path) {
    return match("/wiki/rest/api/content", path) || match("/wiki/rest/api/content/:id", path);
  }

  static http::Response gone() {
    return json_answer(
        json::Object{{"code", 410}, {"message", "This deprecated endpoint has been removed."}}, 410
    );
  }

  static http::Response no_route(bool exists, bool is_v2) {
    if (exists) {
      return is_v2 ? v2_error(405, "Method Not Allowed") : v1_error(405, "Method Not Allowed");
    }
    return is_v2 ? v2_not_found() : v1_error(404, "null for uri");
  }

  const Clock& clock_;
  World world_;
  std::vector<Route> routes_ = all_routes();
};

}  // namespace

std::unique_ptr<sandbox::Service> make_service(const Addresses& addresses, const Clock& clock) {
  return std::make_unique<Service>(addresses, clock);
}

}  // namespace davit::sandbox::confluence
