#include "targets/local/health.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "targets/local/numbers.h"

namespace davit::local {
namespace {

constexpr std::chrono::milliseconds kPatience{2'000};

constexpr std::string_view kInitialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
    R"("capabilities":{},"clientInfo":{"name":"davit","version":")" DAVIT_VERSION R"("}}})";

http::ClientRequest request_for(const Service& service, const TaskRecord& record) {
  auto const& page = service.ready.empty() ? service.health : service.ready;
  auto const root = fmt::format("http://127.0.0.1:{}", record.ports.port);
  http::ClientRequest request(http::Method::get, root + page);
  request.timeout = kPatience;
  // Nobody reads it.
  request.over_limit = http::OverLimit::cut;
  if (!page.empty()) return request;
  request.method = http::Method::post;
  request.url = root + service.mcp_path;
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", "application/json, text/event-stream");
  request.body = kInitialize;
  // The head is enough; a stream might not end.
  request.on_body = [](const http::ClientResponse&, std::string_view) { return false; };
  return request;
}

}  // namespace

Async<> probe(http::Client* client, Service service, TaskRecord record) {
  auto const has_page = !service.ready.empty() || !service.health.empty();
  auto request = request_for(service, record);
  auto const url = request.url;
  auto const answer = co_await client->send(std::move(request));
  if (!answer) co_return answer.error();
  if (has_page ? answer->status / 100 != 2 : answer->status >= 500) {
    co_return Error(ErrorKind::unavailable, fmt::format("{} answered {}", url, answer->status));
  }
  if (!service.is_davitd) co_return Result<>();
  auto const release = answer->headers.get("Davit-Release").value_or("");
  if (release == record.release) co_return Result<>();
  co_return Error(
      ErrorKind::conflict,
      fmt::format("{} is answered by release `{}`, not {}", url, release, record.release)
  );
}

Async<std::int64_t> rpc_errors(http::Client* client, std::uint16_t admin_port) {
  http::ClientRequest request(
      http::Method::get, fmt::format("http://127.0.0.1:{}/metrics", admin_port)
  );
  request.timeout = kPatience;
  auto const answer = co_await client->send(std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status != 200)
    co_return Error(ErrorKind::unavailable, fmt::format("/metrics answered {}", answer->status));
  co_return sum_of(answer->body, "davit_mcp_requests_total", R"(outcome="protocol_error")");
}

std::int64_t sum_of(std::string_view page, std::string_view name, std::string_view label) {
  std::int64_t sum = 0;
  for (auto const line : split(page, '\n')) {
    if (!line.starts_with(name) || line.substr(name.size(), 1) != "{") continue;
    auto const end = line.rfind("} ");
    if (end == std::string_view::npos || line.substr(0, end).find(label) == std::string_view::npos)
      continue;
    sum += to_number<std::int64_t>(line.substr(end + 2)).value_or(0);
  }
  return sum;
}

}  // namespace davit::local
