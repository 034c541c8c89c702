#include "app/settings.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/settings_check.h"
#include "base/base64.h"
#include "base/strings.h"

namespace davit::app {
namespace {

// The environment's short form of one server, for task definitions without a file.
struct SingleServer {
  std::string_view name;  // of the server and its connector
  std::string_view url_variable;
  std::string_view default_url;
  std::string_view token_variable;
  std::string_view user_variable = {};
};
constexpr SingleServer kSingleServers[] = {
    {"gitlab", "GITLAB_API_URL", "https://gitlab.com/api/v4", "GITLAB_TOKEN"},
    {"atlassian", "ATLASSIAN_URL", "", "ATLASSIAN_TOKEN", "ATLASSIAN_EMAIL"},
    {"dynatrace", "DYNATRACE_URL", "", "DYNATRACE_TOKEN", "DYNATRACE_CLIENT_ID"},
    {"pagerduty",
     "PAGERDUTY_API_URL",
     "https://api.pagerduty.com",
     "PAGERDUTY_TOKEN",
     "PAGERDUTY_EMAIL"},
    {"servicenow", "SERVICENOW_URL", "", "SERVICENOW_TOKEN", "SERVICENOW_USER"},
};

// Names without a prefix are what task definitions use; with a file, other programs' variables of
// these names shall not interfere.
constexpr std::pair<std::string_view, std::string_view> kShortNames[] = {
    {"PORT", "port"},
    {"HOST", "host"},
    {"LOG_LEVEL", "log_level"},
    {"ADMIN_PORT", "admin.port"},
};

constexpr std::string_view kFileVariable = "DAVIT_CONFIG";
// Holds the `servers:` block itself.
constexpr std::string_view kServersVariable = "DAVIT_SERVERS";
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

// JSON has quotes around durations and sizes, which YAML must not have.
void take_quotes(config::Node& servers) {
  for (auto& server : servers.items) {
    for (auto& item : server.items) {
      auto const rows = config::server_table().rows;
      auto const row = std::ranges::find(rows, item.key, &config::Row::key);
      if (row == rows.end()) continue;
      auto const type = row->target.type;
      if (type == config::Type::duration || type == config::Type::size) item.quoted = false;
    }
  }
}

// Collects the settings from one source after the other.
class Loader {
 public:
  Loader(const secrets::Environment& environment, ServersOf servers)
      : environment_(environment), servers_(servers) {}

  Result<> read_file(const std::string& path) {
    DAVIT_TRY(auto const root, config::read_yaml(path));
    // `auth` is a word or a map.
    auto const all = settings_table().rows;
    std::vector<config::Row> rows(all.begin(), all.end());
    auto const* auth = root.find("auth");
    if (auth != nullptr && auth->kind == config::Node::Kind::map) {
      std::erase_if(rows, [](const config::Row& row) { return row.key == "auth"; });
    }
    config::read_rows(root, "", rows, &settings_, report_);
    if (auto const* servers = root.find("servers")) {
      read_servers(*servers);
      place_of_servers_ = config::place_of(*servers);
    }
    return {};
  }

  Result<> read_servers_variable() {
    auto const text = variable(environment_, kServersVariable);
    if (!text) return {};
    auto const place = place_of_variable(kServersVariable);
    DAVIT_TRY(auto servers, config::parse_yaml(*text, place));
    if (!place_of_servers_.empty()) {
      complain(place, "servers", fmt::format("is in {} too; leave one of them", place_of_servers_));
    } else if (variable(environment_, "SERVER_NAME")) {
      complain(place, "servers", "stands beside SERVER_NAME; leave one of them");
    } else if (servers.kind != config::Node::Kind::map) {
      complain(
          place, "servers", "must be a map, such as {\"gitlab\": {\"connector\": \"gitlab\"}}"
      );
    } else {
      take_quotes(servers);
      read_servers(servers);
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
  void read_servers(const config::Node& node) {
    if (servers_ == ServersOf::program) {
      complain(
          config::place_of(node), "servers", "this program has its own server and runs no others"
      );
    } else if (node.kind == config::Node::Kind::map) {
      settings_.servers = config::read_servers(node, "servers", report_);
    }
  }
  void complain(std::string place, std::string_view key, std::string message) {
    report_.problems.push_back({std::move(place), std::string(key), std::move(message)});
  }
  void warn_of_unknown_variables();

  const secrets::Environment& environment_;
  ServersOf servers_;
  Settings settings_;
  config::Report report_;
  std::string place_of_servers_;  // in the file
};

void Loader::read_single_server() {
  // A token beside it is one that the servers refer to.
  if (variable(environment_, kServersVariable)) return;
  auto const name = variable(environment_, "SERVER_NAME");
  for (auto const& row : kSingleServers) {
    auto const is_named =
        name ? iequals(*name, row.name) : variable(environment_, row.token_variable).has_value();
    if (!is_named) continue;
    auto& server = settings_.servers.emplace_back();
    server.name = row.name;
    server.connector = row.name;
    server.url = variable(environment_, row.url_variable).value_or(row.default_url);
    server.user = variable(environment_, row.user_variable).value_or("");
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
  std::vector<std::string> names = {std::string(kFileVariable), std::string(kServersVariable)};
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

Result<Settings> Loader::finish() {
  check_settings(settings_, report_);
  if (!report_.problems.empty()) {
    return Error(ErrorKind::invalid_input, config::to_text(report_.problems));
  }
  settings_.origins = std::move(report_.origins);
  return std::move(settings_);
}

}  // namespace

Result<Settings> load_settings(
    std::optional<std::string> file,
    const secrets::Environment& environment,
    const Flags& flags,
    ServersOf servers
) {
  Loader loader(environment, servers);
  if (!file) file = variable(environment, kFileVariable);
  if (file) {
    DAVIT_CHECK(loader.read_file(*file));
  } else {
    loader.read_short_names();
    if (servers == ServersOf::settings) {
      loader.read_single_server();
      loader.refuse_secret_arns();
    }
  }
  DAVIT_CHECK(loader.read_servers_variable());
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
    DAVIT_TRY(auto const reference, secrets::parse_secret_reference(text));
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

Result<Secret> resolve_store(const Settings& settings, const secrets::Environment& environment) {
  if (settings.store == "none") return Secret();
  if (settings.store.starts_with("redis://")) return Secret(settings.store);
  DAVIT_TRY(auto const reference, secrets::parse_secret_reference(settings.store));
  DAVIT_TRY(auto secret, secrets::resolve(reference, environment));
  if (!secret.reveal().starts_with("redis://")) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("{}: is no URL such as redis://redis.internal:6379/0", settings.store)
    );
  }
  return secret;
}

}  // namespace davit::app
