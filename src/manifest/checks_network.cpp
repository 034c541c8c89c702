// The network: addresses, subnets, and the ways out of it.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "config/secret_reference.h"
#include "manifest/findings.h"
#include "manifest/formats.h"

namespace davit::manifest {
namespace {

bool is_new(const Network& network) { return network.vpc == "new"; }

// ELB and ElastiCache want two zones, and a subnet lies in one.
constexpr std::size_t kFewestSubnets = 2;

void check_subnets(const Manifest& manifest, Findings& findings) {
  auto const& network = manifest.network;
  if (!on_aws(manifest)) return;
  if (is_new(network)) {
    for (auto const* key : {"network.subnets", "network.public_subnets"}) {
      if (!findings.is_written(key)) continue;
      findings.add(key, "are those of a VPC that exists; write its id, `vpc: vpc-...`, too");
    }
    return;
  }
  auto const needs_public =
      manifest.on_ecs() && (manifest.is_internet_facing() || manifest.service.public_ip);
  auto const needs_private =
      manifest.on_lambda() || !manifest.service.public_ip || !manifest.is_internet_facing();
  if (needs_private && network.subnets.size() < kFewestSubnets) {
    findings.add(
        "network.subnets",
        fmt::format("needs two or more private subnets of {}, in different zones", network.vpc)
    );
  }
  if (needs_public && network.public_subnets.size() < kFewestSubnets) {
    findings.add(
        "network.public_subnets",
        fmt::format(
            "needs two or more public subnets of {}, in different zones, for {}; or write "
            "`ingress: internal`{}",
            network.vpc,
            manifest.service.public_ip ? "the tasks and the balancer" : "the balancer",
            manifest.service.public_ip ? " and `service.public_ip: false`" : ""
        )
    );
  }
}

void check_shared_subnets(const Manifest& manifest, Findings& findings) {
  auto const& network = manifest.network;
  for (auto const& subnet : network.public_subnets) {
    if (std::ranges::find(network.subnets, subnet) == network.subnets.end()) continue;
    findings.add(
        "network.public_subnets",
        fmt::format("{} is among the private `subnets` too; a subnet is one or the other", subnet)
    );
  }
}

// RFC 1918, RFC 6598 and RFC 2544: addresses that nobody has on the internet.
constexpr std::array<std::string_view, 5> kPrivate{
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"
};
// VPC user guide, "VPC CIDR blocks", allows /16 to /28. Six subnets of a /24 have 32 addresses
// each, just what a balancer must have (ELB user guide, "Subnets for your load balancer": /27).
constexpr int kWidest = 16;
constexpr int kNarrowest = 24;

void check_addresses(const Manifest& manifest, Findings& findings) {
  auto const cidr = parse_cidr(manifest.network.cidr);
  if (!on_aws(manifest) || !is_new(manifest.network) || !cidr) return;
  if (cidr->bits < kWidest || cidr->bits > kNarrowest) {
    findings.add(
        "network.cidr",
        fmt::format(
            "has the mask /{}; write one from /{}, of which a VPC takes no more, to /{}, of which "
            "its "
            "subnets need as much: 10.20.0.0/16, for example",
            cidr->bits,
            kWidest,
            kNarrowest
        )
    );
  }
  auto const is_private = std::ranges::any_of(kPrivate, [&cidr](std::string_view range) {
    return parse_cidr(range)->contains(*cidr);
  });
  if (is_private) return;
  findings.add(
      "network.cidr",
      "takes addresses that belong to somebody on the internet, who could not be reached then; "
      "write a private range such as 10.20.0.0/16"
  );
}

// Regions that give most accounts two zones only.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
constexpr std::array<std::string_view, 1> kTwoZones{"us-west-1"};

void check_zones(const Manifest& manifest, Findings& findings) {
  auto const is_small = std::ranges::find(kTwoZones, manifest.region) != kTwoZones.end();
  if (!on_aws(manifest) || !is_new(manifest.network) || !is_small || manifest.network.zones < 3) {
    return;
  }
  findings.add("network.zones", fmt::format("{} has two zones; write `zones: 2`", manifest.region));
}

// What is in our own addresses cannot be in another network.
void check_reach(const Manifest& manifest, Findings& findings) {
  auto const ours = parse_cidr(manifest.network.cidr);
  if (!on_aws(manifest) || !is_new(manifest.network) || !ours) return;
  for (auto const& server : manifest.servers) {
    for (auto const& text : server.egress) {
      auto const egress = parse_egress(text);
      auto const range = egress ? parse_cidr(egress->cidr) : std::nullopt;
      if (!range || range->bits == 0 || !range->overlaps(*ours) || ours->contains(*range)) continue;
      findings.add(
          server,
          "egress",
          fmt::format(
              "{} contains {}, the addresses of the new VPC, so that nothing elsewhere with one of "
              "them could be reached; write a narrower range, or another `network.cidr`",
              text,
              manifest.network.cidr
          )
      );
    }
  }
}

bool runs_without_internet(const Manifest& manifest) {
  return manifest.on_ecs() && is_new(manifest.network) && manifest.network.nat == Nat::none &&
         !manifest.service.public_ip;
}

struct Need {
  std::string_view endpoint;
  bool is_needed;
  std::string_view what_for;
};

// Without NAT, AWS is reached by endpoints only. ECR user guide, "Interface VPC endpoints": tasks
// on Fargate pull with ecr.api, ecr.dkr and, for the layers, S3's gateway.
void check_endpoints(const Manifest& manifest, Findings& findings) {
  if (!runs_without_internet(manifest)) return;
  auto uses_secrets = manifest.has_connectors();  // whose sessions are sealed with a key ring
  auto uses_parameters = false;
  for (auto const& reference : references_of(manifest)) {
    uses_secrets = uses_secrets || reference.text.starts_with("secretsmanager:");
    uses_parameters = uses_parameters || reference.text.starts_with("ssm:");
  }
  auto const traces_to_xray = manifest.traces != Traces::none && manifest.traces_endpoint.empty();
  Need const needs[] = {
      {"ecr", true, "to pull images"},
      {"s3", true, "to pull their layers"},
      {"logs", true, "to write logs"},
      {"secretsmanager", uses_secrets, "to read secrets"},
      {"ssm", uses_parameters, "to read parameters"},
      {"xray", traces_to_xray, "to send traces"},
  };
  std::vector<std::string> missing;
  auto const& endpoints = manifest.network.endpoints;
  for (auto const& need : needs) {
    if (!need.is_needed || std::ranges::find(endpoints, need.endpoint) != endpoints.end()) continue;
    missing.push_back(fmt::format("{} ({})", need.endpoint, need.what_for));
  }
  if (missing.empty()) return;
  findings.add(
      "network.endpoints",
      fmt::format(
          "with `nat: none` and without `service.public_ip` tasks reach AWS by endpoints only; add "
          "{}",
          fmt::join(missing, ", ")
      )
  );
}

void check_way_out(const Manifest& manifest, Findings& findings) {
  if (!runs_without_internet(manifest)) return;
  for (auto const& server : manifest.servers) {
    if (server.is_connector() && server.egress.empty()) {
      findings.add(
          server,
          "",
          "calls a service, and with `nat: none` and without `service.public_ip` nothing outside "
          "is "
          "reached; write `nat: one`, or `egress` with the range when the service is inside"
      );
    }
    if (server.is_image() && server.image.find(".dkr.ecr.") == std::string::npos) {
      findings.add(
          server,
          "image",
          "cannot be pulled: with `nat: none` and without `service.public_ip` only ECR is reached; "
          "copy the image to ECR, or write `nat: one`"
      );
    }
  }
}

void check_paid_for_nothing(const Manifest& manifest, Findings& findings) {
  auto const& network = manifest.network;
  if (manifest.target != Target::ecs || !is_new(network) || !manifest.service.public_ip ||
      network.nat == Nat::none) {
    return;
  }
  auto const* key = findings.is_written("network.nat") ? "network.nat" : "service.public_ip";
  findings.add(
      key,
      "leaves nobody to use the NAT gateways, which are paid by the hour: tasks have addresses of "
      "their own; write `nat: none` under `network`, or take `public_ip` away"
  );
}

constexpr Check kChecks[] = {
    {"network service", check_subnets},
    {"network", check_shared_subnets},
    {"network", check_addresses},
    {"network region", check_zones},
    {"network server", check_reach},
    {"network service servers auth state traces", check_endpoints},
    {"network service server", check_way_out},
    {"network service", check_paid_for_nothing},
};

}  // namespace

std::span<const Check> network_checks() { return kChecks; }

}  // namespace davit::manifest
