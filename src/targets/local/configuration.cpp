#include "targets/local/configuration.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <fmt/format.h>

#include "base/strings.h"
#include "config/units.h"
#include "json/json.h"

namespace davit::local {
namespace {

using std::chrono::milliseconds;

// As YAML: texts in quotes, durations and sizes without.
std::string number_text(const config::Row& row, std::int64_t number) {
  switch (row.target.type) {
    case config::Type::duration: return config::format_duration(milliseconds(number));
    case config::Type::size: return config::format_size(number);
    case config::Type::choice:
      return std::string(split(row.choices, '|')[static_cast<std::size_t>(number)]);
    default: return std::to_string(number);
  }
}

std::string list_text(const manifest::Strings& list) {
  return json::to_text(json::Array(list.begin(), list.end()));
}

std::string value_text(const config::Row& row, const config::Value& value) {
  if (auto const* text = std::get_if<std::string>(&value))
    return json::to_text(json::String(*text));
  if (auto const* number = std::get_if<std::int64_t>(&value)) return number_text(row, *number);
  if (auto const* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  auto const* list = std::get_if<manifest::Strings>(&value);
  return list == nullptr ? "null" : list_text(*list);
}

// What differs from the defaults.
void append_server(std::string& out, const config::ServerConfig& server) {
  config::ServerConfig const defaults;
  fmt::format_to(std::back_inserter(out), "  {}:\n", server.name);
  for (auto const& row : config::server_table().rows) {
    auto const value = row.target.get(&server);
    if (value == row.target.get(&defaults)) continue;
    fmt::format_to(std::back_inserter(out), "    {}: {}\n", row.key, value_text(row, value));
  }
}

// davitd drains by itself, and ends before it would be killed. Calls have to fit in.
void append_timeouts(std::string& out, milliseconds drain) {
  constexpr milliseconds kMargin{10'000};
  constexpr milliseconds kCall{25'000};
  // The balancer has seen weight 0 before; this is for a request that had chosen just then.
  constexpr milliseconds kNotice{500};
  auto const own = drain - std::min(kMargin, drain / 4);
  out += "timeouts:\n  drain: " + config::format_duration(own) +
         "\n  drain_notice: " + config::format_duration(std::min(kNotice, own / 4)) + '\n';
  if (own <= kCall) out += "  call: " + config::format_duration(own / 2) + '\n';
}

void append_callers(std::string& out, const manifest::Manifest& manifest) {
  auto const& auth = manifest.auth;
  if (!auth.api_keys.empty()) {
    out += "auth:\n  api_keys: " + list_text(auth.api_keys) + '\n';
  } else if (auth.is_none) {
    out += "auth: none\n";
  }
  // Names under which the balancer is reached, beside those of loopback.
  auto const& host = manifest.local.host;
  auto const is_loopback = host.starts_with("127.") || host == "::1";
  if (!manifest.domain.empty()) {
    out += "allowed_hosts: " + list_text({manifest.domain}) + '\n';
  } else if (!is_loopback) {
    out += "allowed_hosts: [\"*\"]\n";
  }
}

}  // namespace

std::string davitd_configuration(
    const manifest::Manifest& manifest, const std::filesystem::path& session_keys
) {
  auto out = fmt::format(
      "# Written by davit for one version.\n"
      "host: 127.0.0.1\n"
      "merged: {}\n"
      "log_level: {}\n"
      "session_keys: {}\n",
      manifest.local.merged,
      manifest.logs.level,
      list_text({"file:" + session_keys.string()})
  );
  append_timeouts(out, manifest.local.drain);
  if (manifest.state.store != "none")
    out += "state:\n  store: " + json::to_text(json::String(manifest.state.store)) + '\n';
  append_callers(out, manifest);
  out += "servers:\n";
  for (auto const& server : manifest.servers) {
    if (server.is_connector()) append_server(out, server.connector);
  }
  return out;
}

}  // namespace davit::local
