// Each server by itself, and their names.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/findings.h"
#include "manifest/formats.h"

namespace davit::manifest {
namespace {

// Each server is one of ours, an image, or a command.
void check_kinds(const Manifest& manifest, Findings& findings) {
  for (auto const& server : manifest.servers) {
    auto const kinds =
        int{server.is_connector()} + int{server.is_image()} + int{!server.command.empty()};
    if (kinds == 1) continue;
    findings.add(
        server,
        "",
        kinds == 0
            ? "needs one of `connector`, `image` and `command`"
            : "has more than one of `connector`, `image` and `command`; make a server of each"
    );
  }
}

// Those of davitd. An image of davitd that is yours may have more.
constexpr std::array<std::string_view, 5> kConnectors{
    "atlassian", "dynatrace", "gitlab", "pagerduty", "servicenow"
};

void check_connectors(const Manifest& manifest, Findings& findings) {
  if (!manifest.image.empty()) return;
  for (auto const& server : manifest.servers) {
    auto const& connector = server.connector.connector;
    if (connector.empty() || std::ranges::find(kConnectors, connector) != kConnectors.end()) {
      continue;
    }
    auto const near = nearest(connector, kConnectors);
    findings.add(
        server,
        "connector",
        near.empty() ? fmt::format("is not known; there are {}", fmt::join(kConnectors, ", "))
                     : fmt::format("is not known; did you mean `{}`?", near)
    );
  }
}

// Paths of davitd, and names of containers, stacks and resources that stand for all servers.
constexpr std::array<std::string_view, 6> kReserved{
    "davitd", "health", "mcp", "metrics", "ready", "servers"
};

void check_names(const Manifest& manifest, Findings& findings) {
  std::map<std::string, std::string> names;  // by id
  for (auto const& server : manifest.servers) {
    if (std::ranges::find(kReserved, server.name()) != kReserved.end()) {
      findings.add(
          server,
          "",
          fmt::format(
              "has a name that Davit uses itself ({}); call it `{}-tools`, for example",
              fmt::join(kReserved, ", "),
              server.name()
          )
      );
    }
    auto const [other, is_new] = names.emplace(to_id(server.name()), server.name());
    if (is_new) continue;
    findings.add(
        server,
        "",
        fmt::format(
            "has the same logical id, {}, as `servers.{}`, since ids have no dashes; rename one",
            other->first,
            other->second
        )
    );
  }
}

// "mcp-production-gitlab".
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html: at most 64.
constexpr std::size_t kMaxFunctionName = 64;

void check_function_names(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_lambda() || !is_each_alone(manifest)) return;
  for (auto const& server : manifest.servers) {
    auto const name = manifest.stack_name() + '-' + server.name();
    if (name.size() <= kMaxFunctionName) continue;
    findings.add(
        server,
        "",
        fmt::format(
            "makes the function {}, {} characters; Lambda takes {}: shorten the name by {}",
            name,
            name.size(),
            kMaxFunctionName,
            name.size() - kMaxFunctionName
        )
    );
  }
}

// Keys that only one kind of server has, which would have no effect for the others.
constexpr std::string_view kOfConnectors[] = {
    "url",
    "user",
    "token",
    "auth",
    "access",
    "toolsets",
    "allow",
    "deny",
    "max_concurrent",
    "max_requests_per_minute",
    "max_result"
};
constexpr std::string_view kOfImages[] = {"port", "health", "sessions"};
constexpr std::string_view kOfCommands[] = {"transport", "path"};

// A command that serves HTTP has some of the keys of images: its port is chosen for it.
bool takes(const Server& server, std::string_view key) {
  return server.is_image() || (server.is_http_command() && key != "port");
}

std::string_view about_image_key(const Server& server, std::string_view key) {
  if (server.command.empty()) return "is for images; leave it out, davitd knows its own";
  return key == "port" ? "is for images; a command is told its port, in {port} and in PORT"
                       : "is for what speaks HTTP; leave it out, or write `transport: http`";
}

void check_command_keys(const Server& server, Findings& findings) {
  for (auto const key : kOfCommands) {
    if (!findings.is_written(server, key)) continue;
    if (server.command.empty()) {
      findings.add(server, key, "is for commands; leave it out");
    } else if (key == "path" && !server.is_http_command()) {
      findings.add(
          server, key, "is for what speaks HTTP; leave it out, or write `transport: http`"
      );
    }
  }
}

void check_foreign_keys(const Manifest& manifest, Findings& findings) {
  for (auto const& server : manifest.servers) {
    for (auto const key : kOfConnectors) {
      if (server.is_connector() || !findings.is_written(server, key)) continue;
      findings.add(
          server,
          key,
          "is for connectors; give an image or a command what it needs under `environment` and "
          "`secrets`"
      );
    }
    for (auto const key : kOfImages) {
      if (takes(server, key) || !findings.is_written(server, key)) continue;
      findings.add(server, key, std::string(about_image_key(server, key)));
    }
    check_command_keys(server, findings);
  }
}

void check_tokens(const Manifest& manifest, Findings& findings) {
  for (auto const& server : manifest.servers) {
    if (!on_aws(manifest) || !server.is_connector() || !server.connector.token.empty()) continue;
    findings.add(
        server,
        "token",
        fmt::format(
            "is missing, so that every call would be refused; put the credential into Secrets "
            "Manager and write `token: \"secretsmanager:{}/{}#token\"`",
            manifest.name,
            server.name()
        )
    );
  }
}

// The port of an address such as https://gitlab.internal:8443/api; empty: the scheme's.
std::string_view port_of(std::string_view url) {
  auto host = url.substr(url.find("//") + 2);
  host = host.substr(0, host.find_first_of("/?#"));
  // Colons of an address of IPv6 stand within brackets.
  auto const colon = host.rfind(':');
  auto const is_port = colon != std::string_view::npos && host.find(']', colon) == host.npos;
  return is_port ? host.substr(colon + 1) : std::string_view();
}

void check_urls(const Manifest& manifest, Findings& findings) {
  if (!on_aws(manifest)) return;
  for (auto const& server : manifest.servers) {
    std::string_view const url = server.connector.url;
    if (url.starts_with("http://")) {
      findings.add(
          server, "url", "would send the token in the clear; write an address with https://"
      );
      continue;
    }
    auto const port = url.empty() ? std::string_view() : port_of(url);
    auto const is_open = std::ranges::any_of(server.egress, [port](std::string_view egress) {
      return egress.ends_with(':' + std::string(port));
    });
    if (port.empty() || port == "443" || is_open) continue;
    findings.add(
        server,
        "url",
        fmt::format(
            "has port {}, and tasks reach only 443; add `egress: [\"RANGE:{}\"]` with the range "
            "of its addresses",
            port,
            port
        )
    );
  }
}

// IAM, "Quotas": managed policies of one role.
constexpr std::size_t kMaxPolicies = 10;

void check_policies(const Manifest& manifest, Findings& findings) {
  std::size_t together = 0;
  for (auto const& server : manifest.servers) {
    for (auto const& policy : server.policies) {
      auto const arn = parse_arn(policy);
      if (arn.service == "iam" && arn.resource.starts_with("policy/")) continue;
      findings.add(
          server,
          "policies",
          fmt::format(
              "`{}` is no managed policy; their ARNs are like "
              "arn:aws:iam::123456789012:policy/name",
              policy
          )
      );
    }
    together = is_each_alone(manifest) ? server.policies.size() : together + server.policies.size();
    if (together <= kMaxPolicies) continue;
    findings.add(
        server,
        "policies",
        fmt::format(
            "makes {} policies of one role, and IAM takes {}; join some{}",
            together,
            kMaxPolicies,
            is_each_alone(manifest) ? "" : ", or write `layout: task-per-server`"
        )
    );
    return;
  }
}

constexpr Check kChecks[] = {
    {"server", check_kinds},
    {"image servers", check_connectors},
    {"servers", check_names},
    {"name servers layout", check_function_names},
    {"server", check_foreign_keys},
    {"server", check_tokens},
    {"server", check_urls},
    {"servers layout", check_policies},
};

}  // namespace

std::span<const Check> server_checks() { return kChecks; }

}  // namespace davit::manifest
