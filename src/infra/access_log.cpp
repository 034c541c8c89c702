#include "infra/access_log.h"

#include <fmt/format.h>

#include "infra/iam.h"
#include "infra/logs.h"
#include "infra/retention.h"

namespace davit::infra {
namespace {

using manifest::AccessLogs;

// One JSON line for each request, in the words of davitd's own.
std::string format_of(std::string_view route) {
  return json::to_text(json::Object{
      {"ts", "$context.requestTime"},
      {"request_id", "$context.requestId"},
      {"address", "$context.identity.sourceIp"},
      {"method", "$context.httpMethod"},
      {"path", "$context.path"},
      {"route", route},
      {"status", "$context.status"},
      {"duration_ms", "$context.responseLatency"},
      {"bytes", "$context.responseLength"},
      {"error", "$context.error.message"},
      {"refused", "$context.authorizer.error"},
      {"function_error", "$context.integrationErrorMessage"},
  });
}

// An account has one role in a region with which API Gateway writes the logs of all REST APIs
// (developer guide, "Set up CloudWatch logging for REST APIs in API Gateway"). It stays when the
// stack goes: others may count on it by then.
void add_account(Stack& stack) {
  auto& role = add_role(
      stack,
      Layer::compute,
      "ApiLogRole",
      "Lets API Gateway write the logs of the REST APIs of this account.",
      trust_service("apigateway.amazonaws.com"),
      {}
  );
  role.properties["ManagedPolicyArns"] = json::Array{substitute(
      "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
  )};
  role.retained();
  stack
      .add(
          Layer::compute,
          "ApiAccount",
          "AWS::ApiGateway::Account",
          {{"CloudWatchRoleArn", attribute("ApiLogRole", "Arn")}}
      )
      .retained();
  stack.add_note(
      "`lambda.access_logs: create` sets the role that API Gateway has for all REST APIs of this "
      "account and region, in place of the one that `aws apigateway get-account` shows now. Let "
      "one deployment do it, and write `account` in the others."
  );
}

}  // namespace

// The name keeps the log group's policy, of which an account has few bytes, from growing with every
// API (CloudWatch Logs user guide, "Enable logging from AWS services": vended logs).
json::Object add_access_log(const Manifest& manifest, std::string_view route, Stack& stack) {
  stack.add(
      Layer::compute,
      "ApiLogs",
      "AWS::Logs::LogGroup",
      {{"LogGroupName", "/aws/vendedlogs/apigateway/" + manifest.stack_name()},
       {"RetentionInDays", retention_days(manifest.logs.retention)}}
  );
  return {{"DestinationArn", attribute("ApiLogs", "Arn")}, {"Format", format_of(route)}};
}

void add_rest_logs(const Manifest& manifest, Resource& stage, Stack& stack) {
  auto const logs = manifest.lambda.access_logs;
  if (logs == AccessLogs::none) {
    stack.add_note(
        "The REST API has metrics and no log: API Gateway writes one with a role of the whole "
        "account. Where `aws apigateway get-account` shows a cloudwatchRoleArn, write "
        "`lambda.access_logs: account`; `create` makes it."
    );
    return;
  }
  // API Gateway makes this group itself when it is not there, and keeps it for ever.
  stack.add(
      Layer::compute,
      "ApiSteps",
      "AWS::Logs::LogGroup",
      {{"LogGroupName",
        substitute(fmt::format("API-Gateway-Execution-Logs_${{Api}}/{}", manifest.lambda.stage))},
       {"RetentionInDays", retention_days(manifest.logs.retention)}}
  );
  stage.needs("ApiSteps");
  if (logs == AccessLogs::create) {
    add_account(stack);
    stage.needs("ApiAccount");
  }
  // Its steps, never bodies and headers: those are the data trace, which would write down tokens.
  auto& every = stage.properties["MethodSettings"].get_array()[0].get_object();
  every["LoggingLevel"] = logs_have_calls(manifest) ? "INFO" : "ERROR";
  stage.properties["AccessLogSetting"] = add_access_log(manifest, "$context.resourcePath", stack);
}

}  // namespace davit::infra
