#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/storage.h"

namespace davit::infra {
namespace {

// A refusal that a client of JSON can show.
constexpr std::string_view kNoServer = R"({"error":"there is no server at this path"})";

json::Object setting(std::string_view key, std::string_view value) {
  return {{"Key", key}, {"Value", value}};
}

// ELB user guide, "Load balancer attributes".
json::Array balancer_attributes(const Manifest& manifest, const Parts& parts) {
  auto const& balancer = manifest.balancer;
  json::Array attributes{
      setting("idle_timeout.timeout_seconds", std::to_string(balancer.idle_timeout.count())),
      setting("client_keep_alive.seconds", std::to_string(balancer.keep_alive.count())),
      // It holds no data, and with protection a stack could neither go nor replace it.
      setting("deletion_protection.enabled", "false"),
      setting("routing.http.drop_invalid_header_fields.enabled", "true"),
      // Refuses what smuggles requests; `strictest` also refuses what is merely unusual.
      setting("routing.http.desync_mitigation_mode", "defensive"),
      setting("routing.http2.enabled", "true"),
  };
  if (balancer.waf_rate) {
    // The firewall only counts requests: who may call is checked elsewhere. So nobody is refused
    // because it does not answer.
    attributes.push_back(setting("waf.fail_open.enabled", "true"));
  }
  if (!balancer.access_logs || parts.storage.logs_bucket.is_null()) {
    attributes.push_back(setting("access_logs.s3.enabled", "false"));
    return attributes;
  }
  attributes.push_back(setting("access_logs.s3.enabled", "true"));
  attributes.push_back(
      json::Object{{"Key", "access_logs.s3.bucket"}, {"Value", parts.storage.logs_bucket}}
  );
  attributes.push_back(setting("access_logs.s3.prefix", kAccessLogsPrefix));
  return attributes;
}

// What the balancer needs without referring to it: an internet-facing one the gateway of its
// network, and its log the bucket's policy, which ELB tries out when it is switched on.
void add_needs(const Parts& parts, const Stack& stack, Resource& balancer) {
  for (auto const& resource : stack.resources()) {
    auto const* bucket = resource.properties.if_contains("Bucket");
    auto const is_policy_of_logs = resource.type->name == "AWS::S3::BucketPolicy" &&
                                   bucket != nullptr && *bucket == parts.storage.logs_bucket;
    if (is_policy_of_logs || resource.type->name == "AWS::EC2::VPCGatewayAttachment") {
      balancer.needs(resource.id);
    }
  }
}

void add_load_balancer(const Manifest& manifest, Parts& parts, Stack& stack) {
  auto const is_open = manifest.is_internet_facing();
  auto& balancer = stack.add(
      Layer::edge,
      "Balancer",
      "AWS::ElasticLoadBalancingV2::LoadBalancer",
      {{"Type", "application"},
       {"Scheme", is_open ? "internet-facing" : "internal"},
       {"IpAddressType", "ipv4"},
       {"Subnets", to_array(is_open ? parts.network.public_subnets : parts.network.private_subnets)
       },
       {"SecurityGroups", json::Array{parts.groups.balancer}},
       {"LoadBalancerAttributes", balancer_attributes(manifest, parts)}}
  );
  add_needs(parts, stack, balancer);
  parts.edge.balancer = ref_of("Balancer");
  parts.edge.full_name = attribute("Balancer", "LoadBalancerFullName");
  parts.edge.dns_name = attribute("Balancer", "DNSName");
  parts.edge.zone_id = attribute("Balancer", "CanonicalHostedZoneID");
}

json::Array answer_no_server() {
  return json::Array{json::Object{
      {"Type", "fixed-response"},
      {"FixedResponseConfig",
       json::Object{
           {"StatusCode", "404"}, {"ContentType", "application/json"}, {"MessageBody", kNoServer}
       }}
  }};
}

json::Array redirect_to_https() {
  return json::Array{json::Object{
      {"Type", "redirect"},
      {"RedirectConfig",
       json::Object{{"Protocol", "HTTPS"}, {"Port", "443"}, {"StatusCode", "HTTP_301"}}}
  }};
}

class Listeners {
 public:
  Listeners(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    auto& edge = parts_.edge;
    if (edge.certificate.is_null()) {
      edge.listener = add_http("HttpListener", 80, answer_no_server());
      stack_.add_note(
          "Without `domain` or `balancer.certificate` the balancer speaks HTTP: the callers' "
          "tokens and what the tools answer travel in the clear."
      );
    } else {
      edge.listener = add_https("HttpsListener", 443);
      add_http("HttpListener", 80, redirect_to_https());
    }
    if (manifest_.release.strategy == manifest::Strategy::rolling) return;
    auto const port = manifest_.balancer.test_port;
    edge.test_listener = edge.certificate.is_null()
                             ? add_http("TestListener", port, answer_no_server())
                             : add_https("TestListener", port);
  }

 private:
  Value add_http(const char* id, int port, json::Array actions) {
    stack_.add(
        Layer::edge,
        id,
        "AWS::ElasticLoadBalancingV2::Listener",
        {{"LoadBalancerArn", parts_.edge.balancer},
         {"Protocol", "HTTP"},
         {"Port", port},
         {"DefaultActions", std::move(actions)}}
    );
    return ref_of(id);
  }

  Value add_https(const char* id, int port) {
    stack_.add(
        Layer::edge,
        id,
        "AWS::ElasticLoadBalancingV2::Listener",
        {{"LoadBalancerArn", parts_.edge.balancer},
         {"Protocol", "HTTPS"},
         {"Port", port},
         {"SslPolicy", manifest_.balancer.tls_policy},
         {"Certificates", json::Array{json::Object{{"CertificateArn", parts_.edge.certificate}}}},
         {"DefaultActions", answer_no_server()},
         // ELB user guide, "Listener attributes": answers do not tell that a balancer of AWS gave
         // them.
         {"ListenerAttributes",
          json::Array{setting("routing.http.response.server.enabled", "false")}}}
    );
    return ref_of(id);
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
};

void add_addresses(const Manifest& manifest, Parts& parts, Stack& stack) {
  auto& edge = parts.edge;
  auto const scheme = edge.certificate.is_null() ? "http://" : "https://";
  auto const host = manifest.domain.empty() ? edge.dns_name : Value(manifest.domain);
  edge.url = concat({Value(scheme), host});
  stack.add_output("Url", "Where the servers are, with /NAME/mcp behind it.", edge.url);
  if (!edge.test_listener.is_null()) {
    auto const port = fmt::format(":{}", manifest.balancer.test_port);
    stack.add_output(
        "TestUrl",
        "The same for the version that is being released.",
        concat({edge.url, Value(port)})
    );
  }
  if (manifest.domain.empty() && !edge.certificate.is_null()) {
    stack.add_note(
        "Clients will not trust the address in the output Url, since `balancer.certificate` is for "
        "another name: point that name at it, and say it as `domain`."
    );
  }
}

}  // namespace

void add_balancer(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.on_ecs()) return;
  add_load_balancer(manifest, parts, stack);
  Listeners(manifest, parts, stack).add();
  add_addresses(manifest, parts, stack);
}

}  // namespace davit::infra
