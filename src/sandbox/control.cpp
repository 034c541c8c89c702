#include "sandbox/control.h"

#include <deque>

#include <fmt/format.h>

#include "async/async.h"
#include "base/strings.h"
#include "json/json.h"
#include "sandbox/faults.h"

namespace davit::sandbox {
namespace {

constexpr std::size_t kRequestsKept = 200;
constexpr std::string_view kControl = "/_sandbox/";
// Longer than any client waits.
constexpr auto kHang = std::chrono::hours(24);

struct Seen {
  std::int64_t number = 0;
  std::string method;
  std::string target;
  int status = 0;  // 0 while there is no answer
  bool client_gone = false;
};

bool is_loopback(std::string_view peer) {
  return peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127.");
}

// Tokens travel in headers, but GitLab and others also take them from the query.
std::string without_secrets(std::string_view target) {
  auto const mark = target.find('?');
  std::string shown(target.substr(0, mark));
  if (mark == std::string_view::npos) return shown;
  char separator = '?';
  for (auto const pair : split(target.substr(mark + 1), '&')) {
    auto const name = pair.substr(0, pair.find('='));
    auto const is_secret = name.ends_with("token") && name != "page_token";
    shown += separator;
    shown += is_secret ? fmt::format("{}=[redacted]", name) : std::string(pair);
    separator = '&';
  }
  return shown;
}

http::Response json_answer(int status, const json::Value& body) {
  return http::Response::json(status, json::to_text(body));
}

http::Response json_error(int status, std::string_view text) {
  return json_answer(status, json::Object{{"error", text}});
}

class Controlled final : public http::Handler {
 public:
  explicit Controlled(std::unique_ptr<Service> service) : service_(std::move(service)) {}

  Async<http::Response> handle(http::Request request) override {
    if (request.path().starts_with(kControl)) co_return control(request);
    auto const number = remember(request);
    auto const rule = faults_.take(request);
    if (!rule) co_return settle(number, json_error(400, rule.error().message()));

    auto const waits = rule->fault == Fault::hang   ? Duration(kHang)
                       : rule->fault == Fault::slow ? Duration(rule->delay)
                                                    : Duration(0);
    if (waits > Duration(0)) {
      if (auto slept = co_await sleep_for(waits); !slept) {
        if (auto* seen = find_seen(number)) seen->client_gone = true;
        co_return std::move(slept).error();
      }
    }
    if (rule->fault == Fault::rate_limited) {
      co_return settle(number, service_->rate_limited(rule->retry_after));
    }
    if (rule->fault == Fault::none || rule->fault == Fault::slow ||
        rule->fault == Fault::truncated) {
      co_return settle(number, spoil(rule->fault, service_->answer(request)));
    }
    // The request never reached the service: a write has no effect.
    co_return settle(number, spoil(rule->fault, http::Response()));
  }

 private:
  http::Response control(const http::Request& request) {
    if (!is_loopback(request.peer)) return json_error(403, "only served on loopback");
    auto const what = request.path().substr(kControl.size());
    auto const method = request.method;
    if (what == "faults" && method == http::Method::get) {
      return json_answer(200, json::Object{{"faults", faults_.to_json()}});
    }
    if (what == "faults" && method == http::Method::post) return add_fault(request.body);
    if (what == "faults" && method == http::Method::del) {
      faults_.clear();
      return http::Response{.status = 204};
    }
    if (what == "requests" && method == http::Method::get) return show_requests();
    if (what == "reset" && method == http::Method::post) {
      service_->reset();
      faults_.clear();
      seen_.clear();
      return http::Response{.status = 204};
    }
    return json_error(404, "no such control endpoint; see src/sandbox/README.md");
  }

  http::Response add_fault(const std::string& body) {
    auto const rule = json::parse(body);
    if (!rule || !rule->is_object()) return json_error(400, "the body must be a JSON object");
    if (auto added = faults_.add(*rule); !added) return json_error(400, added.error().message());
    return json_answer(201, json::Object{{"faults", faults_.to_json()}});
  }

  http::Response show_requests() const {
    json::Array all;
    for (auto const& seen : seen_) {
      all.push_back(json::Object{
          {"number", seen.number},
          {"method", seen.method},
          {"target", seen.target},
          {"status", seen.status == 0 ? json::Value() : json::Value(seen.status)},
          {"client_gone", seen.client_gone}
      });
    }
    return json_answer(200, json::Object{{"requests", std::move(all)}});
  }

  std::int64_t remember(const http::Request& request) {
    Seen seen;
    seen.number = ++count_;
    seen.method = http::to_string(request.method);
    seen.target = without_secrets(request.target);
    seen_.push_back(std::move(seen));
    if (seen_.size() > kRequestsKept) seen_.pop_front();
    return count_;
  }

  Seen* find_seen(std::int64_t number) {
    for (auto& seen : seen_) {
      if (seen.number == number) return &seen;
    }
    return nullptr;
  }

  http::Response settle(std::int64_t number, http::Response response) {
    if (auto* seen = find_seen(number)) seen->status = response.status;
    return response;
  }

  std::unique_ptr<Service> service_;
  Faults faults_;
  std::deque<Seen> seen_;
  std::int64_t count_ = 0;
};

}  // namespace

std::unique_ptr<http::Handler> with_control(std::unique_ptr<Service> service) {
  return std::make_unique<Controlled>(std::move(service));
}

}  // namespace davit::sandbox
