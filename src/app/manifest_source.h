// Where a command finds its manifest, and what it says of it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "infra/stack.h"
#include "manifest/manifest.h"

namespace davit::app {

struct ManifestSource {
  std::string file = "davit.yaml";
  std::string environment;  // empty: the only one, or none when the file has none
  bool json = false;        // print JSON
};

// Errors: not_found with the command that makes a manifest.
Result<> check_is_there(const std::string& file);

// Errors: as manifest::load_manifest; invalid_input when the file has several environments and none
// was named; those of check_is_there.
Result<manifest::Manifest> load(const ManifestSource& source);

struct Deployment {
  manifest::Manifest manifest;
  std::vector<infra::Stack> stacks;
};
// Errors: also those of infra::build_stacks.
Result<Deployment> load_deployment(const ManifestSource& source);

}  // namespace davit::app
