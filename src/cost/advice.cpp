#include "cost/advice.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "cost/fargate.h"
#include "cost/pieces.h"

namespace davit::cost {
namespace {

// That a task without NAT needs to start: two of ECR, logs, secrets.
constexpr std::int64_t kNeededEndpoints = 4;

Dollars monthly(PriceKey key, Quantity quantity) {
  return to_cents(times(key.price->price, quantity));
}

std::string percent_text() {
  return fmt::format("{} to {} per cent", 100 - kSpotHighPercent, 100 - kSpotLowPercent);
}

class Adviser {
 public:
  explicit Adviser(const Scene& scene) : scene_(scene) {}

  std::vector<Advice> give() && {
    advise_processor();
    advise_spot();
    advise_way_out();
    advise_endpoints();
    std::ranges::sort(advice_, [](const Advice& a, const Advice& b) {
      return std::tie(b.saving, a.text) < std::tie(a.saving, b.text);
    });
    return std::move(advice_);
  }

 private:
  void add(std::string text, Dollars saving) {
    if (saving > Dollars{}) advice_.push_back({std::move(text), saving});
  }

  Dollars tasks_now() const {
    return cost_of(scene_, [](Fleet&) {}).low;
  }

  void advise_processor() {
    auto const then = cost_of(scene_, [](Fleet& fleet) { fleet.is_arm = true; }).low;
    add(fmt::format(
            "`size: {{arch: arm64}}`: the tasks cost {} instead of {}.",
            to_text(then),
            to_text(tasks_now())
        ),
        tasks_now() - then);
  }

  // The saving is that with the dearest Spot.
  void advise_spot() {
    if (scene_.manifest.service.capacity != manifest::Capacity::fargate) return;
    auto const then = cost_of(scene_, [](Fleet& fleet) {
      fleet.base = 1;
      fleet.fargate_weight = 1;
      fleet.spot_weight = 3;
      fleet.high = fleet.low;
    });
    add(fmt::format(
            "`service: {{capacity: mixed}}`: the first task stays on Fargate, three of four others "
            "run on Spot, which is {} cheaper and may be taken away with two minutes' notice; the "
            "tasks cost {} to {} instead of {}.",
            percent_text(),
            to_text(then.low),
            to_text(then.high),
            to_text(tasks_now())
        ),
        tasks_now() - then.high);
  }

  std::int64_t tasks() const {
    std::int64_t count = 0;
    for (auto const* service : scene_.of_type("AWS::ECS::Service")) {
      count += fleet_of(scene_, *service).low;
    }
    return count;
  }

  Dollars gateway() const { return monthly("nat", month()) + monthly("address", month()); }

  // How tasks reach the world: NAT, endpoints, or addresses of their own.
  void advise_way_out() {
    auto const gateways = static_cast<std::int64_t>(scene_.of_type("AWS::EC2::NatGateway").size());
    if (gateways == 0) return;
    auto const data = monthly("nat.data", upstream_data(scene_));
    Dollars hours;
    for (auto number = std::int64_t{0}; number < gateways; ++number) hours += gateway();
    auto const addresses = monthly("address", month(tasks()));
    // Functions in a network have no addresses of their own on the internet.
    if (tasks() > 0 && !scene_.manifest.on_lambda()) {
      add(fmt::format(
              "`network: {{nat: none}}` with `service: {{public_ip: true}}`: tasks get public "
              "addresses, {} instead of {} for NAT and {} for the data through it; nobody reaches "
              "them from outside, for their security group stays shut.",
              to_text(addresses),
              to_text(hours),
              to_text(data)
          ),
          hours + data - addresses);
    }
    auto const endpoints =
        monthly("endpoint", month(kNeededEndpoints * scene_.manifest.network.zones));
    add(fmt::format(
            "`network: {{nat: none, endpoints: [ecr, logs, secretsmanager, s3]}}`: {} for "
            "endpoints instead of {} for NAT; only for servers that call nothing on the internet.",
            to_text(endpoints),
            to_text(hours + data)
        ),
        hours + data - endpoints);
    if (gateways == 1) return;
    add(fmt::format(
            "`network: {{nat: one}}`: {} instead of {}; the loss of its zone cuts off the others' "
            "way out.",
            to_text(gateway()),
            to_text(hours)
        ),
        hours - gateway());
  }

  // Beside NAT, endpoints save its price for data, which is little where there is little data.
  void advise_endpoints() {
    if (scene_.of_type("AWS::EC2::NatGateway").empty()) return;
    Ledger ledger;
    for (auto const* endpoint : scene_.of_type("AWS::EC2::VPCEndpoint")) {
      count_endpoint(scene_, *endpoint, ledger);
    }
    Dollars now;
    for (auto const& line : std::move(ledger).take()) now += line.amount_low;
    auto const logs = gigabytes(tasks_calls(scene_) * scene_.usage.log_bytes);
    auto const through_nat = monthly("nat.data", logs);
    add(fmt::format(
            "`network: {{endpoints: []}}`: the interface endpoints cost {}, and the logs through "
            "NAT instead {}.",
            to_text(now),
            to_text(through_nat)
        ),
        now - through_nat);
  }

  const Scene& scene_;
  std::vector<Advice> advice_;
};

}  // namespace

std::vector<Advice> advice(const Scene& scene) { return Adviser(scene).give(); }

}  // namespace davit::cost
