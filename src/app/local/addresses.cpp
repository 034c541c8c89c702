#include "app/local/addresses.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace davit::app {
namespace {

// What a client on this machine connects to.
std::string reachable(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "[::1]";
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

}  // namespace

std::string describe_addresses(
    const manifest::Manifest& manifest,
    const std::string& host,
    std::uint16_t port,
    const Place& place
) {
  auto const base = fmt::format("http://{}:{}", reachable(host), port);
  auto const is_merged = manifest.local.merged && manifest.has_connectors();
  auto out = fmt::format(
      "\nMCP servers{}:\n",
      is_merged ? fmt::format(", and all connectors together at {}/mcp", base) : std::string()
  );
  std::size_t width = 0;
  for (auto const& server : manifest.servers) width = std::max(width, server.name().size());
  for (auto const& server : manifest.servers) {
    out += fmt::format("  {:<{}}  {}/{}/mcp\n", server.name(), width, base, server.name());
  }
  if (manifest.servers.empty()) return out;
  auto const first = manifest.servers.front().name();
  auto const one = is_merged ? base + "/mcp" : fmt::format("{}/{}/mcp", base, first);
  out += fmt::format("\nFor Claude Code:    claude mcp add --transport http davit {}\n", one);
  out += fmt::format(
      "For Cursor, VS Code and most others, in their MCP configuration:\n"
      "  {{\"mcpServers\": {{\"{}\": {{\"type\": \"http\", \"url\": \"{}/{}/mcp\"}}}}}}\n",
      first,
      base,
      first
  );
  out += "\nFrom another shell:\n";
  std::pair<std::string, std::string_view> const commands[] = {
      {"davit tools " + one, "lists what clients can call"},
      {place.command("deploy"), "releases what has changed"},
      {place.command("rollback"), "takes it back"},
      {place.command("status"), "shows what runs"},
      {place.command("logs") + " -f", "shows what the tasks print"},
  };
  width = 0;
  for (auto const& [command, doc] : commands) width = std::max(width, command.size());
  for (auto const& [command, doc] : commands) {
    out += fmt::format("  {:<{}}  {}\n", command, width, doc);
  }
  return out += "\nCtrl-C stops everything.\n";
}

}  // namespace davit::app
