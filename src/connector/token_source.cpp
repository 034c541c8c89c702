#include "connector/token_source.h"

#include <algorithm>

#include <fmt/format.h>

#include "connector/text.h"
#include "http/url.h"
#include "json/json.h"

namespace davit::connector {
namespace {

// So that a token does not expire on its way.
constexpr std::chrono::seconds kEarly{60};
constexpr std::int64_t kShortestLife = 90;
constexpr std::int64_t kLongestLife = 24 * 3600;
constexpr std::size_t kMaxBytes = 64 * 1024;

// RFC 6749, 5.2: {"error":"invalid_client","error_description":"..."}.
std::string refusal(const http::ClientResponse& answer) {
  auto const body = json::parse(answer.body).value_or(json::Value());
  auto const code = json::find_string(body, "error").value_or("");
  auto const text = json::find_string(body, "error_description").value_or("");
  auto const said = without_invisible(fmt::format("{} {}", code, text));
  return fmt::format("the token endpoint answered {} {}", answer.status, shortened(said, 300));
}

}  // namespace

TokenSource::TokenSource(
    Executor executor, TokenRequest request, http::Client& client, const Clock& clock
)
    : request_(std::move(request)),
      client_(client),
      clock_(clock),
      one_at_a_time_(std::move(executor), 1) {}

Async<Secret> TokenSource::get(std::chrono::milliseconds limit) {
  // Parallel refreshes would make some vendors revoke the token that the other one got.
  auto const begin = clock_.steady_now();
  DAVIT_CO_TRY([[maybe_unused]] auto const permit, co_await one_at_a_time_.acquire(limit));
  if (token_.empty() || clock_.steady_now() >= expires_) {
    auto const waited = std::chrono::floor<std::chrono::milliseconds>(clock_.steady_now() - begin);
    DAVIT_CO_CHECK(co_await fetch(std::max(limit - waited, std::chrono::milliseconds(1))));
  }
  co_return token_;
}

void TokenSource::forget(const Secret& used) {
  if (used.reveal() == token_.reveal()) token_ = Secret();
}

Async<> TokenSource::fetch(std::chrono::milliseconds limit) {
  std::vector<std::pair<std::string, std::string>> form{
      {"grant_type", "client_credentials"},
      {"client_id", request_.client_id},
      {"client_secret", request_.client_secret.reveal()},
  };
  if (!request_.scope.empty()) form.emplace_back("scope", request_.scope);
  http::ClientRequest request(http::Method::post, request_.url);
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.add("Accept", "application/json");
  request.body = http::to_query(form);
  request.timeout = limit;
  request.max_body_bytes = kMaxBytes;
  DAVIT_CO_TRY(auto const answer, co_await client_.send(std::move(request)));
  if (answer.status != 200) {
    auto const kind = answer.status >= 500   ? ErrorKind::unavailable
                      : answer.status == 429 ? ErrorKind::rate_limited
                                             : ErrorKind::unauthenticated;
    co_return Error(kind, refusal(answer));
  }
  auto const body = json::parse(answer.body).value_or(json::Value());
  auto const token = json::find_string(body, "access_token").value_or("");
  if (token.empty()) co_return Error(ErrorKind::protocol, "the token endpoint sent no token");
  auto const life =
      std::clamp(json::find_int(body, "expires_in").value_or(300), kShortestLife, kLongestLife);
  token_ = Secret(std::string(token));
  expires_ = clock_.steady_now() + std::chrono::seconds(life) - kEarly;
  co_return Result<>();
}

}  // namespace davit::connector
