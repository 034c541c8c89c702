// HTTP+SSE: one stream for everything the server says, and an address for what it is told. MCP
// 2024-11-05, basic/transports, "HTTP with SSE"; servers still offer it for newer revisions.
#include <fmt/format.h>

#include "async/task_scope.h"
#include "http/sse.h"
#include "http/url.h"
#include "mcp/client/incoming.h"

namespace davit::mcp::client {
namespace {

// The address that `reference` names when it is found at `base`. RFC 3986, 5.2, without dot
// segments, which `http::parse_url` and the server take as they are.
std::string resolve(const http::Url& base, std::string_view reference) {
  if (reference.find("://") != std::string_view::npos) return std::string(reference);
  if (reference.starts_with("//")) return fmt::format("{}:{}", base.scheme, reference);
  if (reference.starts_with('/')) return base.origin() + std::string(reference);
  if (reference.starts_with('?')) return base.origin() + base.path + std::string(reference);
  auto const folder = base.path.substr(0, base.path.rfind('/') + 1);
  return base.origin() + folder + std::string(reference);
}

class HttpSse final : public Transport {
 public:
  explicit HttpSse(TransportContext context)
      : context_(std::move(context)),
        changed_(context_.executor),
        tasks_(context_.executor, context_.logger) {}

  Async<> open() override {
    reader_.cancel();
    DAVIT_CO_CHECK(co_await tasks_.join());
    endpoint_.clear();
    problem_.reset();
    lost_ = false;
    reader_ = tasks_.spawn("server stream", read());
    auto const deadline = std::chrono::steady_clock::now() + context_.options.probe_timeout;
    while (endpoint_.empty() && !problem_) {
      auto const left = deadline - std::chrono::steady_clock::now();
      if (left <= Duration::zero()) {
        lost_ = true;
        reader_.cancel();
        co_return Error(ErrorKind::timeout, "the server does not say where to send messages");
      }
      DAVIT_CO_CHECK(co_await changed_.wait_for(left));
    }
    if (problem_) co_return *problem_;
    co_return Result<>();
  }

  Async<Reply> request(Call call) override {
    if (lost_) co_return gone();
    Pending::Waiter waiter(pending_, context_.executor, call.id);
    auto const deadline = std::chrono::steady_clock::now() + call.timeout;
    auto body = jsonrpc::write_request(call.id, call.method, call.params);
    DAVIT_CO_TRY(auto const status, co_await post(std::move(body), call.timeout));
    Reply reply;
    reply.status = status;
    if (status >= 300) co_return reply;
    DAVIT_CO_TRY(auto message, co_await waiter.wait(deadline - std::chrono::steady_clock::now()));
    reply.message = std::move(message);
    co_return reply;
  }

  Async<> send(std::string message) override {
    if (lost_) co_return gone();
    DAVIT_CO_TRY(auto const status, co_await post(std::move(message), context_.options.timeout));
    if (status < 300) co_return Result<>();
    co_return Error(ErrorKind::protocol, "the server did not take a message of ours")
        .with_detail(std::to_string(status));
  }

  void negotiated(Revision revision) override { revision_ = revision; }
  bool is_lost() const override { return lost_; }
  bool has_stream_per_request() const override { return false; }

  // Its stream is the session: closing it ends both.
  Async<> close() override {
    lost_ = true;
    reader_.cancel();
    co_return co_await tasks_.join();
  }

 private:
  static Error gone() { return Error(ErrorKind::unavailable, "the server closed its stream"); }

  Error no_stream(int status) const {
    auto const& url = context_.options.url;
    if (status != 200) return status_error(status, url);
    return Error(ErrorKind::protocol, url + " is no stream of an MCP server");
  }

  Async<int> post(std::string body, std::chrono::milliseconds timeout) {
    http::ClientRequest request(http::Method::post, endpoint_);
    request.timeout = timeout;
    request.headers = context_.options.headers;
    request.headers.set("Content-Type", "application/json");
    if (revision_ && *revision_ >= Revision::v2025_06_18)
      request.headers.set("MCP-Protocol-Version", to_string(*revision_));
    request.body = std::move(body);
    request.over_limit = http::OverLimit::cut;
    auto const endpoint = endpoint_;
    DAVIT_CO_TRY(auto const response, co_await context_.http.send(std::move(request)));
    if (response.status == 404 && endpoint == endpoint_) lost_ = true;
    co_return response.status;
  }

  // The stream, from its opening to its end.
  Async<> read() {
    http::sse::Reader sse(context_.options.limits.message_bytes);
    auto const on_event = [this](const http::sse::Event& event) { take(event); };
    http::ClientRequest request(http::Method::get, context_.options.url);
    request.timeout = kForever;
    request.headers = context_.options.headers;
    request.headers.set("Accept", "text/event-stream");
    request.on_body = [&](const http::ClientResponse& head, std::string_view piece) {
      auto const type = head.headers.get("Content-Type").value_or("");
      if (head.status != 200 || !type.starts_with(http::sse::kContentType)) return false;
      if (auto fed = sse.feed(piece, on_event); !fed) problem_ = std::move(fed).error();
      return !problem_;
    };
    auto const response = co_await context_.http.send(std::move(request));
    lost_ = true;
    if (!problem_ && !response) problem_ = response.error();
    if (!problem_ && endpoint_.empty()) problem_ = no_stream(response->status);
    pending_.fail(problem_ ? *problem_ : gone());
    changed_.notify();
    co_return Result<>();
  }

  void take(const http::sse::Event& event) {
    if (event.name == "endpoint") {
      if (endpoint_.empty()) take_endpoint(event.data);
      changed_.notify();
      return;
    }
    if (event.name == "message") deliver(event.data, pending_, context_.on_message);
  }

  // Our credentials go there: it has to be the same origin.
  void take_endpoint(std::string_view reference) {
    auto const base = http::parse_url(context_.options.url);
    auto const target = base ? http::parse_url(resolve(*base, reference)) : base;
    if (!target || !target->same_origin(*base)) {
      problem_ = Error(ErrorKind::forbidden, "the server names an endpoint of another origin");
      return;
    }
    endpoint_ = target->origin() + target->path;
    if (!target->query.empty()) endpoint_ += "?" + target->query;
  }

  TransportContext context_;
  Pending pending_;
  Event changed_;
  TaskScope tasks_;
  Task reader_;
  std::string endpoint_;
  std::optional<Error> problem_;
  std::optional<Revision> revision_;
  bool lost_ = false;
};

}  // namespace

std::unique_ptr<Transport> make_http_sse(TransportContext context) {
  return std::make_unique<HttpSse>(std::move(context));
}

}  // namespace davit::mcp::client
