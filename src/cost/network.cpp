#include <algorithm>

#include "cost/pieces.h"

namespace davit::cost {
namespace {

constexpr std::int64_t kMonthSeconds = std::int64_t{kMonthHours} * 3600;
constexpr std::int64_t kGigabyte = 1'000'000'000;

// Units of a balancer's capacity at work on the average: the most of what one unit carries,
// "Elastic Load Balancing pricing". Calls are taken for connections of their own, which is the
// worst case.
Quantity capacity_of(const Scene& scene) {
  auto const calls = scene.usage.calls;
  auto const new_connections = ratio(calls, kMonthSeconds * 25);
  auto const open_connections = ratio(scene.usage.open_streams, 3000);
  auto const data = ratio(calls * scene.usage.response_bytes, kGigabyte * kMonthHours);
  return std::max({new_connections, open_connections, data});
}

}  // namespace

std::int64_t functions_calls(const Scene& scene) {
  auto const& manifest = scene.manifest;
  if (!manifest.on_lambda()) return 0;
  return manifest.on_ecs() ? scene.usage.calls * scene.usage.lambda_percent / 100
                           : scene.usage.calls;
}

std::int64_t tasks_calls(const Scene& scene) { return scene.usage.calls - functions_calls(scene); }

Quantity upstream_data(const Scene& scene) {
  return gigabytes(tasks_calls(scene) * scene.usage.upstream_bytes);
}

void count_balancer(const Scene& scene, const infra::Resource& balancer, Ledger& ledger) {
  ledger.add("Load balancer", "balancer", month(), &balancer);
  ledger.add(
      "Load balancer, by use",
      "balancer.capacity",
      times(capacity_of(scene), kMonthHours),
      &balancer
  );
  if (text_of(balancer, "Scheme") == "internal") return;
  // One in each zone.
  auto const addresses = length_of(balancer, "Subnets").value_or(0);
  ledger.add("Public addresses of the balancer", "address", month(addresses), &balancer);
}

void count_endpoint(const Scene& /*scene*/, const infra::Resource& endpoint, Ledger& ledger) {
  // Those of S3 and DynamoDB are gateways, and free.
  if (text_of(endpoint, "VpcEndpointType") != "Interface") return;
  auto const zones = length_of(endpoint, "SubnetIds").value_or(1);
  ledger.add("Interface endpoint, by zone", "endpoint", month(zones), &endpoint);
}

void count_nat(const Scene& /*scene*/, const infra::Resource& nat, Ledger& ledger) {
  ledger.add("NAT gateway", "nat", month(), &nat);
}

void count_transfer(const Scene& scene, Ledger& ledger) {
  auto const& usage = scene.usage;
  if (scene.manifest.is_internet_facing()) {
    auto const bytes = usage.calls * usage.response_bytes;
    ledger.add("Answers to the internet", "transfer.out", gigabytes(bytes));
  }
  if (!scene.of_type("AWS::EC2::NatGateway").empty()) {
    ledger.add("Data through NAT", "nat.data", upstream_data(scene));
  }
}

}  // namespace davit::cost
