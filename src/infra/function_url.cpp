#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/function_environment.h"
#include "infra/gateway.h"
#include "manifest/formats.h"

namespace davit::infra {
namespace {

json::Object cors_of(const Manifest& manifest) {
  auto const& origins = manifest.lambda.origins;
  return {
      {"AllowOrigins", json::Array(origins.begin(), origins.end())},
      {"AllowMethods", texts_of(kCorsMethods)},
      {"AllowHeaders", texts_of(kCorsHeaders)},
      {"ExposeHeaders", texts_of(kCorsExposed)},
      {"MaxAge", kCorsSeconds},
  };
}

// An address without IAM needs both, and with IAM the callers' own policies have them (Lambda
// developer guide, "Control access to Lambda function URLs": addresses made since October 2025).
void allow_everybody(const Unit& unit, const Value& alias, Stack& stack) {
  stack
      .add(
          Layer::compute,
          unit.id + "UrlPermission",
          "AWS::Lambda::Permission",
          {{"FunctionName", alias},
           {"Action", "lambda:InvokeFunctionUrl"},
           {"Principal", "*"},
           {"FunctionUrlAuthType", "NONE"}}
      )
      .of_server(unit.server());
  stack
      .add(
          Layer::compute,
          unit.id + "Permission",
          "AWS::Lambda::Permission",
          {{"FunctionName", alias},
           {"Action", "lambda:InvokeFunction"},
           {"Principal", "*"},
           {"InvokedViaFunctionUrl", true}}
      )
      .of_server(unit.server());
}

// "https://ID.lambda-url.REGION.on.aws/" without the slash at its end, since paths are added.
Value without_slash(const Value& url) {
  json::Object const pieces{{"Fn::Split", json::Array{"/", url}}};
  return concat({"https://", json::Object{{"Fn::Select", json::Array{2, pieces}}}});
}

void add_url(const Manifest& manifest, const Parts& parts, const Unit& unit, Stack& stack) {
  auto const& function = parts.functions.functions.at(unit.name);
  auto const alias = unit.id + "Alias";
  auto const id = unit.id + "Url";
  json::Object properties{
      {"TargetFunctionArn", function.arn},
      {"Qualifier", "live"},
      {"AuthType", manifest.auth.iam ? "AWS_IAM" : "NONE"},
      {"InvokeMode", streams(manifest) ? "RESPONSE_STREAM" : "BUFFERED"},
  };
  // davitd answers preflights itself, and twice the same header is an error to a browser.
  auto const is_image = !unit.containers.front().is_davitd;
  if (is_image && !manifest.lambda.origins.empty()) properties["Cors"] = cors_of(manifest);
  // The alias is named, not referred to, so that CloudFormation has to be told.
  stack.add(Layer::compute, id, "AWS::Lambda::Url", std::move(properties))
      .of_server(unit.server())
      .needs(alias);
  if (!manifest.auth.iam) allow_everybody(unit, function.alias, stack);
  auto const& servers = unit.containers.front().servers;
  for (auto const* server : servers) {
    auto const path = servers.size() == 1 ? "mcp" : server->name() + "/mcp";
    stack.add_output(
        manifest::to_id(server->name()) + "Address",
        fmt::format("Where clients find {}.", server->name()),
        concat({attribute(id, "FunctionUrl"), Value(path)})
    );
  }
}

void explain(const Manifest& manifest, Stack& stack) {
  if (!manifest.domain.empty()) {
    stack.add_note(fmt::format(
        "A function's URL cannot have a domain: {} is not used. `lambda.front: rest` or `http` "
        "can.",
        manifest.domain
    ));
  }
  if (manifest.auth.iam) {
    stack.add_note(
        "Callers need lambda:InvokeFunctionUrl and lambda:InvokeFunction on the functions' "
        "aliases in their own policies."
    );
  }
  if (manifest.network.allow != manifest::Strings{"0.0.0.0/0"}) {
    stack.add_note(
        "A function's URL cannot refuse addresses: `network.allow` is not used. `lambda.front: "
        "rest` can."
    );
  }
}

}  // namespace

void add_function_urls(const Manifest& manifest, Parts& parts, Stack& stack) {
  for (auto const& unit : parts.units) add_url(manifest, parts, unit, stack);
  // Of several addresses the first one's, since there is no common one.
  parts.edge.url = without_slash(attribute(parts.units.front().id + "Url", "FunctionUrl"));
  explain(manifest, stack);
}

}  // namespace davit::infra
