#include "sandbox/atlassian/atlassian.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/limits.h"
#include "sandbox/atlassian/media.h"
#include "sandbox/atlassian/routes.h"
#include "sandbox/atlassian/seed.h"

namespace davit::sandbox::atlassian {
namespace {

std::vector<JiraRoute> all_routes() {
  std::vector<JiraRoute> all;
  auto const add = [&](Routes more) { all.insert(all.end(), more.begin(), more.end()); };
  add(issue_routes());
  add(many_issue_routes());
  add(transition_routes());
  add(comment_routes());
  add(changelog_routes());
  add(link_routes());
  add(worklog_routes());
  add(attachment_routes());
  add(project_routes());
  add(meta_routes());
  add(user_routes());
  add(search_routes());
  add(board_routes());
  add(sprint_routes());
  add(board_issue_routes());
  return all;
}

class Service final : public sandbox::Service {
 public:
  Service(
      Options options,
      const Addresses& at,
      const Clock& clock,
      std::unique_ptr<sandbox::Service> wiki
  )
      : options_(std::move(options)),
        at_(at),
        clock_(clock),
        wiki_(std::move(wiki)),
        started_(now()),
        store_(make_seed(at_, started_)),
        limits_(options_.requests_per_minute),
        routes_(all_routes()) {}

  http::Response answer(const http::Request& request) override {
    auto const refusal = limits_.count(request, now());
    return finish(
        refusal
            ? too_many(
                  refusal->reason, fmt::format("{}", refusal->wait.count()), now() + refusal->wait
              )
            : answer_in_time(request)
    );
  }

  void reset() override {
    store_ = make_seed(at_, started_);
    limits_.reset();
    if (wiki_) wiki_->reset();
  }

  http::Response rate_limited(const std::string& retry_after) override {
    return finish(too_many("jira-burst-based", retry_after, now() + std::chrono::seconds(5)));
  }

 private:
  Time now() const { return std::chrono::floor<std::chrono::milliseconds>(clock_.now()); }

  http::Response finish(http::Response response) {
    ++answered_;
    response.headers.set("atl-traceid", fmt::format("{:032x}", 0x5eed0000ULL + answered_));
    response.headers.set("X-AREQUESTID", fmt::format("{:08x}", answered_));
    if (response.headers.count("X-RateLimit-Limit") == 0) limits_.add_headers(response);
    return response;
  }

  http::Response answer_in_time(const http::Request& request) {
    Call call(request);
    call.now = now();
    store_.now = call.now;
    store_.site = at_.atlassian.empty() ? call.base_url : at_.atlassian;
    call.base_url = store_.site;
    if (auto file = media_answer(store_, call)) return *std::move(file);
    auto const path = request.path();
    // The host of files takes the token in the address, and no credential.
    if (wiki_ && path.starts_with("/media/")) return wiki_->answer(request);
    if (auto refused = refuse(request)) return *std::move(refused);
    if (path == "/wiki" || path.starts_with("/wiki/")) {
      return wiki_ ? wiki_->answer(request) : no_page();
    }
    bool exists = false;
    auto const* route = find_route<Store>(routes_, path, call, exists);
    if (route == nullptr) return exists ? wrong_method() : no_page();
    auto const is_form = request.headers.get("content-type").value_or("").starts_with("multipart/");
    if (call.is_malformed && !is_form) {
      return error(400, "There was an error parsing JSON. Check that your request body is valid.");
    }
    return route->run(store_, call);
  }

  // Basic with e-mail and API token; the token alone as a Bearer is taken for a Connect token, and
  // refused as a broken one. Known of Jira Cloud.
  std::optional<http::Response> refuse(const http::Request& request) const {
    auto const given = request.headers.get("authorization").value_or("");
    if (given.starts_with("Bearer ")) {
      return json_answer(
          json::Object{{"error", "Failed to parse Connect Session Auth Token"}}, 403
      );
    }
    auto const wanted = fmt::format("{}:{}", options_.email, options_.token);
    auto const is_basic = given.starts_with("Basic ");
    auto const decoded = is_basic ? base64_decode(given.substr(6)) : std::nullopt;
    if (decoded && equal_in_constant_time(*decoded, wanted)) return std::nullopt;
    auto refused = http::Response::text(
        401, "text/html;charset=UTF-8", "Client must be authenticated to access this resource."
    );
    refused.headers.add("WWW-Authenticate", "OAuth realm=\"harbor\"");
    if (is_basic) refused.headers.add("X-Seraph-LoginReason", "AUTHENTICATED_FAILED");
    return refused;
  }

  static http::Response no_page() {
    return json_answer(json::Object{{"message", "Not Found"}, {"status-code", 404}}, 404);
  }
  static http::Response wrong_method() {
    return json_answer(json::Object{{"message", "Method Not Allowed"}, {"status-code", 405}}, 405);
  }

  Options options_;
  Addresses at_;
  const Clock& clock_;
  std::unique_ptr<sandbox::Service> wiki_;
  Time started_;
  Store store_;
  Limits limits_;
  std::vector<JiraRoute> routes_;
  std::uint64_t answered_ = 0;
};

}  // namespace

std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& at, const Clock& clock
) {
  return make_sandbox(std::move(options), at, clock, nullptr);
}

std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& at, const Clock& clock, std::unique_ptr<sandbox::Service> wiki
) {
  return with_control(std::make_unique<Service>(std::move(options), at, clock, std::move(wiki)));
}

}  // namespace davit::sandbox::atlassian
