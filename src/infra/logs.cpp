#include "infra/logs.h"

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/iam.h"
#include "infra/retention.h"

namespace davit::infra {
namespace {

// What is counted among the lines that davitd writes at the end of each call (mcp/endpoint.cpp).
struct Count {
  std::string_view metric;
  std::string_view pattern;
};
constexpr Count kCounts[] = {
    {"RpcErrors", R"({ $.outcome = "protocol_error" })"},
    {"ToolErrors", R"({ ($.outcome = "tool_error") || ($.outcome = "timeout") })"},
};

// One log group with what reads it.
struct Group {
  std::string id;
  std::string name;
  std::string server;
  bool is_davitd = false;
};

class LogGroups {
 public:
  LogGroups(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    if (manifest_.logs.archive) add_archive();
    for (auto const& unit : parts_.units) {
      if (manifest_.on_ecs()) add_containers(unit);
      if (manifest_.on_lambda()) add_function(unit);
    }
    if (logs_have_calls(manifest_) || !manifest_.has_connectors()) return;
    stack_.add_note(fmt::format(
        "With `logs.level: {}` the log has no line for each call, so that nothing counts JSON-RPC "
        "errors and the saved queries find no calls.",
        manifest_.logs.level
    ));
  }

 private:
  void add_containers(const Unit& unit) {
    for (auto const& container : unit.containers) {
      auto const is_alone = container.servers.size() == 1;
      keep(
          container.name,
          {.id = container.id + "Logs",
           .name = fmt::format("/ecs/{}/{}", manifest_.stack_name(), container.name),
           .server = is_alone ? container.servers[0]->name() : "",
           .is_davitd = container.is_davitd}
      );
    }
  }

  void add_function(const Unit& unit) {
    auto const key = function_log(unit);
    keep(
        key,
        {.id = unit.id + "FunctionLogs",
         .name = fmt::format("/aws/lambda/{}-{}", manifest_.stack_name(), unit.name),
         .server = unit.server(),
         .is_davitd = unit.containers.front().is_davitd}
    );
    parts_.logs.groups.try_emplace(unit.name, parts_.logs.groups[key]);
    parts_.logs.arns.try_emplace(unit.name, parts_.logs.arns[key]);
  }

  void keep(const std::string& key, const Group& group) {
    json::Object properties{
        {"LogGroupName", group.name}, {"RetentionInDays", retention_days(manifest_.logs.retention)}
    };
    auto const& kms_key = parts_.secrets.kms_key;
    if (!kms_key.is_null()) properties["KmsKeyId"] = kms_key;
    stack_.add(Layer::shared, group.id, "AWS::Logs::LogGroup", std::move(properties))
        .of_server(group.server);
    parts_.logs.groups[key] = ref_of(group.id);
    parts_.logs.arns[key] = arn("logs", "log-group:" + group.name);
    if (group.is_davitd && logs_have_calls(manifest_)) count(group);
    if (manifest_.logs.archive) archive(group);
  }

  void count(const Group& group) {
    for (auto const& row : kCounts) {
      json::Object const transformation{
          {"MetricNamespace", metric_space(manifest_)},
          {"MetricName", row.metric},
          {"MetricValue", "1"},
          {"DefaultValue", 0},
          {"Unit", "Count"}
      };
      stack_
          .add(
              Layer::shared,
              fmt::format("{}{}", group.id, row.metric),
              "AWS::Logs::MetricFilter",
              {{"LogGroupName", ref_of(group.id)},
               {"FilterPattern", row.pattern},
               {"MetricTransformations", json::Array{transformation}}}
          )
          .of_server(group.server);
    }
  }

  void archive(const Group& group) {
    stack_
        .add(
            Layer::shared,
            group.id + "Archive",
            "AWS::Logs::SubscriptionFilter",
            {{"LogGroupName", ref_of(group.id)},
             {"FilterPattern", ""},
             {"DestinationArn", attribute("LogArchive", "Arn")},
             {"RoleArn", attribute("LogSenderRole", "Arn")}}
        )
        .of_server(group.server);
  }

  void add_archive() {
    auto const& bucket = parts_.storage.logs_bucket_arn;
    add_role(
        stack_,
        Layer::shared,
        "LogArchiveRole",
        "Firehose writes the archive of the logs.",
        // "Controlling access with Amazon Data Firehose", developer guide: Firehose says for which
        // account it acts.
        trust_service(
            "firehose.amazonaws.com",
            {{"StringEquals", json::Object{{"sts:ExternalId", ref_of("AWS::AccountId")}}}}
        ),
        {{.sid = "WriteTheArchive",
          .actions = {"s3:PutObject", "s3:AbortMultipartUpload"},
          .resources = {concat({bucket, "/logs/*"}), concat({bucket, "/logs-failed/*"})}},
         {.sid = "FindTheBucketOfTheArchive",
          .actions = {"s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"},
          .resources = {bucket}}}
    );
    // What CloudWatch sends is gzip already ("Log group-level subscription filters", CloudWatch
    // Logs user guide), and gzip behind gzip in one file is gzip again: the file is delivered as it
    // is, without paying Firehose to unpack it.
    json::Object const destination{
        {"BucketARN", bucket},
        {"RoleARN", attribute("LogArchiveRole", "Arn")},
        {"Prefix", "logs/!{timestamp:yyyy/MM/dd/}"},
        {"ErrorOutputPrefix", "logs-failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/}"},
        {"FileExtension", ".json.gz"},
        {"CompressionFormat", "UNCOMPRESSED"},
        {"BufferingHints", json::Object{{"IntervalInSeconds", 300}, {"SizeInMBs", 16}}}
    };
    stack_.add(
        Layer::shared,
        "LogArchive",
        "AWS::KinesisFirehose::DeliveryStream",
        {{"DeliveryStreamType", "DirectPut"},
         {"DeliveryStreamEncryptionConfigurationInput", json::Object{{"KeyType", "AWS_OWNED_CMK"}}},
         {"ExtendedS3DestinationConfiguration", destination}}
    );
    add_role(
        stack_,
        Layer::shared,
        "LogSenderRole",
        "CloudWatch Logs hands the logs to Firehose.",
        trust_service(
            "logs.amazonaws.com",
            {{"StringEquals", json::Object{{"aws:SourceAccount", ref_of("AWS::AccountId")}}},
             {"ArnLike", json::Object{{"aws:SourceArn", arn("logs", "*")}}}}
        ),
        {{.sid = "HandLogsToTheArchive",
          .actions = {"firehose:PutRecord", "firehose:PutRecordBatch"},
          .resources = {attribute("LogArchive", "Arn")}}}
    );
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
};

}  // namespace

std::string function_log(const Unit& unit) { return "function/" + unit.name; }

bool logs_have_calls(const Manifest& manifest) {
  return manifest.logs.level == "debug" || manifest.logs.level == "info";
}

std::string metric_space(const Manifest& manifest) { return "Davit/" + manifest.stack_name(); }

void add_logs(const Manifest& manifest, Parts& parts, Stack& stack) {
  LogGroups(manifest, parts, stack).add();
}

}  // namespace davit::infra
