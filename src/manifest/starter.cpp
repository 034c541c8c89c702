#include "manifest/starter.h"

#include <algorithm>

#include <fmt/format.h>

namespace davit::manifest {
namespace {

bool is_on_aws(Target target) {
  return target == Target::ecs || target == Target::lambda || target == Target::hybrid;
}

std::string_view name_of(Target target) {
  switch (target) {
    case Target::local: return "local";
    case Target::ecs: return "ecs";
    case Target::lambda: return "lambda";
    case Target::hybrid: return "hybrid";
    case Target::kubernetes: return "kubernetes";
  }
  return "";
}

// What a connector needs beside its token.
struct Address {
  std::string_view connector;
  std::string_view lines;
};
constexpr Address kAddresses[] = {
    {"gitlab", "    # url: https://gitlab.example.com/api/v4   # when it is not gitlab.com\n"},
    {"atlassian",
     "    url: https://example.atlassian.net   # yours\n"
     "    user: bot@example.com                # whom the token belongs to\n"},
    {"dynatrace", "    url: https://abc12345.live.dynatrace.com   # yours\n"},
    {"servicenow",
     "    url: https://example.service-now.com   # yours\n"
     "    user: mcp                              # whom the token belongs to\n"},
};

// A reference to where the secret is: Secrets Manager, or a variable here.
std::string reference(const Starter& starter, std::string_view what, std::string_view key) {
  if (is_on_aws(starter.target)) {
    return fmt::format("\"secretsmanager:{}/{}#{}\"", starter.name, what, key);
  }
  std::string variable;
  for (auto const c : fmt::format("{}_{}", what, key)) {
    auto const is_lower = c >= 'a' && c <= 'z';
    variable += c == '-' ? '_' : is_lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return "env:" + variable;
}

std::string servers_of(const Starter& starter) {
  std::string out = "servers:\n";
  for (auto const& connector : starter.connectors) {
    out += fmt::format("  {}:\n    connector: {}\n", connector, connector);
    auto const address = std::ranges::find(kAddresses, connector, &Address::connector);
    if (address != std::end(kAddresses)) out += address->lines;
    out += fmt::format("    token: {}\n", reference(starter, connector, "token"));
    out += "    access: read-only   # or read-write; full includes what cannot be taken back\n";
  }
  for (auto const& [name, image] : starter.images) {
    out += fmt::format("  {}:\n    image: {}\n", name, image);
    out +=
        "    port: 8080\n"
        "    health: /health       # answers 200 when the image is well\n"
        "    sessions: stateless   # or in-memory, which needs a single task or stickiness\n";
  }
  return out;
}

// Tokens are verified by HTTPS only, and two targets meet on one name.
bool needs_domain(const Starter& starter) {
  return starter.target == Target::hybrid ||
         (starter.target == Target::ecs && starter.callers != Callers::none);
}

std::string domain_of(const Starter& starter) {
  if (!starter.domain.empty()) return fmt::format("domain: {}\n", starter.domain);
  return needs_domain(starter) ? "domain: mcp.example.com   # yours: it gets a certificate\n" : "";
}

std::string callers_of(const Starter& starter) {
  switch (starter.callers) {
    case Callers::none:
      return fmt::format(
          "# Everybody may call who reaches the address. Otherwise: api_keys{}.\nauth: none\n",
          starter.target == Target::local ? "" : " or jwt"
      );
    case Callers::api_keys:
      return fmt::format(
          "# `davitd keys new NAME` makes a key for a caller, and the line that lets it in.\n"
          "auth:\n  api_keys: [{}]\n",
          reference(starter, "callers", "keys")
      );
    case Callers::jwt:
      return "auth:\n  jwt:\n"
             "    issuer: https://login.example.com   # yours\n"
             "    audience: mcp\n";
  }
  return "";
}

std::string environments_of(const Starter& starter) {
  if (starter.environments.empty()) return "";
  std::string out =
      "\n# What differs in each: `davit plan --environment NAME`. The keys are those from above.\n"
      "environments:\n";
  for (auto const& name : starter.environments) {
    auto const is_last = &name == &starter.environments.back();
    out += fmt::format(
        "  {}:{}\n",
        name,
        is_last ? " {}" : "\n    scaling: {min: 1, max: 2}\n    release: {strategy: rolling}"
    );
  }
  return out;
}

}  // namespace

std::string_view check(const Starter& starter) {
  if (starter.target != Target::local) return "";
  if (starter.callers == Callers::jwt) {
    return "`jwt` is not for the target `local`, where davitd knows API keys only: take api-keys "
           "or "
           "none, or another target";
  }
  if (!starter.images.empty()) {
    return "images are not for the target `local`, which has no containers: take another target";
  }
  return "";
}

std::string starter_manifest(const Starter& starter) {
  auto out = fmt::format(
      "# `davit docs manifest` explains every key, `davit validate` checks this file.\n"
      "name: {}\n"
      "target: {}   # local, ecs, lambda, hybrid or kubernetes\n",
      starter.name,
      name_of(starter.target)
  );
  if (is_on_aws(starter.target)) out += fmt::format("region: {}\n", starter.region);
  out += domain_of(starter);
  // An image is a container of its own; two of them share no function, and maybe a port.
  if (!starter.images.empty() && starter.images.size() + starter.connectors.size() > 1) {
    out += "layout: task-per-server   # or one-task, when no port is there twice\n";
  }
  out += '\n' + servers_of(starter);
  out += '\n' + callers_of(starter);
  if (starter.target == Target::lambda && starter.callers == Callers::jwt &&
      !starter.images.empty()) {
    out += "\nlambda: {front: http}   # which checks the tokens for the images, too\n";
  }
  if (starter.target == Target::ecs || starter.target == Target::hybrid) {
    out +=
        "\nsize: {cpu: 256, memory: 512}   # of a task: 1/1024 vCPU, MiB\n"
        "scaling: {min: 2, max: 10}\n"
        "# alerts: {email: [oncall@example.com]}\n"
        "# budget: {monthly: 100}        # US dollars\n";
  }
  return out + environments_of(starter);
}

}  // namespace davit::manifest
