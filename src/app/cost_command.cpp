#include "app/cost_command.h"

#include <cstdio>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "cost/report.h"
#include "json/pretty.h"

namespace davit::app {

Result<int> run_cost(const CostRequest& request) {
  DAVIT_TRY(auto const deployment, load_deployment(request.source));
  auto const estimate = cost::estimate(deployment.manifest, deployment.stacks, request.usage);
  auto const text =
      request.source.json ? json::pretty(cost::to_json(estimate)) + '\n' : cost::to_text(estimate);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app
