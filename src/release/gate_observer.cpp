#include "release/gate_observer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "release/time_text.h"

namespace davit::release {
namespace {

// Enough for the error of any server; a longer answer is only looked at by the MCP client.
constexpr std::size_t kKeptBytes = 64 * 1024;
constexpr std::size_t kKeptAnswers = 1000;
constexpr std::size_t kExcerptBytes = 100;

// What a request asks for: its JSON-RPC method, or its line.
void read_request(const http::ClientRequest& request, Exchange& exchange) {
  auto const path_at = request.url.find('/', request.url.find("://") + 3);
  auto const path = path_at == std::string::npos ? "/" : request.url.substr(path_at);
  exchange.what = fmt::format("{} {}", http::to_string(request.method), path);
  auto const message =
      request.body.empty() ? Result<json::Value>(json::Value()) : json::parse(request.body);
  if (!message) return;
  if (auto const method = json::find_string(*message, "method")) exchange.what = *method;
  if (auto const* id = json::find(*message, "id")) exchange.id = *id;
}

std::optional<json::Value> parse_message(std::string_view text) {
  auto value = json::parse(text);
  if (!value || json::find_string(*value, "jsonrpc") != "2.0") return std::nullopt;
  return *std::move(value);
}

}  // namespace

std::string excerpt(std::string_view text) {
  auto const begin = text.find_first_not_of(" \t\r\n");
  text.remove_prefix(std::min(begin, text.size()));
  text = text.substr(0, text.find_first_of("\r\n"));
  auto out = to_utf8(utf8_prefix(text, kExcerptBytes));
  for (auto& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return out.size() < text.size() ? out + "..." : out;
}

std::optional<json::Value> Exchange::message() const {
  if (!content_type.starts_with("text/event-stream")) return parse_message(body);
  std::optional<json::Value> last;
  for (auto line : split(body, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with("data:")) continue;
    if (auto message = parse_message(trim(line.substr(5)))) last = std::move(message);
  }
  return last;
}

std::optional<std::int64_t> Exchange::error_code() const {
  auto const message = this->message();
  return message ? json::find_int(*message, "error.code") : std::nullopt;
}

void Observer::note(const http::ClientResponse& head, Exchange& exchange) const {
  if (exchange.status != 0) return;
  exchange.status = head.status;
  exchange.content_type = to_lower(head.headers.get("Content-Type").value_or(""));
  if (auto const release = head.headers.get("Davit-Release")) exchange.release = *release;
}

Async<http::ClientResponse> Observer::send(http::ClientRequest request) {
  Exchange exchange;
  read_request(request, exchange);
  auto const is_post = request.method == http::Method::post;
  auto const inner = std::move(request.on_body);
  if (inner) {
    request.on_body =
        [this, &exchange, &inner](const http::ClientResponse& head, std::string_view piece) {
          note(head, exchange);
          exchange.body += piece.substr(0, kKeptBytes - std::min(kKeptBytes, exchange.body.size()));
          return inner(head, piece);
        };
  }
  auto response = co_await client_.send(std::move(request));
  if (response) {
    note(*response, exchange);
    if (!inner) exchange.body = response->body.substr(0, kKeptBytes);
  } else {
    exchange.failed = response.error().kind();
  }
  if (exchange.status != 0 && answers_.size() < kKeptAnswers) {
    answers_.push_back({exchange.what, exchange.release});
  }
  if (is_post && exchange.id) last_post_ = std::move(exchange);
  co_return response;
}

std::string explain(
    const Exchange& exchange, const Error& otherwise, std::chrono::milliseconds timeout
) {
  if (otherwise.kind() == ErrorKind::timeout || exchange.failed == ErrorKind::timeout) {
    return exchange.status == 0 ? fmt::format("no answer within {}", to_text(timeout))
                                : fmt::format(
                                      "an answer began ({}), and did not end within {}",
                                      exchange.status,
                                      to_text(timeout)
                                  );
  }
  if (exchange.status == 0 || exchange.failed) return otherwise.message();
  auto const message = exchange.message();
  if (message) {
    auto const* id = json::find(*message, "id");
    auto const is_other = id != nullptr && exchange.id && *id != *exchange.id;
    if (!is_other || json::find(*message, "method") != nullptr) return otherwise.message();
    return fmt::format(
        "it answered with the id {}, and was asked with {}",
        excerpt(json::to_text(*id)),
        json::to_text(*exchange.id)
    );
  }
  if (exchange.status == 401 || exchange.status == 403 || exchange.status == 429) {
    return otherwise.message();
  }
  if (exchange.body.empty())
    return fmt::format("it answered {} with nothing in it", exchange.status);
  auto const is_json = exchange.content_type.starts_with("application/json");
  auto const type =
      exchange.content_type.empty() ? std::string("no type") : excerpt(exchange.content_type);
  if (is_json && exchange.status == 200) {
    auto const parsed = json::parse(exchange.body);
    return fmt::format(
        "it answered with {}: {}",
        parsed ? "JSON that is no MCP message" : "JSON that is cut off or wrong",
        excerpt(exchange.body)
    );
  }
  return fmt::format(
      "it answered {} with {} and no MCP message: {}", exchange.status, type, excerpt(exchange.body)
  );
}

}  // namespace davit::release
