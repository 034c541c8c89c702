#include <fmt/format.h>

#include "base/crypto.h"
#include "infra/access_log.h"
#include "infra/concerns.h"
#include "infra/gateway.h"
#include "infra/openapi.h"

namespace davit::infra {
namespace {

class RestApi {
 public:
  RestApi(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    auto properties = properties_of_api();
    auto const deployment = deployment_id(properties);
    stack_.add(Layer::compute, "Api", "AWS::ApiGateway::RestApi", std::move(properties));
    stack_.add(
        Layer::compute,
        deployment,
        "AWS::ApiGateway::Deployment",
        {{"RestApiId", ref_of("Api")}, {"Description", "One state of the API."}}
    );
    add_stage(deployment);
    allow_gateway(gateway_paths(manifest_, parts_), manifest_.lambda.stage, parts_, stack_);
    if (manifest_.lambda.quota) add_quota(*manifest_.lambda.quota);
    parts_.functions.api_id = ref_of("Api");
    parts_.functions.api_name = Value(manifest_.stack_name());
    parts_.functions.stage = Value(manifest_.lambda.stage);
    parts_.edge.url = substitute(fmt::format(
        "https://${{Api}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{}",
        manifest_.lambda.stage
    ));
    explain();
  }

 private:
  json::Object properties_of_api() const {
    json::Object properties{
        {"Name", manifest_.stack_name()},
        {"Description", fmt::format("MCP servers of {}.", manifest_.stack_name())},
        {"EndpointConfiguration", json::Object{{"Types", json::Array{"REGIONAL"}}}},
        // Without it a regional API takes TLS 1.0 (API Gateway developer guide, "Security policies
        // for REST APIs").
        {"SecurityPolicy", "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"},
        {"EndpointAccessMode", "STRICT"},
        {"ApiKeySourceType", "HEADER"},
        {"DisableExecuteApiEndpoint", hides_own_name(manifest_)},
        {"Body", openapi_document(manifest_, parts_)},
    };
    if (manifest_.network.allow != manifest::Strings{"0.0.0.0/0"}) properties["Policy"] = policy();
    return properties;
  }

  // Everybody but those who come from elsewhere. The refusal has to be said: with IAM a caller's
  // own policy allows as well ("How API Gateway resource policies affect authorization workflow").
  json::Object policy() const {
    auto const& ranges = manifest_.network.allow;
    json::Object const source{{"aws:SourceIp", json::Array(ranges.begin(), ranges.end())}};
    json::Object const allowed{
        {"Sid", "CallThisApi"},
        {"Effect", "Allow"},
        {"Principal", "*"},
        {"Action", "execute-api:Invoke"},
        {"Resource", "execute-api:/*"},
    };
    auto refused = allowed;
    refused["Sid"] = "OnlyFromTheseNetworks";
    refused["Effect"] = "Deny";
    refused["Condition"] = json::Object{{"NotIpAddress", source}};
    return {{"Version", "2012-10-17"}, {"Statement", json::Array{allowed, std::move(refused)}}};
  }

  // A deployment is a copy of the API that never changes, and the stage shows the copy: only
  // another logical id makes CloudFormation take a new one (CloudFormation user guide,
  // AWS::ApiGateway::Deployment). So the id changes with the API, and with nothing else.
  static std::string deployment_id(const json::Object& properties) {
    constexpr std::size_t kBytes = 5;
    std::string id = "ApiDeployment";
    for (auto const byte : sha256(json::canonical(properties)).substr(0, kBytes)) {
      id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return id;
  }

  void add_stage(const std::string& deployment) {
    json::Object const every{
        {"ResourcePath", "/*"},
        {"HttpMethod", "*"},
        {"MetricsEnabled", true},
        {"DataTraceEnabled", false},
        {"ThrottlingRateLimit", manifest_.lambda.rate},
        {"ThrottlingBurstLimit", manifest_.lambda.burst},
    };
    json::Object properties{
        {"RestApiId", ref_of("Api")},
        {"DeploymentId", ref_of(deployment)},
        {"StageName", manifest_.lambda.stage},
        {"Description", "What clients meet."},
        {"MethodSettings", json::Array{every}},
    };
    if (manifest_.traces == manifest::Traces::xray) properties["TracingEnabled"] = true;
    auto& stage =
        stack_.add(Layer::compute, "ApiStage", "AWS::ApiGateway::Stage", std::move(properties));
    add_rest_logs(manifest_, stage, stack_);
  }

  void add_quota(int requests) {
    json::Object const stage{{"ApiId", ref_of("Api")}, {"Stage", ref_of("ApiStage")}};
    stack_.add(
        Layer::compute,
        "ApiUsagePlan",
        "AWS::ApiGateway::UsagePlan",
        {{"Description", "What one key may."},
         {"ApiStages", json::Array{stage}},
         {"Quota", json::Object{{"Limit", requests}, {"Period", "MONTH"}}},
         {"Throttle",
          json::Object{{"RateLimit", manifest_.lambda.rate}, {"BurstLimit", manifest_.lambda.burst}}
         }}
    );
    stack_.add(
        Layer::compute,
        "ApiKey",
        "AWS::ApiGateway::ApiKey",
        {{"Description", "The first key; add one for each client."}, {"Enabled", true}}
    );
    stack_.add(
        Layer::compute,
        "ApiUsagePlanKey",
        "AWS::ApiGateway::UsagePlanKey",
        {{"KeyId", ref_of("ApiKey")},
         {"KeyType", "API_KEY"},
         {"UsagePlanId", ref_of("ApiUsagePlan")}}
    );
    stack_.add_output(
        "ApiKeyId",
        "Key that clients send as x-api-key; `aws apigateway get-api-key --include-value` shows "
        "it.",
        ref_of("ApiKey")
    );
    stack_.add_output(
        "ApiUsagePlanId",
        "Plan that the key of each further client joins: `aws apigateway create-api-key "
        "--enabled`, "
        "then `create-usage-plan-key --key-type API_KEY`.",
        ref_of("ApiUsagePlan")
    );
  }

  void explain() {
    if (!manifest_.auth.iam) return;
    stack_.add_output(
        "ApiArn",
        "What the policies of callers allow execute-api:Invoke on.",
        arn("execute-api", fmt::format("${{Api}}/{}/*/*", manifest_.lambda.stage))
    );
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
};

}  // namespace

void add_rest_api(const Manifest& manifest, Parts& parts, Stack& stack) {
  RestApi(manifest, parts, stack).add();
}

}  // namespace davit::infra
