#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/ecr.h"
#include "infra/iam.h"

namespace davit::infra {
namespace {

struct Rule {
  std::string prefix;  // of the tag; empty: images without one
  std::string description;
  bool is_by_age = false;
  std::int64_t limit = 0;  // images that stay, or days
};

// A rule takes the images that have all of its prefixes, not one of them, so each prefix is a rule
// of its own; an image belongs to the first rule that fits (ECR user guide, "Examples of lifecycle
// policies").
std::vector<Rule> rules_of(const manifest::Registry& registry) {
  auto const dev = registry.keep_dev.count();
  return {
      {"v", "Releases", false, registry.keep_releases},
      {"release-", "Releases", false, registry.keep_releases},
      {"staging-", "Staging", false, registry.keep_staging},
      {"dev-", "Branches", true, dev},
      {"pr-", "Pull requests", true, dev},
      {"", "Images without a tag", true, registry.keep_untagged.count()},
  };
}

std::string days(std::int64_t count) {
  return fmt::format("{} {}", count, count == 1 ? "day" : "days");
}

json::Object to_json(const Rule& rule, int priority) {
  json::Object selection;
  if (rule.prefix.empty()) {
    selection["tagStatus"] = "untagged";
  } else {
    selection["tagStatus"] = "tagged";
    selection["tagPrefixList"] = json::Array{Value(rule.prefix)};
  }
  selection["countType"] = rule.is_by_age ? "sinceImagePushed" : "imageCountMoreThan";
  if (rule.is_by_age) selection["countUnit"] = "days";
  selection["countNumber"] = rule.limit;
  return {
      {"rulePriority", priority},
      {"description",
       rule.is_by_age ? fmt::format("{}: gone when {} old.", rule.description, days(rule.limit))
                      : fmt::format("{}: the last {} stay.", rule.description, rule.limit)},
      {"selection", std::move(selection)},
      {"action", json::Object{{"type", "expire"}}}
  };
}

std::string lifecycle_policy(const manifest::Registry& registry) {
  json::Array rules;
  auto priority = 0;
  for (auto const& rule : rules_of(registry)) rules.push_back(to_json(rule, ++priority));
  return json::to_text(Value(json::Object{{"rules", std::move(rules)}}));
}

// Who may pull beside the account's own roles; empty: nobody. A repository's policy has no
// resources, they are the repository.
json::Object repository_policy(const Manifest& manifest) {
  json::Array statements;
  if (!manifest.registry.accounts.empty()) {
    json::Array accounts;
    for (auto const& account : manifest.registry.accounts) {
      accounts.push_back(substitute(fmt::format("arn:${{AWS::Partition}}:iam::{}:root", account)));
    }
    statements.push_back(json::Object{
        {"Sid", "LetOtherAccountsPull"},
        {"Effect", "Allow"},
        {"Principal", json::Object{{"AWS", std::move(accounts)}}},
        {"Action",
         json::Array{
             "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"
         }}
    });
  }
  // Lambda pulls as itself, not with the function's role, and again when a function was idle for
  // long (Lambda developer guide, "Create a Lambda function using a container image").
  if (manifest.on_lambda() || manifest.secrets.rotation) {
    statements.push_back(json::Object{
        {"Sid", "LetFunctionsOfTheAccountPull"},
        {"Effect", "Allow"},
        {"Principal", json::Object{{"Service", "lambda.amazonaws.com"}}},
        {"Action", json::Array{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}},
        {"Condition", for_this_account(arn("lambda", "function:" + manifest.name + "-*"))}
    });
  }
  if (statements.empty()) return {};
  return {{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
}

}  // namespace

void add_registry(const Manifest& manifest, [[maybe_unused]] Parts& parts, Stack& stack) {
  auto const policy = repository_policy(manifest);
  for (auto const& repository : repositories_of(manifest)) {
    json::Object properties{
        {"RepositoryName", repository.name},
        // A release's tag always means the same image, so that a rollback finds what it left.
        {"ImageTagMutability", "IMMUTABLE"},
        {"ImageScanningConfiguration", json::Object{{"ScanOnPush", true}}},
        {"EncryptionConfiguration", json::Object{{"EncryptionType", "AES256"}}},
        {"LifecyclePolicy",
         json::Object{{"LifecyclePolicyText", lifecycle_policy(manifest.registry)}}}
    };
    if (!policy.empty()) properties["RepositoryPolicyText"] = policy;
    stack.add(Layer::registry, repository.id, "AWS::ECR::Repository", std::move(properties))
        .retained()
        .of_server(repository.server);
    stack.add_output(
        repository.id + "Uri",
        fmt::format("Where images of {} are pushed.", repository.name),
        attribute(repository.id, "RepositoryUri")
    );
  }
}

}  // namespace davit::infra
