// The settings of a process that serves: one struct, filled from defaults, file, environment and
// flags, in this order. docs/configuration.md lists them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/secret.h"
#include "config/reader.h"
#include "config/servers.h"
#include "http/server.h"
#include "mcp/transport/streamable_http.h"
#include "secrets/reference.h"

namespace davit::app {

// Who may call when no API keys are given. Left unset, davitd listens on the loopback address only.
enum class Auth { none };

// How clients reach the servers: at the port, or the one client that started this process by its
// standard input and output.
enum class Transport { http, stdio };

// For the operator: metrics, health, drain.
struct AdminSettings {
  std::string host = "127.0.0.1";
  std::optional<std::uint16_t> port;  // unset: there is none; 0 takes a free one
};

// For other replicas, which hand on what belongs to a session that is at home here.
struct PeerSettings {
  std::string host = "127.0.0.1";
  std::optional<std::uint16_t> port;  // unset: there is none; 0 takes a free one
  // HOST:PORT for the others; empty: `host`, or the machine's own when that is all addresses, and
  // the port taken.
  std::string address;
};

struct Settings {
  Transport transport = Transport::http;
  // With the address, `tls` and the limits filled in.
  http::ServerOptions http{.port = 8080};
  mcp::EndpointOptions endpoint;
  mcp::transport::HttpOptions http_transport;
  AdminSettings admin;
  PeerSettings peer;
  std::string store = "none";  // "none", a redis:// URL or a reference to one, see resolve_store

  std::chrono::milliseconds drain{100'000};  // from the order to stop to the exit
  // The listener stays open for at least so long, of `drain`.
  std::chrono::milliseconds drain_notice{0};

  log::Level log_level = log::Level::info;
  std::string base_path;                     // "" or "/stage", in front of every path
  std::vector<std::string> allowed_hosts;    // of the Host header, beside the loopback names
  std::vector<std::string> allowed_origins;  // of the Origin header, beside the loopback origins
  std::optional<Auth> auth;
  std::optional<std::vector<std::string>>
      api_keys;                 // references, see auth::ApiKeys; never with auth
  std::string tls_certificate;  // files, PEM; both or none
  std::string tls_key;
  std::string release;                    // what this build calls itself
  std::vector<std::string> session_keys;  // references, see resolve_session_keys

  // All tools of all servers at /mcp, too.
  bool merged = false;
  // The first of the ports on which each server is reached alone, in their order; unset: none.
  std::optional<std::uint16_t> server_ports;

  // In the order of the file. One with an `error` is shown as broken and not run.
  std::vector<config::ServerConfig> servers;

  config::Origins origins;            // where values came from, by key; the rest are defaults
  std::vector<std::string> warnings;  // sentences for the log
};

// Whose servers the program serves: those that the settings describe, or one that it brings along.
enum class ServersOf { settings, program };

// Keys of settings, and their values as text: {"limits.max_body", "8MB"}.
using Flags = std::vector<std::pair<std::string, std::string>>;

// All rows but those of the servers. One flag each can be made with config::flag_name.
config::Table<Settings> settings_table();

// `file` is what --config says; without it the variable DAVIT_CONFIG counts, and without that the
// environment alone may describe a single server. The servers stand in one place, the file or the
// variable DAVIT_SERVERS. A program with a server of its own takes none from the settings:
// `servers` is a mistake then. Errors: invalid_input (all problems, a line each), not_found,
// forbidden or unavailable (the file). A server's own mistake is no error here.
Result<Settings> load_settings(
    std::optional<std::string> file,
    const secrets::Environment& environment,
    const Flags& flags,
    ServersOf servers = ServersOf::settings
);

// The settings as YAML, each with a comment where it came from. Secrets appear as references.
std::string print(const Settings& settings);

// The keys for base's KeyRing: each reference gives one or more keys of 32 bytes in base64, divided
// by commas. None are given when none are configured. Errors: as secrets::resolve; invalid_input.
Result<std::vector<Secret>> resolve_session_keys(
    const Settings& settings, const secrets::Environment& environment
);

// The address of the store as a redis:// URL, which may hold a password; empty when there is none.
// Errors: as secrets::resolve; invalid_input.
Result<Secret> resolve_store(const Settings& settings, const secrets::Environment& environment);

// The reference of all settings, in Markdown: `davitd config --docs` and docs/configuration.md.
std::string describe_settings();

}  // namespace davit::app
