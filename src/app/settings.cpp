#include "app/settings.h"

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstring>
#include <netinet/in.h>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"
#include "http/url.h"

namespace davit::app {
namespace {

// 127.0.0.0/8 and ::1.
bool is_loopback(const std::string& address) {
  in_addr four = {};
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six = {};
  return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 &&
         std::memcmp(&six, &in6addr_loopback, sizeof six) == 0;
}

// The environment's short form of one server, for task definitions without a file.
struct SingleServer {
  std::string_view name;  // of the server and its connector
  std::string_view url_variable;
  std::string_view default_url;
  std::string_view token_variable;
};
constexpr SingleServer kSingleServers[] = {
    {"gitlab", "GITLAB_API_URL", "https://gitlab.com/api/v4", "GITLAB_TOKEN"},
};

// Names without a prefix are what task definitions use; with a file, other programs' variables of
// these names shall not interfere.
constexpr std::pair<std::string_view, std::string_view> kShortNames[] = {
    {"PORT", "port"},
    {"HOST", "host"},
    {"LOG_LEVEL", "log_level"},
};

constexpr std::string_view kFileVariable = "DAVIT_CONFIG";
// Holds keys, where the setting of the name holds references to them.
constexpr std::string_view kSessionKeysVariable = "DAVIT_SESSION_KEYS";

// Empty counts as not set, since that is all that many tools can write.
std::optional<std::string_view> variable(
    const secrets::Environment& environment, std::string_view name
) {
  auto const found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::string place_of_variable(std::string_view name) { return fmt::format("environment {}", name); }

const config::Row* find_row(std::string_view key) {
  for (auto const& row : settings_table().rows) {
    if (row.key == key && row.target.type != config::Type::nested) return &row;
  }
  return nullptr;
}

// Collects the settings from one source after the other.
class Loader {
 public:
  explicit Loader(const secrets::Environment& environment) : environment_(environment) {}

  Result<> read_file(const std::string& path) {
    DAVIT_TRY(auto const root, config::read_yaml(path));
    config::read(root, "", settings_table(), settings_, report_);
    auto const* servers = root.find("servers");
    if (servers != nullptr && servers->kind == config::Node::Kind::map) {
      settings_.servers = config::read_servers(*servers, "servers", report_);
    }
    return {};
  }

  void read_short_names() {
    for (auto const& [name, key] : kShortNames) {
      auto const text = variable(environment_, name);
      if (text)
        config::read_text(*find_row(key), *text, place_of_variable(name), settings_, report_);
    }
  }

  void read_single_server();
  void refuse_secret_arns();
  void read_environment();
  void read_flags(const Flags& flags);
  Result<Settings> finish();

 private:
  void complain(std::string place, std::string_view key, std::string message) {
    report_.problems.push_back({std::move(place), std::string(key), std::move(message)});
  }
  // Where the value of the key came from, for a message.
  std::string place_of_key(std::string_view key) const {
    auto const found = report_.origins.find(key);
    return found == report_.origins.end() ? "default" : found->second;
  }
  void warn_of_unknown_variables();
  void check_session_keys();
  void check_listener();
  void check_server(config::ServerConfig& server) const;

  const secrets::Environment& environment_;
  Settings settings_;
  config::Report report_;
};

void Loader::read_single_server() {
  auto const name = variable(environment_, "SERVER_NAME");
  for (auto const& row : kSingleServers) {
    auto const is_named =
        name ? iequals(*name, row.name) : variable(environment_, row.token_variable).has_value();
    if (!is_named) continue;
    auto& server = settings_.servers.emplace_back();
    server.name = row.name;
    server.connector = row.name;
    server.url = variable(environment_, row.url_variable).value_or(row.default_url);
    server.token = fmt::format("env:{}", row.token_variable);
    auto const key = config::join_key("servers", row.name);
    report_.origins[key + ".connector"] =
        place_of_variable(name ? "SERVER_NAME" : row.token_variable);
    report_.origins[key + ".token"] = place_of_variable(row.token_variable);
    if (variable(environment_, row.url_variable)) {
      report_.origins[key + ".url"] = place_of_variable(row.url_variable);
    }
    return;
  }
  if (!name) return;
  std::vector<std::string_view> known;
  for (auto const& row : kSingleServers) known.push_back(row.name);
  complain(
      place_of_variable("SERVER_NAME"),
      "",
      fmt::format(
          "the environment alone can describe {} only; write the server into a file and start with"
          " --config",
          fmt::join(known, ", ")
      )
  );
}

void Loader::refuse_secret_arns() {
  for (auto const& [name, value] : environment_) {
    if (value.empty() || (name != "SECRET_ARN" && !name.ends_with("_SECRET_ARN"))) continue;
    complain(
        place_of_variable(name),
        "",
        "secrets from AWS are not available in this version; let the task definition put the"
        " secret into GITLAB_TOKEN (`secrets`, `valueFrom`)"
    );
  }
}

void Loader::read_environment() {
  for (auto const& row : settings_table().rows) {
    if (row.target.type == config::Type::nested || row.key == "session_keys") continue;
    auto const name = config::environment_name(row.key);
    auto const text = variable(environment_, name);
    if (text) config::read_text(row, *text, place_of_variable(name), settings_, report_);
  }
  if (variable(environment_, kSessionKeysVariable)) {
    settings_.session_keys = {fmt::format("env:{}", kSessionKeysVariable)};
    report_.origins["session_keys"] = place_of_variable(kSessionKeysVariable);
  }
  warn_of_unknown_variables();
}

void Loader::warn_of_unknown_variables() {
  std::vector<std::string> names = {std::string(kFileVariable)};
  for (auto const& row : settings_table().rows) {
    if (row.target.type != config::Type::nested) names.push_back(config::environment_name(row.key));
  }
  std::vector<std::string_view> const known(names.begin(), names.end());
  for (auto const& [name, value] : environment_) {
    if (!name.starts_with("DAVIT_") || std::ranges::find(known, name) != known.end()) continue;
    auto warning = fmt::format("environment {}: there is no such setting", name);
    auto const near = nearest(name, known);
    if (!near.empty()) warning += fmt::format("; did you mean {}?", near);
    settings_.warnings.push_back(std::move(warning));
  }
}

void Loader::read_flags(const Flags& flags) {
  for (auto const& [key, text] : flags) {
    auto const place = fmt::format("flag {}", config::flag_name(key));
    if (auto const* row = find_row(key); row != nullptr) {
      config::read_text(*row, text, place, settings_, report_);
    } else {
      complain(place, key, "there is no such setting");
    }
  }
}

void Loader::check_session_keys() {
  for (auto& text : settings_.session_keys) {
    if (auto const reference = secrets::parse_reference(text); !reference) {
      complain(place_of_key("session_keys"), "session_keys", reference.error().message());
    }
  }
}

void Loader::check_listener() {
  auto const& host = settings_.http.host;
  if (!is_loopback(host) && !settings_.auth) {
    complain(
        place_of_key("host"),
        "host",
        fmt::format(
            "everybody who reaches {} could use the servers' credentials; write `auth: none` when"
            " something in front of it checks the callers, or listen on 127.0.0.1",
            host
        )
    );
  }
  auto const& certificate = settings_.tls_certificate;
  auto const& key = settings_.tls_key;
  if (certificate.empty() != key.empty()) {
    auto const* given = key.empty() ? "tls.certificate" : "tls.key";
    auto const* missing = key.empty() ? "tls.key" : "tls.certificate";
    complain(place_of_key(given), given, fmt::format("needs `{}` too", missing));
  } else if (!key.empty()) {
    settings_.http.tls = http::TlsFiles{.certificate_chain = certificate, .private_key = key};
  }
  if (settings_.transport.call_timeout > settings_.drain) {
    complain(
        place_of_key("timeouts.call"),
        "timeouts.call",
        "is longer than `timeouts.drain`, so that a stop would cut calls"
    );
  }
}

// A text that is no reference may be the secret itself, and does not stay.
void Loader::check_server(config::ServerConfig& server) const {
  auto const prefix = config::join_key("servers", server.name);
  std::vector<config::Problem> problems;
  auto const add = [&](std::string_view member, const Error& error) {
    auto key = config::join_key(prefix, member);
    problems.push_back({place_of_key(key), std::move(key), error.message()});
  };
  if (!server.token.empty()) {
    if (auto const reference = secrets::parse_reference(server.token); !reference) {
      add("token", reference.error());
      server.token = "***";
    }
  }
  if (!server.url.empty()) {
    if (auto const url = http::parse_url(server.url); !url) {
      add("url", url.error());
      server.url.clear();
    }
  }
  if (problems.empty()) return;
  auto text = config::to_text(problems);
  if (server.error) text = server.error->message() + '\n' + text;
  server.error = Error(ErrorKind::invalid_input, std::move(text));
}

Result<Settings> Loader::finish() {
  check_session_keys();
  check_listener();
  for (auto& server : settings_.servers) check_server(server);
  if (!report_.problems.empty()) {
    return Error(ErrorKind::invalid_input, config::to_text(report_.problems));
  }
  settings_.origins = std::move(report_.origins);
  return std::move(settings_);
}

}  // namespace

Result<Settings> load_settings(
    std::optional<std::string> file, const secrets::Environment& environment, const Flags& flags
) {
  Loader loader(environment);
  if (!file) file = variable(environment, kFileVariable);
  if (file) {
    DAVIT_CHECK(loader.read_file(*file));
  } else {
    loader.read_short_names();
    loader.read_single_server();
    loader.refuse_secret_arns();
  }
  loader.read_environment();
  loader.read_flags(flags);
  return loader.finish();
}

std::string print(const Settings& settings) {
  std::string out;
  config::print(out, 0, "", settings_table(), settings, settings.origins);
  if (settings.servers.empty()) return out;
  out += "servers:\n";
  for (auto const& server : settings.servers) {
    out += fmt::format("  {}:\n", server.name);
    auto const key = config::join_key("servers", server.name);
    config::print(out, 4, key, config::server_table(), server, settings.origins);
    if (!server.error) continue;
    for (auto const line : split(server.error->message(), '\n')) {
      out += fmt::format("    # broken: {}\n", line);
    }
  }
  return out;
}

Result<std::vector<Secret>> resolve_session_keys(
    const Settings& settings, const secrets::Environment& environment
) {
  std::vector<Secret> keys;
  for (auto const& text : settings.session_keys) {
    DAVIT_TRY(auto const reference, secrets::parse_reference(text));
    DAVIT_TRY(auto const secret, secrets::resolve(reference, environment));
    for (auto const piece : split(secret.reveal(), ',')) {
      auto key = base64_decode(trim(piece));
      if (!key || key->size() != 32) {
        return Error(
            ErrorKind::invalid_input,
            fmt::format(
                "{}: a key is 32 bytes in base64; make one with `openssl rand -base64 32`", text
            )
        );
      }
      keys.emplace_back(*std::move(key));
    }
  }
  return keys;
}

}  // namespace davit::app
