#include "infra/grants.h"

#include <algorithm>

#include "infra/secrets_key.h"

namespace davit::infra {
namespace {

void add_once(Values& values, const Value& value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(value);
}

// Of its servers, and davitd's own where it is in the unit.
std::vector<SecretUse> secrets_of_unit(const Unit& unit, const Parts& parts) {
  std::vector<SecretUse> uses;
  auto const append = [&uses](const std::vector<SecretUse>& more) {
    uses.insert(uses.end(), more.begin(), more.end());
  };
  for (auto const& container : unit.containers) {
    for (auto const* server : container.servers) {
      auto const found = parts.secrets.of_server.find(server->name());
      if (found != parts.secrets.of_server.end()) append(found->second);
    }
    if (container.is_davitd) append(parts.secrets.of_davitd);
  }
  return uses;
}

// Each server has a folder of its own in the bucket.
void grant_bucket(Statements& statements, const Unit& unit, const Parts& parts) {
  auto const& bucket = parts.storage.bucket_arn;
  Values objects;
  json::Array prefixes;
  for (auto const& container : unit.containers) {
    for (auto const* server : container.servers) {
      objects.push_back(concat({bucket, Value('/' + server->name() + "/*")}));
      prefixes.emplace_back(server->name() + "/*");
    }
  }
  statements.push_back(
      {.sid = "KeepFilesInTheFoldersOfItsServers",
       .actions = {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
       .resources = std::move(objects)}
  );
  statements.push_back(
      {.sid = "ListTheFoldersOfItsServers",
       .actions = {"s3:ListBucket"},
       .resources = {bucket},
       .conditions = {{"StringLike", json::Object{{"s3:prefix", std::move(prefixes)}}}}}
  );
  auto const& key = parts.secrets.kms_key;
  if (key.is_null()) return;
  statements.push_back(
      {.sid = "EncryptAndDecryptItsFiles",
       .actions = {"kms:Decrypt", "kms:GenerateDataKey"},
       .resources = {key},
       .conditions = {{"StringEquals", json::Object{{"kms:ViaService", via_service("s3")}}}}}
  );
}

void grant_file_system(Statements& statements, const Unit& unit, const Parts& parts) {
  json::Array points;
  for (auto const& container : unit.containers) {
    auto const point = parts.storage.access_point_arns.find(container.name);
    if (point != parts.storage.access_point_arns.end()) points.push_back(point->second);
  }
  if (points.empty()) return;
  auto const file_system =
      concat({arn("elasticfilesystem", "file-system/"), parts.storage.file_system});
  statements.push_back(
      {.sid = "KeepFilesBehindItsOwnAccessPoints",
       .actions = {"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"},
       .resources = {file_system},
       .conditions =
           {{"ArnEquals", json::Object{{"elasticfilesystem:AccessPointArn", std::move(points)}}}}}
  );
}

}  // namespace

void grant_secrets(
    Statements& statements, SecretReader reader, const Unit& unit, const Parts& parts
) {
  Values secrets;
  Values parameters;
  for (auto const& use : secrets_of_unit(unit, parts)) {
    add_once(use.is_parameter ? parameters : secrets, use.resource);
  }
  json::Array services;
  if (!secrets.empty()) {
    services.push_back(via_service("secretsmanager"));
    statements.push_back(
        {.sid = "ReadItsSecrets",
         .actions = {"secretsmanager:GetSecretValue"},
         .resources = std::move(secrets)}
    );
  }
  if (!parameters.empty()) {
    services.push_back(via_service("ssm"));
    std::vector<std::string> actions{"ssm:GetParameters"};
    if (reader == SecretReader::function) actions.emplace_back("ssm:GetParameter");
    statements.push_back(
        {.sid = "ReadItsParameters",
         .actions = std::move(actions),
         .resources = std::move(parameters)}
    );
  }
  auto const& key = parts.secrets.kms_key;
  if (services.empty() || key.is_null()) return;
  statements.push_back(
      {.sid = "DecryptWhatItReads",
       .actions = {"kms:Decrypt"},
       .resources = {key},
       .conditions = {{"StringEquals", json::Object{{"kms:ViaService", std::move(services)}}}}}
  );
}

void grant_logs(Statements& statements, const Values& groups) {
  Values streams;
  for (auto const& group : groups) add_once(streams, concat({group, Value(":*")}));
  if (streams.empty()) return;
  statements.push_back(
      {.sid = "WriteItsLogs",
       .actions = {"logs:CreateLogStream", "logs:PutLogEvents"},
       .resources = std::move(streams)}
  );
}

void grant_artifacts(Statements& statements, const Unit& unit, const Parts& parts) {
  if (!parts.storage.bucket_arn.is_null()) grant_bucket(statements, unit, parts);
  if (!parts.storage.file_system.is_null()) grant_file_system(statements, unit, parts);
}

void grant_traces(Statements& statements, const Manifest& manifest) {
  auto const goes_to_xray =
      manifest.traces == manifest::Traces::xray ||
      (manifest.traces == manifest::Traces::otlp && manifest.traces_endpoint.empty());
  if (!goes_to_xray) return;
  statements.push_back(
      {.sid = "AnyResourceSinceTracesHaveNone",
       .actions = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"},
       .resources = {Value("*")}}
  );
}

json::Array policies_of(const Unit& unit) {
  Values policies;
  for (auto const& container : unit.containers) {
    for (auto const* server : container.servers) {
      for (auto const& policy : server->policies) add_once(policies, Value(policy));
    }
  }
  return to_array(policies);
}

}  // namespace davit::infra
