// What each type of resource costs, beside the tasks of ECS.
#pragma once

#include "cost/ledger.h"

namespace davit::cost {

// Adds the lines of a resource, by its type: none for what is free, one without a price for a type
// that the table of pieces.cpp does not know.
void count_resource(const Scene& scene, const infra::Resource& resource, Ledger& ledger);

// What is paid by use and belongs to no resource alone: logs, data, traces, metrics.
void count_use(const Scene& scene, Ledger& ledger);

// network.cpp
void count_balancer(const Scene& scene, const infra::Resource& balancer, Ledger& ledger);
void count_endpoint(const Scene& scene, const infra::Resource& endpoint, Ledger& ledger);
void count_nat(const Scene& scene, const infra::Resource& nat, Ledger& ledger);
void count_transfer(const Scene& scene, Ledger& ledger);
// Of the calls of a month those that tasks answer, and those that functions do.
std::int64_t tasks_calls(const Scene& scene);
std::int64_t functions_calls(const Scene& scene);
// GB that the servers exchange with the services behind them, in a month.
Quantity upstream_data(const Scene& scene);

// functions.cpp
void count_function(const Scene& scene, const infra::Resource& function, Ledger& ledger);
void count_alias(const Scene& scene, const infra::Resource& alias, Ledger& ledger);
void count_gateway(const Scene& scene, const infra::Resource& gateway, Ledger& ledger);

}  // namespace davit::cost
