#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/iam.h"
#include "infra/retention.h"
#include "infra/secret_target.h"
#include "infra/secrets_key.h"

namespace davit::infra {
namespace {

using namespace std::chrono_literals;

// One step of a rotation asks the service for a new credential, or tries it.
constexpr auto kTimeout = 60s;
constexpr int kMemory = 256;  // MiB

// Null when there is no davitd in the deployment.
Value image_of_davitd(const Manifest& manifest, const Parts& parts) {
  if (!manifest.image.empty()) return Value(manifest.image);
  for (auto const& unit : parts.units) {
    auto const found = std::ranges::find(unit.containers, true, &Container::is_davitd);
    if (found != unit.containers.end()) return found->image;
  }
  return {};
}

class RotationConcern {
 public:
  RotationConcern(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {
    for (auto const& name : manifest.secrets.rotate) rotated_.push_back(rotated_of(name));
  }

  void add(const Value& image) {
    add_log_group();
    add_role();
    add_function(image);
    for (auto const& secret : rotated_) add_schedule(secret);
    stack_.add_note(
        "Secrets are rotated by `davitd lambda rotate`, which this version of davitd does not have "
        "yet: until one that has it runs, every rotation fails and the secrets stay as they are."
    );
  }

 private:
  struct Rotated {
    std::string id;      // of its schedule
    Value secret;        // as the schedule wants it
    Value resource;      // its ARN for a policy
    std::string server;  // whose it is
  };

  // The ARN by name even of a secret that is made here: of a stack that is split the secrets of the
  // servers may be behind the role.
  Rotated rotated_of(const std::string& name) const {
    Rotated secret{
        .id = new_id(name), .secret = Value(name), .resource = arn_for_policy({.name = name})
    };
    for (auto const& resource : stack_.resources()) {
      if (resource.type->name != "AWS::SecretsManager::Secret") continue;
      if (json::find_string(Value(resource.properties), "Name") != name) continue;
      secret.secret = ref_of(resource.id);
      secret.server = resource.server;
    }
    return secret;
  }

  std::string new_id(const std::string& name) const {
    return id_of_secret(name, "Rotation", [this](const std::string& id) {
      return std::ranges::find(rotated_, id, &Rotated::id) != rotated_.end();
    });
  }

  std::string name() const { return manifest_.stack_name() + "-rotation"; }

  void add_log_group() {
    json::Object properties{
        {"LogGroupName", "/aws/lambda/" + name()},
        {"RetentionInDays", retention_days(manifest_.logs.retention)}
    };
    if (!parts_.secrets.kms_key.is_null()) properties["KmsKeyId"] = parts_.secrets.kms_key;
    stack_.add(Layer::shared, "RotationLogs", "AWS::Logs::LogGroup", std::move(properties));
  }

  // Secrets Manager user guide, "Lambda rotation function execution role permissions".
  void add_role() {
    Values secrets;
    for (auto const& secret : rotated_) secrets.push_back(secret.resource);
    std::vector<Statement> statements{
        {.sid = "RotateTheNamedSecrets",
         .actions =
             {"secretsmanager:DescribeSecret",
              "secretsmanager:GetSecretValue",
              "secretsmanager:PutSecretValue",
              "secretsmanager:UpdateSecretVersionStage"},
         .resources = std::move(secrets)},
        {.sid = "WriteItsLogs",
         .actions = {"logs:CreateLogStream", "logs:PutLogEvents"},
         .resources = {arn("logs", "log-group:/aws/lambda/" + name() + ":*")}}
    };
    if (!parts_.secrets.kms_key.is_null()) {
      statements.push_back(
          {.sid = "DecryptAndEncryptTheNamedSecrets",
           .actions = {"kms:Decrypt", "kms:GenerateDataKey"},
           .resources = {parts_.secrets.kms_key},
           .conditions =
               {{"StringEquals", json::Object{{"kms:ViaService", via_service("secretsmanager")}}}}}
      );
    }
    infra::add_role(
        stack_,
        Layer::shared,
        "RotationRole",
        "What the function that rotates secrets may do.",
        trust_service("lambda.amazonaws.com", for_this_account()),
        statements
    );
  }

  void add_function(const Value& image) {
    auto const is_arm = manifest_.size.arch == manifest::Arch::arm64;
    stack_.add(
        Layer::shared,
        "RotationFunction",
        "AWS::Lambda::Function",
        {{"FunctionName", name()},
         {"Description", fmt::format("Rotates secrets of {}.", manifest_.stack_name())},
         {"PackageType", "Image"},
         {"Code", json::Object{{"ImageUri", image}}},
         {"ImageConfig", json::Object{{"Command", json::Array{"lambda", "rotate"}}}},
         {"Architectures", json::Array{is_arm ? "arm64" : "x86_64"}},
         {"Timeout", kTimeout.count()},
         {"MemorySize", kMemory},
         {"LoggingConfig", json::Object{{"LogGroup", ref_of("RotationLogs")}}},
         {"Role", attribute("RotationRole", "Arn")}}
    );
  }

  void add_schedule(const Rotated& secret) {
    auto const permission = secret.id + "Permission";
    stack_
        .add(
            Layer::shared,
            permission,
            "AWS::Lambda::Permission",
            {{"Action", "lambda:InvokeFunction"},
             {"FunctionName", ref_of("RotationFunction")},
             {"Principal", "secretsmanager.amazonaws.com"},
             {"SourceAccount", ref_of("AWS::AccountId")},
             {"SourceArn", secret.resource}}
        )
        .of_server(secret.server);
    stack_
        .add(
            Layer::shared,
            secret.id,
            "AWS::SecretsManager::RotationSchedule",
            {{"SecretId", secret.secret},
             {"RotationLambdaARN", attribute("RotationFunction", "Arn")},
             {"RotationRules",
              json::Object{{"AutomaticallyAfterDays", manifest_.secrets.rotation->count()}}},
             // At first there may be a placeholder inside.
             {"RotateImmediatelyOnUpdate", false}}
        )
        .needs(permission)
        .of_server(secret.server);
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
  std::vector<Rotated> rotated_;
};

}  // namespace

void add_rotation(const Manifest& manifest, Parts& parts, Stack& stack) {
  auto const& secrets = manifest.secrets;
  if (!secrets.rotation || secrets.rotate.empty()) return;
  auto const image = image_of_davitd(manifest, parts);
  if (image.is_null()) {
    stack.add_note(
        "Nothing rotates the secrets of `secrets.rotate`: davitd does it, and there is no "
        "connector and no `image` to take it from."
    );
    return;
  }
  RotationConcern(manifest, parts, stack).add(image);
}

}  // namespace davit::infra
