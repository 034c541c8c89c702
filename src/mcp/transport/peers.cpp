#include "mcp/transport/peers.h"

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/strings.h"
#include "http/event_stream.h"
#include "http/sse.h"
#include "jsonrpc/message.h"
#include "mcp/packing.h"
#include "mcp/transport/http_exchange.h"
#include "mcp/transport/streamable_http.h"

namespace davit::mcp::transport {
namespace {

constexpr std::string_view kPurpose = "mcp peer 1";
constexpr std::string_view kPeerHeader = "Davit-Peer";
constexpr std::string_view kDeclinedHeader = "Davit-Declined";
constexpr std::chrono::seconds kValidFor{60};
// Longer than any stream stays open by itself: the ends decide when one is over.
constexpr std::chrono::hours kForwardTimeout{24};
// Longer than a call may run before its answer becomes a stream, and than the heartbeats of one: a
// replica that says nothing for so long hangs.
constexpr std::chrono::seconds kSilence{120};
// Those that mean something to the endpoint; the rest is between the client and the replica that it
// talks to.
constexpr std::string_view kForwardedHeaders[] = {
    "Accept",
    "Content-Type",
    "Last-Event-ID",
    "Mcp-Method",
    "Mcp-Name",
    "MCP-Protocol-Version",
    "Mcp-Session-Id",
};
constexpr std::string_view kAnswerHeaders[] = {
    "Content-Type", "Mcp-Session-Id", "Retry-After", "Allow"
};

struct Pass {
  std::chrono::sys_seconds made_at;
  std::string digest;
  std::string instance;
  std::string server;
  RequestInfo info;
};

// The session of HTTP+SSE that a message is for; empty for others, whatever their query says.
std::string_view http_sse_session(const http::Request& request) {
  return request.method == http::Method::post ? HttpSse::session_of(request) : std::string_view();
}

// What the pass is good for: this method, this body, these headers, this session of HTTP+SSE.
std::string digest(const http::Request& request) {
  Packer packer;
  packer.text(http::to_string(request.method));
  packer.text(http_sse_session(request));
  for (auto const name : kForwardedHeaders) packer.text(request.headers.get(name).value_or(""));
  packer.raw(request.body);
  return sha256(packer.out());
}

std::optional<Pass> open_pass(const KeyRing& ring, std::string_view token) {
  auto const plain = ring.open(kPurpose, token);
  if (!plain) return std::nullopt;
  Unpacker unpacker(*plain);
  Pass pass;
  pass.made_at =
      std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(unpacker.number(8))));
  pass.digest = unpacker.raw(32);
  pass.instance = unpacker.text();
  pass.server = unpacker.text();
  pass.info.request_id = unpacker.text();
  pass.info.trace_id = unpacker.text();
  pass.info.principal.id = unpacker.text();
  pass.info.forwarded = true;
  if (!unpacker.is_clean()) return std::nullopt;
  return pass;
}

// Several fields of one name are one list (RFC 9110, 5.3). Without one, curl would write this by
// itself, which means the same.
std::string accept_of(const http::Headers& headers) {
  std::string list;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!iequals(headers.name(i), "Accept")) continue;
    if (!list.empty()) list += ", ";
    list += headers.value(i);
  }
  return headers.count("Accept") == 0 ? "*/*" : list;
}

http::Response begin_answer(const http::ClientResponse& head) {
  http::Response response;
  response.status = head.status;
  for (auto const name : kAnswerHeaders) {
    if (auto const value = head.headers.get(name)) response.headers.add(name, *value);
  }
  return response;
}

bool is_stream(const http::Headers& headers) {
  return headers.get("Content-Type").value_or("").starts_with(http::sse::kContentType);
}

}  // namespace

http::Response decline(std::string_view why) {
  http::Response response;
  response.status = 421;
  response.headers.add(kDeclinedHeader, why);
  return response;
}

// One forwarded message. Shared by the request that waits for its head and the task that carries
// its body.
struct Peers::Transfer {
  explicit Transfer(const Executor& executor) : changed(executor) {}

  http::ClientRequest request;
  Task task;
  Task watch;
  std::chrono::steady_clock::time_point heard_at;
  bool has_head = false;
  http::Response response;                    // as soon as there is a head
  std::shared_ptr<http::EventStream> events;  // of a stream
  std::string last_two;                       // characters that came of it
  std::optional<Result<http::ClientResponse>> outcome;
  Event changed;

  bool push(std::string_view piece) {
    last_two += piece.substr(piece.size() - std::min<std::size_t>(piece.size(), 2));
    last_two.erase(0, last_two.size() - std::min<std::size_t>(last_two.size(), 2));
    return events->push(piece);
  }
  // What is cut in the middle of an event is none, and comes again.
  void close_politely() {
    auto const version = request.headers.get("MCP-Protocol-Version").value_or("");
    auto const* const row = find_revision(version);
    auto const is_whole = last_two.empty() || last_two == "\n\n";
    events->close(
        is_whole && row != nullptr ? farewell(row->revision, kRetryAfterClose) : std::string()
    );
    task.cancel();
  }
};

Peers::Peers(
    Executor executor,
    http::Client& client,
    const KeyRing& ring,
    const Clock& clock,
    PeerOptions options,
    Counters& counters,
    log::Logger logger
)
    : executor_(executor),
      client_(client),
      ring_(ring),
      clock_(clock),
      options_(std::move(options)),
      forwarded_(counters.at("davit_peer_forwarded_total", "outcome=\"ok\"")),
      declined_(counters.at("davit_peer_forwarded_total", "outcome=\"declined\"")),
      failed_(counters.at("davit_peer_forwarded_total", "outcome=\"failed\"")),
      logger_(std::move(logger)),
      scope_(std::move(executor), logger_) {}

bool Peers::can_reach(const ReplicaId& replica) const {
  if (replica.address.empty() || replica == options_.self) return false;
  // Another start of this very replica: whatever the other one held went with it.
  if (replica.address == options_.self.address) return false;
  auto const place = gone_.find(replica.text());
  return place == gone_.end() || place->second <= clock_.steady_now();
}

std::string Peers::seal(
    const ReplicaId& target,
    std::string_view server,
    const http::Request& request,
    const RequestInfo& info
) const {
  auto const now = std::chrono::floor<std::chrono::seconds>(clock_.now());
  Packer packer;
  packer.number(static_cast<std::uint64_t>(now.time_since_epoch().count()), 8);
  packer.raw(digest(request));
  packer.text(target.instance);
  packer.text(server);
  packer.text(info.request_id);
  packer.text(info.trace_id);
  packer.text(info.principal.id);
  return ring_.seal(kPurpose, packer.out());
}

Async<std::optional<http::Response>> Peers::forward(
    ReplicaId target, std::string server, http::Request request, RequestInfo info, bool may_be_cut
) {
  request.headers.set("Accept", accept_of(request.headers));
  auto const transfer = std::make_shared<Transfer>(executor_);
  transfer->request =
      http::ClientRequest(request.method, fmt::format("http://{}/forward", target.address));
  // Sealed by one of us, or the message would not go there: letters that every URL takes.
  if (auto const session = http_sse_session(request); !session.empty())
    transfer->request.url += fmt::format("?{}{}", HttpSse::kSessionKey, session);
  for (auto const name : kForwardedHeaders) {
    if (auto const value = request.headers.get(name)) transfer->request.headers.add(name, *value);
  }
  transfer->request.headers.add(kPeerHeader, seal(target, server, request, info));
  transfer->request.timeout = kForwardTimeout;
  transfer->request.body = std::move(request.body);
  auto* const at = transfer.get();
  transfer->request.on_body = [this, at](const http::ClientResponse& head, std::string_view piece) {
    at->heard_at = clock_.steady_now();
    if (!at->has_head) {
      at->has_head = true;
      at->response = begin_answer(head);
      if (is_stream(head.headers)) {
        at->events = std::make_shared<http::EventStream>(executor_, options_.max_stream_bytes);
        at->response.headers.add("Cache-Control", "no-cache");
        at->response.headers.add("X-Accel-Buffering", "no");
      }
      at->changed.notify();
    }
    if (at->events) return at->push(piece);
    at->response.body += piece;
    return true;
  };
  transfer->heard_at = clock_.steady_now();
  transfer->task = scope_.spawn("forward", carry(transfer));
  // Who takes no stream waits in silence for as long as it takes.
  if (read_accept(request.headers).stream)
    transfer->watch = scope_.spawn("forward watch", cut_silent(transfer));
  while (!transfer->outcome && !transfer->events) {
    auto const woken = co_await transfer->changed.wait_for(kForwardTimeout);
    if (!woken) {  // the client has gone, and with it whoever would read the answer
      transfer->task.cancel();
      co_return woken.error();
    }
  }
  if (transfer->events) {
    forwarded_.add();
    transfer->events->on_gone([weak = std::weak_ptr(transfer)] {
      if (auto const gone = weak.lock()) gone->task.cancel();
    });
    auto response = std::move(transfer->response);
    response.events = transfer->events;
    if (may_be_cut && !transfer->outcome) {
      may_be_cut_.insert(at);
      if (draining_) drain();
    }
    co_return response;
  }
  auto const& outcome = *transfer->outcome;
  if (!outcome) {
    // What curl does not take for a request says nothing about the replica.
    auto const kind = outcome.error().kind();
    if (kind == ErrorKind::invalid_input) {
      declined_.add();
      co_return std::optional<http::Response>();
    }
    if (kind != ErrorKind::cancelled)
      gone_[target.text()] = clock_.steady_now() + options_.gone_for;
    logger_.warn(
        "replica does not answer", {{"peer", target.text()}, {"error", outcome.error().message()}}
    );
    if (outcome.error().detail() == http::kNothingWasSent) {
      declined_.add();
      co_return std::optional<http::Response>();
    }
    failed_.add();
    auto const message =
        jsonrpc::read(json::parse(transfer->request.body).value_or(json::Value(json::Object())));
    co_return http::Response::json(
        message && message->id ? 200 : 502,
        jsonrpc::write_error(
            message ? message->id : std::nullopt,
            {jsonrpc::kInternalError,
             "the replica that served this has gone; the request may have been carried out"}
        )
    );
  }
  auto response = std::move(transfer->response);
  if (!transfer->has_head) response = begin_answer(*outcome);
  if (auto const why = outcome->headers.get(kDeclinedHeader)) {
    declined_.add();
    if (*why == "gone") gone_[target.text()] = clock_.steady_now() + options_.gone_for;
    co_return std::optional<http::Response>();
  }
  if (response.status == 403) {  // nothing behind the pass says so
    declined_.add();
    logger_.warn(
        "replica refuses the pass of this one; do their clocks and session keys agree?",
        {{"peer", target.text()}}
    );
    co_return std::optional<http::Response>();
  }
  forwarded_.add();
  co_return response;
}

Async<> Peers::carry(std::shared_ptr<Transfer> transfer) {
  auto outcome = co_await client_.send(transfer->request);
  // A stream that broke just ends: its reader comes back for the rest.
  if (transfer->events) transfer->events->close();
  may_be_cut_.erase(transfer.get());
  transfer->outcome = std::move(outcome);
  transfer->watch.cancel();
  transfer->changed.notify();
  co_return Result<>();
}

Async<> Peers::cut_silent(std::weak_ptr<Transfer> weak) {
  for (;;) {
    DAVIT_CO_CHECK(co_await sleep_for(kSilence / 4));
    auto const transfer = weak.lock();
    if (!transfer || transfer->outcome) co_return Result<>();
    if (clock_.steady_now() - transfer->heard_at > kSilence) transfer->task.cancel();
  }
}

void Peers::drain() {
  draining_ = true;
  for (auto* const transfer : std::exchange(may_be_cut_, {})) transfer->close_politely();
}

Async<> Peers::stop(Duration grace) { return scope_.stop(grace); }

// -------------------------------------------------------------------------------------------------

PeerHandler::PeerHandler(
    const KeyRing& ring, const Clock& clock, std::string instance, Counters& counters
)
    : ring_(ring),
      clock_(clock),
      instance_(std::move(instance)),
      refused_(counters.at("davit_http_rejected_total", "reason=\"peer\"")) {}

void PeerHandler::add(std::string name, StreamableHttp& endpoint) {
  endpoints_[std::move(name)] = &endpoint;
}

Async<http::Response> PeerHandler::handle(http::Request request) {
  auto pass = open_pass(ring_, request.headers.get(kPeerHeader).value_or(""));
  auto const age = pass ? clock_.now() - pass->made_at : std::chrono::system_clock::duration();
  auto const is_valid = pass && std::chrono::abs(age) <= kValidFor &&
                        equal_in_constant_time(pass->digest, digest(request));
  if (!is_valid) {
    refused_.add();
    co_return http::Response::text(403, "text/plain", "this listener is for replicas only\n");
  }
  if (pass->instance != instance_) co_return decline("gone");
  auto const place = endpoints_.find(pass->server);
  if (place == endpoints_.end()) co_return decline("gone");
  auto response = co_await place->second->serve(std::move(request), std::move(pass->info));
  // The head of a stream reaches the client with the first bytes behind it.
  if (response && response->events && !response->events->has_text())
    response->events->push(http::sse::kHeartbeat);
  co_return response;
}

}  // namespace davit::mcp::transport
