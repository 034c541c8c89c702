#include <algorithm>

#include <fmt/format.h>

#include "infra/gateway.h"

namespace davit::infra {
namespace {

using manifest::Manifest;

constexpr std::string_view kMetadata = "/.well-known/oauth-protected-resource";

class Paths {
 public:
  explicit Paths(const Manifest& manifest) : manifest_(manifest) {}

  void add(const Unit& unit) {
    auto const& container = unit.containers.front();
    auto const is_shared = container.servers.size() > 1;
    auto const id = is_shared ? std::string("Server") : unit.id;
    auto const name = is_shared ? std::string("{server}") : unit.name;
    if (manifest_.servers.size() == 1) {
      add("Mcp", "/mcp", Path::endpoint, unit);
      add("McpBelow", "/mcp/{proxy+}", Path::below, unit);
    }
    add(id + "Mcp", fmt::format("/{}/mcp", name), Path::endpoint, unit);
    add(id, "/" + name, Path::shortcut, unit);
    add(id + "Below", fmt::format("/{}/{{proxy+}}", name), Path::below, unit);
    if (container.is_davitd) add("Mcp" + id, "/mcp/" + name, Path::below, unit);
    // The address without a name asks the first function.
    add("Health", container.health, Path::health, unit);
    add(id + "Health", fmt::format("/{}{}", name, container.health), Path::health, unit);
    if (manifest_.auth.jwt_issuer.empty()) return;
    if (manifest_.servers.size() == 1) {
      add("McpMetadata", fmt::format("{}/mcp", kMetadata), Path::metadata, unit);
    }
    add(id + "Metadata", fmt::format("{}/{}/mcp", kMetadata, name), Path::metadata, unit);
  }

  std::vector<GatewayPath> take() && { return std::move(paths_); }

 private:
  void add(std::string id, std::string path, Path kind, const Unit& unit) {
    auto const is_known = [&](const GatewayPath& known) {
      return known.path == path || known.id == id;
    };
    if (std::ranges::any_of(paths_, is_known)) return;
    paths_.push_back({std::move(id), std::move(path), kind, &unit});
  }

  const Manifest& manifest_;
  std::vector<GatewayPath> paths_;
};

// "/gitlab/{proxy+}" as an ARN has it, "/gitlab/*".
std::string pattern_of(std::string_view path) {
  std::string out;
  auto is_inside = false;
  for (auto const c : path) {
    if (c == '{') out += '*';
    is_inside = (is_inside || c == '{') && c != '}';
    if (!is_inside && c != '}') out += c;
  }
  return out;
}

void allow(
    const std::string& id,
    const Unit& unit,
    std::string_view source,
    const Parts& parts,
    Stack& stack
) {
  stack
      .add(
          Layer::compute,
          id,
          "AWS::Lambda::Permission",
          {{"FunctionName", parts.functions.functions.at(unit.name).alias},
           {"Action", "lambda:InvokeFunction"},
           {"Principal", "apigateway.amazonaws.com"},
           {"SourceArn", arn("execute-api", fmt::format("${{Api}}/{}", source))}}
      )
      .of_server(unit.server());
}

// True when the pattern of `path` is inside the one of another path of the same function.
bool is_covered(const GatewayPath& path, const std::vector<GatewayPath>& paths) {
  return std::ranges::any_of(paths, [&](const GatewayPath& other) {
    auto const greedy = other.path.find("{proxy+}");
    if (greedy == std::string::npos || &other == &path || other.unit != path.unit) return false;
    return path.path.starts_with(std::string_view(other.path).substr(0, greedy));
  });
}

}  // namespace

std::vector<GatewayPath> gateway_paths(const Manifest& manifest, const Parts& parts) {
  Paths paths(manifest);
  for (auto const& unit : parts.units) paths.add(unit);
  return std::move(paths).take();
}

json::Array texts_of(std::span<const std::string_view> texts) {
  return json::Array(texts.begin(), texts.end());
}

std::string server_names(const Unit& unit) {
  std::vector<std::string_view> names;
  for (auto const* server : unit.containers.front().servers) names.push_back(server->name());
  return fmt::format("{}", fmt::join(names, ", "));
}

void allow_gateway(
    const std::vector<GatewayPath>& paths, std::string_view stage, const Parts& parts, Stack& stack
) {
  if (parts.units.size() == 1) {
    auto const& unit = parts.units.front();
    return allow(unit.id + "Permission", unit, fmt::format("{}/*/*", stage), parts, stack);
  }
  for (auto const& path : paths) {
    if (is_covered(path, paths)) continue;
    auto const is_read = path.kind == Path::health || path.kind == Path::metadata;
    allow(
        path.id + "Permission",
        *path.unit,
        fmt::format("{}/{}{}", stage, is_read ? "GET" : "*", pattern_of(path.path)),
        parts,
        stack
    );
  }
}

}  // namespace davit::infra
