// Overlay: the keys of one environment, laid over those of the whole manifest.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/reader.h"
#include "config/yaml.h"

namespace davit::manifest {

// Each is read by itself, as a whole manifest.
inline constexpr std::size_t kMaxEnvironments = 32;

struct Merged {
  config::Node root;  // without `environments`
  std::vector<config::Problem> problems;
};

// Maps are merged, everything else is replaced; a null takes back what the manifest says, so that
// the default holds. An empty name, and one that is not there, take the manifest as it stands.
Merged merge_environment(const config::Node& root, std::string_view environment);

// Names the environment in the keys of the problems that stand in it: their places are none of the
// rest of the file.
void name_environment(
    const config::Node& root, std::string_view environment, std::vector<config::Problem>& problems
);

// What is wrong with the names of the environments, which become parts of names, or with all of
// `environments`.
std::vector<config::Problem> check_environments(const config::Node& root);

}  // namespace davit::manifest
