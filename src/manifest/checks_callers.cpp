// Who may call, and whether what callers bring stays secret on its way.
#include <fmt/format.h>

#include "manifest/findings.h"

namespace davit::manifest {
namespace {

bool has_jwt(const Auth& auth) { return !auth.jwt_issuer.empty() || !auth.jwt_audience.empty(); }

void check_decided(const Manifest& manifest, Findings& findings) {
  if (!on_aws(manifest) || !manifest.is_internet_facing() || manifest.auth.is_given() ||
      has_jwt(manifest.auth)) {
    return;
  }
  findings.add(
      "auth",
      "is not decided, and the address is on the internet; write `auth: {jwt: {issuer: ..., "
      "audience: ...}}`, `auth: {api_keys: [\"secretsmanager:NAME#key\"]}`, or `auth: none` when "
      "everybody may call"
  );
}

void check_jwt(const Manifest& manifest, Findings& findings) {
  auto const& auth = manifest.auth;
  if (auth.jwt_issuer.empty() && has_jwt(auth)) {
    findings.add(
        "auth.jwt.issuer",
        "is missing: nobody could tell who signed the tokens; write their `iss`, https://..."
    );
  }
  if (auth.jwt_audience.empty() && has_jwt(auth)) {
    findings.add(
        "auth.jwt.audience",
        "is missing: tokens that the issuer made for other services would be taken; write the "
        "`aud` "
        "of those for this one"
    );
  }
  if (!auth.jwt_jwks.empty() && !has_jwt(auth)) {
    findings.add("auth.jwt.jwks", "needs `issuer` and `audience` beside it");
  }
}

void check_iam(const Manifest& manifest, Findings& findings) {
  auto const& auth = manifest.auth;
  if (!auth.iam) return;
  if (manifest.target != Target::lambda) {
    findings.add(
        "auth.iam", "is checked by Lambda's front only; write `target: lambda`, `jwt` or `api_keys`"
    );
  } else if (has_jwt(auth)) {
    findings.add(
        "auth.iam",
        "wants the Authorization header of a request, and so does `jwt`; keep one of them"
    );
  }
}

// The balancer has HTTPS with a certificate, its own or one that is made for the domain.
bool has_https(const Manifest& manifest) {
  return !manifest.domain.empty() || !manifest.balancer.certificate.empty();
}

void check_clear_text(const Manifest& manifest, Findings& findings) {
  auto const& auth = manifest.auth;
  if (!manifest.on_ecs() || auth.is_none || has_https(manifest)) return;
  if (has_jwt(auth)) {
    // ELB user guide, "Verify JWTs": of HTTPS listeners only.
    findings.add(
        "auth.jwt",
        "needs HTTPS, where the balancer verifies tokens; write `domain`, or "
        "`balancer.certificate`"
    );
  } else if (manifest.is_internet_facing() && !auth.api_keys.empty()) {
    findings.add(
        "auth.api_keys",
        "would cross the internet in the clear; write `domain`, for which a certificate is made, "
        "or "
        "`balancer.certificate`"
    );
  }
}

// A private REST API wants an endpoint in the callers' network and a policy; neither is made here.
// HTTP APIs and function URLs have no private form at all.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html
void check_internal_front(const Manifest& manifest, Findings& findings) {
  if (manifest.target != Target::lambda || manifest.is_internet_facing()) return;
  findings.add(
      "network.ingress",
      "is internal, and what stands in front of Lambda is on the internet; write `target: hybrid` "
      "or `ecs`, whose balancer can be inside"
  );
}

// Who checks callers for an image: the balancer checks tokens, an HTTP API tokens, every front of
// Lambda signatures; keys are davitd's own.
bool is_guarded(const Manifest& manifest) {
  auto const& auth = manifest.auth;
  if (auth.is_none || auth.iam) return true;
  if (!has_jwt(auth)) return auth.api_keys.empty();
  return manifest.on_ecs() || (manifest.lambda.front == Front::http && auth.jwt_jwks.empty());
}

void check_images(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs() && !manifest.on_lambda()) return;
  if (is_guarded(manifest)) return;
  for (auto const& server : manifest.servers) {
    if (!server.is_image()) continue;
    findings.add(
        server,
        "",
        has_jwt(manifest.auth)
            ? "is an image, and this front of Lambda checks no tokens for it; write `front: http` "
              "without `jwks`, or `target: ecs`"
            : "is an image, and API keys are checked by davitd for connectors only; write "
              "`auth: {jwt: ...}`, or `auth: none` if the image checks callers itself"
    );
  }
}

constexpr Check kChecks[] = {
    {"auth network", check_decided},
    {"auth", check_jwt},
    {"auth", check_iam},
    {"auth network domain balancer", check_clear_text},
    {"network", check_internal_front},
    {"auth lambda servers", check_images},
};

}  // namespace

std::span<const Check> caller_checks() { return kChecks; }

}  // namespace davit::manifest
