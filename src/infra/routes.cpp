#include "infra/concerns.h"
#include "infra/listener_rules.h"
#include "infra/short_calls.h"
#include "infra/target_groups.h"

namespace davit::infra {
namespace {

// Ids of what one route consists of.
struct RouteIds {
  std::string blue;
  std::string green;
  std::string rule;
  std::string test_rule;
};

// What the rules of one route have in common.
struct Rule {
  int priority = 0;
  json::Object condition;
  json::Array actions;
  json::Array transforms;
};

class Routes {
 public:
  Routes(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    if (!manifest_.auth.jwt_issuer.empty()) add_metadata();
    for (auto const& unit : parts_.units) {
      for (auto const& container : unit.containers) add_container(container);
    }
    if (!manifest_.auth.jwt_issuer.empty()) add_open_pages();
    if (manifest_.on_lambda()) add_short_calls(manifest_, parts_, priorities_, stack_);
  }

 private:
  bool is_shifted() const { return manifest_.release.strategy != manifest::Strategy::rolling; }

  void add_container(const Container& container) {
    auto const& id = container.id;
    RouteIds const ids{id + "TargetsBlue", id + "TargetsGreen", id + "Rule", id + "RuleOnTest"};
    auto& route = parts_.edge.routes[container.name];
    auto const groups = add_groups(container, ids, route);
    auto const paths = paths_of(container, parts_.units);
    Rule const rule{
        .priority = priorities_.of_container(container.name, paths),
        .condition = path_condition(paths.patterns),
        .actions = forward_callers_to(manifest_, groups),
        .transforms = transforms_of(container)
    };
    add_rules(container, rule, ids, route);
  }

  // An image serves at its own root.
  static json::Array transforms_of(const Container& container) {
    if (container.is_davitd) return {};
    json::Object const rewrite{{"Regex", prefix_of_image(container)}, {"Replace", "/$1"}};
    return json::Array{json::Object{
        {"Type", "url-rewrite"},
        {"UrlRewriteConfig", json::Object{{"Rewrites", json::Array{rewrite}}}}
    }};
  }

  Values add_groups(const Container& container, const RouteIds& ids, Route& route) {
    add_target_group(manifest_, parts_, container, ids.blue, stack_);
    route.blue = ref_of(ids.blue);
    route.blue_name = attribute(ids.blue, "TargetGroupFullName");
    if (!is_shifted()) return {route.blue};
    add_target_group(manifest_, parts_, container, ids.green, stack_);
    route.green = ref_of(ids.green);
    route.green_name = attribute(ids.green, "TargetGroupFullName");
    return {route.blue, route.green};
  }

  void add_rules(const Container& container, const Rule& rule, const RouteIds& ids, Route& route) {
    route.rule = add_rule(container, parts_.edge.listener, rule, ids.rule);
    if (is_shifted()) {
      route.test_rule = add_rule(container, parts_.edge.test_listener, rule, ids.test_rule);
    }
  }

  Value add_rule(
      const Container& container, const Value& listener, const Rule& rule, const std::string& id
  ) {
    json::Object properties{
        {"ListenerArn", listener},
        {"Priority", rule.priority},
        {"Conditions", json::Array{rule.condition}},
        {"Actions", rule.actions}
    };
    if (!rule.transforms.empty()) properties["Transforms"] = rule.transforms;
    auto& resource = stack_.add(
        Layer::edge, id, "AWS::ElasticLoadBalancingV2::ListenerRule", std::move(properties)
    );
    if (is_shifted()) resource.released_by({"Actions"});
    if (container.servers.size() == 1) resource.of_server(container.servers.front()->name());
    return ref_of(id);
  }

  // Health without a token, for whoever watches from outside. A release moves it as it moves the
  // rest: hence groups of its own, see Edge::open_routes.
  void add_open_pages() {
    auto const& front = front_of(parts_.units);
    RouteIds const ids{
        "TargetsForOpenPagesBlue",
        "TargetsForOpenPagesGreen",
        "RuleForOpenPages",
        "RuleForOpenPagesOnTest"
    };
    Route route = parts_.edge.routes[front.name];
    auto const groups = is_shifted() ? add_groups(front, ids, route) : Values{route.blue};
    Rule const rule{
        .priority = Priorities::kOpenPages,
        .condition = exact_path_condition(health_path_of(parts_.units)),
        .actions = json::Array{forward_to(groups)},
        .transforms = transforms_of(front)
    };
    add_rules(front, rule, ids, route);
    if (is_shifted()) parts_.edge.open_routes[front.name] = route;
  }

  // Where clients learn who issues the tokens: the balancer turns them away without a word of it.
  // The answer is for the deployment as a whole (RFC 9728, 3.1 and 3.3); clients that ask for the
  // metadata of one path go on to this one (MCP 2025-11-25, basic/authorization, "Protected
  // Resource Metadata Discovery Requirements").
  void add_metadata() {
    auto const issuer = json::to_text(Value(manifest_.auth.jwt_issuer));
    auto const body = concat(
        {Value(R"({"resource":")"),
         parts_.edge.url,
         Value(
             R"(","authorization_servers":[)" + issuer +
             R"(],"bearer_methods_supported":["header"]})"
         )}
    );
    stack_.add(
        Layer::edge,
        "RuleForMetadata",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        {{"ListenerArn", parts_.edge.listener},
         {"Priority", Priorities::kMetadata},
         {"Conditions", json::Array{exact_path_condition("/.well-known/oauth-protected-resource")}},
         {"Actions",
          json::Array{json::Object{
              {"Type", "fixed-response"},
              {"FixedResponseConfig",
               json::Object{
                   {"StatusCode", "200"}, {"ContentType", "application/json"}, {"MessageBody", body}
               }}
          }}}}
    );
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
  Priorities priorities_;
};

}  // namespace

void add_routes(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.on_ecs()) return;
  Routes(manifest, parts, stack).add();
}

}  // namespace davit::infra
