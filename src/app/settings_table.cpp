// The table of davitd's settings: a row each.
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <netinet/in.h>

#include <fmt/format.h>

#include "app/settings.h"
#include "base/strings.h"
#include "http/url.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;
using config::between;
using config::bytes;
using config::to;
using Http = http::ServerOptions;
using Mcp = mcp::EndpointOptions;
using HttpTransport = mcp::transport::HttpOptions;
using mcp::SessionLimits;
using mcp::TaskLimits;
using mcp::transport::HistoryLimits;
using HttpSse = mcp::transport::HttpSseOptions;

constexpr std::int64_t kKb = 1024;
constexpr std::int64_t kMb = 1024 * kKb;
constexpr std::int64_t kGb = 1024 * kMb;

bool is_address(const std::string& text) {
  in_addr four = {};
  in6_addr six = {};
  return ::inet_pton(AF_INET, text.c_str(), &four) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &six) == 1;
}

std::string_view check_address(std::string_view text) {
  return is_address(std::string(text))
             ? ""
             : "must be a numeric address such as 127.0.0.1, 0.0.0.0 or ::";
}

std::string_view check_base_path(std::string_view text) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  auto const is_good = text.starts_with('/') && text.find("//") == std::string_view::npos &&
                       text.find_first_not_of(kLetters) == std::string_view::npos;
  return is_good ? "" : "must be a path such as /stage";
}

std::string_view check_host(std::string_view text) {
  return text == "*" || text.find_first_of("/@ *") == std::string_view::npos
             ? ""
             : "must be a host name, with the port if it is not the scheme's own, or `*`";
}

std::string_view check_origin(std::string_view text) {
  auto const url = http::parse_url(text);
  return url && iequals(url->origin(), text)
             ? ""
             : "must be an origin such as https://app.example.com, without a path";
}

// HOST:PORT. Sessions carry it in their ids, where there is room for so much.
std::string_view check_peer_address(std::string_view text) {
  auto const colon = text.rfind(':');
  auto const has_port =
      colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos;
  auto const url = http::parse_url(fmt::format("http://{}", text));
  auto const is_good =
      has_port && url && text.size() <= 56 && text.find_first_of("/?#@ ") == std::string_view::npos;
  return is_good ? "" : "must be of the form HOST:PORT and have at most 56 characters";
}

std::string_view check_store(std::string_view text) {
  if (text == "none" || secrets::parse_secret_reference(text)) return "";
  if (!text.starts_with("redis://")) {
    return "must be none, a URL such as redis://redis.internal:6379/0, or a reference to one";
  }
  return text.find('@') == std::string_view::npos
             ? ""
             : "has a password in it; put the URL into a secret and write "
               "`env:NAME` or `file:PATH`";
}

// A header field's value: visible ASCII.
std::string_view check_release(std::string_view text) {
  auto const is_bad = [](char c) { return c <= ' ' || c > '~'; };
  return text.size() <= 128 && std::ranges::none_of(text, is_bad)
             ? ""
             : "must be at most 128 visible characters without blanks";
}

constexpr config::Row kRows[] = {
    {.key = "transport",
     .target = to<&Settings::transport>(),
     .doc = "`http` listens on the port; `stdio` serves the one client that started this process.",
     .choices = "http|stdio"},
    {.key = "host",
     .target = to<&Settings::http, &Http::host>(),
     .doc = "Numeric address to listen on.",
     .check = check_address},
    {.key = "port",
     .target = to<&Settings::http, &Http::port>(),
     .doc = "Port to listen on; 0 takes a free one."},
    {.key = "auth",
     .target = to<&Settings::auth>(),
     .doc =
         "`none` lets everybody call who reaches the port; this or `auth.api_keys` is required to "
         "listen beyond loopback.",
     .choices = "none"},
    {.key = "auth.api_keys",
     .target = to<&Settings::api_keys>(),
     .doc = "References to lists of the API keys that callers may use."},
    {.key = "base_path",
     .target = to<&Settings::base_path>(),
     .doc = "Prefix of every path, such as the stage of an API gateway.",
     .check = check_base_path},
    {.key = "merged",
     .target = to<&Settings::merged>(),
     .doc = "Offers the tools of all servers at /mcp together, beside each server's own address."},
    {.key = "server_ports",
     .target = to<&Settings::server_ports>(),
     .doc = "Gives each server a port of its own, too, in their order: the first has this one, the "
            "second the next. 0 takes free ones.",
     .range = {0, 65'500}},
    {.key = "allowed_hosts",
     .target = to<&Settings::allowed_hosts>(),
     .doc = "Names that the Host header may have, beside the loopback names; `*` takes every name, "
            "where "
            "somebody in front has checked it.",
     .check = check_host},
    {.key = "allowed_origins",
     .target = to<&Settings::allowed_origins>(),
     .doc = "Origins of web pages that may call, beside the loopback origins.",
     .check = check_origin},
    {.key = "log_level",
     .target = to<&Settings::log_level>(),
     .doc = "Least important events that are logged.",
     .choices = "debug|info|warn|error"},
    {.key = "release",
     .target = to<&Settings::release>(),
     .doc = "Name of this build, shown by `/health` and in the `Davit-Release` header.",
     .check = check_release},
    {.key = "session_keys",
     .target = to<&Settings::session_keys>(),
     .doc = "References to the keys that seal sessions, 32 bytes in base64 each; the first seals, "
            "all open. All replicas need the same. Without any, sessions end with the process."},
    {.key = "state.store",
     .target = to<&Settings::store>(),
     .doc =
         "What replicas share: `none`, or a Redis or Valkey as `redis://HOST:PORT/NUMBER`; with a "
         "password in it the URL is a secret, and this a reference to it.",
     .check = check_store},
    {.key = "tls.certificate",
     .target = to<&Settings::tls_certificate>(),
     .doc = "File with the certificate chain, PEM, the server's own first."},
    {.key = "tls.key", .target = to<&Settings::tls_key>(), .doc = "File with the private key, PEM."
    },

    {.key = "admin.host",
     .target = to<&Settings::admin, &AdminSettings::host>(),
     .doc = "Numeric address to listen on for the operator, who is not asked for a key.",
     .check = check_address},
    {.key = "admin.port",
     .target = to<&Settings::admin, &AdminSettings::port>(),
     .doc = "Port for `/metrics` and `/drain`; 0 takes a free one, without it there is none."},
    {.key = "peer.host",
     .target = to<&Settings::peer, &PeerSettings::host>(),
     .doc =
         "Numeric address to listen on for other replicas, which prove that they have the session "
         "keys.",
     .check = check_address},
    {.key = "peer.port",
     .target = to<&Settings::peer, &PeerSettings::port>(),
     .doc = "Port for other replicas; 0 takes a free one, without it there is none."},
    {.key = "peer.address",
     .target = to<&Settings::peer, &PeerSettings::address>(),
     .doc = "HOST:PORT under which other replicas reach this one, if it is not `peer.host`, or the "
            "machine's own address when that is all addresses, and its port.",
     .check = check_peer_address},

    {.key = "timeouts.call",
     .target = to<&Settings::endpoint, &Mcp::call_timeout>(),
     .doc = "Longest run of a tool that does not say otherwise; below `timeouts.drain`.",
     .range = between(100ms, 1h)},
    {.key = "timeouts.plain_answer",
     .target = to<&Settings::http_transport, &HttpTransport::json_patience>(),
     .doc = "A call without an answer by then goes on as an event stream.",
     .range = between(0ms, 1h)},
    {.key = "timeouts.drain",
     .target = to<&Settings::drain>(),
     .doc = "From the order to stop to the end of the process.",
     .range = between(0ms, 1h)},
    {.key = "timeouts.drain_notice",
     .target = to<&Settings::drain_notice>(),
     .doc =
         "From the order to stop on the port stays open at least so long, for a load balancer that "
         "has to notice `/ready` first; part of `timeouts.drain`.",
     .range = between(0ms, 1h)},
    {.key = "timeouts.header",
     .target = to<&Settings::http, &Http::header_timeout>(),
     .doc = "From the first byte of a request to the end of its head.",
     .range = between(100ms, 10min)},
    {.key = "timeouts.body",
     .target = to<&Settings::http, &Http::body_timeout>(),
     .doc = "From the head of a request to the end of its body.",
     .range = between(100ms, 1h)},
    {.key = "timeouts.write",
     .target = to<&Settings::http, &Http::write_timeout>(),
     .doc = "A client that takes nothing for so long is cut.",
     .range = between(100ms, 1h)},
    {.key = "timeouts.keep_alive",
     .target = to<&Settings::http, &Http::keep_alive_timeout>(),
     .doc = "Idle time between two requests of a connection; above the load balancer's.",
     .range = between(1s, 24h)},
    {.key = "timeouts.heartbeat",
     .target = to<&Settings::http, &Http::heartbeat>(),
     .doc = "Longest silence on an event stream; below the load balancer's idle time.",
     .range = between(100ms, 1h)},

    {.key = "limits.max_header",
     .target = bytes<&Settings::http, &Http::max_header_bytes>(),
     .doc = "Head of a request.",
     .range = {1 * kKb, 1 * kMb}},
    {.key = "limits.max_body",
     .target = bytes<&Settings::http, &Http::max_body_bytes>(),
     .doc = "Body of a request.",
     .range = {1 * kKb, 256 * kMb}},
    {.key = "limits.max_connections",
     .target = to<&Settings::http, &Http::max_connections>(),
     .doc = "Open connections.",
     .range = {1, 1'000'000}},
    {.key = "limits.max_calls",
     .target = to<&Settings::endpoint, &Mcp::max_calls>(),
     .doc = "Calls that run at once, per server.",
     .range = {1, 1'000'000}},
    {.key = "limits.max_calls_per_principal",
     .target = to<&Settings::endpoint, &Mcp::max_calls_per_principal>(),
     .doc = "Calls that run at once, per server and caller.",
     .range = {1, 1'000'000}},
    {.key = "limits.max_stream",
     .target = bytes<&Settings::http_transport, &HttpTransport::max_stream_bytes>(),
     .doc = "Bytes that wait to be written, per event stream.",
     .range = {4 * kKb, 1 * kGb}},

    {.key = "sessions.lifetime",
     .target = to<&Settings::endpoint, &Mcp::sessions, &SessionLimits::lifetime>(),
     .doc = "Age at which a session ends.",
     .range = between(1min, 24h * 30)},
    {.key = "sessions.idle",
     .target = to<&Settings::endpoint, &Mcp::sessions, &SessionLimits::idle>(),
     .doc = "Live state of a session that nobody uses is dropped; the session itself goes on.",
     .range = between(1s, 24h)},
    {.key = "sessions.max",
     .target = to<&Settings::endpoint, &Mcp::sessions, &SessionLimits::max_live>(),
     .doc = "Sessions with live state; over it the one that was idle longest loses its state.",
     .range = {1, 10'000'000}},
    {.key = "sessions.max_per_principal",
     .target = to<&Settings::endpoint, &Mcp::sessions, &SessionLimits::max_live_per_principal>(),
     .doc = "The same for the sessions of one caller.",
     .range = {1, 10'000'000}},
    {.key = "sessions.max_revoked",
     .target = to<&Settings::endpoint, &Mcp::sessions, &SessionLimits::max_revoked>(),
     .doc = "Ended sessions that are remembered until they would have expired.",
     .range = {1, 10'000'000}},
    {.key = "streams.max",
     .target = to<&Settings::endpoint, &Mcp::max_listens>(),
     .doc = "Open subscriptions.",
     .range = {1, 1'000'000}},
    {.key = "streams.max_age",
     .target = to<&Settings::endpoint, &Mcp::stream_max_age>(),
     .doc = "Age, give or take a tenth, at which an idle event stream is closed for the client to "
            "come back; below the load balancer's deregistration delay.",
     .range = between(1s, 24h)},
    {.key = "streams.max_sse_sessions",
     .target = to<&Settings::http_transport, &HttpTransport::sse, &HttpSse::max_streams>(),
     .doc = "Sessions of the transport HTTP+SSE of 2024-11-05, which are a stream each.",
     .range = {1, 1'000'000}},
    {.key = "streams.max_sse_sessions_per_principal",
     .target =
         to<&Settings::http_transport, &HttpTransport::sse, &HttpSse::max_streams_per_principal>(),
     .doc = "The same for the sessions of one caller.",
     .range = {1, 1'000'000}},
    {.key = "history.bytes_per_session",
     .target = bytes<
         &Settings::http_transport,
         &HttpTransport::history,
         &HistoryLimits::max_bytes_per_session>(),
     .doc = "Sent events that are kept for a client that resumes a stream, per session.",
     .range = {0, 1 * kGb}},
    {.key = "history.bytes",
     .target =
         bytes<&Settings::http_transport, &HttpTransport::history, &HistoryLimits::max_bytes>(),
     .doc = "The same, of all sessions.",
     .range = {0, 16 * kGb}},
    {.key = "history.streams",
     .target =
         to<&Settings::http_transport, &HttpTransport::history, &HistoryLimits::max_streams>(),
     .doc = "Streams that ended, or whose reader has gone, and that a client may resume.",
     .range = {1, 10'000'000}},
    {.key = "history.age",
     .target = to<&Settings::http_transport, &HttpTransport::history, &HistoryLimits::age>(),
     .doc = "Age at which kept events are dropped.",
     .range = between(1s, 24h)},
    {.key = "tasks.max",
     .target = to<&Settings::endpoint, &Mcp::tasks, &TaskLimits::max>(),
     .doc = "Tasks that are kept, finished ones included.",
     .range = {1, 1'000'000}},
    {.key = "tasks.max_per_principal",
     .target = to<&Settings::endpoint, &Mcp::tasks, &TaskLimits::max_per_principal>(),
     .doc = "The same for the tasks of one caller.",
     .range = {1, 1'000'000}},
    {.key = "tasks.ttl",
     .target = to<&Settings::endpoint, &Mcp::tasks, &TaskLimits::ttl>(),
     .doc = "Age at which a task is dropped, finished or not; clients may ask for less.",
     .range = between(1s, 24h * 7)},

    {.key = "servers",
     .target = config::nested<Settings>(),
     .doc = "The MCP servers by name, see below."},
};
constexpr config::Table<Settings> kTable = kRows;

}  // namespace

config::Table<Settings> settings_table() { return kTable; }

std::string describe_settings() {
  return "## Settings\n\n" + config::describe(kTable) +
         "\n## Servers\n\nEach entry of `servers:` is one MCP server. Its name becomes part of its"
         " address: at most 32 of a-z, 0-9\nand `-`, beginning with a letter.\n\n" +
         config::describe(config::server_table());
}

}  // namespace davit::app
