#include "infra/short_calls.h"

namespace davit::infra {
namespace {

using manifest::Manifest;

// Methods that are one question and one answer, by the header that clients of MCP 2026-07-28 send
// with every request (basic/transports, "Standard request headers"). Older clients have no such
// header, and go to ECS. One expression, since a rule has five values in all.
constexpr std::string_view kShortMethods =
    "^(server/discover|tools/(list|call)|prompts/(list|get)|resources/(list|read)|"
    "completion/complete)$";

// The group depends on the permission and so cannot be named in it; it is one of this account's.
Resource& add_permission(const Unit& unit, const Function& function, Stack& stack) {
  return stack
      .add(
          Layer::compute,
          unit.id + "PermissionForCalls",
          "AWS::Lambda::Permission",
          {{"FunctionName", function.alias},
           {"Action", "lambda:InvokeFunction"},
           {"Principal", "elasticloadbalancing.amazonaws.com"},
           {"SourceArn", arn("elasticloadbalancing", "targetgroup/*")}}
      )
      .of_server(unit.server());
}

Value add_group(const Unit& unit, const Function& function, Stack& stack) {
  auto const& permission = add_permission(unit, function, stack);
  auto& group = stack.add(
      Layer::compute,
      unit.id + "TargetsForCalls",
      "AWS::ElasticLoadBalancingV2::TargetGroup",
      {{"TargetType", "lambda"}, {"Targets", json::Array{json::Object{{"Id", function.alias}}}}}
  );
  group.needs(permission.id).of_server(unit.server());
  return ref_of(group.id);
}

const Container* find_davitd(const Unit& unit) {
  for (auto const& container : unit.containers) {
    if (container.is_davitd) return &container;
  }
  return nullptr;
}

}  // namespace

// In the layer of the functions, which is behind that of the balancer.
void add_short_calls(
    const Manifest& manifest, const Parts& parts, Priorities& priorities, Stack& stack
) {
  for (auto const& unit : parts.units) {
    auto const function = parts.functions.functions.find(unit.name);
    auto const* davitd = find_davitd(unit);
    if (davitd == nullptr || function == parts.functions.functions.end()) continue;
    auto const paths = paths_of(*davitd, parts.units);
    json::Object const has_short_method{
        {"Field", "http-header"},
        {"HttpHeaderConfig",
         json::Object{{"HttpHeaderName", "Mcp-Method"}, {"RegexValues", json::Array{kShortMethods}}}
        }
    };
    auto const group = add_group(unit, function->second, stack);
    auto const priority = priorities.of_short_calls(unit.name, paths);
    stack
        .add(
            Layer::compute,
            unit.id + "RuleForCalls",
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            {{"ListenerArn", parts.edge.listener},
             {"Priority", priority},
             {"Conditions", json::Array{path_condition(paths.patterns), has_short_method}},
             {"Actions", forward_callers_to(manifest, {group})}}
        )
        .of_server(unit.server());
  }
}

}  // namespace davit::infra
