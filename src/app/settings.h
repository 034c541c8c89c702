// davitd's settings: one struct, filled from defaults, file, environment and flags, in this order.
// docs/configuration.md lists them.
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

// Who may call. Left unset, davitd listens on the loopback address only.
enum class Auth { none };

struct Settings {
  // With the address, `tls` and the limits filled in.
  http::ServerOptions http{.port = 8080};
  mcp::transport::Options transport;
  std::chrono::milliseconds drain{100'000};  // from SIGTERM to the exit

  log::Level log_level = log::Level::info;
  std::string base_path;                     // "" or "/stage", in front of every path
  std::vector<std::string> allowed_hosts;    // of the Host header, beside the loopback names
  std::vector<std::string> allowed_origins;  // of the Origin header, beside the loopback origins
  std::optional<Auth> auth;
  std::string tls_certificate;  // files, PEM; both or none
  std::string tls_key;
  std::string release;                    // what this build calls itself
  std::vector<std::string> session_keys;  // references, see resolve_session_keys

  // In the order of the file. One with an `error` is shown as broken and not run.
  std::vector<config::ServerConfig> servers;

  config::Origins origins;            // where values came from, by key; the rest are defaults
  std::vector<std::string> warnings;  // sentences for the log
};

// Keys of settings, and their values as text: {"limits.max_body", "8MB"}.
using Flags = std::vector<std::pair<std::string, std::string>>;

// All rows but those of the servers. One flag each can be made with config::flag_name.
config::Table<Settings> settings_table();

// `file` is what --config says; without it the variable DAVIT_CONFIG counts, and without that the
// environment alone may describe a single server. Errors: invalid_input (all problems, a line
// each), not_found, forbidden or unavailable (the file). A server's own mistake is no error here.
Result<Settings> load_settings(
    std::optional<std::string> file, const secrets::Environment& environment, const Flags& flags
);

// The settings as YAML, each with a comment where it came from. Secrets appear as references.
std::string print(const Settings& settings);

// The keys for base's KeyRing: each reference gives one or more keys of 32 bytes in base64, divided
// by commas. None are given when none are configured. Errors: as secrets::resolve; invalid_input.
Result<std::vector<Secret>> resolve_session_keys(
    const Settings& settings, const secrets::Environment& environment
);

// The reference of all settings, in Markdown: `davitd config --docs` and docs/configuration.md.
std::string describe_settings();

}  // namespace davit::app
