#include <utility>

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/paths.h"

namespace davit::infra {
namespace {

// What the domain's record points at.
struct Endpoint {
  Value name;
  Value zone;
};

Endpoint endpoint_of(const Manifest& manifest, const Parts& parts) {
  if (manifest.on_ecs()) return {parts.edge.dns_name, parts.edge.zone_id};
  return {parts.functions.api_domain_name, parts.functions.api_domain_zone};
}

// Which host is asked, and for what.
struct Probe {
  Value host;
  Value path;
};

// With failover the domain leads elsewhere while this side is down, and would be found well there:
// so this side is asked under its own name. Route 53 does not verify certificates (Route 53
// developer guide, "How Route 53 determines whether a health check is healthy").
Probe probe_of(const Manifest& manifest, const Parts& parts) {
  auto const path = health_path_of(parts.units);
  if (manifest.dns.failover.empty()) return {Value(manifest.domain), Value(path)};
  if (manifest.on_ecs()) return {parts.edge.dns_name, Value(path)};
  auto host =
      concat({parts.functions.api_id, substitute(".execute-api.${AWS::Region}.${AWS::URLSuffix}")});
  // The stage of an HTTP API is the default one, which no path names.
  if (manifest.lambda.front == manifest::Front::http) return {std::move(host), Value(path)};
  return {std::move(host), concat({Value("/"), parts.functions.stage, Value(path)})};
}

json::Array tags_of(const Manifest& manifest, const Stack& stack) {
  json::Array tags{json::Object{{"Key", "Name"}, {"Value", manifest.stack_name()}}};
  for (auto const& [key, value] : stack.tags()) {
    if (key != "Name") tags.push_back(json::Object{{"Key", key}, {"Value", value}});
  }
  return tags;
}

// 30 s is the plain price, 10 s costs more; three failures are an outage of a minute and a half.
void add_health_check(const Manifest& manifest, const Parts& parts, Stack& stack) {
  auto const probe = probe_of(manifest, parts);
  stack.add(
      Layer::compute,
      "HealthCheck",
      "AWS::Route53::HealthCheck",
      {{"HealthCheckConfig",
        json::Object{
            {"Type", "HTTPS"},
            {"FullyQualifiedDomainName", probe.host},
            {"Port", 443},
            {"ResourcePath", probe.path},
            {"RequestInterval", 30},
            {"FailureThreshold", 3},
            {"EnableSNI", true}
        }},
       {"HealthCheckTags", tags_of(manifest, stack)}}
  );
  if (manifest.on_ecs() && manifest.network.allow != manifest::Strings{"0.0.0.0/0"}) {
    stack.add_note(
        "The health check comes from addresses of Route 53 all over the world "
        "(ROUTE53_HEALTHCHECKS in ip-ranges.json): unless `network.allow` has them, it fails."
    );
  }
}

void add_record(
    const Manifest& manifest, const Endpoint& endpoint, bool has_health_check, Stack& stack
) {
  auto const& dns = manifest.dns;
  json::Object properties{
      {"HostedZoneId", dns.zone},
      {"Name", manifest.domain},
      // No AAAA: the balancer and the API have IPv4 addresses only.
      {"Type", "A"},
      {"AliasTarget",
       json::Object{
           {"DNSName", endpoint.name},
           {"HostedZoneId", endpoint.zone},
           {"EvaluateTargetHealth", true}
       }}
  };
  if (!dns.failover.empty()) {
    properties["SetIdentifier"] = Value(dns.failover);
    properties["Failover"] = dns.failover == "primary" ? "PRIMARY" : "SECONDARY";
    if (has_health_check) properties["HealthCheckId"] = ref_of("HealthCheck");
  }
  stack.add(Layer::compute, "Record", "AWS::Route53::RecordSet", std::move(properties));
}

void leave_record_to_reader(const Manifest& manifest, const Endpoint& endpoint, Stack& stack) {
  stack.add_output(
      "RecordTarget", "What the record of " + manifest.domain + " has to point at.", endpoint.name
  );
  stack.add_output("RecordTargetZone", "Hosted zone of that, for an alias.", endpoint.zone);
  stack.add_note(fmt::format(
      "Make the record of {} yourself: a CNAME, or an alias, to the output RecordTarget. "
      "`dns.zone` "
      "does this for you.",
      manifest.domain
  ));
}

}  // namespace

void add_dns(const Manifest& manifest, Parts& parts, Stack& stack) {
  auto const endpoint = endpoint_of(manifest, parts);
  if (manifest.domain.empty() || endpoint.name.is_null()) return;
  // Route 53 asks from the internet, which does not see inside.
  auto const is_internal = manifest.on_ecs() && !manifest.is_internet_facing();
  auto const has_health_check = manifest.dns.health_check && !is_internal;
  if (has_health_check) add_health_check(manifest, parts, stack);
  if (manifest.dns.health_check && is_internal) {
    stack.add_note("`dns.health_check` is left out: Route 53 does not reach an internal balancer.");
  }
  if (manifest.dns.zone.empty()) {
    leave_record_to_reader(manifest, endpoint, stack);
  } else {
    add_record(manifest, endpoint, has_health_check, stack);
  }
}

}  // namespace davit::infra
