// Secrets: where references point to, which of them are rotated, and what is none and should be.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/secret_reference.h"
#include "manifest/findings.h"

namespace davit::manifest {
namespace {

void add(Findings& findings, const Reference& reference, std::string message) {
  if (reference.server != nullptr) {
    findings.add(*reference.server, reference.key, std::move(message));
  } else {
    findings.add(reference.key, std::move(message));
  }
}

// A task or function has neither this machine's variables nor its files.
void check_places(const Manifest& manifest, Findings& findings) {
  if (!on_aws(manifest)) return;
  for (auto const& reference : references_of(manifest)) {
    if (!reference.text.starts_with("env:") && !reference.text.starts_with("file:")) continue;
    add(findings,
        reference,
        "is on this machine, and runs on AWS; put the secret into Secrets Manager and write "
        "`secretsmanager:NAME#key`, or into Parameter Store and write `ssm:/NAME`");
  }
}

// "mcp/gitlab" of "secretsmanager:mcp/gitlab#token".
std::string_view name_of(std::string_view reference) {
  constexpr std::string_view kScheme = "secretsmanager:";
  if (!reference.starts_with(kScheme)) return {};
  auto const target = reference.substr(kScheme.size());
  return target.substr(0, target.find('#'));
}

void check_rotation(const Manifest& manifest, Findings& findings) {
  auto const& secrets = manifest.secrets;
  if (secrets.rotation && secrets.rotate.empty()) {
    findings.add(
        "secrets.rotation",
        "needs the names of the secrets that are rotated: `rotate: [mcp/gitlab]`"
    );
  }
  if (!secrets.rotation && !secrets.rotate.empty()) {
    findings.add("secrets.rotate", "needs the time between two rotations: `rotation: 30d`");
  }
}

void check_rotated(const Manifest& manifest, Findings& findings) {
  std::vector<std::string_view> used;
  for (auto const& reference : references_of(manifest)) {
    auto const name = name_of(reference.text);
    if (!name.empty() && std::ranges::find(used, name) == used.end()) used.push_back(name);
  }
  for (auto const& name : manifest.secrets.rotate) {
    if (std::ranges::find(used, name) != used.end()) continue;
    findings.add(
        "secrets.rotate",
        used.empty()
            ? fmt::format("nothing refers to a secret `{}`", name)
            : fmt::format(
                  "nothing refers to a secret `{}`; there are: {}", name, fmt::join(used, ", ")
              )
    );
  }
}

bool is_variable(std::string_view name) {
  auto const is_digit = !name.empty() && name[0] >= '0' && name[0] <= '9';
  return !name.empty() && !is_digit &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
         ) == std::string_view::npos;
}

// What AWS itself puts into the environment for the role.
constexpr std::array<std::string_view, 3> kCredentials{
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
};

// Endings of names that hold a secret, and a length below which a value is hardly one.
constexpr std::array<std::string_view, 5> kSecretEndings{
    "_TOKEN", "_PASSWORD", "_SECRET", "_API_KEY", "_ACCESS_KEY"
};
constexpr std::size_t kShortestSecret = 16;

bool looks_secret(std::string_view name, std::string_view value) {
  auto const is_named = std::ranges::any_of(kSecretEndings, [name](std::string_view ending) {
    return name.ends_with(ending);
  });
  auto const is_place = value.starts_with('/') || value.find("://") != std::string_view::npos;
  return is_named && !is_place && value.size() >= kShortestSecret;
}

std::string_view check_variable(std::string_view name) {
  if (!is_variable(name)) {
    return "is no name of a variable; write letters, digits and _, and no digit first";
  }
  if (std::ranges::find(kCredentials, name) != kCredentials.end()) {
    return "is set by AWS for the server's role; leave it out, and give the role what it needs by "
           "`policies`";
  }
  return "";
}

void check_variables(const Manifest& manifest, Findings& findings) {
  for (auto const& server : manifest.servers) {
    for (auto const& [name, value] : server.environment) {
      auto const key = "environment." + name;
      auto const wrong = check_variable(name);
      if (!wrong.empty()) {
        findings.add(server, key, std::string(wrong));
      } else if (looks_secret(name, value)) {
        findings.add(
            server,
            key,
            fmt::format(
                "looks like a secret in the clear; put it into Secrets Manager, and write "
                "`secrets: {{{}: \"secretsmanager:NAME#key\"}}`",
                name
            )
        );
      }
    }
    for (auto const& [name, reference] : server.secrets) {
      auto const key = "secrets." + name;
      auto const wrong = check_variable(name);
      if (!wrong.empty()) findings.add(server, key, std::string(wrong));
      auto const is_twice = std::ranges::any_of(server.environment, [&name](auto const& entry) {
        return entry.first == name;
      });
      if (is_twice) {
        findings.add(server, key, "is under `environment` too; keep one of them");
      }
    }
    auto const has_any = !server.environment.empty() || !server.secrets.empty();
    if (server.is_connector() && has_any) {
      findings.add(
          server,
          server.environment.empty() ? "secrets" : "environment",
          "is for images and commands; a connector has its own keys, such as `url` and `token`"
      );
    }
  }
}

constexpr Check kChecks[] = {
    {"server auth state", check_places},
    {"secrets", check_rotation},
    {"secrets servers auth state", check_rotated},
    {"server", check_variables},
};

}  // namespace

std::span<const Check> secret_checks() { return kChecks; }

}  // namespace davit::manifest
