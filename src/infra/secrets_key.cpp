#include "infra/secrets_key.h"

#include <fmt/format.h>

namespace davit::infra {
namespace {

// Each by name: a wildcard would grant whatever KMS invents next.
json::Array actions_of_administrators() {
  return {"kms:CancelKeyDeletion",   "kms:CreateAlias",
          "kms:DeleteAlias",         "kms:DescribeKey",
          "kms:DisableKey",          "kms:DisableKeyRotation",
          "kms:EnableKey",           "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",        "kms:GetKeyRotationStatus",
          "kms:ListAliases",         "kms:ListGrants",
          "kms:ListKeyPolicies",     "kms:ListKeyRotations",
          "kms:ListResourceTags",    "kms:PutKeyPolicy",
          "kms:RevokeGrant",         "kms:RotateKeyOnDemand",
          "kms:ScheduleKeyDeletion", "kms:TagResource",
          "kms:UntagResource",       "kms:UpdateAlias",
          "kms:UpdateKeyDescription"};
}

json::Array actions_of_use() {
  return {
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo"
  };
}

json::Object statement(
    std::string_view sid, json::Object principal, json::Array actions, json::Object conditions
) {
  // In a key's policy "*" is the key itself (KMS developer guide, "Key policies in AWS KMS").
  json::Object object{
      {"Sid", sid},
      {"Effect", "Allow"},
      {"Principal", std::move(principal)},
      {"Action", std::move(actions)},
      {"Resource", "*"}
  };
  if (!conditions.empty()) object["Condition"] = std::move(conditions);
  return object;
}

json::Object key_policy() {
  // The account as principal lets its own IAM policies decide; without it nobody could change the
  // key any more.
  json::Object const account{
      {"AWS", substitute("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
  };
  json::Object const logs{{"Service", substitute("logs.${AWS::Region}.${AWS::URLSuffix}")}};
  json::Array const services{via_service("s3"), via_service("secretsmanager"), via_service("ssm")};
  return {
      {"Version", "2012-10-17"},
      {"Statement",
       json::Array{
           statement(
               "LetTheAccountAdministerTheKey", account, actions_of_administrators(), json::Object{}
           ),
           statement(
               "LetTheAccountUseItThroughItsStores",
               account,
               actions_of_use(),
               {{"StringEquals", json::Object{{"kms:ViaService", services}}}}
           ),
           // CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
           statement(
               "LetLogsUseItForGroupsOfTheAccount",
               logs,
               actions_of_use(),
               {{"ArnLike",
                 json::Object{{"kms:EncryptionContext:aws:logs:arn", arn("logs", "log-group:*")}}}}
           )
       }}
  };
}

}  // namespace

Value via_service(std::string_view service) {
  return substitute(fmt::format("{}.${{AWS::Region}}.${{AWS::URLSuffix}}", service));
}

Value add_secrets_key(const Manifest& manifest, Stack& stack) {
  auto const& kms = manifest.secrets.kms;
  if (kms == "aws") return {};
  if (kms != "create") {
    stack.add_note(
        "The policy of the key in `secrets.kms` is yours: it has to let the account use it through "
        "s3, secretsmanager and ssm, and logs.REGION.amazonaws.com use it for the log groups."
    );
    return Value(kms);
  }
  stack
      .add(
          Layer::shared,
          "SecretsKey",
          "AWS::KMS::Key",
          {{"Description", fmt::format("Encrypts the secrets of {}.", manifest.stack_name())},
           {"EnableKeyRotation", true},
           {"KeyPolicy", key_policy()}}
      )
      .retained();
  stack.add(
      Layer::shared,
      "SecretsKeyAlias",
      "AWS::KMS::Alias",
      {{"AliasName", "alias/" + manifest.stack_name()}, {"TargetKeyId", ref_of("SecretsKey")}}
  );
  return attribute("SecretsKey", "Arn");
}

}  // namespace davit::infra
