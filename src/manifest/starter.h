// Starter: the first davit.yaml of somebody, short, with comments, and good as it is.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "manifest/manifest.h"

namespace davit::manifest {

enum class Callers { none, api_keys, jwt };

struct Starter {
  std::string name = "mcp";
  Target target = Target::local;
  std::string region = "us-east-1";
  Strings connectors{"gitlab"};
  Texts images;        // name of the server, image
  std::string domain;  // empty: example.com, where one is needed
  Callers callers = Callers::none;
  Strings environments;  // the last one is the manifest as it stands, the others are smaller
};

// Why there is no such manifest: a choice that the target does not offer. Empty when there is one.
std::string_view check(const Starter& starter);

// YAML that read_manifest takes for each of the environments, when `check` has nothing to say and
// the texts of the starter are good by themselves.
std::string starter_manifest(const Starter& starter);

}  // namespace davit::manifest
