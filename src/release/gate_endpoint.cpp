#include "release/gate_endpoint.h"

#include <algorithm>

#include <fmt/format.h>

#include "async/cancellation.h"
#include "jsonrpc/message.h"
#include "release/gate_health.h"

namespace davit::release {
namespace {

constexpr std::chrono::seconds kCloseTime{3};
// Of one list; a server with more tools than these have room for serves no model.
constexpr int kMaxPages = 100;
// A list comes in several requests, and so may a handshake.
constexpr int kRequestsPerCheck = 4;

// What asks simply: a line of curl or urllib, as deployment scripts have it.
constexpr std::string_view kPlainInitialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05",)"
    R"("capabilities":{},"clientInfo":{"name":"smoke-test","version":"1.0"}}})";

bool was_cancelled(const Error& error) { return error.kind() == ErrorKind::cancelled; }

std::string describe(const mcp::client::Client& client) {
  auto const text = [&](std::string_view member) {
    return excerpt(json::find_string(client.server_info(), member).value_or(""));
  };
  auto const name = text("name");
  return fmt::format(
      "{}{}{}{}{}",
      mcp::to_string(client.revision()),
      name.empty() ? "" : ", ",
      name,
      text("version").empty() ? "" : " ",
      text("version")
  );
}

}  // namespace

EndpointGate::EndpointGate(
    Executor executor,
    http::Client& client,
    const GateOptions& options,
    Endpoint endpoint,
    log::Logger logger
)
    : executor_(executor),
      observer_(client),
      options_(options),
      endpoint_(std::move(endpoint)),
      logger_(std::move(logger)) {}

EndpointGate::~EndpointGate() = default;

Check& EndpointGate::begin(std::string name) {
  began_ = std::chrono::steady_clock::now();
  checks.push_back({endpoint_.server, std::move(name), Check::Outcome::skipped, "", {}});
  return checks.back();
}

void EndpointGate::end(Check& check, Check::Outcome outcome, std::string detail) {
  check.outcome = outcome;
  check.detail = std::move(detail);
  check.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began_
  );
}

EndpointGate::Side* EndpointGate::newest() {
  if (modern_.is_spoken) return &modern_;
  return legacy_.is_spoken ? &legacy_ : nullptr;
}

Async<> EndpointGate::run() {
  auto const asked = co_await ask_all();
  auto closing = despite_cancellation(close(), kCloseTime);
  [[maybe_unused]] auto const closed = co_await std::move(closing);
  co_return asked;
}

Async<> EndpointGate::ask_all() {
  checks.reserve(16 + options_.calls.size());
  DAVIT_CO_CHECK(co_await check_health());
  DAVIT_CO_CHECK(co_await check_handshake(&modern_, mcp::Era::modern));
  DAVIT_CO_CHECK(co_await check_handshake(&legacy_, mcp::Era::legacy));
  judge_eras();
  DAVIT_CO_CHECK(co_await check_plain_initialize());
  auto* const first = newest();
  DAVIT_CO_CHECK(co_await check_tools(first, true));
  if (first == &modern_ && legacy_.is_spoken) {
    DAVIT_CO_CHECK(co_await check_tools(&legacy_, false));
  }
  DAVIT_CO_CHECK(co_await check_calls());
  check_contract();
  check_build();
  co_return Result<>();
}

Async<> EndpointGate::close() {
  for (auto* side : {&modern_, &legacy_}) {
    if (side->client) [[maybe_unused]]
      auto const closed = co_await side->client->close();
  }
  co_return Result<>();
}

Async<> EndpointGate::check_health() {
  auto& check = begin("health");
  if (endpoint_.health.empty()) {
    end(check, Check::Outcome::skipped, "there is no health page");
    co_return Result<>();
  }
  http::ClientRequest request(http::Method::get, endpoint_.health);
  request.headers = options_.headers;
  request.timeout = options_.timeout;
  auto const answer = co_await observer_.send(std::move(request));
  if (answer) {
    auto health = read_health(answer->status, answer->body, endpoint_.server);
    auto const outcome = health.is_good ? Check::Outcome::ok : Check::Outcome::failed;
    end(check, outcome, std::move(health.detail));
    co_return Result<>();
  }
  if (was_cancelled(answer.error())) co_return answer.error();
  end(check, Check::Outcome::failed, explain({}, answer.error(), options_.timeout));
  co_return Result<>();
}

// A server of the other era says so, in one way or another; whatever else comes is a failure.
// 2026-07-28, basic/versioning.
bool EndpointGate::refuses_era(mcp::Era era) const {
  auto const& last = observer_.last_post();
  if (last.failed || last.status == 0) return false;
  auto const message = last.message();
  auto const is_other_answer = message && json::find(*message, "id") != nullptr && last.id &&
                               !json::find(*message, "id")->is_null() &&
                               *json::find(*message, "id") != *last.id;
  if (is_other_answer) return false;
  if (era == mcp::Era::modern && message) {
    auto const code = last.error_code();
    return code != mcp::kHeaderMismatch && code != mcp::kMissingCapability && last.status != 401;
  }
  if (message) {
    auto const code = last.error_code();
    return code == jsonrpc::kMethodNotFound || code == mcp::kHeaderMismatch ||
           code == mcp::kUnsupportedVersion;
  }
  constexpr int kRefusals[] = {400, 404, 405, 406, 410, 415, 422, 501};
  return std::ranges::find(kRefusals, last.status) != std::end(kRefusals);
}

Async<> EndpointGate::check_handshake(Side* side, mcp::Era era) {
  auto& check = begin(era == mcp::Era::modern ? "server/discover" : "initialize");
  mcp::client::Options options;
  options.url = endpoint_.url;
  options.headers = options_.headers;
  options.timeout = options_.timeout;
  options.probe_timeout = options_.timeout;
  options.limits.pages = kMaxPages;
  options.era = era;
  side->client =
      std::make_unique<mcp::client::Client>(executor_, observer_, std::move(options), logger_);
  auto limited = with_timeout(side->client->connect(), kRequestsPerCheck * options_.timeout);
  auto const connected = co_await std::move(limited);
  if (connected) {
    side->is_spoken = true;
    end(check, Check::Outcome::ok, describe(*side->client));
    co_return Result<>();
  }
  if (was_cancelled(connected.error())) co_return connected.error();
  side->is_refused = refuses_era(era);
  end(check,
      Check::Outcome::failed,
      explain(observer_.last_post(), connected.error(), options_.timeout));
  co_return Result<>();
}

// One era is enough.
void EndpointGate::judge_eras() {
  auto const excuse =
      [this](const Side& refused, const Side& other, std::string_view name, std::string_view era) {
        if (!refused.is_refused || !other.is_spoken) return;
        auto const check = std::ranges::find(checks, name, &Check::name);
        check->outcome = Check::Outcome::skipped;
        check->detail = fmt::format("does not speak {}", era);
      };
  excuse(modern_, legacy_, "server/discover", "MCP 2026-07-28");
  excuse(legacy_, modern_, "initialize", "MCP 2025-11-25 or older");
}

Async<> EndpointGate::check_plain_initialize() {
  auto& check = begin("initialize, plain");
  if (!legacy_.is_spoken) {
    end(check, Check::Outcome::skipped, "needs initialize");
    co_return Result<>();
  }
  http::ClientRequest request(http::Method::post, endpoint_.url);
  request.headers = options_.headers;
  request.headers.set("Content-Type", "application/json");
  request.timeout = options_.timeout;
  request.body = kPlainInitialize;
  auto const answer = co_await observer_.send(std::move(request));
  if (!answer && was_cancelled(answer.error())) co_return answer.error();
  auto const& last = observer_.last_post();
  auto const message = last.message();
  // Most SDKs refuse who does not say what it accepts, and some answer with a stream all the same.
  auto const is_stream = last.content_type.starts_with("text/event-stream");
  auto const is_picky = last.status == 400 || last.status == 406 || last.status == 415 || is_stream;
  if (!is_stream && message && json::find(*message, "result") != nullptr) {
    end(check, Check::Outcome::ok, "without Accept, as scripts ask");
  } else if (answer && is_picky && !is_ours()) {
    auto const why = is_stream ? "answers with a stream" : "wants an Accept header";
    end(check, Check::Outcome::skipped, fmt::format("{}, which plain scripts do not know", why));
  } else {
    auto const error =
        answer ? Error(ErrorKind::protocol, "it answered: " + excerpt(last.body)) : answer.error();
    end(check, Check::Outcome::failed, explain(last, error, options_.timeout));
  }
  auto const session = answer ? answer->headers.get("Mcp-Session-Id") : std::nullopt;
  if (!session) co_return Result<>();
  http::ClientRequest goodbye(http::Method::del, endpoint_.url);
  goodbye.headers = options_.headers;
  goodbye.headers.set("Mcp-Session-Id", *session);
  goodbye.timeout = kCloseTime;
  auto const ended = co_await observer_.send(std::move(goodbye));
  if (!ended && was_cancelled(ended.error())) co_return ended.error();
  co_return Result<>();
}

Async<> EndpointGate::check_tools(Side* side, bool is_first) {
  auto& check = begin(
      is_first ? "tools/list"
               : fmt::format("tools/list, {}", mcp::to_string(side->client->revision()))
  );
  if (side == nullptr) {
    end(check, Check::Outcome::skipped, "needs server/discover or initialize");
    co_return Result<>();
  }
  auto limited = with_timeout(side->client->list_tools(), kRequestsPerCheck * options_.timeout);
  auto listed = co_await std::move(limited);
  if (listed) {
    auto const count = listed->size();
    end(check, Check::Outcome::ok, fmt::format("{} tool{}", count, count == 1 ? "" : "s"));
    if (is_first) tools = *std::move(listed);
    co_return Result<>();
  }
  if (was_cancelled(listed.error())) co_return listed.error();
  if (!side->client->server_capabilities().contains("tools") &&
      listed.error().kind() == ErrorKind::not_found) {
    end(check, Check::Outcome::skipped, "the server offers no tools");
    if (is_first) tools = json::Array();
    co_return Result<>();
  }
  end(check,
      Check::Outcome::failed,
      explain(observer_.last_post(), listed.error(), options_.timeout));
  co_return Result<>();
}

}  // namespace davit::release
