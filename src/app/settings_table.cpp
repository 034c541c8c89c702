// The table of davitd's settings: a row each.
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <netinet/in.h>

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
using Mcp = mcp::transport::Options;
using mcp::SessionLimits;

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
  auto const is_good = text.starts_with('/') && !text.ends_with('/') &&
                       text.find("//") == std::string_view::npos &&
                       text.find_first_not_of(kLetters) == std::string_view::npos;
  return is_good ? "" : "must be a path such as /stage, without a slash at its end";
}

std::string_view check_host(std::string_view text) {
  return text.find_first_of("/@ *") == std::string_view::npos
             ? ""
             : "must be a host name, with the port if it is not the scheme's own";
}

std::string_view check_origin(std::string_view text) {
  auto const url = http::parse_url(text);
  return url && iequals(url->origin(), text)
             ? ""
             : "must be an origin such as https://app.example.com, without a path";
}

// A header field's value: visible ASCII.
std::string_view check_release(std::string_view text) {
  auto const is_bad = [](char c) { return c <= ' ' || c > '~'; };
  return text.size() <= 128 && std::ranges::none_of(text, is_bad)
             ? ""
             : "must be at most 128 visible characters without blanks";
}

constexpr config::Row kRows[] = {
    {.key = "host",
     .target = to<&Settings::http, &Http::host>(),
     .doc = "Numeric address to listen on.",
     .check = check_address},
    {.key = "port",
     .target = to<&Settings::http, &Http::port>(),
     .doc = "Port to listen on; 0 takes a free one."},
    {.key = "auth",
     .target = to<&Settings::auth>(),
     .doc = "`none` lets everybody call who reaches the port; required to listen beyond loopback.",
     .choices = "none"},
    {.key = "base_path",
     .target = to<&Settings::base_path>(),
     .doc = "Prefix of every path, such as the stage of an API gateway.",
     .check = check_base_path},
    {.key = "allowed_hosts",
     .target = to<&Settings::allowed_hosts>(),
     .doc = "Names that the Host header may have, beside the loopback names.",
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
    {.key = "tls.certificate",
     .target = to<&Settings::tls_certificate>(),
     .doc = "File with the certificate chain, PEM, the server's own first."},
    {.key = "tls.key", .target = to<&Settings::tls_key>(), .doc = "File with the private key, PEM."
    },

    {.key = "timeouts.call",
     .target = to<&Settings::transport, &Mcp::call_timeout>(),
     .doc = "Longest run of a tool that does not say otherwise; below `timeouts.drain`.",
     .range = between(100ms, 1h)},
    {.key = "timeouts.plain_answer",
     .target = to<&Settings::transport, &Mcp::json_patience>(),
     .doc = "A call without an answer by then goes on as an event stream.",
     .range = between(0ms, 1h)},
    {.key = "timeouts.drain",
     .target = to<&Settings::drain>(),
     .doc = "From the order to stop to the end of the process.",
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
    {.key = "timeouts.session",
     .target = to<&Settings::transport, &Mcp::sessions, &SessionLimits::lifetime>(),
     .doc = "Age at which a session ends.",
     .range = between(1min, 24h * 30)},
    {.key = "timeouts.session_idle",
     .target = to<&Settings::transport, &Mcp::sessions, &SessionLimits::idle>(),
     .doc = "Live state of a session that nobody uses is dropped; the session itself goes on.",
     .range = between(1s, 24h)},

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
     .target = to<&Settings::transport, &Mcp::max_calls>(),
     .doc = "Calls that run at once, per server.",
     .range = {1, 1'000'000}},
    {.key = "limits.max_calls_per_principal",
     .target = to<&Settings::transport, &Mcp::max_calls_per_principal>(),
     .doc = "Calls that run at once, per server and caller.",
     .range = {1, 1'000'000}},
    {.key = "limits.max_stream",
     .target = bytes<&Settings::transport, &Mcp::max_stream_bytes>(),
     .doc = "Bytes that wait to be written, per event stream.",
     .range = {4 * kKb, 1 * kGb}},
    {.key = "limits.max_sessions",
     .target = to<&Settings::transport, &Mcp::sessions, &SessionLimits::max_live>(),
     .doc = "Sessions with live state; over it the one that was idle longest loses its state.",
     .range = {1, 10'000'000}},
    {.key = "limits.max_revoked_sessions",
     .target = to<&Settings::transport, &Mcp::sessions, &SessionLimits::max_revoked>(),
     .doc = "Ended sessions that are remembered until they would have expired.",
     .range = {1, 10'000'000}},

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
