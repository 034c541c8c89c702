#include "connector/upstream.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/base64.h"
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

void authorize(
    http::ClientRequest& request, const Connector& connector, const UpstreamOptions& options
) {
  if (options.credential.empty()) return;
  auto const& secret = options.credential.reveal();
  switch (connector.auth) {
    case Auth::none: break;
    case Auth::header: request.headers.add(connector.auth_header, secret); break;
    case Auth::bearer: request.headers.add("Authorization", "Bearer " + secret); break;
    case Auth::basic: {
      auto const pair = base64_encode(options.user + ':' + secret);
      request.headers.add("Authorization", "Basic " + pair);
      break;
    }
  }
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
      waiting_(collaborators.counters.at("davit_upstream_requests_waiting", label_of(options_))) {}

Duration Upstream::time_left(Deadline deadline) const {
  return std::max(deadline - collaborators_.clock.steady_now(), Duration::zero());
}

std::optional<std::string> Upstream::inside(std::string_view url) const {
  auto const parsed = http::parse_url(url);
  if (!parsed || !parsed->same_origin(options_.base)) return std::nullopt;
  std::string_view path = parsed->path;
  if (!path.starts_with(options_.base.path)) return std::nullopt;
  path.remove_prefix(options_.base.path.size());
  if (!path.starts_with('/') || path.find("/../") != path.npos || path.ends_with("/..")) {
    return std::nullopt;
  }
  return parsed->query.empty() ? std::string(path) : fmt::format("{}?{}", path, parsed->query);
}

http::ClientRequest Upstream::make_request(const ApiRequest& request, const Intake& intake) const {
  http::ClientRequest out(
      request.method, options_.base.origin() + options_.base.path + request.target
  );
  authorize(out, connector_, options_);
  out.headers.add("Accept", intake.accept);
  if (!request.body.empty()) {
    out.headers.add("Content-Type", "application/json");
    out.body = request.body;
  }
  out.max_body_bytes = intake.max_bytes;
  return out;
}

Async<http::ClientResponse> Upstream::send_once(http::ClientRequest request, Deadline deadline) {
  waiting_.add();
  auto const place = co_await places_.acquire(time_left(deadline));
  waiting_.add(-1);
  if (!place) co_return place.error();
  auto const left = time_left(deadline);
  if (left == Duration::zero()) co_return Error(ErrorKind::timeout, "no time is left");
  request.timeout = std::chrono::ceil<std::chrono::milliseconds>(left);
  requests_.add();
  running_.add();
  auto answer = co_await collaborators_.client.send(std::move(request));
  running_.add(-1);
  co_return answer;
}

Async<http::ClientResponse> Upstream::send(ApiRequest request, Intake intake, Deadline deadline) {
  for (int number = 1;; ++number) {
    auto attempt = make_request(request, intake);
    std::string error_body;
    if (intake.on_piece) {
      intake.on_piece({});
      attempt.on_body = [&](const http::ClientResponse& head, std::string_view piece) {
        if (is_good(head.status)) return intake.on_piece(piece);
        error_body += piece.substr(0, kErrorBodyBytes - error_body.size());
        return error_body.size() < kErrorBodyBytes;
      };
    }
    auto const begin = collaborators_.clock.steady_now();
    auto answer = co_await send_once(std::move(attempt), deadline);
    if (!answer && answer.error().kind() == ErrorKind::cancelled) co_return answer;
    if (answer && intake.on_piece && !is_good(answer->status)) answer->body = std::move(error_body);

    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(
        collaborators_.clock.steady_now() - begin
    );
    collaborators_.logger.debug(
        "upstream request",
        {{"method", http::to_string(request.method)},
         {"target", request.target},
         {"status", answer ? answer->status : 0},
         {"duration_ms", took.count()},
         {"try", number}}
    );
    if (answer && is_good(answer->status)) co_return answer;

    auto failure = answer ? describe_status(connector_, *answer, collaborators_.clock.now())
                          : describe_error(connector_, answer.error());
    FailedTry const failed{
        .method = request.method,
        .number = number,
        .status = failure.http_status,
        .kind = failure.kind,
        .retry_after = failure.retry_after,
        .time_left = std::chrono::floor<std::chrono::milliseconds>(time_left(deadline)),
        .jitter = collaborators_.random(),
    };
    auto const wait = next_try_after(failed);
    if (!wait) {
      auto const label = label_of(options_) + ',' + make_label("kind", to_string(failure.kind));
      collaborators_.counters.at("davit_upstream_failures_total", label).add();
      warn_of_unknown_outcome(request.method, failure);
      co_return to_error(failure);
    }
    retries_.add();
    DAVIT_CO_CHECK(co_await collaborators_.sleep(*wait));
  }
}

}  // namespace davit::connector
