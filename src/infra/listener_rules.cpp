#include "infra/listener_rules.h"

#include <cstdint>

namespace davit::infra {
namespace {

using manifest::Manifest;

std::string jwks_of(const manifest::Auth& auth) {
  if (!auth.jwt_jwks.empty()) return auth.jwt_jwks;
  std::string_view issuer = auth.jwt_issuer;
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/jwks.json";
}

// ELB user guide, "Verify JWTs using an Application Load Balancer": RS256 only; `iss` and `exp`
// have to be there and are checked always. ELB refuses this action on a listener without TLS.
json::Object check_token(const manifest::Auth& auth) {
  json::Object config{{"Issuer", auth.jwt_issuer}, {"JwksEndpoint", jwks_of(auth)}};
  if (!auth.jwt_audience.empty()) {
    config["AdditionalClaims"] = json::Array{json::Object{
        {"Name", "aud"}, {"Format", "single-string"}, {"Values", json::Array{auth.jwt_audience}}
    }};
  }
  return {{"Type", "jwt-validation"}, {"Order", 1}, {"JwtValidationConfig", std::move(config)}};
}

// FNV-1a (www.isthe.com/chongo/tech/comp/fnv), the same in every build.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2'166'136'261U;
  for (auto const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash;
}

// The greatest that ELB takes (API, CreateRule).
constexpr int kLast = 50'000;

}  // namespace

json::Object path_condition(const std::vector<std::string>& patterns) {
  return {
      {"Field", "path-pattern"},
      {"PathPatternConfig",
       json::Object{{"RegexValues", json::Array(patterns.begin(), patterns.end())}}}
  };
}

// Paths of the manifest have neither `*` nor `?`, which would be wildcards.
json::Object exact_path_condition(std::string_view path) {
  return {
      {"Field", "path-pattern"}, {"PathPatternConfig", json::Object{{"Values", json::Array{path}}}}
  };
}

json::Object forward_to(const Values& groups) {
  json::Array weighted;
  for (auto const& group : groups) {
    weighted.push_back(
        json::Object{{"TargetGroupArn", group}, {"Weight", weighted.empty() ? 100 : 0}}
    );
  }
  // Without stickiness between groups: a client would stay with the old version.
  return {
      {"Type", "forward"},
      {"ForwardConfig",
       json::Object{
           {"TargetGroups", std::move(weighted)},
           {"TargetGroupStickinessConfig", json::Object{{"Enabled", false}}}
       }}
  };
}

json::Array forward_callers_to(const Manifest& manifest, const Values& groups) {
  auto forward = forward_to(groups);
  if (manifest.auth.jwt_issuer.empty()) return json::Array{std::move(forward)};
  forward["Order"] = 2;
  return json::Array{check_token(manifest.auth), std::move(forward)};
}

int Priorities::of_short_calls(std::string_view unit, const Paths& paths) {
  return paths.take_the_rest ? kLast - 1 : free_one(unit, 100, 999);
}

int Priorities::of_container(std::string_view container, const Paths& paths) {
  return paths.take_the_rest ? kLast : free_one(container, 1000, kLast - 2);
}

int Priorities::free_one(std::string_view name, int first, int last) {
  auto const count = last - first + 1;
  auto offset = static_cast<int>(hash_of(name) % static_cast<std::uint32_t>(count));
  while (!taken_.insert(first + offset).second) offset = (offset + 1) % count;
  return first + offset;
}

}  // namespace davit::infra
