// davitd's configuration for one version, from the manifest. Secrets stay references.
#pragma once

#include <filesystem>
#include <string>

#include "manifest/manifest.h"

namespace davit::local {

// The file's text, YAML. `session_keys` is the file with the keys that all
// tasks of the deployment share.
std::string davitd_configuration(
    const manifest::Manifest& manifest, const std::filesystem::path& session_keys
);

}  // namespace davit::local
