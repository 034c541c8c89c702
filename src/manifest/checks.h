// Checks that need more than one key, before anything is made of a manifest: what AWS would refuse
// after minutes, or accept to everybody's regret. What belongs to a target that this environment
// does not have is not looked at, since environments of several targets share one manifest.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/reader.h"
#include "manifest/manifest.h"

namespace davit::manifest {

// `broken` are the keys that the tables refused, "network.zones": they have their defaults, of
// which nothing is said. The other values are within the ranges of the tables.
std::vector<config::Problem> check(
    const Manifest& manifest, std::span<const config::Problem> broken = {}
);

}  // namespace davit::manifest
