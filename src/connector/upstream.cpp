#include "connector/upstream.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/strings.h"
#include "connector/failure.h"
#include "connector/retry.h"

namespace davit::connector {
namespace {

// As much of a failed download as its error text can need.
constexpr std::size_t kErrorBodyBytes = 64 * 1024;

bool is_good(int status) { return status >= 200 && status < 300; }

std::string label_of(const UpstreamOptions& options) {
  return fmt::format("server=\"{}\"", options.server);
}

constexpr std::chrono::seconds kTokenTime{10};

std::string quota_key(const UpstreamOptions& options) {
  return sha256(
      fmt::format("{} {} {}", options.base.origin(), options.user, options.credential.reveal())
  );
}

std::string absolute(const http::Url& base, std::string_view url) {
  return url.starts_with('/') ? base.origin() + std::string(url) : std::string(url);
}

std::unique_ptr<TokenSource> make_tokens(
    const UpstreamOptions& options, const Collaborators& collaborators
) {
  auto const* rule = options.auth;
  if (rule == nullptr || rule->kind != AuthRule::Kind::client_credentials) return nullptr;
  TokenRequest request{
      .url = absolute(options.base, rule->token_url),
      .client_id = options.user,
      .client_secret = options.credential,
      .scope = std::string(rule->scope),
  };
  return std::make_unique<TokenSource>(
      collaborators.executor, std::move(request), collaborators.client, collaborators.clock
  );
}

// A refusal of our own, before anything was sent.
Failure describe_refusal(const Connector& connector, const Quota::Refusal& refusal) {
  using Why = Quota::Refusal::Why;
  Failure failure{.kind = ErrorKind::rate_limited, .retry_after = refusal.wait};
  switch (refusal.why) {
    case Why::budget:
      failure.reason = fmt::format(
          "the requests that this token may send to {} in a minute are used up", connector.title
      );
      break;
    case Why::quota:
      failure.reason = fmt::format("the quota of this token at {} is used up", connector.title);
      break;
    case Why::outage:
      failure.kind = ErrorKind::unavailable;
      failure.reason = fmt::format("{} failed several times in a row", connector.title);
      break;
  }
  auto const wait = std::chrono::ceil<std::chrono::seconds>(refusal.wait).count();
  failure.advice = fmt::format("Nothing was sent; try again in {} s.", wait);
  return failure;
}

bool is_loopback(std::string_view host) {
  return host == "127.0.0.1" || host == "localhost" || host == "[::1]";
}

bool is_listed(std::string_view hosts, std::string_view host) {
  auto const all = split(hosts, ' ');
  return !host.empty() && std::ranges::find(all, host) != all.end();
}

}  // namespace

Upstream::Upstream(
    const Connector& connector, UpstreamOptions options, const Collaborators& collaborators
)
    : connector_(connector),
      options_(std::move(options)),
      collaborators_(collaborators),
      places_(collaborators.executor, options_.concurrent_requests),
      requests_(collaborators.counters.at("davit_upstream_requests_total", label_of(options_))),
      retries_(collaborators.counters.at("davit_upstream_retries_total", label_of(options_))),
      running_(collaborators.counters.at("davit_upstream_requests_running", label_of(options_))),
      waiting_(collaborators.counters.at("davit_upstream_requests_waiting", label_of(options_))) {
  tokens_ = make_tokens(options_, collaborators);
  auto const per_minute = options_.requests_per_minute;
  quota_ = collaborators.quotas != nullptr
               ? collaborators.quotas->at(quota_key(options_), per_minute)
               : std::make_shared<Quota>(per_minute);
}

Duration Upstream::time_left(Deadline deadline) const {
  return std::max(deadline - collaborators_.clock.steady_now(), Duration::zero());
}

std::optional<std::string> Upstream::inside(std::string_view url) const {
  auto const climbs = url.find("/../") != url.npos || url.ends_with("/..");
  auto const is_rooted = url.starts_with('/') && !url.starts_with("//");
  // Such a path is what the connector's function takes.
  if (is_rooted && connector_.place != nullptr && !climbs) return std::string(url);
  auto const parsed = http::parse_url(absolute(options_.base, url));
  if (!parsed || !parsed->same_origin(options_.base)) return std::nullopt;
  std::string_view path = parsed->path;
  if (!path.starts_with(options_.base.path)) return std::nullopt;
  path.remove_prefix(options_.base.path.size());
  if (!path.starts_with('/') || path.find("/../") != path.npos || path.ends_with("/..")) {
    return std::nullopt;
  }
  return parsed->query.empty() ? std::string(path) : fmt::format("{}?{}", path, parsed->query);
}

Async<Upstream::Attempt> Upstream::make_attempt(
    const ApiRequest* request, const Intake* intake, Deadline deadline
) {
  auto const question = std::min(request->target.find('?'), request->target.size());
  auto const path = std::string_view(request->target).substr(0, question);
  Place place{.url = options_.base.origin() + options_.base.path + std::string(path)};
  static constexpr AuthRule kNone{.kind = AuthRule::Kind::none};
  auto const& auth = options_.auth == nullptr ? kNone : *options_.auth;
  if (connector_.place != nullptr) place = connector_.place(options_.base, auth, path);
  Attempt attempt{
      http::ClientRequest(request->method, place.url + request->target.substr(question)), {}
  };
  auto& out = attempt.request;

  // Whatever a connector's function says: another host never sees the credential.
  auto const url = http::parse_url(place.url);
  auto const is_own_host = url && url->same_origin(options_.base);
  if (place.with_credential && is_own_host) {
    if (tokens_ == nullptr) {
      authorize(out.headers, auth, options_.user, options_.credential);
    } else {
      auto const left = std::chrono::ceil<std::chrono::milliseconds>(time_left(deadline));
      DAVIT_CO_TRY(
          attempt.token,
          co_await tokens_->get(std::min<std::chrono::milliseconds>(left, kTokenTime))
      );
      authorize(out.headers, auth, options_.user, attempt.token);
    }
  }
  out.headers.add("Accept", intake->accept.empty() ? connector_.accept : intake->accept);
  for (auto const& [name, value] : connector_.headers) out.headers.add(name, value);
  for (std::size_t i = 0; i < request->headers.size(); ++i) {
    out.headers.set(request->headers.name(i), request->headers.value(i));
  }
  if (!request->body.empty()) {
    out.headers.add("Content-Type", request->content_type);
    out.body = request->body;
  }
  out.max_body_bytes = intake->max_bytes;
  co_return attempt;
}

Async<Semaphore::Permit> Upstream::take_place(Deadline deadline) {
  waiting_.add();
  auto place = co_await places_.acquire(time_left(deadline));
  waiting_.add(-1);
  if (place && time_left(deadline) > Duration::zero()) co_return place;
  if (!place && place.error().kind() == ErrorKind::cancelled) co_return place;
  Failure failure{.kind = ErrorKind::timeout};
  failure.reason = fmt::format("too many requests to {} were under way", connector_.title);
  failure.advice = "Nothing was sent; try again.";
  co_return to_error(failure);
}

Async<http::ClientResponse> Upstream::send_once(http::ClientRequest request, Deadline deadline) {
  auto const left = std::max<Duration>(time_left(deadline), std::chrono::milliseconds(1));
  request.timeout = std::chrono::ceil<std::chrono::milliseconds>(left);
  requests_.add();
  running_.add();
  auto answer = co_await collaborators_.client.send(std::move(request));
  running_.add(-1);
  co_return answer;
}

// A download may end on the vendor's media host, which gets no credential and nothing of ours. A
// stand-in on this machine may send to itself by another name.
std::optional<std::string> Upstream::download_url(const http::ClientResponse& answer) const {
  auto const location = absolute(options_.base, answer.headers.get("location").value_or(""));
  auto const url = http::parse_url(location);
  if (!url) return std::nullopt;
  auto const is_listed_host =
      url->scheme == "https" && is_listed(connector_.download_hosts, url->host);
  auto const is_local = !connector_.download_hosts.empty() && is_loopback(url->host) &&
                        is_loopback(options_.base.host);
  return is_listed_host || is_local ? std::optional(location) : std::nullopt;
}

// The request, and where that is where a download leads, the one behind it.
Async<http::ClientResponse> Upstream::exchange(
    http::ClientRequest request, const Intake* intake, Deadline deadline
) {
  std::string error_body;
  auto const take_in = [&](const http::ClientResponse& head, std::string_view piece) {
    if (is_good(head.status)) return intake->on_piece(piece);
    error_body += piece.substr(0, kErrorBodyBytes - error_body.size());
    return error_body.size() < kErrorBodyBytes;
  };
  if (intake->on_piece) {
    intake->on_piece({});
    request.on_body = take_in;
  }
  auto const is_get = request.method == http::Method::get;
  auto answer = co_await send_once(std::move(request), deadline);
  if (answer && is_get && answer->status >= 300 && answer->status < 400) {
    if (auto const url = download_url(*answer)) {
      error_body.clear();
      http::ClientRequest next(http::Method::get, *url);
      next.max_body_bytes = intake->max_bytes;
      if (intake->on_piece) next.on_body = take_in;
      answer = co_await send_once(std::move(next), deadline);
    }
  }
  if (answer && intake->on_piece && !is_good(answer->status)) answer->body = std::move(error_body);
  co_return answer;
}

// Counts what came of a request for the credential's quota. What went wrong here, and not there,
// says nothing about the vendor.
void Upstream::note(const Failure& failure, Quota::Time now) {
  auto const was_asked = failure.http_status != 0 || failure.kind == ErrorKind::unavailable ||
                         failure.kind == ErrorKind::timeout;
  if (was_asked) {
    quota_->note(failure.http_status, failure.is_quota, failure.retry_after, now);
  } else {
    quota_->abandon(now);
  }
}

Error Upstream::give_up(Failure failure) {
  auto const label = label_of(options_) + ',' + make_label("kind", to_string(failure.kind));
  collaborators_.counters.at("davit_upstream_failures_total", label).add();
  return to_error(failure);
}

Async<http::ClientResponse> Upstream::send(
    ApiRequest request, Intake intake, Deadline deadline, std::string_view scopes
) {
  auto const is_repeatable = request.is_repeatable || request.method == http::Method::get ||
                             request.method == http::Method::head;
  auto has_new_token = false;
  std::optional<Failure> last;
  for (int number = 1;; ++number) {
    DAVIT_CO_TRY(auto place, co_await take_place(deadline));
    auto made = co_await make_attempt(&request, &intake, deadline);
    if (!made) {
      if (made.error().kind() == ErrorKind::cancelled) co_return made.error();
      co_return to_error(describe_error(connector_, made.error()));
    }
    auto attempt = *std::move(made);
    auto const begin = collaborators_.clock.steady_now();
    if (auto const refusal = quota_->take(begin)) {
      // What an earlier try met says more.
      if (last) co_return give_up(*std::move(last));
      auto const kind = refusal->why == Quota::Refusal::Why::outage ? "outage" : "quota";
      auto const label = label_of(options_) + ',' + make_label("kind", kind);
      collaborators_.counters.at("davit_upstream_refusals_total", label).add();
      co_return to_error(describe_refusal(connector_, *refusal));
    }
    auto answer = co_await exchange(std::move(attempt.request), &intake, deadline);
    place = Semaphore::Permit();
    auto const now = collaborators_.clock.steady_now();
    if (!answer && answer.error().kind() == ErrorKind::cancelled) {
      quota_->abandon(now);
      co_return answer;
    }
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(now - begin);
    collaborators_.logger.debug(
        "upstream request",
        {{"method", http::to_string(request.method)},
         {"target", request.target},
         {"status", answer ? answer->status : 0},
         {"duration_ms", took.count()},
         {"try", number}}
    );
    if (answer && is_good(answer->status)) {
      quota_->note(answer->status, false, std::nullopt, now);
      co_return answer;
    }
    auto failure = answer ? describe_status(connector_, *answer, collaborators_.clock.now(), scopes)
                          : describe_error(connector_, answer.error());
    note(failure, now);
    // The vendor may have revoked a fetched token before its time.
    if (failure.http_status == 401 && tokens_ != nullptr && !has_new_token) {
      tokens_->forget(attempt.token);
      has_new_token = true;
      continue;
    }
    auto const was_sent = answer || answer.error().detail() != http::kNothingWasSent;
    FailedTry const failed{
        .is_repeatable = is_repeatable || !was_sent,
        .number = number,
        .status = failure.http_status,
        .kind = failure.kind,
        .is_quota = failure.is_quota,
        .retry_after = failure.retry_after,
        .time_left = std::chrono::floor<std::chrono::milliseconds>(time_left(deadline)),
        .jitter = collaborators_.random(),
    };
    auto const wait = next_try_after(failed);
    if (!is_repeatable && was_sent) warn_of_unknown_outcome(failure);
    if (!wait) co_return give_up(std::move(failure));
    last = std::move(failure);
    retries_.add();
    DAVIT_CO_CHECK(co_await collaborators_.sleep(*wait));
  }
}

}  // namespace davit::connector
