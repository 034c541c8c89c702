#include "infra/github_trust.h"

#include <fmt/format.h>

namespace davit::infra {
namespace {

constexpr std::string_view kGithub = "token.actions.githubusercontent.com";

Value provider_of(const Manifest& manifest, Stack& stack) {
  if (manifest.deploy.oidc_provider != "create") return Value(manifest.deploy.oidc_provider);
  stack.add(
      Layer::watch,
      "GithubProvider",
      "AWS::IAM::OIDCProvider",
      {{"Url", fmt::format("https://{}", kGithub)},
       {"ClientIdList", json::Array{"sts.amazonaws.com"}}}
  );
  stack.add_note(
      "An account has one OIDC provider for GitHub. If yours has it already, write its ARN into "
      "`deploy.oidc_provider`."
  );
  return ref_of("GithubProvider");
}

// Exactly these workflows: a pattern over the repository would let every branch of it release, and
// every pull request (GitHub, "OpenID Connect reference", "Example subject claims").
json::Array subjects_of(const manifest::Deploy& deploy) {
  json::Array subjects;
  for (auto const& environment : deploy.environments) {
    subjects.emplace_back(fmt::format("repo:{}:environment:{}", deploy.github, environment));
  }
  if (!subjects.empty()) return subjects;
  for (auto const& branch : deploy.branches) {
    subjects.emplace_back(fmt::format("repo:{}:ref:refs/heads/{}", deploy.github, branch));
  }
  return subjects;
}

// GitHub changelog, 2026-04-23, "Immutable subject claims for GitHub Actions OIDC tokens".
void tell_of_numbers(const manifest::Deploy& deploy, Stack& stack) {
  if (deploy.github.find('@') != std::string::npos) return;
  stack.add_note(fmt::format(
      "AWS expects workflows of {} to call themselves repo:{}. Repositories made or renamed since "
      "2026-07-15 have numbers in that name: write deploy.github as owner@1/repository@2 then.",
      deploy.github,
      deploy.github
  ));
}

}  // namespace

json::Object trust_github(const Manifest& manifest, Stack& stack) {
  tell_of_numbers(manifest.deploy, stack);
  json::Object const claims{
      {fmt::format("{}:aud", kGithub), "sts.amazonaws.com"},
      {fmt::format("{}:sub", kGithub), subjects_of(manifest.deploy)}
  };
  return {
      {"Effect", "Allow"},
      {"Principal", json::Object{{"Federated", provider_of(manifest, stack)}}},
      {"Action", "sts:AssumeRoleWithWebIdentity"},
      {"Condition", json::Object{{"StringEquals", claims}}}
  };
}

}  // namespace davit::infra
