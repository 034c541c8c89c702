// `davit cost`: what a deployment costs in a month, line by line.
#pragma once

#include "app/manifest_source.h"
#include "cost/estimate.h"

namespace davit::app {

struct CostRequest {
  ManifestSource source;
  cost::Usage usage;
};

Result<int> run_cost(const CostRequest& request);

}  // namespace davit::app
