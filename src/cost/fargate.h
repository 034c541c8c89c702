// The tasks of ECS services on Fargate: how many of which size for how long.
#pragma once

#include <chrono>
#include <cstdint>

#include "cost/ledger.h"

namespace davit::cost {

struct Fleet {
  const infra::Resource* service = nullptr;
  std::int64_t low = 0;  // tasks
  std::int64_t high = 0;
  std::int64_t cpu = 0;      // of a task; units of 1/1024 vCPU
  std::int64_t memory = 0;   // MiB
  std::int64_t storage = 0;  // GiB beyond what is free
  bool is_arm = false;
  bool has_addresses = false;  // public ones
  // Of each task beyond the base, so many parts run on Fargate and so many on Spot.
  std::int64_t base = 0;
  std::int64_t fargate_weight = 1;
  std::int64_t spot_weight = 0;
};

Fleet fleet_of(const Scene& scene, const infra::Resource& service);

// Minutes of a week in which tasks run.
std::int64_t week_minutes(const manifest::Scaling& scaling);

void count_service(const Scene& scene, const infra::Resource& service, Ledger& ledger);

// What all services cost in a month when they were like `change` makes them.
struct FleetCost {
  Dollars low;
  Dollars high;
};
FleetCost cost_of(const Scene& scene, void (*change)(Fleet& fleet));

ReleaseCost release_cost(const Scene& scene);

}  // namespace davit::cost
