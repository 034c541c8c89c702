// `davit init`, `davit validate` and `davit docs`: the manifest itself.
#pragma once

#include <string>

#include "app/manifest_source.h"
#include "manifest/starter.h"

namespace davit::app {

struct InitRequest {
  std::string file = "davit.yaml";
  manifest::Starter starter;
  bool asks = false;   // on the terminal, for what no flag said
  bool force = false;  // over a file that exists
};

// Print to standard output and answer the exit code. Errors: what kept the command from its work.
Result<int> run_init(InitRequest request);
Result<int> run_validate(const ManifestSource& source);
// `what` is manifest or schema.
Result<int> run_docs(const std::string& what);

}  // namespace davit::app
