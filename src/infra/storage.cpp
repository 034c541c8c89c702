#include "infra/storage.h"

#include <fmt/format.h>

#include "infra/concerns.h"

namespace davit::infra {
namespace {

constexpr std::string_view kLogsBucket = "LogsBucket";
constexpr std::string_view kArtifactsBucket = "ArtifactsBucket";
constexpr std::string_view kFileSystem = "FileSystem";
// User and group of davitd's image, who own the files in EFS.
constexpr int kFilesOwner = 1001;
// An overwritten or deleted artifact can be had back for so long.
constexpr int kOldVersionDays = 30;
// Parts of an upload that nobody finished cost as much as the whole.
constexpr int kUnfinishedUploadDays = 7;

json::Object nobody_outside() {
  return {
      {"BlockPublicAcls", true},
      {"BlockPublicPolicy", true},
      {"IgnorePublicAcls", true},
      {"RestrictPublicBuckets", true}
  };
}

json::Object encryption(json::Object by_default) {
  json::Object rule{{"ServerSideEncryptionByDefault", std::move(by_default)}};
  // One call of KMS for many objects; without a key of KMS it does nothing.
  rule["BucketKeyEnabled"] = true;
  return {{"ServerSideEncryptionConfiguration", json::Array{std::move(rule)}}};
}

json::Object drop_unfinished_uploads() {
  return {
      {"Id", "UnfinishedUploads"},
      {"Status", "Enabled"},
      {"AbortIncompleteMultipartUpload",
       json::Object{{"DaysAfterInitiation", kUnfinishedUploadDays}}}
  };
}

json::Object only_with_tls(std::string_view bucket) {
  return {
      {"Sid", "AnyActionWithoutTlsIsRefused"},
      {"Effect", "Deny"},
      {"Principal", "*"},
      {"Action", "s3:*"},
      {"Resource",
       json::Array{attribute(bucket, "Arn"), substitute(fmt::format("${{{}.Arn}}/*", bucket))}},
      {"Condition", json::Object{{"Bool", json::Object{{"aws:SecureTransport", "false"}}}}}
  };
}

// The policy stays with its bucket, which would be without it otherwise.
void add_policy(Stack& stack, std::string id, std::string_view bucket, json::Array statements) {
  stack
      .add(
          Layer::shared,
          std::move(id),
          "AWS::S3::BucketPolicy",
          {{"Bucket", ref_of(bucket)},
           {"PolicyDocument",
            json::Object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}}}}
      )
      .retained();
}

void add_artifacts_bucket(Parts& parts, Stack& stack) {
  json::Object by_default{{"SSEAlgorithm", "AES256"}};
  if (!parts.secrets.kms_key.is_null()) {
    by_default = {{"SSEAlgorithm", "aws:kms"}, {"KMSMasterKeyID", parts.secrets.kms_key}};
  }
  json::Object drop_old_versions{
      {"Id", "OldVersions"},
      {"Status", "Enabled"},
      {"NoncurrentVersionExpiration", json::Object{{"NoncurrentDays", kOldVersionDays}}},
      {"ExpiredObjectDeleteMarker", true}
  };
  stack
      .add(
          Layer::shared,
          std::string(kArtifactsBucket),
          "AWS::S3::Bucket",
          {{"BucketEncryption", encryption(std::move(by_default))},
           {"PublicAccessBlockConfiguration", nobody_outside()},
           {"VersioningConfiguration", json::Object{{"Status", "Enabled"}}},
           {"LifecycleConfiguration",
            json::Object{
                {"Rules", json::Array{std::move(drop_old_versions), drop_unfinished_uploads()}}
            }}}
      )
      .retained();
  add_policy(
      stack, "ArtifactsBucketPolicy", kArtifactsBucket, json::Array{only_with_tls(kArtifactsBucket)}
  );
  parts.storage.bucket = ref_of(kArtifactsBucket);
  stack.add_output(
      std::string(kArtifactsBucket), "Where servers keep files.", ref_of(kArtifactsBucket)
  );
  parts.storage.bucket_arn = attribute(kArtifactsBucket, "Arn");
}

// ELB user guide, "Enable access logs for your Application Load Balancer": the path, which has the
// account in it, is what narrows it. A condition on aws:SourceArn or aws:SourceAccount is not in
// its example, and balancers have been refused with one.
json::Object let_balancers_write() {
  return {
      {"Sid", "WriteTheAccessLogsOfItsBalancers"},
      {"Effect", "Allow"},
      {"Principal", json::Object{{"Service", "logdelivery.elasticloadbalancing.amazonaws.com"}}},
      {"Action", "s3:PutObject"},
      {"Resource",
       substitute(fmt::format(
           "${{{}.Arn}}/{}/AWSLogs/${{AWS::AccountId}}/*", kLogsBucket, kAccessLogsPrefix
       ))}
  };
}

json::Object drop_old_logs(std::string_view id, const std::string& prefix, std::chrono::days age) {
  return {{"Id", id}, {"Status", "Enabled"}, {"Prefix", prefix}, {"ExpirationInDays", age.count()}};
}

// Access logs are kept as long as the others; the archive is what outlives them.
json::Array rules_of_logs(const manifest::Logs& logs, bool is_for_balancer) {
  json::Array rules{drop_unfinished_uploads()};
  if (is_for_balancer) {
    auto const prefix = fmt::format("{}/", kAccessLogsPrefix);
    rules.push_back(drop_old_logs("OldAccessLogs", prefix, logs.retention));
  }
  if (logs.archive && logs.archive_retention) {
    rules.push_back(drop_old_logs("OldArchive", "logs", *logs.archive_retention));
  }
  return rules;
}

void add_logs_bucket(const Manifest& manifest, Parts& parts, Stack& stack, bool is_for_balancer) {
  stack
      .add(
          Layer::shared,
          std::string(kLogsBucket),
          "AWS::S3::Bucket",
          // Balancers write to no bucket with a key of KMS (the same page, "Requirements").
          {{"BucketEncryption", encryption({{"SSEAlgorithm", "AES256"}})},
           {"PublicAccessBlockConfiguration", nobody_outside()},
           {"LifecycleConfiguration",
            json::Object{{"Rules", rules_of_logs(manifest.logs, is_for_balancer)}}}}
      )
      .retained();
  json::Array statements{only_with_tls(kLogsBucket)};
  if (is_for_balancer) statements.push_back(let_balancers_write());
  add_policy(stack, "LogsBucketPolicy", kLogsBucket, std::move(statements));
  parts.storage.logs_bucket = ref_of(kLogsBucket);
  stack.add_output(std::string(kLogsBucket), "Where logs are kept.", ref_of(kLogsBucket));
  parts.storage.logs_bucket_arn = attribute(kLogsBucket, "Arn");
}

// EFS has its tags under other names than everybody else.
json::Array tags_of(const Stack& stack, const std::string& name, std::string_view server = "") {
  json::Array tags{json::Object{{"Key", "Name"}, {"Value", name}}};
  for (auto const& [key, value] : stack.tags()) {
    if (key != "Name") tags.push_back(json::Object{{"Key", key}, {"Value", value}});
  }
  if (!server.empty()) tags.push_back(json::Object{{"Key", "Server"}, {"Value", server}});
  return tags;
}

// A file system with a policy lets in only whom a role's policy allows it, and mounts without a
// role no longer (EFS user guide, "Using IAM to control access to file systems"). Who comes in does
// so with TLS, and through an access point, which makes him the owner of his own directory.
json::Object file_system_policy() {
  json::Object without_tls{
      {"Sid", "AnyActionWithoutTlsIsRefused"},
      {"Effect", "Deny"},
      {"Principal", json::Object{{"AWS", "*"}}},
      {"Action", "*"},
      {"Condition", json::Object{{"Bool", json::Object{{"aws:SecureTransport", "false"}}}}}
  };
  json::Object beside_access_points{
      {"Sid", "MountsBesideTheAccessPointsAreRefused"},
      {"Effect", "Deny"},
      {"Principal", json::Object{{"AWS", "*"}}},
      {"Action",
       json::Array{
           "elasticfilesystem:ClientMount",
           "elasticfilesystem:ClientRootAccess",
           "elasticfilesystem:ClientWrite"
       }},
      {"Condition",
       json::Object{{"Null", json::Object{{"elasticfilesystem:AccessPointArn", "true"}}}}}
  };
  return {
      {"Version", "2012-10-17"},
      {"Statement", json::Array{std::move(without_tls), std::move(beside_access_points)}}
  };
}

void add_access_point(const Container& container, Parts& parts, Stack& stack) {
  auto const owner = std::to_string(kFilesOwner);
  auto const server = container.servers.size() == 1 ? container.servers[0]->name() : "";
  auto const id = container.id + "Files";
  auto const name = fmt::format("{}-{}", stack.name(), container.name);
  stack
      .add(
          Layer::shared,
          id,
          "AWS::EFS::AccessPoint",
          {{"FileSystemId", ref_of(kFileSystem)},
           {"PosixUser", json::Object{{"Uid", owner}, {"Gid", owner}}},
           {"RootDirectory",
            json::Object{
                {"Path", "/" + container.name},
                {"CreationInfo",
                 json::Object{{"OwnerUid", owner}, {"OwnerGid", owner}, {"Permissions", "0750"}}}
            }},
           {"AccessPointTags", tags_of(stack, name, server)}}
      )
      .of_server(server);
  parts.storage.access_points[container.name] = ref_of(id);
  parts.storage.access_point_arns[container.name] = attribute(id, "Arn");
}

// A mount serves its whole zone. Those of a new network stay in the private subnets when tasks move
// to the public ones, which are in the same zones: a second mount in a zone would be refused.
void add_mounts(const Manifest& manifest, const Parts& parts, Stack& stack) {
  auto const is_new = manifest.network.vpc == "new";
  auto const& network = parts.network;
  auto number = 0;
  for (auto const& subnet : is_new ? network.private_subnets : network.task_subnets) {
    stack.add(
        Layer::shared,
        fmt::format("FileMount{}", ++number),
        "AWS::EFS::MountTarget",
        {{"FileSystemId", ref_of(kFileSystem)},
         {"SubnetId", subnet},
         {"SecurityGroups", json::Array{parts.groups.files}}}
    );
  }
  if (is_new) return;
  stack.add_note(
      "EFS has one mount a zone: the subnets of the tasks must be in different zones, those of "
      "functions in the same ones, and the VPC needs enableDnsSupport and enableDnsHostnames."
  );
}

void add_file_system(const Manifest& manifest, Parts& parts, Stack& stack) {
  // With the service's own key even where there is another: a change of the key would make a new
  // file system, an empty one.
  stack
      .add(
          Layer::shared,
          std::string(kFileSystem),
          "AWS::EFS::FileSystem",
          {{"Encrypted", true},
           {"PerformanceMode", "generalPurpose"},
           {"ThroughputMode", "bursting"},
           {"LifecyclePolicies",
            json::Array{
                json::Object{{"TransitionToIA", "AFTER_30_DAYS"}},
                json::Object{{"TransitionToPrimaryStorageClass", "AFTER_1_ACCESS"}}
            }},
           {"BackupPolicy", json::Object{{"Status", "ENABLED"}}},
           {"FileSystemPolicy", file_system_policy()},
           {"FileSystemTags", tags_of(stack, stack.name())}}
      )
      .retained();
  parts.storage.file_system = ref_of(kFileSystem);
  for (auto const& unit : parts.units) {
    for (auto const& container : unit.containers) add_access_point(container, parts, stack);
  }
  add_mounts(manifest, parts, stack);
}

}  // namespace

void add_storage(const Manifest& manifest, Parts& parts, Stack& stack) {
  auto const is_for_balancer = manifest.on_ecs() && manifest.balancer.access_logs;
  if (is_for_balancer || manifest.logs.archive) {
    add_logs_bucket(manifest, parts, stack, is_for_balancer);
  }
  if (manifest.state.has_bucket()) add_artifacts_bucket(parts, stack);
  if (manifest.state.has_files()) add_file_system(manifest, parts, stack);
}

}  // namespace davit::infra
