// `davit plan`: what would change, against the templates of the last time.
#pragma once

#include <string>

#include "app/manifest_source.h"

namespace davit::app {

struct PlanRequest {
  ManifestSource source;
  std::string against;     // a template, or a folder of them; empty: kSavedFolder
  bool exit_code = false;  // 2 when there are changes
};

// Prints to standard output and answers the exit code. Errors: what kept the command from its work.
Result<int> run_plan(const PlanRequest& request);

}  // namespace davit::app
