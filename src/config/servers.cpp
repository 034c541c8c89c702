#include "config/servers.h"

#include <chrono>

#include <fmt/format.h>

namespace davit::config {
namespace {

using namespace std::chrono_literals;

std::string_view check_url(std::string_view url) {
  auto const is_http = url.starts_with("https://") || url.starts_with("http://");
  if (!is_http) return "must start with https:// or http://";
  auto const host = url.substr(url.find("//") + 2);
  if (host.substr(0, host.find('/')).find('@') != std::string_view::npos) {
    return "must not contain a user name or password; write them as `user` and `token`";
  }
  return {};
}

constexpr Row kRows[] = {
    {.key = "connector",
     .target = to<&ServerConfig::connector>(),
     .doc = "The service that the tools come from, such as `gitlab`.",
     .required = true},
    {.key = "url",
     .target = to<&ServerConfig::url>(),
     .doc = "Base address of the service's API; without it the connector's default.",
     .check = check_url},
    {.key = "user",
     .target = to<&ServerConfig::user>(),
     .doc = "The name that goes with the token where the service wants both, such as an e-mail "
            "address."},
    {.key = "token",
     .target = to<&ServerConfig::token>(),
     .doc = "Reference to the credential: `env:NAME` or `file:PATH`."},
    {.key = "auth",
     .target = to<&ServerConfig::auth>(),
     .doc = "How the credential is sent, where the service knows several ways; "
            "docs/connectors lists them. Without it the form of the token decides."},
    {.key = "access",
     .target = to<&ServerConfig::access>(),
     .doc = "What tools may do; `full` includes what cannot be taken back.",
     .choices = "read-only|read-write|full"},
    {.key = "toolsets",
     .target = to<&ServerConfig::toolsets>(),
     .doc = "Groups of tools to offer; an empty list offers the connector's default tools."},
    {.key = "allow",
     .target = to<&ServerConfig::allow>(),
     .doc = "Names of the only tools to offer, also of those that are not offered by default."},
    {.key = "deny",
     .target = to<&ServerConfig::deny>(),
     .doc = "Names of tools never to offer, whatever else is said."},
    {.key = "max_concurrent",
     .target = to<&ServerConfig::max_concurrent>(),
     .doc = "Requests to the service at the same time.",
     .range = {1, 1'000}},
    {.key = "max_requests_per_minute",
     .target = to<&ServerConfig::max_requests_per_minute>(),
     .doc = "Requests to the service in a minute with this credential, whichever server sends "
            "them; what is over is refused here. 0 takes what the connector knows.",
     .range = {0, 1'000'000}},
    {.key = "max_result",
     .target = bytes<&ServerConfig::max_result_bytes>(),
     .doc = "Largest answer of one tool call; what is longer is cut, with a note.",
     .range = {4 * 1024, 4 * 1024 * 1024}},
    {.key = "timeout",
     .target = to<&ServerConfig::timeout>(),
     .doc = "Longest run of one tool call, repetitions included. Tools that read logs or diffs may "
            "take up to 60 s all the same.",
     .range = between(100ms, 10min)},
};
constexpr Table<ServerConfig> kTable = kRows;

}  // namespace

Table<ServerConfig> server_table() { return kTable; }

std::vector<ServerConfig> read_servers(const Node& node, std::string_view path, Report& report) {
  std::vector<ServerConfig> servers;
  for (auto& entry : read_named(node, path, kTable)) {
    auto& server = servers.emplace_back(std::move(entry.value));
    server.name = entry.node->key;
    report.origins.merge(entry.report.origins);
    if (!entry.report.problems.empty()) {
      server.error = Error(ErrorKind::invalid_input, to_text(entry.report.problems));
    }
  }
  return servers;
}

}  // namespace davit::config
