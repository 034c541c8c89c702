// YAML as JSON: what a manifest says by itself, such as properties of resources.
#pragma once

#include "config/yaml.h"
#include "json/json.h"

namespace davit::manifest {

// Plain scalars become what YAML 1.2's core schema takes them for.
json::Value to_json(const config::Node& node);

}  // namespace davit::manifest
