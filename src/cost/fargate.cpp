#include "cost/fargate.h"

#include <algorithm>

#include <fmt/format.h>

#include "manifest/formats.h"

namespace davit::cost {
namespace {

constexpr std::int64_t kDayMinutes = 24 * 60;
constexpr std::int64_t kWeekMinutes = 7 * kDayMinutes;
// ECS developer guide, "Fargate task ephemeral storage".
constexpr std::int64_t kFreeStorage = 20;  // GiB

void read_tasks(const Scene& scene, Fleet& fleet) {
  fleet.low = fleet.high = number_of(*fleet.service, "DesiredCount").value_or(0);
  for (auto const* target : scene.of_type("AWS::ApplicationAutoScaling::ScalableTarget")) {
    auto const scaled = targets_of(scene, *target, "ResourceId");
    if (std::ranges::count(scaled, fleet.service) == 0) continue;
    fleet.low = number_of(*target, "MinCapacity").value_or(fleet.low);
    fleet.high = number_of(*target, "MaxCapacity").value_or(fleet.high);
  }
}

void read_size(const Scene& scene, Fleet& fleet) {
  for (auto const* task : targets_of(scene, *fleet.service, "TaskDefinition")) {
    fleet.cpu = number_of(*task, "Cpu").value_or(0);
    fleet.memory = number_of(*task, "Memory").value_or(0);
    fleet.is_arm = text_of(*task, "RuntimePlatform.CpuArchitecture") == "ARM64";
    auto const size = number_of(*task, "EphemeralStorage.SizeInGiB").value_or(0);
    fleet.storage = std::max<std::int64_t>(size - kFreeStorage, 0);
  }
}

void read_capacity(Fleet& fleet) {
  auto const* list = property(*fleet.service, "CapacityProviderStrategy");
  if (list == nullptr || !list->is_array()) return;
  fleet.fargate_weight = 0;
  for (auto const& item : list->get_array()) {
    auto const weight = json::find_int(item, "Weight").value_or(0);
    if (json::find_string(item, "CapacityProvider") == "FARGATE_SPOT") {
      fleet.spot_weight = weight;
    } else {
      fleet.fargate_weight = weight;
      fleet.base = json::find_int(item, "Base").value_or(0);
    }
  }
}

// Of `tasks` those on Fargate, or on Spot, as a fraction over the sum of the weights.
struct Share {
  std::int64_t parts = 0;
  std::int64_t whole = 1;
};
Share share_of(const Fleet& fleet, std::int64_t tasks, bool on_spot) {
  auto const whole = std::max<std::int64_t>(fleet.fargate_weight + fleet.spot_weight, 1);
  auto const base = std::min(fleet.base, tasks);
  auto const rest = tasks - base;
  if (on_spot) return {.parts = rest * fleet.spot_weight, .whole = whole};
  return {.parts = base * whole + rest * (whole - fleet.spot_weight), .whole = whole};
}

// `size` of each task, in 1/1024 of what is paid for, for `minutes` of each week in a month.
Quantity hours_of(const Share& share, std::int64_t size, std::int64_t minutes) {
  return ratio(share.parts * size * kMonthHours * minutes, share.whole * 1024 * kWeekMinutes);
}

struct Rates {
  const Price* vcpu;
  const Price* memory;
};
Rates rates_of(const Fleet& fleet) {
  if (fleet.is_arm)
    return {PriceKey("fargate.arm.vcpu").price, PriceKey("fargate.arm.memory").price};
  return {PriceKey("fargate.x86.vcpu").price, PriceKey("fargate.x86.memory").price};
}

void count_tasks(const Fleet& fleet, std::int64_t minutes, bool on_spot, Ledger& ledger) {
  auto const low = share_of(fleet, fleet.low, on_spot);
  auto const high = share_of(fleet, fleet.high, on_spot);
  if (low.parts + high.parts == 0) return;
  auto const rates = rates_of(fleet);
  auto const from = on_spot ? kSpotLowPercent : 100;
  auto const to = on_spot ? kSpotHighPercent : 100;
  auto const where =
      fmt::format("{}{}", on_spot ? "Fargate Spot" : "Fargate", fleet.is_arm ? ", ARM" : ", x86");
  auto const add = [&](std::string_view what, const Price& price, std::int64_t size) {
    Span const span{hours_of(low, size, minutes), hours_of(high, size, minutes)};
    ledger.add_at(fmt::format("{}: {}", where, what), price, from, to, span, fleet.service);
  };
  add("CPU", *rates.vcpu, fleet.cpu);
  add("memory", *rates.memory, fleet.memory);
}

void count_fleet(const Fleet& fleet, std::int64_t minutes, Ledger& ledger) {
  count_tasks(fleet, minutes, false, ledger);
  count_tasks(fleet, minutes, true, ledger);
  auto const add = [&](std::string what, PriceKey key, std::int64_t size) {
    if (size == 0) return;
    Span const span{
        hours_of({.parts = fleet.low}, size, minutes),
        hours_of({.parts = fleet.high}, size, minutes)
    };
    ledger.add(std::move(what), key, span, fleet.service);
  };
  add("Storage of tasks beyond 20 GiB", "fargate.storage", fleet.storage * 1024);
  add("Public addresses of tasks", "address", fleet.has_addresses ? 1024 : 0);
}

std::chrono::minutes overlap_of(const manifest::Release& release) {
  using manifest::Strategy;
  switch (release.strategy) {
    case Strategy::rolling: return std::chrono::minutes(0);
    case Strategy::blue_green: return release.bake;
    case Strategy::canary: return release.canary_bake + release.bake;
    case Strategy::linear: break;
  }
  auto const steps = (100 + release.step_percent - 1) / release.step_percent;
  return release.step_bake * (steps - 1) + release.bake;
}

Dollars price_of(const Fleet& fleet, std::int64_t tasks, std::chrono::minutes time, bool is_low) {
  auto const rates = rates_of(fleet);
  Dollars sum;
  for (auto const on_spot : {false, true}) {
    auto const share = share_of(fleet, tasks, on_spot);
    auto const percent = !on_spot ? 100 : is_low ? kSpotLowPercent : kSpotHighPercent;
    auto const cost = [&](const Price& price, std::int64_t size) {
      auto const quantity =
          ratio(share.parts * size * time.count() * percent, share.whole * 1024 * 60 * 100);
      return times(price.price, quantity);
    };
    sum += cost(*rates.vcpu, fleet.cpu) + cost(*rates.memory, fleet.memory);
  }
  return sum;
}

}  // namespace

Fleet fleet_of(const Scene& scene, const infra::Resource& service) {
  Fleet fleet{.service = &service};
  read_tasks(scene, fleet);
  read_size(scene, fleet);
  read_capacity(fleet);
  fleet.has_addresses =
      text_of(service, "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp") == "ENABLED";
  return fleet;
}

std::int64_t week_minutes(const manifest::Scaling& scaling) {
  if (scaling.weekdays.empty() && scaling.weekends.empty()) return kWeekMinutes;
  auto const minutes_of = [](std::string_view text) -> std::int64_t {
    auto const hours = manifest::parse_hours(text);
    return hours ? hours->to - hours->from : 0;
  };
  // Of the days about which nothing is said, weekdays are whole and weekends empty.
  auto const weekday = scaling.weekdays.empty() ? kDayMinutes : minutes_of(scaling.weekdays);
  return 5 * weekday + 2 * minutes_of(scaling.weekends);
}

void count_service(const Scene& scene, const infra::Resource& service, Ledger& ledger) {
  count_fleet(fleet_of(scene, service), week_minutes(scene.manifest.scaling), ledger);
}

FleetCost cost_of(const Scene& scene, void (*change)(Fleet& fleet)) {
  Ledger ledger;
  for (auto const* service : scene.of_type("AWS::ECS::Service")) {
    auto fleet = fleet_of(scene, *service);
    change(fleet);
    count_fleet(fleet, week_minutes(scene.manifest.scaling), ledger);
  }
  FleetCost cost;
  for (auto const& line : std::move(ledger).take()) {
    cost.low += line.amount_low;
    cost.high += line.amount_high;
  }
  return cost;
}

ReleaseCost release_cost(const Scene& scene) {
  ReleaseCost release{.overlap = overlap_of(scene.manifest.release)};
  for (auto const* service : scene.of_type("AWS::ECS::Service")) {
    auto const fleet = fleet_of(scene, *service);
    release.low += price_of(fleet, fleet.low, release.overlap, true);
    release.high += price_of(fleet, fleet.high, release.overlap, false);
  }
  return release;
}

}  // namespace davit::cost
