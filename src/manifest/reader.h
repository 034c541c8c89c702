// Reading a manifest: the file, its environment laid over it, the tables, and the checks that need
// more than one key. All problems are told at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/yaml.h"
#include "manifest/manifest.h"

namespace davit::manifest {

// The names under `environments:`, in the order of the file.
std::vector<std::string> environments_of(const config::Node& root);

// The manifest with the keys of the environment laid over it: maps are merged, everything else is
// replaced, and a null takes the default back. An empty name takes the manifest as it stands.
// Errors: invalid_input with a line for each problem, "davit.yaml:3: size.memory: ...", or with the
// environments that there are.
Result<Manifest> read_manifest(const config::Node& root, std::string_view environment);

// The same from a file. Errors: also those of config::read_yaml.
Result<Manifest> load_manifest(const std::string& path, std::string_view environment);

// Every environment of the file; the manifest as it stands when there are none. A problem that
// several have is told once, and names them when they are not all.
Result<std::vector<Manifest>> read_all(const config::Node& root);
Result<std::vector<Manifest>> load_all(const std::string& path);

}  // namespace davit::manifest
