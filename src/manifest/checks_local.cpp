// The local target: what one machine without containers cannot run.
#include <algorithm>

#include <fmt/format.h>

#include "manifest/findings.h"

namespace davit::manifest {
namespace {

bool on_this_machine(const Manifest& manifest) { return manifest.target == Target::local; }

void check_runnable(const Manifest& manifest, Findings& findings) {
  if (!on_this_machine(manifest)) return;
  for (auto const& server : manifest.servers) {
    // More kinds than one are a mistake that is told by itself.
    if (server.is_image() && server.command.empty() && !server.is_connector()) {
      findings.add(
          server,
          "image",
          "cannot run with `target: local`, which has no containers; write the `command` that the "
          "image runs, with `transport: http`, or another target"
      );
    } else if (!server.is_image() && !server.command.empty() && !server.is_http_command()) {
      findings.add(
          server,
          "command",
          "speaks stdio, which davitd cannot bridge yet; start it in a mode that serves HTTP and "
          "write `transport: http` beside it"
      );
    }
  }
}

void check_layout(const Manifest& manifest, Findings& findings) {
  if (!on_this_machine(manifest) || manifest.layout == Layout::one_task) return;
  findings.add(
      "layout",
      "has no effect with `target: local`: connectors share davitd's tasks there, and each command "
      "has its own; leave it out"
  );
}

// 127.0.0.0/8 and ::1.
bool is_loopback(const std::string& host) { return host.starts_with("127.") || host == "::1"; }

void check_callers(const Manifest& manifest, Findings& findings) {
  if (!on_this_machine(manifest)) return;
  auto const& auth = manifest.auth;
  if (!auth.jwt_issuer.empty() || !auth.jwt_audience.empty()) {
    findings.add(
        "auth.jwt",
        "is not checked with `target: local`, where davitd knows API keys only; write `api_keys`, "
        "or `auth: none` in the environment that runs here"
    );
  }
  if (is_loopback(manifest.local.host) || auth.is_given()) return;
  findings.add(
      "local.host",
      fmt::format(
          "lets everybody who reaches {} use the servers' credentials; write `auth: {{api_keys: "
          "[\"file:PATH\"]}}`, `auth: none` when everybody may call, or `host: 127.0.0.1`",
          manifest.local.host
      )
  );
}

// Keys are davitd's own: a command is not asked for them.
void check_commands(const Manifest& manifest, Findings& findings) {
  if (!on_this_machine(manifest) || manifest.auth.api_keys.empty()) return;
  for (auto const& server : manifest.servers) {
    if (!server.is_http_command()) continue;
    findings.add(
        server,
        "command",
        "is reached without an API key, for keys are checked by davitd and this server is not its; "
        "write `auth: none` if the command checks callers itself"
    );
  }
}

void check_store(const Manifest& manifest, Findings& findings) {
  if (!on_this_machine(manifest) || manifest.state.store != "valkey") return;
  findings.add(
      "state.store",
      "is `valkey`, which is made on AWS only; write a reference to the redis:// URL of one that "
      "runs here, such as `env:REDIS_URL`, or `none`"
  );
}

constexpr Check kChecks[] = {
    {"server", check_runnable},
    {"layout", check_layout},
    {"auth local", check_callers},
    {"auth servers", check_commands},
    {"state", check_store},
};

}  // namespace

std::span<const Check> local_checks() { return kChecks; }

}  // namespace davit::manifest
